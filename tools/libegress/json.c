// SPDX-License-Identifier: GPL-2.0
#include <json-c/json.h>
#include <json-c/printbuf.h>
#include <stdlib.h>
#include <string.h>

#include "libegress/alloc.h"
#include "libegress/json.h"

/* Length of the UTF-8 sequence that text begins with, 0 if it is none. */
static size_t utf8_length(const unsigned char *text)
{
	size_t n = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;

	if (text[0] < 0x80)
		return 1;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return n;
}

/*
 * A string as our output has always had it: json-c would write what is not UTF-8 as
 * it is, and some control characters by a letter.
 */
static int quoted(struct json_object *value, struct printbuf *to, int level, int flags)
{
	const unsigned char *at = (const unsigned char *)json_object_get_string(value);
	int rc = printbuf_strappend(to, "\"");
	char text[8];

	/* Without memory json-c hears of it, and print() ends the program. */
	while (*at && rc >= 0) {
		size_t n = utf8_length(at);

		if (!n) {
			rc = printbuf_strappend(to, "\\ufffd");
		} else if (*at == '"' || *at == '\\') {
			snprintf(text, sizeof(text), "\\%c", *at);
			rc = printbuf_memappend(to, text, 2);
		} else if (*at < 0x20) {
			snprintf(text, sizeof(text), "\\u%04x", *at);
			rc = printbuf_memappend(to, text, 6);
		} else {
			rc = printbuf_memappend(to, (const char *)at, n);
		}
		at += n ? n : 1;
	}
	return rc < 0 ? rc : printbuf_strappend(to, "\"");
}

static void indent(struct json *j, unsigned int columns)
{
	fprintf(j->to, "\n%*s", columns, "");
}

/*
 * json-c indents by two columns, we by four; and it breaks the line between the
 * brackets of what is empty. No string has a line break in it.
 */
static void print_pretty(struct json *j, const char *text, unsigned int level)
{
	for (;;) {
		size_t length = strcspn(text, "\n"), columns;

		fwrite(text, 1, length, j->to);
		text += length;
		if (!*text)
			return;
		columns = strspn(text + 1, " ");
		if (!strchr("[{", text[-1]) || !strchr("]}", text[1 + columns]))
			indent(j, 4 * level + 2 * columns);
		text += 1 + columns;
	}
}

static void print(struct json *j, struct json_object *value, unsigned int level)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;

	if (j->pretty)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	text = json_object_to_json_string_ext(value, flags);
	if (!text)
		out_of_memory();
	if (j->pretty)
		print_pretty(j, text, level);
	else
		fputs(text, j->to);
}

/* An array at the top has no object: its elements are written one by one. */
static bool streams(const struct json *j)
{
	return j->depth == 1 && !j->open[0];
}

/* Put a value where it belongs; it is given away. */
static void add(struct json *j, const char *key, struct json_object *value)
{
	struct json_object *in = j->depth ? j->open[j->depth - 1] : NULL;
	int rc = 0;

	if (in && key)
		rc = json_object_object_add_ex(in, key, value, JSON_C_OBJECT_ADD_KEY_IS_NEW |
					       JSON_C_OBJECT_ADD_CONSTANT_KEY);
	else if (in)
		rc = json_object_array_add(in, value);
	if (rc)
		out_of_memory();
	if (in)
		return;
	if (streams(j)) {
		if (j->more)
			fputc(',', j->to);
		if (j->pretty)
			indent(j, 4);
		j->more = true;
	}
	print(j, value, j->depth);
	if (!j->depth)
		fputc('\n', j->to);
	json_object_put(value);
}

static struct json_object *made(struct json_object *value)
{
	if (!value)
		out_of_memory();
	return value;
}

/* What is in the top's array, or is the top, is written when it ends. */
static void begin(struct json *j, const char *key, struct json_object *value)
{
	if (value && j->depth && j->open[j->depth - 1])
		add(j, key, value);
	j->open[j->depth++] = value;
}

static void end(struct json *j)
{
	struct json_object *value = j->open[--j->depth];

	if (!j->depth || !j->open[j->depth - 1])
		add(j, NULL, value);
}

void json_begin_object(struct json *j, const char *key)
{
	begin(j, key, made(json_object_new_object()));
}

void json_end_object(struct json *j)
{
	if (j->mark && j->depth == 2 && !j->open[0])
		json_add_bool(j, j->mark, true);
	end(j);
}

void json_begin_array(struct json *j, const char *key)
{
	if (j->depth) {
		begin(j, key, made(json_object_new_array()));
		return;
	}
	begin(j, key, NULL);
	j->more = false;
	fputc('[', j->to);
}

void json_end_array(struct json *j)
{
	if (!streams(j)) {
		end(j);
		return;
	}
	j->depth--;
	if (j->pretty && j->more)
		indent(j, 0);
	fputs("]\n", j->to);
}

void json_add_null(struct json *j, const char *key)
{
	add(j, key, NULL);
}

void json_add_string(struct json *j, const char *key, const char *value)
{
	struct json_object *string = made(json_object_new_string(value));

	json_object_set_serializer(string, quoted, NULL, NULL);
	add(j, key, string);
}

void json_add_string_or_null(struct json *j, const char *key, const char *value)
{
	if (value && *value)
		json_add_string(j, key, value);
	else
		json_add_null(j, key);
}

void json_add_unsigned(struct json *j, const char *key, unsigned long long value)
{
	add(j, key, made(json_object_new_uint64(value)));
}

void json_add_signed(struct json *j, const char *key, long long value)
{
	add(j, key, made(json_object_new_int64(value)));
}

void json_add_bool(struct json *j, const char *key, bool value)
{
	add(j, key, made(json_object_new_boolean(value)));
}
