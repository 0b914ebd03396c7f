/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_EXCHANGE_H
#define LIBEGRESS_EXCHANGE_H

#include "libegress/netlink.h"

/* All of these consume msg, say what went wrong, and return a status. */

/*
 * Ask for one object; fn sees each message of the answer. With exchange_find(), there may be no
 * such object.
 */
typedef int (*get_fn)(struct nl_msg *msg, object_fn fn, void *arg);
int exchange_get(struct nl_msg *msg, object_fn fn, void *arg);
int exchange_find(struct nl_msg *msg, object_fn fn, void *arg);

/*
 * Ask for a table; fn sees each object. A dump in which something changed is read once more,
 * and shown as it is if that happens again: exchange_interrupted() tells. With
 * exchange_exact() it is read up to ten times, and then is an error. A glance is read once,
 * and nobody is told.
 */
typedef int (*dump_fn)(struct nl_msg *msg, object_fn fn, void *arg);
int exchange_dump(struct nl_msg *msg, object_fn fn, void *arg);
int exchange_glance(struct nl_msg *msg, object_fn fn, void *arg);

/*
 * Ask for something that another answer refers to, while others may be outstanding. What
 * exchange_interrupted() tells stays as it was.
 */
int exchange_aside(struct nl_msg *msg, object_fn fn, void *arg);
int exchange_aside_dump(struct nl_msg *msg, object_fn fn, void *arg);

void exchange_exact(bool on);
bool exchange_interrupted(void);	/* of the last dump */

/* Which objects are to be in a table, and what of them; NULL is any. */
struct view {
	const char *app;
	const char *org;		/* it, and all its apps */
	const char *region;
	bool brief;		/* without live connections, which takes time to count */
};

/* Ask for the table of cmd by dump. */
int exchange_table(uint8_t cmd, dump_fn dump, const struct view *view, object_fn fn, void *arg);

struct json;

/* What is to become of the answer to a change: for the eyes of who asked for it. */
struct change {
	unsigned int line;
	int (*made)(const struct answer *answer, struct json *j);
};

/*
 * Called when a change has been sent: it reads the answer with netlink_receive(), and
 * says what came of it. Returns a status.
 */
typedef int (*answered_fn)(struct answer *answer, const struct change *change);

/*
 * Have something changed, with the objects that come of it in the answer; objects is
 * how many messages that takes, about.
 */
int exchange_change(struct nl_msg *msg, const struct change *change, answered_fn answered,
		    unsigned int objects);

/*
 * Have the next change refused unless that is the generation then, so that it is not decided
 * by what has changed since. Whether the expectation has been sent with a change.
 */
void exchange_expect(unsigned long long generation);
bool exchange_expected(void);

/*
 * In a pipeline changes are sent in groups, and their answers read together.
 * drain carries out what is outstanding and returns the worst status since it
 * was called last; settle keeps that status for the next drain.
 */
void exchange_pipeline(bool on);
int exchange_drain(void);
void exchange_settle(void);

#endif
