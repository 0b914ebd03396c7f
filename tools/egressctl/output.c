// SPDX-License-Identifier: GPL-2.0
#include <libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "libegress/alloc.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/parse.h"

struct output output;

/* Cells are kept as their text alone, one row after the other, each with a 0 at its end. */
struct table {
	const char *const *columns;
	size_t n_columns;
	size_t *widths;		/* of the columns, as wide as what is in them */
	char *text;
	size_t length;
	size_t room;
	size_t n_cells;
	bool wide;		/* there is more than ASCII */
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

	*t = (struct table){ .columns = columns };
	while (columns[t->n_columns])
		t->n_columns++;
	t->widths = xrealloc(NULL, t->n_columns * sizeof(*t->widths));
	for (size_t i = 0; i < t->n_columns; i++)
		t->widths[i] = strlen(columns[i]) - (*columns[i] == '>');
	return t;
}

/* Room for a cell of length bytes and its end. */
static char *room_for(struct table *t, size_t length)
{
	if (t->room - t->length <= length) {
		t->room = 2 * (t->room + length + 1);
		t->text = xrealloc(t->text, t->room);
	}
	return t->text + t->length;
}

/* A cell's text is where room_for() said. */
static void cell_is(struct table *t, size_t length)
{
	const char *text = t->text + t->length;
	size_t column = t->n_cells++ % t->n_columns;

	if (t->widths[column] < length)
		t->widths[column] = length;
	for (size_t i = 0; i < length; i++)
		t->wide |= text[i] < ' ' || text[i] > '~';
	t->length += length + 1;
}

void table_text(struct table *t, const char *text)
{
	size_t length = strlen(text);

	memcpy(room_for(t, length), text, length + 1);
	cell_is(t, length);
}

void table_number(struct table *t, unsigned long long number)
{
	char text[NUMBER_TEXT];

	number_text(number, text);
	table_text(t, text);
}

void table_cell(struct table *t, const char *format, ...)
{
	va_list args, again;
	size_t length;
	char *to;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	to = room_for(t, length);
	vsnprintf(to, length + 1, format, again);
	va_end(again);
	va_end(args);
	cell_is(t, length);
}

/* On a terminal, which may be too narrow, and for text whose width is not its number of bytes. */
static void print_fitting(const struct table *t)
{
	struct libscols_table *cols = scols_new_table();
	struct libscols_line *line = NULL;
	const char *text = t->text;

	if (!cols)
		out_of_memory();
	for (size_t i = 0; i < t->n_columns; i++) {
		bool number = *t->columns[i] == '>';

		if (!scols_table_new_column(cols, t->columns[i] + number, 0,
					    number ? SCOLS_FL_RIGHT : 0))
			out_of_memory();
	}
	for (size_t i = 0; i < t->n_cells; i++) {
		size_t column = i % t->n_columns;

		if (!column)
			line = scols_table_new_line(cols, NULL);
		if (!line || scols_line_set_data(line, column, text))
			out_of_memory();
		text += strlen(text) + 1;
	}
	scols_print_table(cols);
	scols_unref_table(cols);
}

/* Write a line of cells, each as wide as its column. There is room for it at line. */
static void print_line(const struct table *t, const char *const *texts, char *line)
{
	size_t last = t->n_columns - 1;
	char *at = line;

	for (size_t i = 0; i <= last; i++) {
		size_t length = strlen(texts[i]), left = t->widths[i] - length;

		if (*t->columns[i] == '>') {
			memset(at, ' ', left);
			memcpy(at + left, texts[i], length);
			at += left + length;
		} else {
			memcpy(at, texts[i], length);
			memset(at + length, ' ', left);
			at += i < last ? left + length : length;
		}
		*at++ = i < last ? ' ' : '\n';
	}
	fwrite(line, 1, at - line, stdout);
}

/* The same as print_fitting() where no terminal is too narrow, in a tenth of the time. */
static void print_plain(const struct table *t)
{
	const char *texts[t->n_columns], *text = t->text;
	size_t width = 0;
	char *line;

	for (size_t i = 0; i < t->n_columns; i++) {
		texts[i] = t->columns[i] + (*t->columns[i] == '>');
		width += t->widths[i] + 1;
	}
	line = xrealloc(NULL, width);
	print_line(t, texts, line);
	for (size_t i = 0; i < t->n_cells; i++) {
		size_t column = i % t->n_columns;

		texts[column] = text;
		text += strlen(text) + 1;
		if (column == t->n_columns - 1)
			print_line(t, texts, line);
	}
	free(line);
}

void table_row(struct table *t)
{
	while (t->n_cells % t->n_columns)
		table_text(t, "");
}

void table_print(struct table *t)
{
	table_row(t);
	if (!t->n_cells)
		;	/* no header either */
	else if (t->wide || isatty(STDOUT_FILENO))
		print_fitting(t);
	else
		print_plain(t);
	free(t->widths);
	free(t->text);
	free(t);
}
