/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_ADDRESS_H
#define EGRESS_ADDRESS_H

#include "packet/objects.h"

#define EGRESS_RESTING_MAX	65536	/* released addresses remembered, a region and family */

struct egress_change;
struct egress_net;
struct egress_prefix;
struct egress_region;

/**
 * struct egress_addr - an address that is allocated, or was and rests
 * @public: as packets look it up
 * @prefix: from which
 * @rest: in egress_region.resting
 * @fresh: was drawn as never used (until the request is done)
 * @was: what it was behind in egress_region.resting, NULL if it was not there (likewise)
 * @rcu: freed after packets that found it
 *
 * Under egress_net.lock but for @public.
 */
struct egress_addr {
	struct egress_public public;
	struct egress_prefix *prefix;
	struct list_head rest;
	bool fresh;
	struct list_head *was;
	struct rcu_head rcu;
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
