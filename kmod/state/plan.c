// SPDX-License-Identifier: GPL-2.0
/*
 * Plans: a dry run says what a request would do to machines, and does not do it. It goes by the
 * same rules as lease_choice.c. Which pair a machine gets is decided by chance there, so a plan
 * says only whether it gets one.
 */
#include "net.h"
#include "state/app.h"
#include "state/block.h"
#include "state/change.h"
#include "state/cordon.h"
#include "state/group.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/plan.h"
#include "state/set.h"

/* Would a machine still have a block for some destinations, on a pair that is not dying? */
static bool keeps_any(struct egress_net *en, const struct egress_machine *machine)
{
	const struct egress_lease *lease;
	const struct egress_block *block;

	list_for_each_entry(lease, &machine->leases, list) {
		block = egress_lease_block(en, lease);
		if (block && !egress_block_pair(block)->dying)
			return true;
	}
	return false;
}

/*
 * The app's set in which the machines on a dying pair look for another block. Return: NULL if
 * they need none: the destinations of the pair's set belong to the rest when its last pair goes.
 */
static struct egress_set *next_set(const struct egress_pair *pair)
{
	if (pair->set->index && !pair->set->n_live)
		return NULL;
	return pair->scope == EGRESS_SCOPE_MACHINE ? &pair->group->sets.rest : pair->set;
}

/* Has the machine that leases a block of its own pair something else that it uses then? */
static bool falls_back(struct egress_net *en, const struct egress_pair *pair)
{
	const struct egress_lease *rest;
	const struct egress_block *block;

	if (pair->scope != EGRESS_SCOPE_MACHINE)
		return false;
	if (pair->set->n_live)
		return true;
	rest = egress_lease_find(pair->machine, &pair->group->sets.rest);
	block = rest ? egress_lease_block(en, rest) : NULL;
	return block && !egress_block_pair(block)->dying;
}

/*
 * Where there is no room on its app's pairs, a machine gets a block of its org's. Return: the org's
 * set for the same destinations as those of a pair, NULL if there is none.
 */
static struct egress_set *org_set(const struct egress_pair *pair)
{
	struct egress_group *org = pair->group->org;

	return org ? egress_set_find(&org->sets, pair->set->cidrs, pair->set->n_cidrs) : NULL;
}

/* @room is that of the set @next, @org_room that of org_set(). */
static void plan_pair(struct egress_change *ch, const struct egress_pair *pair,
		      const struct egress_set *next, unsigned int *room, unsigned int *org_room)
{
	struct egress_move move = { .group = pair->group, .from = pair };
	const struct egress_block *block;
	unsigned int i;
	bool placed;

	for (i = 0; i < egress_pair_slots(pair); i++) {
		block = &pair->blocks[i];
		if (block->ports.state != EGRESS_BLOCK_LEASED)
			continue;
		placed = falls_back(ch->en, pair);
		if (!placed && *room) {
			placed = true;
			--*room;
		} else if (!placed && *org_room) {
			placed = true;
			--*org_room;
		}
		move.machine = egress_block_machine(block);
		move.waits = !placed &&
			((next && next->n_live) || !keeps_any(ch->en, egress_block_machine(block)));
		egress_change_answer(ch, EGRESS_EVENT_MOVE, &move);
	}
}

/* The first pair of a release whose machines would look for a block in this set. */
static const struct egress_pair *first_with(const struct list_head *release,
					    const struct egress_set *next)
{
	const struct egress_pair *pair;

	list_for_each_entry(pair, release, drain)
		if (next_set(pair) == next)
			return pair;
	return NULL;
}

/**
 * egress_plan_release() - say what would become of the machines on pairs that are released
 * @ch: change, a dry run
 * @release: list of egress_pair.drain: pairs that are marked as dying
 *
 * Connections have been counted just before.
 */
void egress_plan_release(struct egress_change *ch, struct list_head *release)
{
	struct egress_pair *pair, *other;
	const struct egress_set *next;
	unsigned int room, org_room;
	struct egress_set *of_org;

	list_for_each_entry(pair, release, drain)
		egress_change_answer(ch, EGRESS_EVENT_PAIR_CHANGED, pair);
	list_for_each_entry(pair, release, drain) {
		next = next_set(pair);
		/* All pairs whose machines look for a block in the same set share its room. */
		if (first_with(release, next) != pair)
			continue;
		room = next ? egress_lease_room(ch->en, next) : 0;
		of_org = org_set(pair);
		org_room = of_org ? egress_lease_room(ch->en, of_org) : 0;
		other = pair;
		list_for_each_entry_from(other, release, drain)
			if (next_set(other) == next)
				plan_pair(ch, other, next, &room, &org_room);
	}
}

/* Is there room in a live set, or in that for the same destinations in the other scope's sets? */
static void look_for_room(struct egress_net *en, const struct egress_set *set,
			  struct egress_sets *others, bool *any, bool *all)
{
	const struct egress_set *twin;

	if (egress_set_gone(set) || !set->n_live)
		return;
	twin = others ? egress_set_find(others, set->cidrs, set->n_cidrs) : NULL;
	if (egress_lease_room(en, set) || (twin && egress_lease_room(en, twin)))
		*any = true;
	else
		*all = false;
}

/* Would a machine wait after it was moved to a group? */
static bool would_wait(struct egress_net *en, const struct egress_machine *machine,
		       struct egress_group *group)
{
	const struct egress_pair *pair;
	bool any = false, all = true;
	struct egress_set *set;

	if (egress_cordon_bars(en, machine))
		return true;
	if (group->app == machine->group->app)
		list_for_each_entry(pair, &machine->pairs, own)
			if (pair->group == group && !pair->set->index && !pair->dying)
				return false;
	for (set = &group->sets.rest; set; set = egress_set_next(set))
		look_for_room(en, set, group->org ? &group->org->sets : NULL, &any, &all);
	if (group->org)
		for (set = &group->org->sets.rest; set; set = egress_set_next(set))
			look_for_room(en, set, &group->sets, &any, &all);
	return !any || !all;
}

/**
 * egress_plan_move() - say what would become of a machine that is moved or bound
 * @ch: change, a dry run
 * @machine: machine
 * @group: app and region that it is to be in
 * @block: block that it is to have; NULL if that is left to chance
 *
 * Connections have been counted just before.
 */
void egress_plan_move(struct egress_change *ch, struct egress_machine *machine,
		      struct egress_group *group, const struct egress_block *block)
{
	const struct egress_block *now =
		egress_lease_block(ch->en, egress_lease_of(ch->en, machine));
	struct egress_move move = {
		.machine = machine,
		.group = group,
		.from = now ? egress_block_pair(now) : NULL,
		.to = block ? egress_block_pair(block) : NULL,
		.cut = group->app != machine->group->app,
		.connections = egress_machine_connections(machine),
	};

	move.waits = !block && would_wait(ch->en, machine, group);
	egress_change_answer(ch, EGRESS_EVENT_MOVE, &move);
}
