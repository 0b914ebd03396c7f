/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_LEASE_H
#define LIBEGRESS_LEASE_H

#include "libegress/exchange.h"
#include "libegress/request.h"

struct lease {
	unsigned long long pair_id;
	struct addr v4;
	struct addr v6;
	uint32_t slot;
	uint16_t port_first;
	uint16_t port_last;
	char machine[EGRESS_NAME_MAX + 1];
	char app[EGRESS_NAME_MAX + 1];
	char region[EGRESS_REGION_MAX + 1];
	bool lingering;
	unsigned long long connections;
};

struct leases {
	struct lease *v;
	size_t n;
};

/* Appends. No app, or no region, means any. */
int leases_load_of(struct leases *leases, const char *machine);
int leases_load(struct leases *leases, dump_fn dump, const char *app, const char *region);

#endif
