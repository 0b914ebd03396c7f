/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_ERROR_H
#define LIBEGRESS_ERROR_H

/* What functions return; the first three are exit statuses. */
enum status {
	STATUS_DONE,
	STATUS_USAGE,		/* what was asked for is wrong in itself */
	STATUS_FAILED,		/* refused, or it could not be done */
	STATUS_HELP,		/* help was asked for and has been printed */
};

static inline int worse_status(int a, int b)
{
	return a > b ? a : b;
}

/* Both say what is wrong, a sentence without its full stop, and return the status. */
int fail_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
int fail(const char *code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What helps against a refusal of the kernel's, by its enum egress_reason; or NULL. */
extern const char *(*fail_remedy)(unsigned int reason);

/* Who is told; unless set, it is written to standard error. code is a stable word. */
extern void (*fail_tell)(const char *code, const char *text);

#endif
