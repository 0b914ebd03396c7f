/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_ROUTE_H
#define LIBEGRESS_ROUTE_H

#include "libegress/machine.h"

/* What is asked of the kernel: what would happen to this packet? */
struct packet {
	struct endpoint from;
	struct endpoint to;
	uint8_t proto;
	const char *dev;
};

/* The answer. */
struct route {
	const struct packet *packet;
	struct machine machine;		/* what of it the answer says */
	struct addr source;
	uint16_t port;
	uint32_t verdict;
	uint32_t rule;
	struct prefix excluded;
	bool has_table;
	uint32_t limit;
	unsigned long long connections;
	uint32_t idle;
	unsigned long long rejects;
};

/* The answer to route->packet. Returns a status. */
int route_get(struct route *route);

const char *route_verdict(const struct route *route);
const char *route_rule(const struct route *route);
char *route_why(const struct route *route);	/* a sentence without its full stop, to be freed */

#endif
