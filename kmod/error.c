// SPDX-License-Identifier: GPL-2.0
#include <linux/egress.h>
#include <linux/kernel.h>

#include "error.h"

/**
 * egress_refuse_nth() - say why something is refused
 * @error: filled with the reason
 * @subject: the part of the request that is to blame
 * @index: number of that part, from 0, if the request has several of the kind
 * @code: negative error code
 * @fmt: a sentence that says what is wrong and with what, without a capital at its
 *	beginning and without a full stop
 *
 * Context: any. Return: @code, for the caller to return.
 */
int egress_refuse_nth(struct egress_error *error, enum egress_subject subject, unsigned int index,
		      int code, const char *fmt, ...)
{
	va_list args;

	error->code = code;
	error->subject = subject;
	error->index = index;
	error->reason = EGRESS_REASON_NONE;
	va_start(args, fmt);
	vscnprintf(error->text, sizeof(error->text), fmt, args);
	va_end(args);
	return code;
}
