/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_POOL_H
#define EGRESS_POOL_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/egress.h>

#include "addr.h"
#include "table.h"
#include "state/warning.h"

struct egress_change;
struct egress_map;
struct egress_net;
struct egress_pair;

/**
 * struct egress_prefix - a prefix of a pool
 * @list: entry in egress_region.prefixes
 * @region: region whose pool the prefix is in
 * @cidr: the prefix
 * @first: offset in the prefix of the first address that may be drawn
 * @last: offset of the last address that may be drawn, at most 2^64 - 1
 * @next: offset of the next address to draw as never used; of no meaning if @spent
 * @spent: addresses up to @last have been drawn or passed over: none is left never used
 * @used: number of addresses that are allocated
 * @n_pairs: number of pairs that have an address of the prefix, without those that are being cut
 * @draining: no address is drawn from the prefix any more
 * @doomed: the request at work, which deletes prefixes, drains them or replaces the pool, is about
 *	this one
 *
 * egress_net.lock protects all of it.
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
	u64 n_pairs;
};

/**
 * struct egress_region - a region, with its pool if it has prefixes
 * @list: entry in egress_net.regions
 * @name: name of the region
 * @prefixes: struct egress_prefix of the pool; empty if the region has no pool
 * @resting: struct egress_addr that were released, by family; the one released longest ago comes
 *	first
 * @n_resting: number of addresses in @resting, by family
 * @forgotten: addresses were dropped from @resting, as there were too many, by family
 * @skipped: addresses that were never used were not drawn, as another host had them, by family
 * @size: addresses that can be in use, by family, of prefixes that are not draining. Of a prefix
 *	with more than 2^32, so many count
 * @used: sum of egress_prefix.n_pairs of these prefixes, by family
 * @told: what listeners know of the warning that few addresses are left, by family
 * @warn: entry in egress_change.regions while warnings are due; empty otherwise
 * @device: device on which the host answers for allocated addresses; NULL for none
 * @slot_first: first slot that this host hands out, counted in slots of 1,024 ports
 * @slot_last: last slot that this host hands out, counted likewise
 * @on_unallocated: enum egress_on_unallocated, as asked for; -1: the default, which depends on the
 *	slots: see egress_pool_on_unallocated()
 * @serial: counted up; egress_net.regions is in this order
 * @n_pairs: pairs in the region
 * @n_groups: apps that have something in the region
 * @rcu: frees the region after the packets that read @name
 *
 * egress_net.lock protects all of it. Packets read @name, which never changes, under RCU.
 */
struct egress_region {
	struct list_head list;
	char name[EGRESS_REGION_MAX + 1];
	struct list_head prefixes;
	struct list_head resting[EGRESS_FAMILIES];
	unsigned int n_resting[EGRESS_FAMILIES];
	bool forgotten[EGRESS_FAMILIES];
	bool skipped[EGRESS_FAMILIES];
	u64 size[EGRESS_FAMILIES];
	u64 used[EGRESS_FAMILIES];
	struct egress_told told[EGRESS_FAMILIES];
	struct list_head warn;
	struct egress_device *device;
	u8 slot_first;
	u8 slot_last;
	s8 on_unallocated;
	unsigned long serial;
	unsigned int n_pairs;
	unsigned int n_groups;
	struct rcu_head rcu;
};

struct egress_pool_request {
	const char *region;
	const struct egress_cidr *prefixes;
	unsigned int n_prefixes;
	const char *device;	/* NULL: as it is, or none in a new pool or with @replace */
	int slot_first;		/* -1: as it is, or all slots in a new pool or with @replace */
	int slot_last;
	int on_unallocated;	/* -1: as it is, or the default in a new pool or with @replace */
	bool replace;		/* what the pool has besides goes */
	bool missing_ok;	/* what is to be deleted may be gone already */
	unsigned long surveyed;	/* egress_pool_survey(): serial of the last machine looked at */
	unsigned long readdressed;	/* egress_net.readdressed when it looked at the first */
};

/**
 * struct egress_pool_change - how the map of all pools is to change
 * @region: the pool that changes
 * @on_unallocated: enum egress_on_unallocated: what it is to be for this pool
 * @without_doomed: prefixes of the pool that are doomed go
 * @more: struct egress_prefix that come into the pool; NULL for none
 */
struct egress_pool_change {
	const struct egress_region *region;
	u8 on_unallocated;
	bool without_doomed;
	const struct list_head *more;
};

struct egress_region *egress_region_find(struct egress_net *en, const char *name);
struct egress_region *egress_region_get(struct egress_net *en, const char *name);
void egress_region_put(struct egress_region *region);
bool egress_region_has(const struct egress_region *region, enum egress_family family);
u64 egress_prefix_free(const struct egress_prefix *prefix);
void egress_prefix_use(struct egress_prefix *prefix, int by);
u8 egress_pool_on_unallocated(const struct egress_region *region);

/* pool_map.c */
struct egress_map *egress_pool_map_make(struct egress_net *en,
					const struct egress_pool_change *change);
void egress_pool_map_publish(struct egress_net *en, struct egress_map *map);

/* pool_check.c */
int egress_pool_survey(struct egress_net *en, struct egress_pool_request *req);
int egress_pool_check(struct egress_change *ch, const struct egress_pool_request *req);

/* pool.c */
int egress_pool_add(struct egress_change *ch, const struct egress_pool_request *req);
int egress_pool_del(struct egress_change *ch, const struct egress_pool_request *req);
int egress_pool_drain(struct egress_change *ch, const struct egress_pool_request *req, bool on);
struct egress_prefix *egress_pool_covers(struct egress_net *en, const struct in6_addr *addr);

void egress_pool_free_all(struct egress_net *en);

#endif
