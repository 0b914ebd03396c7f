// SPDX-License-Identifier: GPL-2.0
/*
 * Warnings: that an app's machines in a region have too few pairs, or soon will.
 * They are states, told after each change of what they count, and when asked for.
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

static unsigned int pairs_for(const struct egress_room *room, unsigned int slots)
{
	return DIV_ROUND_UP(slots, max(room->each, 1u));
}

/**
 * egress_warning_holds() - is it time to warn
 * @kind: of what
 * @room: numbers
 * @need: pairs that would help; 0 if it takes something else
 *
 * Of the three that are about slots, the one that there are too few takes the
 * place of the other two; these hold side by side, as they ask for different
 * numbers of pairs.
 *
 * Context: any.
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
		/* 40 machines for each pair of 64 slots */
		return room->pairs && fits && room->machines * 64ull > room->slots * 40ull;
	case EGRESS_WARNING_NO_DOUBLING:
		/* a deployment that starts the new machines before the old ones go */
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
	/* Pairs for some destinations only, and none for the rest, on purpose. */
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
 * egress_warn() - warn about an app in a region
 * @en: namespace, locked
 * @group: app and region
 * @set: of destinations
 * @kind: of what
 * @warned: the warning
 *
 * Return: there is something to warn about.
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
	/* Who allocates in one region may have forgotten another. */
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
 * egress_warn_now() - the warnings that are due at the end of a change
 * @ch: change; its groups are forgotten
 * @fn: called for each; NULL if nobody would hear of them
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
