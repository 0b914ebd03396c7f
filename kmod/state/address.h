/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_ADDRESS_H
#define EGRESS_ADDRESS_H

#include "packet/objects.h"

/*
 * How many released addresses are remembered in each region and family. Without a bound, an IPv6
 * pool, which always has addresses never used, would take ever more memory.
 */
#define EGRESS_RESTING_MAX	65536

struct egress_change;
struct egress_claim;
struct egress_net;
struct egress_prefix;
struct egress_region;

/**
 * struct egress_addr - an address that is allocated, or was released and rests
 * @public: what packets read of the address, under RCU
 * @prefix: prefix of a pool that the address was drawn from
 * @claim: what the host does to answer for the address; NULL if it answers on no device
 * @rest: entry in egress_region.resting while the address rests; empty otherwise
 * @was: for egress_addr_undraw(), while the request that drew the address is at work: the entry
 *	before it in egress_region.resting; NULL if the address did not rest
 * @fresh: for egress_addr_undraw(), while the request that drew the address is at work:
 *	egress_prefix.next was moved on for it
 * @rcu: frees the address after the packets that found it
 *
 * egress_net.lock protects all of it but @public.
 */
struct egress_addr {
	struct egress_public public;
	struct egress_prefix *prefix;
	struct egress_claim *claim;
	struct list_head rest;
	union {
		struct {
			struct list_head *was;
			bool fresh;
		};
		struct rcu_head rcu;
	};
};

struct egress_addr *egress_addr_find(struct egress_net *en, const struct in6_addr *addr);
struct egress_addr *egress_addr_draw(struct egress_change *ch, struct egress_region *region,
				     enum egress_family family);
struct egress_addr *egress_addr_given(struct egress_change *ch, struct egress_region *region,
				      const struct in6_addr *addr);
void egress_addr_undraw(struct egress_net *en, struct egress_addr *addr);
void egress_addr_release(struct egress_net *en, struct egress_addr *addr);
void egress_addr_forget(struct egress_net *en, struct egress_addr *addr);
bool egress_addr_is_local(struct egress_net *en, const struct in6_addr *addr);

#endif
