/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_NETLINK_H
#define LIBEGRESS_NETLINK_H

#include <linux/egress.h>
#include <netlink/msg.h>
#include <stdbool.h>
#include <stdint.h>

/* What the kernel answered to one request. */
struct answer {
	char *messages;		/* one after the other */
	size_t length;
	size_t room;
	int error;		/* errno, 0 if it was done */
	char *text;		/* why, in the kernel's words; or NULL */
	uint32_t reason;	/* enum egress_reason */
	uint32_t offset;	/* in the request, of what is to blame; 0 if nothing is */
	bool interrupted;	/* a dump during which something changed */
	bool complete;
	uint32_t seq;
};

/* All of these say what went wrong and return a status. */
int netlink_open(void);
struct nl_msg *netlink_message(uint8_t cmd, int flags);
int netlink_send(const void *messages, size_t length);
int netlink_receive(struct answer *answer);

/* What comes next goes by a new socket. */
void netlink_abandon(void);

/*
 * What comes next, until it is turned off, goes by another socket: answers that are
 * outstanding stay where they are.
 */
void netlink_aside(bool on);

uint32_t netlink_stamp(struct nl_msg *msg);	/* give it the next sequence number */
int answer_status(const struct answer *answer);
bool answer_generation(const struct answer *answer, uint64_t *generation);
uint32_t answer_untold(const struct answer *answer);	/* objects that it had no room for */
void answer_free(struct answer *answer);

typedef int (*object_fn)(struct nlattr **attrs, struct nlmsghdr *message, void *arg);
int answer_each(const struct answer *answer, object_fn fn, void *arg);

/* Of a nest with attributes of an object. attrs has EGRESS_A_MAX + 1 members. */
bool netlink_parse_nest(struct nlattr **attrs, const struct nlattr *nest);

/*
 * Of a nest with other attributes, up to max; policies may be NULL. attrs has max + 1 members,
 * which are meaningless if this returns false.
 */
bool netlink_parse(struct nlattr **attrs, int max, const struct nla_policy *policies,
		   const struct nlattr *nest);

#endif
