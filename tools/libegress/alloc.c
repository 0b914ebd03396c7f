// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libegress/alloc.h"
#include "libegress/error.h"

void out_of_memory(void)
{
	fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
	exit(STATUS_FAILED);
}

void *xrealloc(void *old, size_t size)
{
	void *p = realloc(old, size);

	if (!p)
		out_of_memory();
	return p;
}

char *xstrdup(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		out_of_memory();
	return copy;
}

/* Room for one element more than n; the capacity is always a power of two. */
void *array_grow(void *array, size_t n, size_t size)
{
	if (array && (n & (n - 1)))
		return array;
	return xrealloc(array, (n ? 2 * n : 1) * size);
}
