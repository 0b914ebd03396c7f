// SPDX-License-Identifier: GPL-2.0
/*
 * Warnings: an app's machines in a region have too few pairs, or soon will have. A warning holds
 * as long as its numbers are so, and nothing is stored about it. It is told after each change of
 * these numbers, and to whoever asks.
 */
#include <linux/math.h>
#include <linux/kernel.h>

#include "addr.h"
#include "net.h"
#include "state/app.h"
#include "state/change.h"
#include "state/group.h"
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
 * egress_warning_holds() - is a warning due, by the numbers
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
	}
	return false;
}

static bool has_pairs(struct egress_group *group)
{
	struct egress_set *set;

	for (set = &group->sets.rest; set; set = egress_set_next(set))
		if (set->n_live)
			return true;
	return false;
}

static void sum_up(const struct egress_group *group, const struct egress_set *set,
		   struct egress_room *room)
{
	const struct egress_region *region = group->region;
	const struct egress_pair *pair;
	struct egress_group *other;

	*room = (struct egress_room) { .machines = set->n_waiting };
	/*
	 * An app that has pairs for other sets, but none for this one, does so on purpose: it may
	 * have pairs for some destinations only, and none for the rest. Don't warn of that.
	 */
	if (!set->n_live && has_pairs((struct egress_group *)group))
		room->machines = 0;
	list_for_each_entry(pair, &set->pairs, list) {
		room->machines += pair->n_leased;
		if (pair->dying)
			continue;
		room->pairs++;
		room->v4 += pair->nat.has[EGRESS_V4];
		room->v6 += pair->nat.has[EGRESS_V6];
		room->slots += pair->n_slots;
	}
	if (room->pairs)
		room->each = room->slots / room->pairs;
	else
		room->each = region->slot_last - region->slot_first + 1;
	list_for_each_entry(other, &group->app->groups, list)
		room->elsewhere |= other != group && has_pairs(other);
}

static const char *plural(unsigned int n)
{
	return n == 1 ? "" : "s";
}

static const char *why_unequal(const struct egress_group *group, const struct egress_room *room)
{
	if (room->v6 < room->v4 && !egress_region_has(group->region, EGRESS_V6))
		return "the region has no IPv6 pool";
	if (room->v4 < room->v6 && !egress_region_has(group->region, EGRESS_V4))
		return "the region has no IPv4 pool";
	return "some machines lack one";
}

static void write_text(struct egress_warned *warned)
{
	const struct egress_group *group = warned->group;
	const struct egress_room *room = &warned->room;
	const size_t size = sizeof(warned->text);
	const unsigned int need = warned->need;
	const struct egress_set *set = warned->set;
	char *text = warned->text;
	char prefix[EGRESS_ADDR_STR];
	unsigned int n;

	n = scnprintf(text, size, "app '%s' in region '%s' ", group->app->name,
		      group->region->name);
	if (set->index)
		n += scnprintf(text + n, size - n, "for %s ",
			       egress_cidr_str(prefix, &set->cidrs[0]));
	if (set->index && set->n_cidrs > 1)
		n += scnprintf(text + n, size - n, "and %u more ", set->n_cidrs - 1);
	n += scnprintf(text + n, size - n, "has ");
	switch (warned->kind) {
	case EGRESS_WARNING_NO_MACHINES:
		scnprintf(text + n, size - n, "%u pair%s, but no machines that use %s",
			  room->pairs, plural(room->pairs), room->pairs == 1 ? "it" : "them");
		break;
	case EGRESS_WARNING_NO_PAIRS:
		scnprintf(text + n, size - n,
			  "%u machine%s, but pairs elsewhere only: need at least %u here",
			  room->machines, plural(room->machines), need);
		break;
	case EGRESS_WARNING_FAMILIES:
		scnprintf(text + n, size - n, "%u IPv4 and %u IPv6 addresses: %s",
			  room->v4, room->v6, why_unequal(group, room));
		break;
	case EGRESS_WARNING_NO_SLOTS:
		scnprintf(text + n, size - n,
			  "%u machines, but %u slots: need at least %u more pair%s",
			  room->machines, room->slots, need, plural(need));
		break;
	case EGRESS_WARNING_SHORT:
		scnprintf(text + n, size - n, "%u machines for %u slots: room is getting short",
			  room->machines, room->slots);
		break;
	case EGRESS_WARNING_NO_DOUBLING:
		scnprintf(text + n, size - n,
			  "no room to double its %u machines (blue-green): need %u more pair%s",
			  room->machines, need, plural(need));
		break;
	}
}

/**
 * egress_warn() - write a warning about an app in a region, if it is due
 * @en: namespace, locked
 * @group: app and region
 * @set: set of destinations of the group
 * @kind: which warning
 * @warned: filled; the sentence only if the warning is due
 *
 * Return: whether the warning is due.
 */
bool egress_warn(struct egress_net *en, const struct egress_group *group,
		 const struct egress_set *set, enum egress_warning kind,
		 struct egress_warned *warned)
{
	lockdep_assert_held(&en->lock);
	warned->group = group;
	warned->set = set;
	warned->kind = kind;
	sum_up(group, set, &warned->room);
	if (!egress_warning_holds(kind, &warned->room, &warned->need))
		return false;
	write_text(warned);
	return true;
}

static void tell(struct egress_change *ch, struct egress_group *group, enum egress_warning kind,
		 egress_warned_fn fn)
{
	struct egress_warned warned;
	struct egress_set *set;

	for (set = &group->sets.rest; set; set = egress_set_next(set))
		if (egress_warn(ch->en, group, set, kind, &warned))
			fn(ch, &warned);
}

static void tell_all(struct egress_change *ch, struct list_head *changed, egress_warned_fn fn)
{
	struct egress_group *group, *other;
	enum egress_warning kind;

	list_for_each_entry(group, changed, warn)
		for (kind = 0; kind < EGRESS_WARNINGS; kind++)
			tell(ch, group, kind, fn);
	/*
	 * An operator who allocates pairs in one region may have forgotten that the app has
	 * machines in another: look for regions without pairs among all regions of the app.
	 */
	list_for_each_entry(group, changed, warn)
		list_for_each_entry(other, &group->app->groups, list)
			if (list_empty(&other->warn))
				list_add_tail(&other->warn, &ch->groups);
	list_for_each_entry(other, &ch->groups, warn)
		tell(ch, other, EGRESS_WARNING_NO_PAIRS, fn);
}

static void forget(struct list_head *groups)
{
	struct egress_group *group, *tmp;

	list_for_each_entry_safe(group, tmp, groups, warn)
		list_del_init(&group->warn);
}

/**
 * egress_warn_now() - tell the warnings that are due at the end of a change
 * @ch: change; its list of groups is empty afterwards
 * @fn: called for each warning; NULL if nobody listens
 */
void egress_warn_now(struct egress_change *ch, egress_warned_fn fn)
{
	LIST_HEAD(changed);

	lockdep_assert_held(&ch->en->lock);
	list_splice_init(&ch->groups, &changed);
	if (!list_empty(&changed) && fn)
		tell_all(ch, &changed, fn);
	forget(&changed);
	forget(&ch->groups);
}
