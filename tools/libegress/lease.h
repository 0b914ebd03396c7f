/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_LEASE_H
#define LIBEGRESS_LEASE_H

#include "libegress/exchange.h"
#include "libegress/request.h"

/* The ports of a slot of a pair. */
struct block {
	unsigned long long pair_id;
	struct addr v4;
	struct addr v6;
	enum egress_scope scope;
	uint32_t slot;
	uint32_t block_size;
	uint16_t port_first;
	uint16_t port_last;
	unsigned long long set;		/* 0: for the destinations of no set */
	bool pinned;
};

struct lease {
	unsigned long long generation;
	struct block block;
	enum egress_lease_state state;
	char machine[EGRESS_NAME_MAX + 1];
	char app[EGRESS_NAME_MAX + 1];
	char org[EGRESS_NAME_MAX + 1];	/* "" unless the pair is of one */
	char region[EGRESS_REGION_MAX + 1];
	bool counted;
	unsigned long long connections;
};

struct leases {
	struct lease *v;
	size_t n;
};

#define PORTS_TEXT	12	/* "64512-65535" */

const char *ports_text(const struct block *block, char text[PORTS_TEXT]);
void block_read(struct block *block, struct nlattr **attrs);

/* Appends. */
int leases_load(struct leases *leases, dump_fn dump, const struct view *view);

#endif
