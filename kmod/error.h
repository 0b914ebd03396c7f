/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_ERROR_H
#define EGRESS_ERROR_H

#include <linux/types.h>

/* What of a request is to blame, as the one who wrote the request calls it. */
enum egress_subject {
	EGRESS_ABOUT_NOTHING,	/* in particular */
	EGRESS_ABOUT_REGION,
	EGRESS_ABOUT_APP,
	EGRESS_ABOUT_MACHINE,
	EGRESS_ABOUT_PREFIX,
	EGRESS_ABOUT_DEVICE,
	EGRESS_ABOUT_SLOTS,	/* that this host hands out */
	EGRESS_ABOUT_COUNT,
	EGRESS_ABOUT_ADDR,
	EGRESS_ABOUT_V4,	/* a pair's address */
	EGRESS_ABOUT_V6,
	EGRESS_ABOUT_PAIR,
	EGRESS_ABOUT_SLOT,
	EGRESS_ABOUT_BLOCK_SIZE,
	EGRESS_ABOUT_TO,
	EGRESS_ABOUT_LIMIT,
	EGRESS_ABOUT_EXCLUDE,
};

/**
 * struct egress_error - why something was refused
 * @code: negative error, 0 while nothing was
 * @subject: what is to blame
 * @index: which of several, from 0
 * @text: the sentence, without capital and full stop: what is wrong, and what helps
 */
struct egress_error {
	int code;
	enum egress_subject subject;
	unsigned int index;
	char text[256];
};

__printf(5, 6)
int egress_refuse_nth(struct egress_error *error, enum egress_subject subject, unsigned int index,
		      int code, const char *fmt, ...);

/* The same, of what stands in a request once. */
#define egress_refuse(error, subject, code, fmt, ...) \
	egress_refuse_nth(error, subject, 0, code, fmt, ##__VA_ARGS__)

#endif
