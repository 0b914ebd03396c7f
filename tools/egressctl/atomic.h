/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_ATOMIC_H
#define EGRESSCTL_ATOMIC_H

#include "args.h"
#include "change.h"

/*
 * Between begin and end, the lines of a batch become one request: each command puts its part
 * into that, and is not carried out until atomic_end(), if at all.
 */
void atomic_begin(void);
bool atomic_on(void);
int atomic_check(const struct command *command);	/* can it be part of a request? */
int atomic_check_without(const struct command *command, bool given, const char *option);

/*
 * Begins a part of the request: what is put into the message until atomic_part_end() belongs to it.
 * A part has 64 KB at most, so a line has one for each of its ids or addresses. Returns NULL if
 * there is no module. Outside of a batch, a part is a message of its own.
 */
struct nl_msg *atomic_part(uint8_t cmd);
int atomic_part_end(void);
int atomic_end(int rc);		/* rc: of the lines; nothing is sent unless it is 0 */

/* The line of the part at that offset in the request. */
unsigned int atomic_line(uint32_t offset);

#endif
