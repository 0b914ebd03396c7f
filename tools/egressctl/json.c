// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "json.h"

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

static void quoted(FILE *to, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	fputc('"', to);
	while (*at) {
		size_t n = utf8_length(at);

		if (!n)
			fputs("\\ufffd", to);
		else if (*at == '"' || *at == '\\')
			fprintf(to, "\\%c", *at);
		else if (*at < 0x20)
			fprintf(to, "\\u%04x", *at);
		else
			fwrite(at, 1, n, to);
		at += n ? n : 1;
	}
	fputc('"', to);
}

static void new_line(struct json *j)
{
	if (!j->pretty)
		return;
	fputc('\n', j->to);
	for (unsigned int i = 0; i < j->depth; i++)
		fputs("    ", j->to);
}

/* What comes before every value. */
static void begin(struct json *j, const char *key)
{
	if (j->more)
		fputc(',', j->to);
	if (j->depth)
		new_line(j);
	if (key) {
		quoted(j->to, key);
		fputs(j->pretty ? ": " : ":", j->to);
	}
	j->more = true;
}

static void open_with(struct json *j, const char *key, char bracket)
{
	begin(j, key);
	fputc(bracket, j->to);
	j->depth++;
	j->more = false;
}

static void close_with(struct json *j, char bracket)
{
	j->depth--;
	if (j->more)
		new_line(j);
	fputc(bracket, j->to);
	j->more = j->depth;
	if (!j->depth)
		fputc('\n', j->to);
}

void json_object(struct json *j, const char *key)
{
	open_with(j, key, '{');
}

void json_object_end(struct json *j)
{
	close_with(j, '}');
}

void json_array(struct json *j, const char *key)
{
	open_with(j, key, '[');
}

void json_array_end(struct json *j)
{
	close_with(j, ']');
}

void json_null(struct json *j, const char *key)
{
	begin(j, key);
	fputs("null", j->to);
}

void json_string(struct json *j, const char *key, const char *value)
{
	begin(j, key);
	quoted(j->to, value);
}

void json_string_or_null(struct json *j, const char *key, const char *value)
{
	if (value && *value)
		json_string(j, key, value);
	else
		json_null(j, key);
}

void json_unsigned(struct json *j, const char *key, unsigned long long value)
{
	begin(j, key);
	fprintf(j->to, "%llu", value);
}

void json_signed(struct json *j, const char *key, long long value)
{
	begin(j, key);
	fprintf(j->to, "%lld", value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	begin(j, key);
	fputs(value ? "true" : "false", j->to);
}
