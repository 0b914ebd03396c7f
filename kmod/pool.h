/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_POOL_H
#define EGRESS_POOL_H

#include <linux/rhashtable.h>
#include <linux/egress.h>

#include "addr.h"
#include "table.h"

struct egress_net;
struct egress_pair;
struct genl_info;

enum egress_family { EGRESS_V4, EGRESS_V6, EGRESS_FAMILIES };

static inline enum egress_family egress_family_of(const struct in6_addr *addr)
{
	return egress_addr_is_v4(addr) ? EGRESS_V4 : EGRESS_V6;
}

/**
 * struct egress_prefix - a prefix of a pool
 * @list: in egress_region.prefixes
 * @region: whose
 * @cidr: prefix
 * @first: offset of the first address to be drawn
 * @last: offset of the last, saturated at 2^64 - 1
 * @next: offset of the first address never drawn; beyond @last: none
 * @spent: @next has gone beyond the last
 * @used: addresses allocated
 * @draining: nothing is drawn from it any more
 * @doomed: named by the request that deletes it
 */
struct egress_prefix {
	struct list_head list;
	struct egress_region *region;
	struct egress_cidr cidr;
	u64 first;
	u64 last;
	u64 next;
	bool spent;
	bool draining;
	bool doomed;
	u64 used;
};

/**
 * struct egress_region - a region, with its pool if it has prefixes
 * @list: in egress_net.regions
 * @name: name
 * @prefixes: struct egress_prefix
 * @resting: struct egress_addr released, the one longest ago first
 * @n_resting: how many
 * @forgotten: released addresses were dropped from @resting
 * @device: claims the addresses, or NULL
 * @slot_first: first slot of 1,024 ports that this host hands out
 * @slot_last: last
 * @n_pairs: pairs there are
 * @n_groups: apps here
 * @rcu: freed after packets that saw it
 *
 * Under egress_net.lock; packets read @name.
 */
struct egress_region {
	struct list_head list;
	char name[EGRESS_REGION_MAX + 1];
	struct list_head prefixes;
	struct list_head resting[EGRESS_FAMILIES];
	unsigned int n_resting[EGRESS_FAMILIES];
	bool forgotten[EGRESS_FAMILIES];
	struct egress_device *device;
	u8 slot_first;
	u8 slot_last;
	unsigned int n_pairs;
	unsigned int n_groups;
	struct rcu_head rcu;
};

/**
 * struct egress_addr - an address that is allocated, or was and rests
 * @node: in egress_net.addrs
 * @addr: address
 * @pair: RCU: whose; NULL while it rests
 * @prefix: from which
 * @rest: in egress_region.resting
 * @ifindex: the device on which it is claimed, 0 for none
 * @fresh: was drawn as never used (until the request is done)
 * @was: what it was behind in egress_region.resting, NULL if it was not there (likewise)
 * @rcu: freed after packets that found it
 */
struct egress_addr {
	struct rhash_head node;
	struct in6_addr addr;
	struct egress_pair __rcu *pair;
	struct egress_prefix *prefix;
	struct list_head rest;
	int ifindex;
	bool fresh;
	struct list_head *was;
	struct rcu_head rcu;
};

static const struct rhashtable_params egress_addr_params = EGRESS_TABLE_PARAMS(struct egress_addr);

/* Under RCU. */
static inline struct egress_addr *egress_addr_find(struct rhashtable *addrs,
						   const struct in6_addr *addr)
{
	return rhashtable_lookup(addrs, addr, egress_addr_params);
}

struct egress_pool_request {
	const char *region;
	const struct egress_cidr *prefixes;
	unsigned int n_prefixes;
	const char *device;	/* or NULL */
	int slot_first;		/* or -1 */
	int slot_last;
};

struct egress_region *egress_region_find(struct egress_net *en, const char *name);
struct egress_region *egress_region_get(struct egress_net *en, const char *name);
void egress_region_put(struct egress_region *region);
bool egress_region_has(const struct egress_region *region, enum egress_family family);
u64 egress_prefix_free(const struct egress_prefix *prefix);

int egress_pool_add(struct egress_net *en, const struct egress_pool_request *req, u16 flags,
		    struct genl_info *info);
int egress_pool_del(struct egress_net *en, const struct egress_pool_request *req,
		    struct genl_info *info);
int egress_pool_drain(struct egress_net *en, const struct egress_pool_request *req, bool on,
		      struct genl_info *info);
struct egress_prefix *egress_pool_covers(struct egress_net *en, const struct in6_addr *addr);

struct egress_addr *egress_addr_draw(struct egress_net *en, struct egress_region *region,
				     enum egress_family family, struct genl_info *info);
struct egress_addr *egress_addr_given(struct egress_net *en, struct egress_region *region,
				      const struct in6_addr *addr,
				      struct genl_info *info);
void egress_addr_undraw(struct egress_net *en, struct egress_addr *addr);
void egress_addr_release(struct egress_net *en, struct egress_addr *addr);
bool egress_addr_is_local(struct egress_net *en, const struct in6_addr *addr);

void egress_pool_free_all(struct egress_net *en);

#endif
