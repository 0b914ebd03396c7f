/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_ERROR_H
#define EGRESS_ERROR_H

#include <linux/types.h>

/*
 * The part of a request that is to blame for a refusal. state/ knows nothing of netlink, so it
 * names the part by this, and netlink/refusal.c knows which attribute the part is.
 */
enum egress_subject {
	EGRESS_ABOUT_NOTHING,	/* no part in particular */
	EGRESS_ABOUT_REGION,
	EGRESS_ABOUT_APP,
	EGRESS_ABOUT_MACHINE,
	EGRESS_ABOUT_PREFIX,
	EGRESS_ABOUT_DEVICE,
	EGRESS_ABOUT_SLOTS,	/* the range of slots that this host hands out */
	EGRESS_ABOUT_COUNT,
	EGRESS_ABOUT_ADDR,	/* inside address of a machine, or either address of a pair */
	EGRESS_ABOUT_V4,	/* address that a new pair is to have */
	EGRESS_ABOUT_V6,	/* likewise */
	EGRESS_ABOUT_PAIR,
	EGRESS_ABOUT_SLOT,
	EGRESS_ABOUT_BLOCK_SIZE,
	EGRESS_ABOUT_TO,
	EGRESS_ABOUT_LIMIT,
	EGRESS_ABOUT_EXCLUDE,
	EGRESS_ABOUT_ORG,
};

#define EGRESS_ERROR_TEXT	256	/* bytes of a sentence; it is cut off where it is longer */

/**
 * struct egress_error - why something was refused
 * @code: negative error code; 0 if nothing was refused, or no reason was given
 * @subject: the part of the request that is to blame
 * @index: number of that part, from 0, if the request has several of the kind
 * @entry: number of the part that is to blame, from 0, in a request that adds several machines or
 *	is of several commands
 * @reason: enum egress_reason, for whoever knows a remedy
 * @text: a sentence that says what is wrong and with what, without a capital at its beginning
 *	and without a full stop; cut off where it is too long. It names no tool's commands
 */
struct egress_error {
	int code;
	enum egress_subject subject;
	unsigned int index;
	unsigned int entry;
	unsigned int reason;
	char text[EGRESS_ERROR_TEXT];
};

__printf(5, 6)
int egress_refuse_nth(struct egress_error *error, enum egress_subject subject, unsigned int index,
		      int code, const char *fmt, ...);

/* The same for a part that a request has only once. */
#define egress_refuse(error, subject, code, fmt, ...) \
	egress_refuse_nth(error, subject, 0, code, fmt, ##__VA_ARGS__)

/* Add to a refusal why there may be a remedy. Return: the refusal's code. */
static inline int egress_refuse_reason(struct egress_error *error, unsigned int reason)
{
	error->reason = reason;
	return error->code;
}

#endif
