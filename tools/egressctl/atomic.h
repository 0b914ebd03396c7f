/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_ATOMIC_H
#define EGRESSCTL_ATOMIC_H

#include "args.h"
#include "change.h"

/*
 * Between begin and end, the lines of a batch become one request: each command asks for the
 * message to put its part into, and is not carried out until atomic_end(), if at all.
 */
void atomic_begin(void);
bool atomic_on(void);
int atomic_check(const struct command *command);	/* can it be part of a request? */

/*
 * Begin a line's part; made tells of the whole. options says what the line asks for beside what
 * it names: that has to be the same in all lines, and is put into the message with the first.
 * Returns NULL if it can't be, and has said why.
 */
struct nl_msg *atomic_part(const struct command *command, uint8_t cmd, const char *options,
			   made_fn made);
bool atomic_is_first(void);
int atomic_end(int rc);		/* rc: of the lines; nothing is sent unless it is 0 */

/* The line of the part at that offset in the request. */
unsigned int atomic_line(uint32_t offset);

#endif
