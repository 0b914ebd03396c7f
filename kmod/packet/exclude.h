/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_EXCLUDE_H
#define EGRESS_EXCLUDE_H

#include "addr.h"

/* First and last address, both included. */
struct egress_range4 {
	u32 first, last;
};

struct egress_range6 {
	u64 first_hi, first_lo;
	u64 last_hi, last_lo;
};

/**
 * struct egress_exclude - destinations that are not our business
 * @rcu: freed after readers
 * @n_prefixes: as the operator gave them
 * @n4: disjoint ranges of IPv4
 * @n6: disjoint ranges of IPv6
 * @index_bits: 8, of a long list 16
 * @ranges4: sorted; like @ranges6 they never change after egress_exclude_make()
 * @ranges6: sorted
 * @any4: a bit for each value of an address's first @index_bits that a range has
 * @any6: the same for IPv6
 * @prefixes: for reading back
 */
struct egress_exclude {
	struct rcu_head rcu;
	unsigned int n_prefixes;
	unsigned int n4;
	unsigned int n6;
	unsigned int index_bits;
	struct egress_range4 *ranges4;
	struct egress_range6 *ranges6;
	unsigned long *any4;
	unsigned long *any6;
	struct egress_cidr *prefixes;
};

struct egress_exclude *egress_exclude_make(const struct egress_cidr *prefixes, unsigned int n);
bool egress_exclude_has(const struct egress_exclude *list, u8 pf, const union nf_inet_addr *addr);

const struct egress_cidr *egress_exclude_which(const struct egress_exclude *list,
					       const struct in6_addr *addr);

extern struct egress_exclude *egress_exclude_default;
int egress_exclude_init(void);
void egress_exclude_exit(void);

#endif
