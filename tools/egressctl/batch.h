/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_BATCH_H
#define EGRESSCTL_BATCH_H

#include <stdbool.h>

/* Run each line of the file ("-": standard input) as a command. */
int batch(const char *file, bool force, bool whole, int (*run)(int argc, char **argv));

#endif
