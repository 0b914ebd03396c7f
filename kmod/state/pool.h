/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_POOL_H
#define EGRESS_POOL_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/egress.h>

#include "addr.h"
#include "table.h"

struct egress_change;
struct egress_net;
struct egress_pair;

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

struct egress_pool_request {
	const char *region;
	const struct egress_cidr *prefixes;
	unsigned int n_prefixes;
	const char *device;	/* or NULL */
	int slot_first;		/* or -1 */
	int slot_last;
	bool make;		/* the pool, if it isn't there */
	bool only_make;		/* refused if it is there */
};

struct egress_region *egress_region_find(struct egress_net *en, const char *name);
struct egress_region *egress_region_get(struct egress_net *en, const char *name);
void egress_region_put(struct egress_region *region);
bool egress_region_has(const struct egress_region *region, enum egress_family family);
u64 egress_prefix_free(const struct egress_prefix *prefix);

int egress_pool_add(struct egress_change *ch, const struct egress_pool_request *req);
int egress_pool_del(struct egress_change *ch, const struct egress_pool_request *req);
int egress_pool_drain(struct egress_change *ch, const struct egress_pool_request *req, bool on);
struct egress_prefix *egress_pool_covers(struct egress_net *en, const struct in6_addr *addr);

void egress_pool_free_all(struct egress_net *en);

#endif
