/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_OUTPUT_H
#define EGRESSCTL_OUTPUT_H

#include <stdbool.h>

#include "libegress/error.h"
#include "libegress/json.h"

/* How to print, and the line of a batch that is being carried out. */
extern struct output {
	bool json;
	bool pretty;
	const char *file;
	unsigned int line;
	void (*settle)(void);	/* earlier lines, before an error is told; or NULL */
} output;

/* For fail_tell: an error goes to standard error, as text or JSON. */
void output_error(const char *code, const char *text);

struct json json_to(FILE *to);
const char *or_dash(const char *text);

struct table;

/*
 * The names end with NULL; those that begin with '>' are of numbers. Columns are as wide as what
 * is in them, and on a terminal as that has room for them. Cells that a row lacks are empty.
 */
struct table *table_new(const char *const *columns);
void table_row(struct table *t);
void table_text(struct table *t, const char *text);
void table_number(struct table *t, unsigned long long number);
void table_cell(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void table_print(struct table *t);			/* and free it */

#endif
