/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_ADDRESS_H
#define EGRESS_ADDRESS_H

#include <linux/if_ether.h>
#include <linux/time64.h>

#include "packet/objects.h"
#include "state/warning.h"

/*
 * How many released addresses are remembered in each region and family. Without a bound, an IPv6
 * pool, which always has addresses never used, would take ever more memory.
 */
#define EGRESS_RESTING_MAX	65536

struct egress_change;
struct egress_claim;
struct egress_net;
struct egress_pair;
struct egress_prefix;
struct egress_region;

/**
 * struct egress_addr - an address that is allocated, or was released and rests
 * @public: what packets read of the address, under RCU
 * @prefix: prefix of a pool that the address was drawn from
 * @claim: what the host does to answer for the address; NULL if it answers on no device
 * @conflict: what listeners know of the warning that another host has the address, too
 * @owner: hardware address of that host, the last one if there is none any more
 * @owned_until: the address was given up in a conflict, and is not drawn before this time, in
 *	seconds of boot time; 0: it was not
 * @coming: pair that the request at work is about to allocate with the address; else NULL
 * @rest: entry in egress_region.resting while the address rests; empty otherwise
 * @was: for egress_addr_undraw(), while the request that drew the address is at work: the entry
 *	before it in egress_region.resting; NULL if the address did not rest
 * @fresh: for egress_addr_undraw(), while the request that drew the address is at work:
 *	egress_prefix.next was moved on for it
 * @rcu: frees the address after the packets that found it
 *
 * egress_net.lock protects all of it but @public. @claim changes under egress_net.device_lock, too.
 */
struct egress_addr {
	struct egress_public public;
	struct egress_prefix *prefix;
	struct egress_claim *claim;
	struct egress_told conflict;
	u8 owner[ETH_ALEN] __aligned(2);
	time64_t owned_until;
	struct egress_pair *coming;
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
void egress_addr_mark(struct egress_addr *addr);
bool egress_addr_is_local(struct egress_net *en, const struct in6_addr *addr);

#endif
