/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_JSON_H
#define EGRESSCTL_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * A writer of JSON. libsmartcols can print JSON too, but only as a table inside
 * an object; lists here are bare arrays, and their objects have objects in them.
 * A key is given inside an object and NULL inside an array and at the top.
 */
struct json {
	FILE *to;
	bool pretty;
	bool more;		/* a comma is due before the next value */
	unsigned int depth;
};

void json_object(struct json *j, const char *key);
void json_object_end(struct json *j);
void json_array(struct json *j, const char *key);
void json_array_end(struct json *j);
void json_null(struct json *j, const char *key);
void json_string(struct json *j, const char *key, const char *value);
void json_string_or_null(struct json *j, const char *key, const char *value);
void json_unsigned(struct json *j, const char *key, unsigned long long value);
void json_signed(struct json *j, const char *key, long long value);
void json_bool(struct json *j, const char *key, bool value);

#endif
