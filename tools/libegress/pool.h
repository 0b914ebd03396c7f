/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_POOL_H
#define LIBEGRESS_POOL_H

#include <net/if.h>

#include "libegress/exchange.h"
#include "libegress/request.h"

struct part {
	struct prefix prefix;
	unsigned long long used;
	unsigned long long free;
	bool draining;
};

struct pool {
	unsigned long long generation;
	char region[EGRESS_REGION_MAX + 1];
	char dev[IFNAMSIZ];
	uint32_t slot_first;
	uint32_t slot_last;
	const char *on_unallocated;	/* NULL if the module doesn't tell */
	uint32_t pairs;
	struct part *parts;
	size_t n;
};

struct pools {
	struct pool *v;
	size_t n;
};

void pools_free(struct pools *pools);

/* These append, and return a status. No region means any. */
int pools_load(struct pools *pools, dump_fn dump, const char *region);
int pools_of_answer(struct pools *pools, const struct answer *answer);

/*
 * The device that answers for the addresses of a region's pool, "" if none does.
 * Returns a status.
 */
int pool_dev(const char *region, char dev[IF_NAMESIZE]);

#endif
