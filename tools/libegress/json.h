/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_JSON_H
#define LIBEGRESS_JSON_H

#include <stdbool.h>
#include <stdio.h>

struct json_object;

#define JSON_DEPTH	16

/*
 * A writer of JSON, over json-c. A key is given inside an object and NULL inside an
 * array and at the top; keys are constants. The elements of an array at the top are
 * written as they end, so that a long table takes no memory.
 */
struct json {
	FILE *to;
	bool pretty;
	const char *mark;	/* key of a true member of each object in it; or NULL */
	bool more;		/* elements of the array at the top were written already */
	unsigned int depth;
	struct json_object *open[JSON_DEPTH];
};

void json_begin_object(struct json *j, const char *key);
void json_end_object(struct json *j);
void json_begin_array(struct json *j, const char *key);
void json_end_array(struct json *j);
void json_add_null(struct json *j, const char *key);
void json_add_string(struct json *j, const char *key, const char *value);
void json_add_string_or_null(struct json *j, const char *key, const char *value);
void json_add_unsigned(struct json *j, const char *key, unsigned long long value);
void json_add_signed(struct json *j, const char *key, long long value);
void json_add_bool(struct json *j, const char *key, bool value);

#endif
