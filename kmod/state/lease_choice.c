// SPDX-License-Identifier: GPL-2.0
/* The choice: which block of which pair a machine gets. */
#include <linux/random.h>

#include "net.h"
#include "packet/objects.h"
#include "state/block.h"
#include "state/change.h"
#include "state/cordon.h"
#include "state/group.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/set.h"

/* Destination tables and places that are swept at most to find a block for a machine. */
#define RETIRE_BUDGET	4096

/*
 * May a machine of @group lease a block of the pair? A machine that has moved to another region
 * keeps its own pairs of the region that it left, but does not use them there.
 */
static bool is_open(const struct egress_pair *pair, const struct egress_group *group)
{
	return !pair->dying && pair->group == group;
}

/* May a lease have this block, or keep it? */
static bool is_for(const struct egress_block *block, const struct egress_lease *lease)
{
	const struct egress_pair *pair = egress_block_pair(block);

	return pair->set == lease->set && is_open(pair, lease->machine->group);
}

/*
 * May a lease get a block at all? On a cordoned host, only that of a machine that has a block
 * already, so that it does not lose its place; and no lease that stands in the queue.
 */
static bool may_have(const struct egress_net *en, const struct egress_lease *lease)
{
	return !en->cordoned ||
		(list_empty(&lease->wait) && !egress_cordon_bars(en, lease->machine));
}

/* Choose one of the pairs with room, each with the same chance; NULL if there is none. */
static struct egress_pair *choose_pair(const struct egress_set *set,
				       const struct egress_group *group)
{
	struct egress_pair *chosen = NULL;
	unsigned int i, n = 0;

	/* All pairs of an app's set are of one group. */
	if (!set->sets->machine)
		return set->n_roomy ? set->roomy[get_random_u32_below(set->n_roomy)] : NULL;
	for (i = 0; i < set->n_roomy; i++)
		if (is_open(set->roomy[i], group) && !get_random_u32_below(++n))
			chosen = set->roomy[i];
	return chosen;
}

/**
 * egress_lease_choose() - choose a free block for a lease
 * @en: namespace, locked
 * @lease: lease
 *
 * The pair is chosen at random, each pair of the set that has a free block with the same
 * chance. Return: block; NULL if there is none, or the host is cordoned.
 */
struct egress_block *egress_lease_choose(const struct egress_net *en,
					 const struct egress_lease *lease)
{
	struct egress_pair *pair;

	if (!may_have(en, lease))
		return NULL;
	pair = choose_pair(lease->set, lease->machine->group);
	return pair ? egress_block_first_free(pair) : NULL;
}

/*
 * Free all lingering blocks of a lease's set that have no connection left. The lease needs one
 * of them only. The others are not offered to anybody: choose() calls this only while no
 * lease of the set waits. Context: may wait for a grace period. Return: whether a block is free
 * now.
 */
static bool retire_set(struct egress_change *ch, const struct egress_lease *lease)
{
	struct egress_block *block, *tmp;
	struct egress_net *en = ch->en;
	int budget = RETIRE_BUDGET;
	bool any = false;

	list_for_each_entry(block, &en->lingering, linger)
		any |= is_for(block, lease);
	if (!any)
		return false;
	any = false;
	egress_blocks_synchronize(en);
	list_for_each_entry_safe(block, tmp, &en->lingering, linger)
		if (is_for(block, lease))
			any |= egress_block_retire(ch, block, &budget);
	return any;
}

/**
 * egress_lease_room() - how many leases of an app's set could get a block now
 * @en: namespace, locked
 * @set: set
 *
 * A lingering block without connections counts, but is not freed.
 */
unsigned int egress_lease_room(struct egress_net *en, const struct egress_set *set)
{
	const struct egress_pair *pair;
	struct egress_block *block;
	unsigned int n = 0;

	list_for_each_entry(pair, &set->pairs, list)
		if (!pair->dying)
			n += pair->n_free;
	/* As in choose(): lingering blocks are for those who stand in the queue already. */
	if (!list_empty(&set->waiting))
		return n;
	list_for_each_entry(block, &en->lingering, linger)
		if (egress_block_pair(block)->set == set && !egress_block_pair(block)->dying)
			n += egress_block_unused(block);
	return n;
}

/*
 * Choose a free block for a lease; if there is none, free one that lingers without connections.
 * While other leases of the set wait, lingering blocks are left to them: they get these in
 * their order, from egress_leases_retire().
 */
static struct egress_block *choose(struct egress_change *ch, const struct egress_lease *lease)
{
	struct egress_block *block = egress_lease_choose(ch->en, lease);

	if (!block && lease->set->n_live && list_empty(&lease->set->waiting) &&
	    may_have(ch->en, lease) && retire_set(ch, lease))
		block = egress_lease_choose(ch->en, lease);
	return block;
}

/*
 * Has a lease a block that it can keep? The block's pair must not be about to go, and must still
 * be for the lease's destinations and in the machine's app and region.
 */
static bool is_good(struct egress_net *en, const struct egress_lease *lease)
{
	const struct egress_block *block = egress_lease_block(en, lease);

	return block && is_for(block, lease);
}

/**
 * egress_lease_let_go() - take its block, if it has one, and its pin from a lease
 * @ch: change
 * @lease: lease
 */
void egress_lease_let_go(struct egress_change *ch, struct egress_lease *lease)
{
	if (egress_lease_block(ch->en, lease))
		egress_lease_move(ch, lease, NULL);
	lease->pinned = false;
}

/*
 * Give a lease for the app's pairs another block. If there is none, the lease loses the one it
 * has and waits. For a lease that stands in the queue already, no lingering block is freed here:
 * see choose().
 */
static void take_or_wait(struct egress_change *ch, struct egress_lease *lease)
{
	bool waits = !list_empty(&lease->wait);
	struct egress_block *block;

	block = waits ? egress_lease_choose(ch->en, lease) : choose(ch, lease);
	lease->pinned = false;
	if (block || egress_lease_block(ch->en, lease))
		egress_lease_move(ch, lease, block);
	if (!block && !waits) {
		egress_lease_wait(lease);
		egress_change_machine(ch, lease->machine);
	}
}

/*
 * Give a lease for a machine's own pairs another block if it can't keep the one it has. If there
 * is none, the lease does not wait in a queue, as the machine uses its app's pairs instead; and
 * it loses its block only at the end of egress_leases_settle(), when these have theirs.
 */
static void take_own(struct egress_change *ch, struct egress_lease *lease)
{
	struct egress_block *block = is_good(ch->en, lease) ? NULL : choose(ch, lease);

	if (block)
		egress_lease_move(ch, lease, block);
}

/*
 * Did the operator pin a machine to one of its app's pairs for all destinations? Then the
 * machine's own pair for all destinations, if it has one, does not win over that. @rest is the
 * machine's lease for the app's pairs for all destinations.
 */
static bool is_away(struct egress_net *en, const struct egress_lease *rest)
{
	return rest->pinned && is_good(en, rest);
}

/**
 * egress_leases_settle() - give a machine the leases that are its due
 * @ch: change
 * @machine: machine, some of whose leases may have no block, or one that they can't keep
 * @view: a view that no packet sees yet, with the places of the machine's leases for its app's
 *	pairs; this function publishes the view as soon as these leases have their blocks.
 *	NULL if the machine's view is published already
 *
 * A pair of the machine's own for all destinations wins over all pairs of its app, unless the
 * operator pinned the machine to one of the app's for all destinations. A lease that another
 * one takes the place of loses its block last, so that packets find one of them at any time.
 * Context: process; may wait for a grace period.
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
 * egress_leases_begin() - give the leases of a new set blocks, or let them wait
 * @ch: change
 * @group: app and region
 * @set: set that has its pairs; its leases are attached, and need not have blocks yet
 *
 * A lease that has a block or waits already is left alone. A machine whose own pair for all
 * destinations wins needs no block. Context: process; may wait for a grace period.
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
