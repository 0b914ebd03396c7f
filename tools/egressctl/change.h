/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_CHANGE_H
#define EGRESSCTL_CHANGE_H

#include "libegress/exchange.h"
#include "libegress/json.h"

/*
 * Have something changed, and tell. made prints the objects that came back: the
 * members of the command's JSON object if j, else text; it may be NULL. objects is
 * how many there will be, about. Consumes msg, returns a status.
 */
typedef int (*made_fn)(const struct answer *answer, struct json *j);
int change(struct nl_msg *msg, made_fn made, unsigned int objects);

/* For a request whose answer is only how many machines it was about. */
int change_counted(const struct answer *answer, struct json *j);

/* In a batch that goes on after errors, changes are sent in groups. */
void change_in_groups(bool on);

#endif
