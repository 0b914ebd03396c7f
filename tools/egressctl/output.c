// SPDX-License-Identifier: GPL-2.0
#include <libsmartcols.h>
#include <stdarg.h>
#include <stdlib.h>

#include "output.h"
#include "libegress/alloc.h"
#include "libegress/exchange.h"
#include "libegress/json.h"

struct output output;

struct table {
	struct libscols_table *cols;
	struct libscols_line *line;
	size_t cell;
};

struct json json_to(FILE *to)
{
	return (struct json){
		.to = to,
		.pretty = output.pretty,
		.mark = to == stdout && exchange_interrupted() ? "interrupted" : NULL,
	};
}

const char *or_dash(const char *text)
{
	return text && *text ? text : "-";
}

void output_error(const char *code, const char *text)
{
	struct json j = json_to(stderr);

	if (output.settle)
		output.settle();
	fflush(stdout);
	if (output.json) {
		json_begin_object(&j, NULL);
		json_add_string(&j, "error", text);
		json_add_string(&j, "code", code);
		if (output.file) {
			json_add_string(&j, "file", output.file);
			json_add_unsigned(&j, "line", output.line);
		}
		json_end_object(&j);
	} else if (output.file) {
		fprintf(stderr, "egressctl: %s:%u: %s\n", output.file, output.line, text);
	} else {
		fprintf(stderr, "egressctl: %s\n", text);
	}
}

struct table *table_new(const char *const *columns)
{
	struct table *t = xrealloc(NULL, sizeof(*t));

	*t = (struct table){ .cols = scols_new_table() };
	if (!t->cols)
		out_of_memory();
	for (; *columns; columns++) {
		bool number = **columns == '>';

		if (!scols_table_new_column(t->cols, *columns + number, 0,
					    number ? SCOLS_FL_RIGHT : 0))
			out_of_memory();
	}
	return t;
}

void table_row(struct table *t)
{
	t->line = scols_table_new_line(t->cols, NULL);
	t->cell = 0;
	if (!t->line)
		out_of_memory();
}

void table_cell(struct table *t, const char *format, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0 || scols_line_refer_data(t->line, t->cell++, text))
		out_of_memory();
}

void table_print(struct table *t)
{
	scols_print_table(t->cols);
	scols_unref_table(t->cols);
	free(t);
}
