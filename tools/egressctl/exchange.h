/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_EXCHANGE_H
#define EGRESSCTL_EXCHANGE_H

#include "json.h"
#include "netlink.h"

/* All of these consume msg, say what went wrong, and return a status. */

/* Ask for one object; fn sees each message of the answer. */
int exchange_get(struct nl_msg *msg, object_fn fn, void *arg);

/*
 * Ask for a table; fn sees each object. Nothing changed while it was read; or,
 * in a glance, which never fails for that, something may have.
 */
typedef int (*dump_fn)(struct nl_msg *msg, object_fn fn, void *arg);
int exchange_dump(struct nl_msg *msg, object_fn fn, void *arg);
int exchange_glance(struct nl_msg *msg, object_fn fn, void *arg);

/*
 * Have something changed. made prints the objects that came back: the members
 * of the command's JSON object if j, else text; it may be NULL.
 */
typedef int (*made_fn)(const struct answer *answer, struct json *j);
int exchange_change(struct nl_msg *msg, made_fn made, unsigned int objects);

/*
 * In a pipeline changes are sent in groups, and their answers read together.
 * drain carries out what is outstanding and returns the worst status since it
 * was called last.
 */
void exchange_pipeline(bool on);
int exchange_drain(void);

#endif
