/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_EXCLUDE_H
#define EGRESS_EXCLUDE_H

#include "addr.h"

/* A range of IPv4 addresses, in host order; @first and @last belong to the range. */
struct egress_range4 {
	u32 first, last;
};

/* A range of IPv6 addresses, each as two halves in host order. */
struct egress_range6 {
	u64 first_hi, first_lo;
	u64 last_hi, last_lo;
};

/**
 * struct egress_exclude - destinations whose packets keep their source
 * @rcu: delays the freeing until no packet reads this list any more
 * @n_prefixes: number of elements of @prefixes
 * @n4: number of elements of @ranges4
 * @n6: number of elements of @ranges6
 * @index_bits: number of leading bits of an address that @any4 and @any6 are indexed by: 8, or 16
 *	for a long list
 * @ranges4: sorted, disjoint ranges of IPv4 addresses
 * @ranges6: sorted, disjoint ranges of IPv6 addresses
 * @any4: one bit for each value of an IPv4 address's first @index_bits bits, set if a range
 *	contains an address that begins so
 * @any6: the same for IPv6
 * @prefixes: the prefixes as the operator gave them, to be shown again
 *
 * Nothing changes after egress_exclude_make().
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
