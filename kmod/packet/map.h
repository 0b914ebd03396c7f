/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_MAP_H
#define EGRESS_MAP_H

#include "addr.h"

/**
 * struct egress_map_entry - a route: the label that the addresses of a prefix get
 * @cidr: prefix
 * @label: egress_set.index of the prefix's set of destinations, or enum egress_pool_label of its
 *	pool; not 0, which is the label of all addresses that are in no prefix
 */
struct egress_map_entry {
	struct egress_cidr cidr;
	u32 label;
};

/* From address @from on, up to the next edge, all addresses have this label. */
struct egress_edge4 {
	u32 from;
	u32 label;
};

/* The same for IPv6; @hi and @lo are the two halves of the address, in host order. */
struct egress_edge6 {
	u64 hi, lo;
	u32 label;
};

/**
 * struct egress_map - gives an address the label of the longest prefix that the address is in
 * @rcu: delays the freeing until no packet reads this map any more
 * @bytes: size of the map's memory
 * @n4: number of edges of IPv4
 * @n6: number of edges of IPv6
 * @edges4: sorted edges of IPv4, the first at 0.0.0.0; in the same piece of memory, after @edges6
 * @edges6: sorted edges of IPv6, the first at ::
 *
 * Nothing changes after egress_map_make().
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
