// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "libegress/alloc.h"
#include "libegress/error.h"

static void to_standard_error(const char *code, const char *text)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, text);
}

static const char *no_remedy(unsigned int reason)
{
	return NULL;
}

const char *(*fail_remedy)(unsigned int reason) = no_remedy;
void (*fail_tell)(const char *code, const char *text) = to_standard_error;

static void __attribute__((format(printf, 2, 0)))
tell(const char *code, const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		out_of_memory();
	fail_tell(code, text);
	free(text);
}

int fail_usage(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell("invalid", format, args);
	va_end(args);
	return STATUS_USAGE;
}

int fail(const char *code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(code, format, args);
	va_end(args);
	return STATUS_FAILED;
}
