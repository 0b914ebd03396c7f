/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_INSIDE_H
#define EGRESSCTL_INSIDE_H

#include "machine.h"

/* The network namespace that a machine is in. */
struct inside {
	int fd;
	char name[64];		/* as people know it */
	struct addr v4;		/* the machine's addresses that are there, none if len is 0 */
	struct addr v6;
};

/*
 * The one named, or the one that owns the machine's addresses, among those of
 * `ip netns` and of all processes. Returns a status, and says what is wrong.
 */
int inside_find(struct inside *inside, const struct machine *machine, const char *netns);

/* A stream socket in there, bound to the machine's address; -1 and errno if not. */
int inside_socket(const struct inside *inside, uint8_t family_len);

#endif
