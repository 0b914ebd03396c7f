/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_REACH_H
#define EGRESSCTL_REACH_H

#include "inside.h"
#include "machine.h"

#define REACH_STEPS	8

/* On the way from a machine to a far end. */
struct step {
	const char *name;
	bool ok;		/* if not, it is the last one */
	char *text;
};

struct reach {
	const char *target;	/* as it was given */
	struct addr addr;
	uint16_t port;
	struct step steps[REACH_STEPS];
	size_t n;
	struct addr seen;	/* the address that the far end sees, if it is known */
	uint16_t seen_port;	/* 0 if it is not known */
};

/*
 * Make a connection from the inside of a machine, and find out how far it gets.
 * dev answers for the addresses of the pool, "" if none does. Returns a status,
 * of the finding out.
 */
int reach(struct reach *to, const struct machine *machine, const struct inside *inside,
	  const char *dev);
bool reach_failed(const struct reach *to);
void reach_free(struct reach *to);

#endif
