// SPDX-License-Identifier: GPL-2.0
/* Prints what is hard to print, for tests/json/check to compare with what it has to be. */
#include <limits.h>
#include <string.h>

#include "libegress/json.h"

static void values(struct json *j)
{
	json_add_string(j, "quotes", "a \"b\" \\ / c");
	json_add_string(j, "control", "\b\f\n\r\t\x01\x1f\x7f");
	json_add_string(j, "utf-8", "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
	json_add_string(j, "not-utf-8", "\xff|\xc3|\xc0\x80|\xed\xa0\x80|\xf4\x90\x80\x80");
	json_add_string(j, "empty", "");
	json_add_string_or_null(j, "or-null", "");
	json_add_string_or_null(j, "or-not", "x");
	json_add_unsigned(j, "most", ULLONG_MAX);
	json_add_signed(j, "least", LLONG_MIN);
	json_add_bool(j, "yes", true);
	json_add_bool(j, "no", false);
	json_add_null(j, "nothing");
	json_begin_array(j, "array");
	json_end_array(j);
	json_begin_object(j, "object");
	json_end_object(j);
	json_begin_array(j, "deep");
	json_add_unsigned(j, NULL, 1);
	json_begin_array(j, NULL);
	json_add_null(j, NULL);
	json_end_array(j);
	json_begin_object(j, NULL);
	json_begin_object(j, "deeper");
	json_add_string(j, "still", "  two\n  lines");
	json_end_object(j);
	json_end_object(j);
	json_end_array(j);
}

static void all(bool pretty)
{
	struct json j = { .to = stdout, .pretty = pretty };

	json_begin_object(&j, NULL);
	values(&j);
	json_end_object(&j);
	json_begin_object(&j, NULL);
	json_end_object(&j);
	json_begin_array(&j, NULL);
	json_end_array(&j);
	json_begin_array(&j, NULL);
	json_begin_object(&j, NULL);
	values(&j);
	json_end_object(&j);
	json_add_string(&j, NULL, "last\xc3");
	json_begin_array(&j, NULL);
	json_end_array(&j);
	json_end_array(&j);
}

int main(void)
{
	all(false);
	all(true);
	return 0;
}
