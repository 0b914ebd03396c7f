/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_OUTPUT_H
#define EGRESSCTL_OUTPUT_H

#include <stdbool.h>

#include "json.h"

/* What commands return; the first three are exit statuses. */
enum status {
	STATUS_DONE,
	STATUS_USAGE,		/* the command line is wrong */
	STATUS_FAILED,		/* refused, or it could not be done */
	STATUS_HELP,		/* help was asked for and has been printed */
};

/* How to print, and the line of a batch that is being carried out. */
extern struct output {
	bool json;
	bool pretty;
	const char *file;
	unsigned int line;
	void (*settle)(void);	/* earlier lines, before an error is told; or NULL */
} output;

/* Both say what is wrong on standard error and return the status. */
int fail_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
int fail(const char *code, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct json json_to(FILE *to);
const char *or_dash(const char *text);

struct table;

/* The names end with NULL; those that begin with '>' are of numbers. */
struct table *table_new(const char *const *columns);
void table_row(struct table *t);
void table_cell(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void table_print(struct table *t);			/* and free it */

#endif
