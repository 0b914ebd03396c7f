/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_EXCLUDE_H
#define EGRESS_EXCLUDE_H

#include "addr.h"

/* First and last address, both included, as 128-bit numbers. */
struct egress_range {
	u64 first_hi, first_lo;
	u64 last_hi, last_lo;
};

/**
 * struct egress_exclude - destinations that are not our business
 * @rcu: freed after readers
 * @n_prefixes: as the operator gave them
 * @prefixes: likewise, for reading back; behind @ranges
 * @n_ranges: disjoint ranges
 * @ranges: sorted; never changes after egress_exclude_make()
 */
struct egress_exclude {
	struct rcu_head rcu;
	unsigned int n_prefixes;
	unsigned int n_ranges;
	struct egress_cidr *prefixes;
	struct egress_range ranges[];
};

struct egress_exclude *egress_exclude_make(const struct egress_cidr *prefixes, unsigned int n);
bool egress_exclude_has(const struct egress_exclude *list, const struct in6_addr *addr);

extern struct egress_exclude *egress_exclude_default;
int egress_exclude_init(void);
void egress_exclude_exit(void);

#endif
