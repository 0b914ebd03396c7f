/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_ALLOC_H
#define LIBEGRESS_ALLOC_H

#include <stddef.h>

/* These end the program when there is no memory: nothing is half done then. */
void out_of_memory(void) __attribute__((noreturn));
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);
void *array_grow(void *array, size_t n, size_t size);

#endif
