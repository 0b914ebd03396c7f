// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

#include "error.h"

/**
 * egress_refuse_nth() - say why something is refused
 * @error: where to
 * @subject: what is to blame
 * @index: which of several, from 0
 * @code: negative error
 * @fmt: sentence without capital and full stop: what is wrong, and what helps
 *
 * Context: any. Return: @code.
 */
int egress_refuse_nth(struct egress_error *error, enum egress_subject subject, unsigned int index,
		      int code, const char *fmt, ...)
{
	va_list args;

	error->code = code;
	error->subject = subject;
	error->index = index;
	va_start(args, fmt);
	vscnprintf(error->text, sizeof(error->text), fmt, args);
	va_end(args);
	return code;
}
