// SPDX-License-Identifier: GPL-2.0
/*
 * Warnings: an app's machines in a region have too few pairs, or soon will have; a pool runs
 * short of addresses; a pair of one machine alone is of no use; another host has an address, too.
 *
 * Whether a warning holds follows from numbers that are at hand, and is found out anew after
 * each change of them. Listeners are told when a warning begins, when it has become worse by a
 * tenth since they were last told, and when it is over. What they were told last is kept in a
 * struct egress_told beside the numbers, whether or not anybody listens: who joins later reads
 * in a dump what holds, and is told what becomes of it.
 */
#include <linux/etherdevice.h>
#include <linux/math64.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "addr.h"
#include "net.h"
#include "state/address.h"
#include "state/app.h"
#include "state/change.h"
#include "state/device.h"
#include "state/group.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/pool.h"
#include "state/set.h"
#include "state/warning.h"

/* How many more pairs does it take to have this many more slots? */
static unsigned int pairs_for(const struct egress_room *room, unsigned int slots)
{
	return DIV_ROUND_UP(slots, max(room->each, 1u));
}

/**
 * egress_warning_holds() - is a warning about an app's room due, by the numbers
 * @kind: which warning
 * @room: numbers
 * @need: set to the number of pairs that would help; 0 if the warning asks for none
 *
 * Three warnings are about slots. EGRESS_WARNING_NO_SLOTS says that there are too few; while it
 * holds, the other two don't, as they would add nothing. EGRESS_WARNING_SHORT and
 * EGRESS_WARNING_NO_DOUBLING may hold at once: one says that few slots are left, the other that
 * a deployment that doubles the machines would not fit.
 *
 * Context: any. Return: whether the warning is due.
 */
bool egress_warning_holds(enum egress_warning kind, const struct egress_room *room,
			  unsigned int *need)
{
	bool fits = room->machines <= room->slots;

	*need = 0;
	switch (kind) {
	case EGRESS_WARNING_NO_MACHINES:
		return room->pairs && !room->machines;
	case EGRESS_WARNING_NO_PAIRS:
		*need = pairs_for(room, room->machines);
		return !room->pairs && room->machines && room->elsewhere;
	case EGRESS_WARNING_FAMILIES:
		return room->v4 != room->v6;
	case EGRESS_WARNING_NO_SLOTS:
		if (!room->pairs || fits)
			return false;
		*need = pairs_for(room, room->machines - room->slots);
		return true;
	case EGRESS_WARNING_SHORT:
		/* More than 40 machines for each 64 slots. */
		return room->pairs && fits && room->machines * 64ull > room->slots * 40ull;
	case EGRESS_WARNING_NO_DOUBLING:
		/* A deployment may start all new machines before the old ones go. */
		if (!room->pairs || !fits || 2 * room->machines <= room->slots)
			return false;
		*need = pairs_for(room, 2 * room->machines - room->slots);
		return true;
	case EGRESS_WARNING_POOL_SHORT:
	case EGRESS_WARNING_LEFT_BEHIND:
	case EGRESS_WARNING_CONFLICT:
		break;
	}
	return false;
}

/* How bad is it? For each kind that is about an app's room a number that grows as it gets worse. */
static u32 number_of(enum egress_warning kind, const struct egress_room *room)
{
	switch (kind) {
	case EGRESS_WARNING_NO_MACHINES:
		return room->pairs;
	case EGRESS_WARNING_NO_PAIRS:
		return room->machines;
	case EGRESS_WARNING_FAMILIES:
		return max(room->v4, room->v6) - min(room->v4, room->v6);
	case EGRESS_WARNING_NO_SLOTS:
		return room->machines - room->slots;
	case EGRESS_WARNING_SHORT:
	case EGRESS_WARNING_NO_DOUBLING:
		/* All machines fit, so that there is a slot at least. */
		return div_u64(room->machines * 1000ull, room->slots);
	case EGRESS_WARNING_POOL_SHORT:
	case EGRESS_WARNING_LEFT_BEHIND:
	case EGRESS_WARNING_CONFLICT:
		break;
	}
	return 0;
}

/**
 * egress_pool_is_short() - has a pool few addresses left of a family
 * @size: addresses that it can have in use, without prefixes that are draining
 * @used: number of these that are allocated
 * @already: it was short before
 *
 * Few are fewer than an eighth of them, or fewer than four if these are no more than a quarter. A
 * pool that is short remains so until another eighth is free: it is not to change to and fro with
 * every address. A pool that nobody uses is not short, however small it is.
 *
 * Context: any. Return: whether it is short.
 */
bool egress_pool_is_short(u64 size, u64 used, bool already)
{
	u64 free = size > used ? size - used : 0;

	if (!size || !used)
		return false;
	if (already)
		free -= min(free, size / 8);
	return free < DIV_ROUND_UP_ULL(size, 8) || (free < 4 && free <= size / 4);
}

/**
 * egress_told_update() - find out whether listeners are to be told of a warning
 * @told: what they know; brought up to date if they are to be told
 * @kind: which warning
 * @holds: the warning holds
 * @number: how bad it is, if it holds
 * @phase: set to what they are to be told
 *
 * Return: whether they are to be told.
 */
bool egress_told_update(struct egress_told *told, enum egress_warning kind, bool holds,
			u32 number, enum egress_warning_phase *phase)
{
	bool worse;

	if (kind == EGRESS_WARNING_POOL_SHORT)	/* the fewer are left, the worse */
		worse = number < told->number && number * 10ull <= told->number * 9ull;
	else
		worse = number * 10ull >= told->number * 11ull;
	if (told->holds && !holds)
		*phase = EGRESS_WARNING_PHASE_ENDS;
	else if (!told->holds && holds)
		*phase = EGRESS_WARNING_PHASE_BEGINS;
	else if (holds && told->number != number && worse)
		*phase = EGRESS_WARNING_PHASE_GROWS;
	else
		return false;
	told->holds = holds;
	told->number = number;
	return true;
}

static void sum_up(const struct egress_group *group, const struct egress_set *set,
		   struct egress_room *room)
{
	const struct egress_region *region = group->region;
	const struct egress_set *of_org;

	*room = (struct egress_room) {
		.pairs = set->n_live,
		.v4 = set->n_addrs[EGRESS_V4],
		.v6 = set->n_addrs[EGRESS_V6],
		.slots = set->n_slots,
		.machines = set->n_leased + set->n_waiting,
		.elsewhere = group->app->n_live > group->n_live,
	};
	/*
	 * An app that has pairs for other sets, but none for this one, does so on purpose: it may
	 * have pairs for some destinations only, and none for the rest. Don't warn of that.
	 */
	if (!set->n_live && group->n_live)
		room->machines = 0;
	/* Nor if the app's org has pairs for it, which the app's machines use. */
	if (!set->n_live && group->org) {
		of_org = egress_set_find(&group->org->sets, set->cidrs, set->n_cidrs);
		if (of_org && of_org->n_live)
			room->machines = 0;
	}
	if (room->pairs)
		room->each = room->slots / room->pairs;
	else
		room->each = region->slot_last - region->slot_first + 1;
}

static const char *plural(unsigned int n)
{
	return n == 1 ? "" : "s";
}

static const char *family_name(enum egress_family family)
{
	return family == EGRESS_V4 ? "IPv4" : "IPv6";
}

static const char *why_unequal(const struct egress_region *region, const struct egress_room *room)
{
	if (room->v6 < room->v4 && !egress_region_has(region, EGRESS_V6))
		return "the region has no IPv6 pool";
	if (room->v4 < room->v6 && !egress_region_has(region, EGRESS_V4))
		return "the region has no IPv4 pool";
	return "some machines lack one";
}

/* Whom a warning is about: the beginning of each sentence. Return: its length. */
static int write_subject(struct egress_warned *warned)
{
	const struct egress_set *set = warned->set;
	const size_t size = sizeof(warned->text);
	char *text = warned->text;
	char prefix[EGRESS_ADDR_STR];
	int n = 0;

	if (warned->group)
		n = scnprintf(text, size, "%s '%s' in ", egress_app_kind(warned->group->app),
			      warned->group->app->name);
	n += scnprintf(text + n, size - n, "region '%s' ", warned->region->name);
	if (set && set->index)
		n += scnprintf(text + n, size - n, "for %s ",
			       egress_cidr_str(prefix, &set->cidrs[0]));
	if (set && set->index && set->n_cidrs > 1)
		n += scnprintf(text + n, size - n, "and %u more ", set->n_cidrs - 1);
	return n;
}

static void write_pool(struct egress_warned *warned, char *text, size_t size)
{
	const char *family = family_name(warned->family);

	if (warned->free)
		scnprintf(text, size, "has %llu of %llu %s addresses left for new pairs",
			  warned->free, warned->size, family);
	else
		scnprintf(text, size, "has no %s address left for new pairs, of %llu", family,
			  warned->size);
}

/* The sentence about a warning that holds. */
static void write_holds(struct egress_warned *warned)
{
	const struct egress_room *room = &warned->room;
	const unsigned int need = warned->need;
	size_t n = write_subject(warned), size = sizeof(warned->text) - n;
	char *text = warned->text + n;
	char addr[EGRESS_ADDR_STR];

	switch (warned->kind) {
	case EGRESS_WARNING_NO_MACHINES:
		scnprintf(text, size, "has %u pair%s, but no machines that use %s", room->pairs,
			  plural(room->pairs), room->pairs == 1 ? "it" : "them");
		break;
	case EGRESS_WARNING_NO_PAIRS:
		scnprintf(text, size,
			  "has %u machine%s, but pairs elsewhere only: need at least %u here",
			  room->machines, plural(room->machines), need);
		break;
	case EGRESS_WARNING_FAMILIES:
		scnprintf(text, size, "has %u IPv4 and %u IPv6 addresses: %s", room->v4, room->v6,
			  why_unequal(warned->region, room));
		break;
	case EGRESS_WARNING_NO_SLOTS:
		scnprintf(text, size, "has %u machines, but %u slots: need at least %u more pair%s",
			  room->machines, room->slots, need, plural(need));
		break;
	case EGRESS_WARNING_SHORT:
		scnprintf(text, size, "has %u machines for %u slots: room is getting short",
			  room->machines, room->slots);
		break;
	case EGRESS_WARNING_NO_DOUBLING:
		scnprintf(text, size,
			  "has no room to double its %u machines (blue-green): need %u more pair%s",
			  room->machines, need, plural(need));
		break;
	case EGRESS_WARNING_POOL_SHORT:
		write_pool(warned, text, size);
		break;
	case EGRESS_WARNING_LEFT_BEHIND:
		scnprintf(text, size,
			  "has %s for machine '%s' alone, which is in region '%s' now: nobody uses it",
			  egress_addr_str(addr, egress_pair_name(warned->pair)),
			  warned->pair->machine->id, warned->pair->machine->group->region->name);
		break;
	case EGRESS_WARNING_CONFLICT:
		scnprintf(text, size,
			  "has %s, which is in use by %pM on '%s': nobody is told that it is here",
			  egress_addr_str(addr, &warned->addr->public.addr), warned->addr->owner,
			  warned->region->device->name);
		break;
	}
}

/* The sentence about a warning that is over, whatever became of its numbers. */
static void write_over(struct egress_warned *warned)
{
	static const char *const that[] = {
		[EGRESS_WARNING_NO_MACHINES] = "no machines use its pairs",
		[EGRESS_WARNING_NO_PAIRS] = "it has pairs elsewhere only",
		[EGRESS_WARNING_FAMILIES] = "it has more addresses of one family than of the other",
		[EGRESS_WARNING_NO_SLOTS] = "it has more machines than slots",
		[EGRESS_WARNING_SHORT] = "room is getting short",
		[EGRESS_WARNING_NO_DOUBLING] = "there is no room to double its machines",
	};
	size_t n = write_subject(warned), size = sizeof(warned->text) - n;
	char *text = warned->text + n;
	char addr[EGRESS_ADDR_STR];

	if (warned->kind == EGRESS_WARNING_POOL_SHORT)
		scnprintf(text, size, "is no longer warned that few %s addresses are left",
			  family_name(warned->family));
	else if (warned->kind == EGRESS_WARNING_LEFT_BEHIND)
		scnprintf(text, size, "is no longer warned that nobody uses %s",
			  egress_addr_str(addr, egress_pair_name(warned->pair)));
	else if (warned->kind == EGRESS_WARNING_CONFLICT)
		scnprintf(text, size, "is no longer warned that another host has %s",
			  egress_addr_str(addr, &warned->addr->public.addr));
	else
		scnprintf(text, size, "is no longer warned that %s", that[warned->kind]);
}

/**
 * egress_warn_tell() - tell listeners of a warning, if it began, has become worse or is over
 * @ch: change, counted already if the warning is other than it was
 * @told: what they know of it
 * @warned: what the warning is about, and its numbers; the rest of it is filled in
 * @holds: the warning holds
 * @number: how bad it is, if it holds
 */
void egress_warn_tell(struct egress_change *ch, struct egress_told *told,
		      struct egress_warned *warned, bool holds, u32 number)
{
	lockdep_assert_held(&ch->en->lock);
	if (!egress_told_update(told, warned->kind, holds, number, &warned->phase))
		return;
	if (holds)
		write_holds(warned);
	else
		write_over(warned);
	egress_change_did(ch, EGRESS_EVENT_WARNING, warned);
}

/* What a warning about an app's room is about. */
static void begin_set(struct egress_warned *warned, const struct egress_group *group,
		      const struct egress_set *set, enum egress_warning kind)
{
	*warned = (struct egress_warned) {
		.kind = kind,
		.region = group->region,
		.group = group,
		.set = set,
	};
}

static void begin_pool(struct egress_warned *warned, const struct egress_region *region,
		       enum egress_family family)
{
	u64 size = region->size[family], used = region->used[family];

	*warned = (struct egress_warned) {
		.kind = EGRESS_WARNING_POOL_SHORT,
		.region = region,
		.family = family,
		.size = size,
		.free = size > used ? size - used : 0,
	};
}

static void begin_pair(struct egress_warned *warned, const struct egress_pair *pair)
{
	*warned = (struct egress_warned) {
		.kind = EGRESS_WARNING_LEFT_BEHIND,
		.region = pair->group->region,
		.group = pair->group,
		.pair = pair,
	};
}

static void begin_conflict(struct egress_warned *warned, const struct egress_pair *pair,
			   const struct egress_addr *addr)
{
	*warned = (struct egress_warned) {
		.kind = EGRESS_WARNING_CONFLICT,
		.region = pair->group->region,
		.group = pair->group,
		.pair = pair,
		.addr = addr,
	};
}

/**
 * egress_warn_set() - write a warning about an app's room, if it holds
 * @en: namespace, locked
 * @group: app and region
 * @set: set of destinations of the group
 * @kind: which warning, one of EGRESS_SET_WARNINGS
 * @warned: filled if the warning holds
 *
 * Return: whether it holds.
 */
bool egress_warn_set(struct egress_net *en, const struct egress_group *group,
		     const struct egress_set *set, enum egress_warning kind,
		     struct egress_warned *warned)
{
	lockdep_assert_held(&en->lock);
	if (!set->told[kind].holds)
		return false;
	begin_set(warned, group, set, kind);
	sum_up(group, set, &warned->room);
	egress_warning_holds(kind, &warned->room, &warned->need);
	write_holds(warned);
	return true;
}

/**
 * egress_warn_pool() - write the warning that a pool runs short of addresses, if it holds
 * @region: region, egress_net locked
 * @family: family of the addresses
 * @warned: filled if the warning holds
 *
 * Return: whether it holds.
 */
bool egress_warn_pool(const struct egress_region *region, enum egress_family family,
		      struct egress_warned *warned)
{
	if (!region->told[family].holds)
		return false;
	begin_pool(warned, region, family);
	write_holds(warned);
	return true;
}

/**
 * egress_warn_pair() - write the warning that a machine has left its own pair behind, if it holds
 * @pair: pair, egress_net locked
 * @warned: filled if the warning holds
 *
 * Return: whether it holds.
 */
bool egress_warn_pair(const struct egress_pair *pair, struct egress_warned *warned)
{
	if (!pair->left_behind.holds)
		return false;
	begin_pair(warned, pair);
	write_holds(warned);
	return true;
}

/**
 * egress_warn_conflict_of() - write the warning that another host has an address, if it holds
 * @pair: pair, egress_net locked
 * @addr: address of the pair; NULL if it has none of a family
 * @warned: filled if the warning holds
 *
 * Return: whether it holds.
 */
bool egress_warn_conflict_of(const struct egress_pair *pair, const struct egress_addr *addr,
			     struct egress_warned *warned)
{
	if (!addr || !addr->conflict.holds)
		return false;
	begin_conflict(warned, pair, addr);
	write_holds(warned);
	return true;
}

/* Tell the warnings about a set; with @gone, that none holds any more. */
static void tell_set(struct egress_change *ch, const struct egress_group *group,
		     struct egress_set *set, bool gone)
{
	struct egress_warned warned;
	struct egress_room room;
	unsigned int need;
	bool holds;
	int kind;

	sum_up(group, set, &room);
	for (kind = 0; kind < EGRESS_SET_WARNINGS; kind++) {
		holds = !gone && egress_warning_holds(kind, &room, &need);
		if (!holds && !set->told[kind].holds)
			continue;
		begin_set(&warned, group, set, kind);
		warned.room = room;
		warned.need = holds ? need : 0;
		egress_warn_tell(ch, &set->told[kind], &warned, holds,
				 holds ? number_of(kind, &room) : 0);
	}
}

static void tell_group(struct egress_change *ch, struct egress_group *group, bool gone)
{
	struct egress_set *set;

	for (set = &group->sets.rest; set; set = egress_set_next(set))
		tell_set(ch, group, set, gone);
}

static void tell_pool(struct egress_change *ch, struct egress_region *region)
{
	struct egress_warned warned;
	int family;
	bool holds;

	for (family = 0; family < EGRESS_FAMILIES; family++) {
		holds = egress_pool_is_short(region->size[family], region->used[family],
					     region->told[family].holds);
		if (!holds && !region->told[family].holds)
			continue;
		begin_pool(&warned, region, family);
		egress_warn_tell(ch, &region->told[family], &warned, holds,
				 min_t(u64, warned.free, U32_MAX));
	}
}

/*
 * An operator who allocates pairs in one region may have forgotten that the app has machines in
 * another: when an app gets its first pair in a region, or loses the last one, its machines in
 * all other regions may be warned about.
 */
static void look_elsewhere(struct egress_change *ch, struct egress_group *group, bool has_pairs)
{
	struct egress_group *other;

	if (group->had_pairs == has_pairs)
		return;
	group->had_pairs = has_pairs;
	/* An org's pairs are what its apps' machines may lack. */
	list_for_each_entry(other, &group->members, member)
		egress_change_group(ch, other);
	list_for_each_entry(other, &group->app->groups, list)
		egress_change_group(ch, other);
}

/**
 * egress_warn_now() - tell the warnings that are due at the end of a change
 * @ch: change; its lists of groups and regions are empty afterwards
 */
void egress_warn_now(struct egress_change *ch)
{
	struct egress_region *region, *tmp_region;
	struct egress_group *group, *tmp;

	lockdep_assert_held(&ch->en->lock);
	/* The list grows at its end meanwhile. */
	list_for_each_entry(group, &ch->groups, warn)
		look_elsewhere(ch, group, group->n_live);
	list_for_each_entry_safe(group, tmp, &ch->groups, warn) {
		list_del_init(&group->warn);
		tell_group(ch, group, false);
	}
	list_for_each_entry_safe(region, tmp_region, &ch->regions, warn) {
		list_del_init(&region->warn);
		tell_pool(ch, region);
	}
}

/**
 * egress_warn_left() - tell that a machine has left its own pair behind, or that this is over
 * @ch: change, counted already
 * @pair: pair whose machine has come to another region or back, or that is going
 * @left: the machine is in another region than the pair
 */
void egress_warn_left(struct egress_change *ch, struct egress_pair *pair, bool left)
{
	struct egress_warned warned;

	if (pair->left_behind.holds == left)
		return;
	ch->en->n_left_behind += left ? 1 : -1;
	begin_pair(&warned, pair);
	egress_warn_tell(ch, &pair->left_behind, &warned, left, 1);
}

/**
 * egress_warn_conflict() - tell that another host has an address, or that this is over
 * @ch: change, counted already
 * @pair: pair, which may be going
 * @addr: address of the pair
 * @owner: the other host's hardware address; NULL if none has the address any more
 */
void egress_warn_conflict(struct egress_change *ch, struct egress_pair *pair,
			  struct egress_addr *addr, const u8 *owner)
{
	struct egress_warned warned;

	if (!owner && !addr->conflict.holds)
		return;
	if (!addr->conflict.holds)
		ch->en->n_conflicts++;
	else if (!owner)
		ch->en->n_conflicts--;
	if (owner)
		ether_addr_copy(addr->owner, owner);
	begin_conflict(&warned, pair, addr);
	egress_warn_tell(ch, &addr->conflict, &warned, owner, 1);
}

/**
 * egress_warn_set_gone() - tell that the warnings about a set are over, as it goes
 * @ch: change, counted already
 * @group: app and region
 * @set: set of the group or of one of its machines, about to be freed
 */
void egress_warn_set_gone(struct egress_change *ch, struct egress_group *group,
			  struct egress_set *set)
{
	tell_set(ch, group, set, true);
}

/**
 * egress_warn_group_gone() - tell that the warnings about a group are over, as it goes
 * @ch: change, counted already if the group is not new
 * @group: app and region, about to be freed
 */
void egress_warn_group_gone(struct egress_change *ch, struct egress_group *group)
{
	tell_group(ch, group, true);
	look_elsewhere(ch, group, false);
}

/**
 * egress_warn_pool_changed() - tell the warnings about a region's pool now
 * @ch: change, counted already
 * @region: region, which may be freed before the end of the change
 */
void egress_warn_pool_changed(struct egress_change *ch, struct egress_region *region)
{
	tell_pool(ch, region);
}
