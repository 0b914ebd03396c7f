// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of pools: which address is drawn next for a pair. Addresses never used come first, in
 * order. After them comes the address that was released longest ago: it is least likely to be
 * still on an allowlist, which would let its new owner in.
 *
 *      never used --draw--> allocated --release--> resting --draw--> allocated
 *
 * Only addresses that were drawn once take memory: a /64 costs what a /120 does.
 */
#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/addrconf.h>
#include <net/route.h>

#include "addr.h"
#include "error.h"
#include "net.h"
#include "table.h"
#include "packet/objects.h"
#include "state/address.h"
#include "state/change.h"
#include "state/claim.h"
#include "state/device.h"
#include "state/neighbour.h"
#include "state/pair.h"
#include "state/pool.h"

/*
 * Seconds for which an address is not drawn again if another host had it when its pair was
 * released: as long as the longest pause between two tries of a claim.
 */
#define OWNED	64

/* Do several hosts have the addresses of a region's pool? */
static bool is_shared(const struct egress_region *region)
{
	return region->slot_first || region->slot_last != EGRESS_SLOTS - 1;
}

/**
 * egress_addr_find() - find an address that is allocated or rests
 * @en: namespace, locked
 * @addr: address
 *
 * Return: address, or NULL if it is neither.
 */
struct egress_addr *egress_addr_find(struct egress_net *en, const struct in6_addr *addr)
{
	struct egress_public *found;

	lockdep_assert_held(&en->lock);
	rcu_read_lock();
	found = egress_public_find(&en->addrs, addr);
	rcu_read_unlock();
	return found ? container_of(found, struct egress_addr, public) : NULL;
}

/**
 * egress_addr_is_local() - does the host itself have this address
 * @en: namespace
 * @addr: address
 */
bool egress_addr_is_local(struct egress_net *en, const struct in6_addr *addr)
{
	if (egress_addr_is_v4(addr))
		return inet_addr_type(en->net, egress_addr_to_v4(addr)) == RTN_LOCAL;
	return ipv6_chk_addr(en->net, addr, NULL, 0);
}

/*
 * The address at an offset in a prefix. An offset has 64 bits, so that of a prefix shorter than
 * /64 only the first 2^64 addresses are ever drawn.
 */
static void addr_at(struct in6_addr *addr, const struct egress_prefix *prefix, u64 offset)
{
	u64 hi, lo;

	egress_addr_split(&prefix->cidr.addr, &hi, &lo);
	egress_addr_join(addr, hi, lo | offset);
}

static u64 offset_of(const struct egress_prefix *prefix, const struct in6_addr *addr)
{
	unsigned int bits = egress_cidr_host_bits(&prefix->cidr);
	u64 hi, lo;

	egress_addr_split(addr, &hi, &lo);
	return bits >= 64 ? lo : lo & ((1ULL << bits) - 1);
}

/**
 * egress_addr_forget() - free a resting address, so that it counts as never used
 * @en: namespace, locked
 * @addr: address that rests
 */
void egress_addr_forget(struct egress_net *en, struct egress_addr *addr)
{
	struct egress_region *region = addr->prefix->region;

	list_del(&addr->rest);
	region->n_resting[egress_family_of(&addr->public.addr)]--;
	rhashtable_remove_fast(&en->addrs, &addr->public.node, egress_public_params);
	kfree_rcu(addr, rcu);
}

/**
 * egress_addr_mark() - keep an address that is released from being drawn, if another host has it
 * @addr: address, egress_net locked
 */
void egress_addr_mark(struct egress_addr *addr)
{
	if (addr->conflict.holds)
		addr->owned_until = ktime_get_boottime_seconds() + OWNED;
}

/* Had another host an address when it was given up, a short time ago? */
static bool is_owned(const struct egress_addr *addr)
{
	return addr->owned_until && ktime_get_boottime_seconds() < addr->owned_until;
}

/*
 * Has another host an address that is to be drawn, as far as this host knows without asking? Hosts
 * that share a pool answer for the same addresses.
 */
static bool is_elsewhere(struct egress_net *en, const struct egress_region *region,
			 const struct in6_addr *at)
{
	u8 mac[ETH_ALEN];
	int ifindex;

	if (egress_is_next_hop(en, at, 0))
		return true;
	if (!region->device)
		return false;
	ifindex = READ_ONCE(region->device->ingress.ifindex);
	return egress_is_next_hop(en, at, ifindex) ||
		(!is_shared(region) && egress_is_neighbour(en, at, ifindex, mac));
}

/* The same for an address that a request names. Return: 0 or -EADDRINUSE. */
static int check_elsewhere(struct egress_change *ch, const struct egress_region *region,
			   const struct in6_addr *at)
{
	const struct egress_addr *known = egress_addr_find(ch->en, at);
	unsigned int to_blame = egress_addr_is_v4(at) ? EGRESS_ABOUT_V4 : EGRESS_ABOUT_V6;
	char text[EGRESS_ADDR_STR];
	u8 mac[ETH_ALEN];
	int ifindex = 0;

	egress_addr_str(text, at);
	if (region->device && !is_shared(region)) {
		ifindex = READ_ONCE(region->device->ingress.ifindex);
		if (egress_is_neighbour(ch->en, at, ifindex, mac))
			return egress_refuse(&ch->error, to_blame, -EADDRINUSE,
					     "%s is in use by %pM on '%s'", text, mac,
					     region->device->name);
		if (known && is_owned(known))
			return egress_refuse(&ch->error, to_blame, -EADDRINUSE,
					     "%s is in use by %pM on '%s', or was a minute ago",
					     text, known->owner, region->device->name);
	}
	if (egress_is_next_hop(ch->en, at, 0) || egress_is_next_hop(ch->en, at, ifindex))
		return egress_refuse(&ch->error, to_blame, -EADDRINUSE,
				     "%s is the next hop of a route of this host", text);
	return 0;
}

static bool addr_known(struct egress_net *en, const struct in6_addr *addr)
{
	bool known;

	rcu_read_lock();
	known = egress_public_find(&en->addrs, addr);
	rcu_read_unlock();
	return known;
}

static struct egress_addr *addr_new(struct egress_net *en, struct egress_prefix *prefix,
				    const struct in6_addr *at, bool fresh)
{
	struct egress_addr *addr;
	int err;

	addr = kzalloc(sizeof(*addr), GFP_KERNEL_ACCOUNT);
	if (!addr)
		return ERR_PTR(-ENOMEM);
	addr->public.addr = *at;
	addr->prefix = prefix;
	addr->fresh = fresh;
	INIT_LIST_HEAD(&addr->rest);
	err = egress_table_insert(&en->addrs, &addr->public.node, egress_public_params);
	if (err) {
		kfree(addr);
		return ERR_PTR(err);
	}
	prefix->used++;
	return addr;
}

/* Return: an address of the prefix never used; NULL if there is none; ERR_PTR(-ENOMEM). */
static struct egress_addr *draw_fresh(struct egress_net *en, struct egress_prefix *prefix)
{
	struct egress_addr *addr = NULL;
	struct in6_addr at;

	while (!prefix->spent && !addr) {
		addr_at(&at, prefix, prefix->next);
		if (!addr_known(en, &at) && !egress_addr_is_local(en, &at)) {
			if (is_elsewhere(en, prefix->region, &at))
				prefix->region->skipped[egress_family_of(&at)] = true;
			else
				addr = addr_new(en, prefix, &at, true);
		}
		/* There was no memory. Leave @next as it is: this address is still unused. */
		if (IS_ERR(addr))
			break;
		if (prefix->next == prefix->last)
			prefix->spent = true;
		else
			prefix->next++;
		cond_resched();
	}
	return addr;
}

/* Let an address rest no more, as it is drawn again. egress_addr_undraw() can put it back. */
static void wake(struct egress_addr *addr)
{
	addr->was = addr->rest.prev;
	list_del_init(&addr->rest);
	addr->prefix->region->n_resting[egress_family_of(&addr->public.addr)]--;
	addr->prefix->used++;
	addr->fresh = false;
}

/*
 * Let draw_fresh() begin anew with the first address of each prefix of the family. It skips those
 * that are allocated or rest. @why: set if there is reason to; cleared. Return: whether it was set.
 */
static bool remember(struct egress_region *region, enum egress_family family, bool *why)
{
	struct egress_prefix *prefix;

	if (!*why)
		return false;
	*why = false;
	list_for_each_entry(prefix, &region->prefixes, list) {
		if (egress_family_of(&prefix->cidr.addr) != family)
			continue;
		prefix->next = prefix->first;
		prefix->spent = false;
	}
	return true;
}

/* Is any prefix of the family draining? Then the refusal says so. */
static bool draining(const struct egress_region *region, enum egress_family family)
{
	const struct egress_prefix *prefix;

	list_for_each_entry(prefix, &region->prefixes, list)
		if (prefix->draining && egress_family_of(&prefix->cidr.addr) == family)
			return true;
	return false;
}

/**
 * egress_addr_draw() - take the next free address of a region
 * @ch: change
 * @region: region
 * @family: IPv4 or IPv6
 *
 * Return: address that belongs to no pair yet, or ERR_PTR(-ENOSPC),
 * ERR_PTR(-ENOMEM).
 */
struct egress_addr *egress_addr_draw(struct egress_change *ch, struct egress_region *region,
				     enum egress_family family)
{
	struct egress_prefix *prefix;
	struct egress_addr *addr;
	bool last = false;

again:
	list_for_each_entry(prefix, &region->prefixes, list) {
		if (prefix->draining || egress_family_of(&prefix->cidr.addr) != family)
			continue;
		addr = draw_fresh(ch->en, prefix);
		if (addr)
			return addr;
	}
	/*
	 * No address is left that was never used. Those that egress_addr_release() has forgotten
	 * are drawn before those that rest, since they were released earlier.
	 */
	if (remember(region, family, &region->forgotten[family]))
		goto again;
	list_for_each_entry(addr, &region->resting[family], rest) {
		cond_resched();
		if (addr->prefix->draining || egress_addr_is_local(ch->en, &addr->public.addr) ||
		    is_owned(addr) || is_elsewhere(ch->en, region, &addr->public.addr))
			continue;
		wake(addr);
		return addr;
	}
	/* Does another host still have what was skipped because of that? */
	if (!last && remember(region, family, &region->skipped[family])) {
		last = true;
		goto again;
	}
	egress_refuse(&ch->error, EGRESS_ABOUT_REGION, -ENOSPC,
		      "no free %s address in the pool in region '%s'%s",
		      family == EGRESS_V4 ? "IPv4" : "IPv6", region->name,
		      draining(region, family) ? ", but for what is draining" : "");
	return ERR_PTR(egress_refuse_reason(&ch->error, EGRESS_REASON_NO_ADDRESS));
}

/* A pair that is gone keeps its addresses until its connections have been cut. */
static bool is_cut(struct egress_net *en, const struct egress_addr *addr)
{
	const struct egress_nat *nat = rcu_dereference_protected(addr->public.nat,
								 lockdep_is_held(&en->lock));

	return nat && container_of(nat, struct egress_pair, nat)->gone;
}

/**
 * egress_addr_given() - take a certain address of a region
 * @ch: change
 * @region: region
 * @at: address that the request names
 *
 * Return: address that belongs to no pair yet, or ERR_PTR(-ERANGE) if it is
 * not in the pool, ERR_PTR(-EBUSY) if its prefix is draining, ERR_PTR(-EEXIST)
 * if it is allocated, ERR_PTR(-EADDRINUSE) if it is the host's own or
 * another host is known to have it, ERR_PTR(-ENOMEM).
 */
struct egress_addr *egress_addr_given(struct egress_change *ch, struct egress_region *region,
				      const struct in6_addr *at)
{
	unsigned int to_blame = egress_addr_is_v4(at) ? EGRESS_ABOUT_V4 : EGRESS_ABOUT_V6;
	struct egress_prefix *prefix = egress_pool_covers(ch->en, at);
	char text[EGRESS_ADDR_STR], other[EGRESS_ADDR_STR];
	struct egress_addr *addr;
	u64 offset;
	int err;

	egress_addr_str(text, at);
	if (!prefix || prefix->region != region) {
		err = egress_refuse(&ch->error, to_blame, -ERANGE,
				    "%s is not in the pool in region '%s'", text,
				    region->name);
		return ERR_PTR(err);
	}
	if (prefix->draining) {
		egress_refuse(&ch->error, to_blame, -EBUSY, "%s is in %s, which is draining", text,
			      egress_cidr_str(other, &prefix->cidr));
		return ERR_PTR(egress_refuse_reason(&ch->error, EGRESS_REASON_DRAINING));
	}
	/*
	 * An address at offset 0 is the prefix's own only if it equals the prefix: in a prefix
	 * shorter than /64 others have the offset 0, too, as an offset has the lower 64 bits alone.
	 */
	offset = offset_of(prefix, at);
	if (ipv6_addr_equal(at, &prefix->cidr.addr) ? prefix->first : offset > prefix->last) {
		err = egress_refuse(&ch->error, to_blame, -ERANGE,
				    "%s is the network, broadcast or router anycast address of its prefix",
				    text);
		return ERR_PTR(err);
	}
	if (egress_addr_is_local(ch->en, at)) {
		err = egress_refuse(&ch->error, to_blame, -EADDRINUSE,
				    "%s is an address of this host", text);
		return ERR_PTR(err);
	}
	addr = egress_addr_find(ch->en, at);
	if (!addr || !list_empty(&addr->rest)) {
		err = check_elsewhere(ch, region, at);
		if (err)
			return ERR_PTR(err);
	}
	if (!addr)
		return addr_new(ch->en, prefix, at, false);
	if (is_cut(ch->en, addr)) {
		err = egress_refuse(&ch->error, to_blame, -EBUSY,
				    "%s is not free yet: its connections are being cut", text);
		return ERR_PTR(err);
	}
	if (list_empty(&addr->rest)) {
		err = egress_refuse(&ch->error, to_blame, -EEXIST, "%s is allocated already",
				    text);
		return ERR_PTR(err);
	}
	wake(addr);
	return addr;
}

/**
 * egress_addr_undraw() - undo egress_addr_draw() or egress_addr_given()
 * @en: namespace, locked
 * @addr: address that belongs to no pair yet. Of several addresses of a family, the one taken
 *	last is given back first, so that each finds its place among the resting ones again
 */
void egress_addr_undraw(struct egress_net *en, struct egress_addr *addr)
{
	struct egress_prefix *prefix = addr->prefix;
	struct egress_region *region = prefix->region;
	enum egress_family family = egress_family_of(&addr->public.addr);
	u64 offset = offset_of(prefix, &addr->public.addr);
	bool fresh;

	prefix->used--;
	list_add(&addr->rest, addr->was ?: &region->resting[family]);
	region->n_resting[family]++;
	if (addr->was)
		return;
	/* The address did not rest before: it was never used, or its use has been forgotten. */
	fresh = addr->fresh;
	egress_addr_forget(en, addr);
	if (!fresh)
		return;
	/* draw_fresh() has moved @next beyond the address. */
	prefix->next = min(prefix->next, offset);
	prefix->spent = false;
}

/**
 * egress_addr_release() - let an address rest, as it belongs to no pair any more
 * @en: namespace, locked
 * @addr: address that was allocated
 *
 * If more than EGRESS_RESTING_MAX rest then, the one released longest ago is forgotten.
 */
void egress_addr_release(struct egress_net *en, struct egress_addr *addr)
{
	struct egress_region *region = addr->prefix->region;
	enum egress_family family = egress_family_of(&addr->public.addr);

	RCU_INIT_POINTER(addr->public.nat, NULL);
	addr->prefix->used--;
	list_add_tail(&addr->rest, &region->resting[family]);
	if (++region->n_resting[family] <= EGRESS_RESTING_MAX)
		return;
	addr = list_first_entry(&region->resting[family], struct egress_addr, rest);
	egress_addr_forget(en, addr);
	region->forgotten[family] = true;
}
