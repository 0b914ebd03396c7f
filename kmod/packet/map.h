/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_MAP_H
#define EGRESS_MAP_H

#include "addr.h"

/**
 * struct egress_map_entry - where a prefix leads
 * @cidr: prefix
 * @label: not 0, which is everywhere else
 */
struct egress_map_entry {
	struct egress_cidr cidr;
	u32 label;
};

/* From this address on, up to the next edge. */
struct egress_edge4 {
	u32 from;
	u32 label;
};

struct egress_edge6 {
	u64 hi, lo;
	u32 label;
};

/**
 * struct egress_map - the longest prefix that an address is in
 * @rcu: freed after readers
 * @bytes: memory it takes
 * @n4: edges of IPv4, the first at 0.0.0.0
 * @n6: edges of IPv6, the first at ::
 * @edges4: sorted, behind @edges6; none changes after egress_map_make()
 * @edges6: sorted
 */
struct egress_map {
	struct rcu_head rcu;
	size_t bytes;
	unsigned int n4;
	unsigned int n6;
	struct egress_edge4 *edges4;
	struct egress_edge6 edges6[];
};

int egress_cidr_cmp(const struct egress_cidr *a, const struct egress_cidr *b);
struct egress_map *egress_map_make(const struct egress_map_entry *routes, unsigned int n);
u32 egress_map_find(const struct egress_map *map, u8 pf, const union nf_inet_addr *addr);

#endif
