/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_REQUEST_H
#define LIBEGRESS_REQUEST_H

#include "libegress/netlink.h"
#include "libegress/parse.h"

/* Into a request. The message grows as needed. */
void put_string(struct nl_msg *msg, int attr, const char *value);
void put_string_if(struct nl_msg *msg, int attr, const char *value);	/* not if NULL */
void put_u32(struct nl_msg *msg, int attr, uint32_t value);
void put_u16_if(struct nl_msg *msg, int attr, const struct number *value);
void put_u8(struct nl_msg *msg, int attr, uint8_t value);
void put_uint(struct nl_msg *msg, int attr, uint64_t value);	/* 4 bytes if it fits, or 8 */
void put_number_if(struct nl_msg *msg, int attr, const struct number *value);
void put_flag_if(struct nl_msg *msg, int attr, bool value);
void put_addr_if(struct nl_msg *msg, int attr, const struct addr *value);
void put_addr_nest_if(struct nl_msg *msg, int attr, const struct addr *value);
void put_addrs(struct nl_msg *msg, int attr, const struct addrs *value);	/* nests */
void put_prefixes(struct nl_msg *msg, int attr, const struct prefixes *value);

/*
 * A command of a batch: what is put into the message after begin, and before end, which gets what
 * begin has returned.
 */
size_t put_request_begin(struct nl_msg *msg, uint32_t cmd);
bool put_request_end(struct nl_msg *msg, size_t at);

/* Of a number that has 4 or 8 bytes. */
#define UINT_POLICY	{ .minlen = sizeof(uint32_t), .maxlen = sizeof(uint64_t) }

/* Out of an object; what is not there is 0, "" or no address. */
uint16_t get_u16(struct nlattr **attrs, int attr);
uint32_t get_u32(struct nlattr **attrs, int attr);
unsigned long long get_uint(struct nlattr **attrs, int attr);
void get_string(struct nlattr **attrs, int attr, char *to, size_t room);
void get_addr(const struct nlattr *attr, struct addr *to);
void get_addr_nest(struct nlattr *nest, struct addr *to);
void get_prefixes(struct nlmsghdr *message, int attr, struct prefixes *to);	/* appends */
bool get_prefix(struct nlattr *nest, struct nlattr **attrs, struct prefix *to);

#endif
