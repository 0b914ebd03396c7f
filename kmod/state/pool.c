// SPDX-License-Identifier: GPL-2.0
/*
 * Pools: regions, and the prefixes that addresses for their pairs are drawn from. Which address
 * is drawn next is decided in address.c.
 */
#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/route.h>

#include "addr.h"
#include "error.h"
#include "net.h"
#include "state/address.h"
#include "state/app.h"
#include "state/change.h"
#include "state/claim.h"
#include "state/device.h"
#include "state/group.h"
#include "state/hooks_use.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/pool.h"

#define USERS_NAMED	3	/* users of a prefix that a refusal to delete the prefix names */
#define USERS_TEXT	128	/* bytes for their names: at least one with its address fits in */

/**
 * egress_region_find() - find a region by name
 * @en: namespace, locked
 * @name: name of the region
 *
 * Return: region, maybe without a pool; or NULL.
 */
struct egress_region *egress_region_find(struct egress_net *en, const char *name)
{
	struct egress_region *region;

	lockdep_assert_held(&en->lock);
	list_for_each_entry(region, &en->regions, list)
		if (!strcmp(region->name, name))
			return region;
	return NULL;
}

/**
 * egress_region_get() - find a region by name, or make it
 * @en: namespace, locked
 * @name: name of the region
 *
 * To be followed by egress_region_put() if neither a prefix nor a group comes into the region.
 * Return: region, or NULL if there is no memory.
 */
struct egress_region *egress_region_get(struct egress_net *en, const char *name)
{
	struct egress_region *region = egress_region_find(en, name);
	int i;

	if (region)
		return region;
	region = kzalloc(sizeof(*region), GFP_KERNEL_ACCOUNT);
	if (!region)
		return NULL;
	strscpy(region->name, name, sizeof(region->name));
	INIT_LIST_HEAD(&region->prefixes);
	for (i = 0; i < EGRESS_FAMILIES; i++)
		INIT_LIST_HEAD(&region->resting[i]);
	INIT_LIST_HEAD(&region->warn);
	region->slot_last = EGRESS_SLOTS - 1;
	region->on_unallocated = -1;
	region->serial = ++en->last_region;
	list_add_tail(&region->list, &en->regions);
	return region;
}

/**
 * egress_region_put() - free a region that has no pool and no group
 * @region: region, egress_net locked; nothing happens if it has prefixes or groups
 */
void egress_region_put(struct egress_region *region)
{
	if (!list_empty(&region->prefixes) || region->n_groups)
		return;
	list_del(&region->list);
	list_del(&region->warn);
	kfree_rcu(region, rcu);
}

/**
 * egress_region_has() - has the region's pool prefixes of a family
 * @region: region, egress_net locked
 * @family: IPv4 or IPv6
 */
bool egress_region_has(const struct egress_region *region, enum egress_family family)
{
	const struct egress_prefix *prefix;

	list_for_each_entry(prefix, &region->prefixes, list)
		if (egress_family_of(&prefix->cidr.addr) == family)
			return true;
	return false;
}

/*
 * Other hosts that hand out slots of a pool's addresses may have allocated what this host has not,
 * and its routes lead on to them.
 */
static u8 on_unallocated(int asked, unsigned int slot_first, unsigned int slot_last)
{
	if (asked >= 0)
		return asked;
	return slot_first || slot_last != EGRESS_SLOTS - 1 ? EGRESS_ON_UNALLOCATED_PASS :
							     EGRESS_ON_UNALLOCATED_DROP;
}

/**
 * egress_pool_on_unallocated() - what happens to what comes in for unallocated addresses of a pool
 * @region: region, egress_net locked
 *
 * Return: enum egress_on_unallocated.
 */
u8 egress_pool_on_unallocated(const struct egress_region *region)
{
	return on_unallocated(region->on_unallocated, region->slot_first, region->slot_last);
}

/**
 * egress_prefix_free() - count the addresses of a prefix that are not allocated
 * @prefix: prefix, egress_net locked
 *
 * Return: number of addresses; of 2^64 and more, those whose offset fits into 64 bits count.
 */
u64 egress_prefix_free(const struct egress_prefix *prefix)
{
	u64 n = prefix->last - prefix->first;

	if (n != U64_MAX)
		n++;
	return n > prefix->used ? n - prefix->used : 0;
}

/**
 * egress_prefix_use() - count a pair that has an address of a prefix, or no more
 * @prefix: prefix, egress_net locked
 * @by: 1 or -1
 */
void egress_prefix_use(struct egress_prefix *prefix, int by)
{
	prefix->n_pairs += by;
	if (!prefix->draining)
		prefix->region->used[egress_family_of(&prefix->cidr.addr)] += by;
}

/* Count a prefix among those that addresses are drawn from (@by is 1), or no more (-1). */
static void count_prefix(struct egress_prefix *prefix, int by)
{
	enum egress_family family = egress_family_of(&prefix->cidr.addr);
	u64 size = min_t(u64, prefix->last - prefix->first, U32_MAX) + 1;

	prefix->region->size[family] += by * size;
	prefix->region->used[family] += by * prefix->n_pairs;
}

static void set_draining(struct egress_prefix *prefix, bool draining)
{
	count_prefix(prefix, draining ? -1 : 1);
	prefix->draining = draining;
}

static struct egress_prefix *prefix_find(struct egress_region *region,
					 const struct egress_cidr *cidr)
{
	struct egress_prefix *prefix;

	list_for_each_entry(prefix, &region->prefixes, list)
		if (egress_cidr_equal(&prefix->cidr, cidr))
			return prefix;
	return NULL;
}

static struct egress_prefix *prefix_new(struct egress_region *region,
					const struct egress_cidr *cidr)
{
	unsigned int bits = egress_cidr_host_bits(cidr);
	struct egress_prefix *prefix;

	prefix = kzalloc(sizeof(*prefix), GFP_KERNEL_ACCOUNT);
	if (!prefix)
		return NULL;
	prefix->region = region;
	prefix->cidr = *cidr;
	prefix->last = bits >= 64 ? U64_MAX : (1ULL << bits) - 1;
	if (bits >= 2) {
		/*
		 * The first address is no host's: in IPv4 it is the network's, in IPv6 it is the
		 * anycast address of the subnet's routers (RFC 4291, 2.6.1).
		 */
		prefix->first = 1;
		if (egress_addr_is_v4(&cidr->addr))
			prefix->last--;		/* broadcast */
	}
	prefix->next = prefix->first;
	return prefix;
}

static void prefix_free(struct egress_net *en, struct egress_prefix *prefix)
{
	struct egress_region *region = prefix->region;
	struct egress_addr *addr, *tmp;

	list_for_each_entry_safe(addr, tmp, &region->resting[egress_family_of(&prefix->cidr.addr)],
				 rest)
		if (addr->prefix == prefix)
			egress_addr_forget(en, addr);
	if (!prefix->draining)
		count_prefix(prefix, -1);
	list_del(&prefix->list);
	kfree(prefix);
}

/* Mark the prefixes of a region that a request names; all of them if the request names none. */
static int doom(struct egress_region *region, const struct egress_pool_request *req,
		struct egress_error *error)
{
	struct egress_prefix *prefix;
	char text[EGRESS_ADDR_STR];
	unsigned int i;

	if (!region || list_empty(&region->prefixes)) {
		if (req->missing_ok)
			return 0;
		return egress_refuse(error, EGRESS_ABOUT_REGION, -ENOENT,
				     "region '%s' has no pool", req->region);
	}
	list_for_each_entry(prefix, &region->prefixes, list)
		prefix->doomed = !req->n_prefixes;
	for (i = 0; i < req->n_prefixes; i++) {
		prefix = prefix_find(region, &req->prefixes[i]);
		if (!prefix && req->missing_ok)
			continue;
		if (!prefix)
			return egress_refuse_nth(error, EGRESS_ABOUT_PREFIX, i, -ENOENT,
					     "prefix %s is not in the pool in region '%s'",
					     egress_cidr_str(text, &req->prefixes[i]),
					     region->name);
		prefix->doomed = true;
		cond_resched();
	}
	return 0;
}

/* Refuse to delete a prefix, and name as many of its users as have room in the sentence. */
static int refuse_used(struct egress_change *ch, const struct egress_prefix *prefix)
{
	enum egress_family family = egress_family_of(&prefix->cidr.addr);
	char text[EGRESS_ADDR_STR], users[USERS_TEXT] = "", more[32] = "";
	const struct egress_pair *pair;
	unsigned int named = 0;
	unsigned long id;
	size_t at = 0;
	int n;

	xa_for_each(&ch->en->pairs, id, pair) {
		if (!pair->addrs[family] || pair->addrs[family]->prefix != prefix)
			continue;
		n = snprintf(users + at, sizeof(users) - at, "%s%s by %s '%s'", at ? ", " : "",
			     egress_addr_str(text, &pair->addrs[family]->public.addr),
			     pair->machine ? "machine" : egress_app_kind(pair->group->app),
			     pair->machine ? pair->machine->id : pair->group->app->name);
		if (named == USERS_NAMED || at + n >= sizeof(users)) {
			users[at] = '\0';
			break;
		}
		at += n;
		named++;
	}
	if (!named)
		return egress_refuse(&ch->error, EGRESS_ABOUT_REGION, -EBUSY,
				     "prefix %s is in use yet: %llu released addresses are being cut",
				     egress_cidr_str(text, &prefix->cidr), prefix->used);
	if (prefix->used > named)
		snprintf(more, sizeof(more), " and %llu more", prefix->used - named);
	egress_refuse(&ch->error, EGRESS_ABOUT_REGION, -EBUSY, "prefix %s is in use: %s%s",
		      egress_cidr_str(text, &prefix->cidr), users, more);
	return egress_refuse_reason(&ch->error, EGRESS_REASON_IN_USE);
}

/* Mark the prefixes of a pool that a request to replace it does not name: they are to go. */
static int doom_others(struct egress_change *ch, struct egress_region *region,
		       const struct egress_pool_request *req)
{
	struct egress_prefix *prefix;
	unsigned int i;

	list_for_each_entry(prefix, &region->prefixes, list)
		prefix->doomed = true;
	for (i = 0; i < req->n_prefixes; i++) {
		prefix = prefix_find(region, &req->prefixes[i]);
		if (prefix)
			prefix->doomed = false;
		cond_resched();
	}
	list_for_each_entry(prefix, &region->prefixes, list)
		if (prefix->doomed && prefix->used)
			return refuse_used(ch, prefix);
	return 0;
}

/* Draw from all prefixes of a pool again. Return: how many were draining. */
static unsigned int undrain(struct egress_region *region)
{
	struct egress_prefix *prefix;
	unsigned int n = 0;

	list_for_each_entry(prefix, &region->prefixes, list) {
		if (!prefix->draining)
			continue;
		set_draining(prefix, false);
		n++;
	}
	return n;
}

/* Free the prefixes of a pool that are marked to go. Return: how many. */
static unsigned int free_doomed(struct egress_net *en, struct egress_region *region)
{
	struct egress_prefix *prefix, *tmp;
	unsigned int n = 0;

	list_for_each_entry_safe(prefix, tmp, &region->prefixes, list) {
		if (!prefix->doomed)
			continue;
		prefix_free(en, prefix);
		n++;
	}
	return n;
}

/**
 * egress_pool_add() - make a region's pool, add prefixes to it, or replace it
 * @ch: change
 * @req: prefixes, and the settings of the pool
 *
 * What the pool has already stays as it is. Return: 0; -EEXIST, -EBUSY, -EADDRINUSE, -EINVAL,
 * -ENODEV, -ENOMEM, an error of netfilter's, then nothing has changed.
 */
int egress_pool_add(struct egress_change *ch, const struct egress_pool_request *req)
{
	struct egress_region *region = egress_region_find(ch->en, req->region);
	bool exists = region && !list_empty(&region->prefixes), anew = !exists || req->replace;
	const char *device_now = exists && region->device ? region->device->name : "";
	const char *device_then = req->device ?: anew ? "" : device_now;
	int slot_first = max(req->slot_first, 0);
	int slot_last = req->slot_first >= 0 ? req->slot_last : EGRESS_SLOTS - 1;
	bool new_device = strcmp(device_now, device_then), new_slots;
	struct egress_pool_change change = {};
	struct egress_prefix *prefix, *tmp;
	struct egress_map *map = NULL;
	bool other_fate, new_map;
	int asked;
	struct egress_device *device = NULL;
	unsigned int i, changes = 0;
	LIST_HEAD(prefixes);
	int err;

	if (anew && !req->n_prefixes)
		return egress_refuse(&ch->error, EGRESS_ABOUT_NOTHING, -EINVAL,
				     "a pool needs a prefix");
	err = exists && req->replace ? doom_others(ch, region, req) : 0;
	err = err ?: egress_pool_check(ch, req);
	if (err)
		return err;
	new_slots = (anew || req->slot_first >= 0) &&
		(!exists || region->slot_first != slot_first || region->slot_last != slot_last);
	if (exists && region->n_pairs && (new_slots || new_device))
		return egress_refuse(&ch->error,
				     new_slots ? EGRESS_ABOUT_SLOTS : EGRESS_ABOUT_DEVICE, -EBUSY,
				     "the pool in region '%s' has pairs: its %s can't change until they are released",
				     req->region, new_slots ? "slots" : "device");
	if (new_device && *device_then && !egress_device_exists(ch->en, device_then))
		return egress_refuse(&ch->error, EGRESS_ABOUT_DEVICE, -ENODEV,
				     "there is no device '%s'", device_then);
	asked = anew || req->on_unallocated >= 0 ? req->on_unallocated : region->on_unallocated;
	change.on_unallocated = on_unallocated(asked, new_slots ? slot_first : region->slot_first,
					       new_slots ? slot_last : region->slot_last);
	other_fate = !exists || change.on_unallocated != egress_pool_on_unallocated(region);

	region = egress_region_get(ch->en, req->region);
	if (!region)
		return -ENOMEM;
	for (i = 0; i < req->n_prefixes; i++) {
		cond_resched();
		if (prefix_find(region, &req->prefixes[i]))
			continue;
		prefix = prefix_new(region, &req->prefixes[i]);
		if (!prefix) {
			err = -ENOMEM;
			goto undo;
		}
		list_add_tail(&prefix->list, &prefixes);
		changes++;
	}
	new_map = changes || other_fate || (exists && req->replace);
	if (new_map) {
		change.region = region;
		change.without_doomed = exists && req->replace;
		change.more = &prefixes;
		map = egress_pool_map_make(ch->en, &change);
		err = PTR_ERR_OR_ZERO(map) ?: egress_hooks_in_get(ch->en, &ch->error);
		if (err)
			goto undo;
	}
	if (new_device && *device_then) {
		device = egress_device_get(ch->en, device_then);
		if (!device) {
			err = -ENOMEM;
			goto undo;
		}
	}

	if (new_map)
		egress_pool_map_publish(ch->en, map);

	if (exists && req->replace)
		changes += free_doomed(ch->en, region) + undrain(region);
	list_for_each_entry(prefix, &prefixes, list)
		count_prefix(prefix, 1);
	list_splice_tail(&prefixes, &region->prefixes);
	if (new_device) {
		if (region->device)
			egress_device_put(ch->en, region->device);
		region->device = device;
	}
	if (new_slots) {
		region->slot_first = slot_first;
		region->slot_last = slot_last;
	}
	region->on_unallocated = asked;
	if (changes || new_device || new_slots || other_fate) {
		egress_change_count(ch);
		egress_change_region(ch, region);
		egress_change_did(ch, EGRESS_EVENT_POOL_CHANGED, region);
	}
	egress_change_answer(ch, EGRESS_EVENT_POOL_CHANGED, region);
	return 0;

undo:
	if (!IS_ERR(map))
		kvfree(map);
	list_for_each_entry_safe(prefix, tmp, &prefixes, list)
		kfree(prefix);
	egress_region_put(region);
	return err;
}

/**
 * egress_pool_drain() - stop drawing addresses from prefixes, or draw from them again
 * @ch: change
 * @req: region and prefixes; no prefix means all
 * @on: true to stop, false to draw again
 *
 * Addresses that are allocated stay so. Return: 0; -ENOENT, then nothing has changed.
 */
int egress_pool_drain(struct egress_change *ch, const struct egress_pool_request *req, bool on)
{
	struct egress_region *region = egress_region_find(ch->en, req->region);
	struct egress_prefix *prefix;
	bool changed = false;
	int err;

	err = doom(region, req, &ch->error);
	if (err)
		return err;
	list_for_each_entry(prefix, &region->prefixes, list) {
		prefix->doomed = prefix->doomed && prefix->draining != on;
		if (!prefix->doomed)
			continue;
		set_draining(prefix, on);
		changed = true;
	}
	if (changed && !ch->dry) {
		egress_change_count(ch);
		egress_change_region(ch, region);
		egress_change_did(ch, EGRESS_EVENT_POOL_CHANGED, region);
	}
	egress_change_answer(ch, EGRESS_EVENT_POOL_CHANGED, region);
	/* Nobody has drawn an address since a dry run set this, under the lock. */
	list_for_each_entry(prefix, &region->prefixes, list)
		if (ch->dry && prefix->doomed)
			set_draining(prefix, !on);
	return 0;
}

/**
 * egress_pool_del() - take prefixes, or all of them, away from a pool
 * @ch: change
 * @req: region and prefixes; no prefix means all
 *
 * Return: 0; -ENOENT; -ENOMEM; -EBUSY if an address of them is allocated; then nothing has changed.
 */
int egress_pool_del(struct egress_change *ch, const struct egress_pool_request *req)
{
	struct egress_region *region = egress_region_find(ch->en, req->region);
	struct egress_pool_change change = { .region = region, .without_doomed = true };
	struct egress_prefix *prefix;
	struct egress_map *map;
	int err;

	err = doom(region, req, &ch->error);
	if (err || !region)
		return err;
	list_for_each_entry(prefix, &region->prefixes, list)
		if (prefix->doomed && prefix->used)
			return refuse_used(ch, prefix);
	if (ch->dry) {
		egress_change_answer(ch, EGRESS_EVENT_POOL_GONE, region);
		return 0;
	}
	change.on_unallocated = egress_pool_on_unallocated(region);
	map = egress_pool_map_make(ch->en, &change);
	if (IS_ERR(map))
		return PTR_ERR(map);
	egress_pool_map_publish(ch->en, map);
	if (!free_doomed(ch->en, region))
		return 0;
	if (list_empty(&region->prefixes)) {
		if (region->device)
			egress_device_put(ch->en, region->device);
		region->device = NULL;
		region->slot_first = 0;
		region->slot_last = EGRESS_SLOTS - 1;
		region->on_unallocated = -1;
	}
	egress_change_count(ch);
	egress_change_tell(ch, EGRESS_EVENT_POOL_GONE, region);
	/* Now, as the region may go. */
	egress_warn_pool_changed(ch, region);
	egress_region_put(region);
	return 0;
}

/**
 * egress_pool_covers() - find the prefix of any pool that an address is in
 * @en: namespace, locked
 * @addr: address
 *
 * Return: prefix or NULL.
 */
struct egress_prefix *egress_pool_covers(struct egress_net *en, const struct in6_addr *addr)
{
	struct egress_region *region;
	struct egress_prefix *prefix;

	list_for_each_entry(region, &en->regions, list)
		list_for_each_entry(prefix, &region->prefixes, list)
			if (egress_cidr_has(&prefix->cidr, addr))
				return prefix;
	return NULL;
}

/**
 * egress_pool_free_all() - free all pools of a namespace
 * @en: namespace, locked, without pairs and groups, so that the regions go as well
 */
void egress_pool_free_all(struct egress_net *en)
{
	struct egress_prefix *prefix, *tmp_prefix;
	struct egress_region *region, *tmp;

	egress_pool_map_publish(en, NULL);
	list_for_each_entry_safe(region, tmp, &en->regions, list) {
		list_for_each_entry_safe(prefix, tmp_prefix, &region->prefixes, list)
			prefix_free(en, prefix);
		if (region->device)
			egress_device_put(en, region->device);
		region->device = NULL;
		egress_region_put(region);
	}
}
