// SPDX-License-Identifier: GPL-2.0
/* The choice: which block of which pair a machine gets. */
#include <linux/random.h>

#include "net.h"
#include "packet/objects.h"
#include "state/block.h"
#include "state/change.h"
#include "state/group.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/set.h"

static bool is_open(const struct egress_pair *pair, const struct egress_group *group)
{
	return !pair->dying && pair->group == group;
}

static bool has_room(const struct egress_pair *pair, const struct egress_group *group)
{
	return pair->n_free && is_open(pair, group);
}

/**
 * egress_lease_choose() - a free block for a lease
 * @lease: lease, egress_net locked
 *
 * At random, each pair of the set that has room with the same chance. Return: block or NULL.
 */
struct egress_block *egress_lease_choose(const struct egress_lease *lease)
{
	const struct egress_group *group = lease->machine->group;
	struct egress_pair *pair;
	unsigned int n = 0;

	list_for_each_entry(pair, &lease->set->pairs, list)
		n += has_room(pair, group);
	if (!n)
		return NULL;
	n = get_random_u32_below(n);
	list_for_each_entry(pair, &lease->set->pairs, list)
		if (has_room(pair, group) && !n--)
			return egress_block_first_free(pair);
	return NULL;
}

/* Nobody waits for what this frees in excess. */
static bool retire_set(struct egress_net *en, const struct egress_lease *lease)
{
	const struct egress_group *group = lease->machine->group;
	struct egress_block *block, *tmp;
	bool any = false;

	list_for_each_entry(block, &en->lingering, linger)
		any |= block->pair->set == lease->set && is_open(block->pair, group);
	if (!any)
		return false;
	any = false;
	egress_blocks_synchronize(en);
	list_for_each_entry_safe(block, tmp, &en->lingering, linger)
		if (block->pair->set == lease->set && is_open(block->pair, group))
			any |= egress_block_retire(en, block);
	return any;
}

/* Where others wait already, what lingers is theirs. */
static struct egress_block *choose(struct egress_net *en, const struct egress_lease *lease)
{
	struct egress_block *block = egress_lease_choose(lease);

	if (!block && lease->set->n_live && list_empty(&lease->set->waiting) &&
	    retire_set(en, lease))
		block = egress_lease_choose(lease);
	return block;
}

/* Has it a block that it can keep? */
static bool is_good(struct egress_net *en, const struct egress_lease *lease)
{
	const struct egress_block *block = egress_lease_block(en, lease);

	return block && !block->pair->dying && block->pair->set == lease->set &&
		block->pair->group == lease->machine->group;
}

/**
 * egress_lease_let_go() - a lease gives up its block, if it has one, and its pin
 * @ch: change
 * @lease: lease
 */
void egress_lease_let_go(struct egress_change *ch, struct egress_lease *lease)
{
	if (egress_lease_block(ch->en, lease))
		egress_lease_move(ch, lease, NULL);
	lease->pinned = false;
}

static void take_or_wait(struct egress_change *ch, struct egress_lease *lease)
{
	bool waits = !list_empty(&lease->wait);
	struct egress_block *block = waits ? egress_lease_choose(lease) : choose(ch->en, lease);

	lease->pinned = false;
	if (block || egress_lease_block(ch->en, lease))
		egress_lease_move(ch, lease, block);
	if (!block && !waits) {
		egress_lease_wait(lease);
		egress_change_machine(ch, lease->machine);
	}
}

static void take_own(struct egress_change *ch, struct egress_lease *lease)
{
	struct egress_block *block = is_good(ch->en, lease) ? NULL : choose(ch->en, lease);

	if (block)
		egress_lease_move(ch, lease, block);
}

/* Pinned to a pair of its app's, though it may have one of its own. */
static bool is_away(struct egress_net *en, const struct egress_lease *rest)
{
	return rest->pinned && is_good(en, rest);
}

/**
 * egress_leases_settle() - give a machine the leases that are its due
 * @ch: change
 * @machine: some of its leases may have no block, or one they can't keep
 * @view: the view that the leases of its app's pairs are in, to be published
 *	as soon as they have their blocks; NULL if it is already
 *
 * A pair of its own for all destinations wins over all of its app's, unless it
 * is pinned to one of those. What is to be given up is so last.
 */
void egress_leases_settle(struct egress_change *ch, struct egress_machine *machine,
			  struct egress_view *view)
{
	struct egress_lease *lease, *own = egress_lease_own_rest(machine);
	const struct egress_lease *rest = egress_lease_find(machine, &machine->group->sets.rest);
	bool away = is_away(ch->en, rest), covered;

	list_for_each_entry(lease, &machine->leases, list)
		if (lease->set->sets->machine && !(lease == own && away))
			take_own(ch, lease);
	covered = own && !away && is_good(ch->en, own);
	list_for_each_entry(lease, &machine->leases, list)
		if (!lease->set->sets->machine && !covered && !is_good(ch->en, lease))
			take_or_wait(ch, lease);
	if (view)
		rcu_assign_pointer(machine->sender.view, view);
	list_for_each_entry(lease, &machine->leases, list) {
		if (!lease->set->sets->machine && covered) {
			egress_lease_unwait(lease);
			egress_lease_let_go(ch, lease);
		} else if (!is_good(ch->en, lease) || (lease == own && away)) {
			egress_lease_let_go(ch, lease);
		}
	}
	egress_lease_recount(ch, machine);
}

/**
 * egress_leases_begin() - machines get their leases of a new set, or wait
 * @ch: change
 * @group: app and region
 * @set: attached, with its pairs
 *
 * Those that have theirs, or wait, are left alone.
 */
void egress_leases_begin(struct egress_change *ch, struct egress_group *group,
			 struct egress_set *set)
{
	struct egress_machine *machine;
	struct egress_lease *lease, *own;

	if (set->sets->machine) {
		take_own(ch, egress_lease_find(set->sets->machine, set));
		return;
	}
	list_for_each_entry(machine, &group->machines, peer) {
		lease = egress_lease_find(machine, set);
		own = egress_lease_own_rest(machine);
		if (egress_lease_block(ch->en, lease) || !list_empty(&lease->wait) ||
		    (own && is_good(ch->en, own) &&
		     !is_away(ch->en, egress_lease_find(machine, &group->sets.rest))))
			continue;
		take_or_wait(ch, lease);
		egress_lease_recount(ch, machine);
	}
}
