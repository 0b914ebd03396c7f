/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_CONFIRM_H
#define EGRESSCTL_CONFIRM_H

#include <stdbool.h>
#include <stdint.h>

/* Somebody at a terminal is asked before connections are cut, unless with -y. */
bool confirm_wanted(bool yes);

/* What they are told before, and the question. Returns a status: whether it is to be done. */
void confirm_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
int confirm(void);

const char *plural(unsigned long long n);

#endif
