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
	return !pair->dying && (pair->group == group || pair->group == group->org);
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

	/* All pairs of an app's or org's set are of one group. */
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
 * egress_lease_room() - how many leases of an app's or org's set could get a block now
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
 * Give a lease for shared pairs another block if there is one. For a lease that stands in the queue
 * already, no lingering block is freed here: see choose().
 */
static void take(struct egress_change *ch, struct egress_lease *lease)
{
	struct egress_block *block;

	block = list_empty(&lease->wait) ? choose(ch, lease) : egress_lease_choose(ch->en, lease);
	if (!block)
		return;
	lease->pinned = false;
	egress_lease_move(ch, lease, block);
}

/* A lease for shared pairs has got no block: it loses the one that it can't keep, and waits. */
static void give_up(struct egress_change *ch, struct egress_lease *lease)
{
	egress_lease_let_go(ch, lease);
	if (!list_empty(&lease->wait))
		return;
	egress_lease_wait(lease);
	egress_change_machine(ch, lease->machine);
}

/* A lease for shared pairs that is not needed has no block, and does not wait. */
static void rest(struct egress_change *ch, struct egress_lease *lease)
{
	egress_lease_unwait(lease);
	egress_lease_let_go(ch, lease);
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

/* Has the operator pinned a lease to a pair that it can keep? */
static bool is_bound(struct egress_net *en, const struct egress_lease *lease)
{
	return lease && lease->pinned && is_good(en, lease);
}

/*
 * Did the operator pin a machine to one of its app's or its org's pairs for all destinations? Then
 * the machine's own pair for all destinations, if it has one, does not win over that.
 */
static bool is_away(struct egress_net *en, const struct egress_machine *machine)
{
	const struct egress_lease *lease = egress_lease_find(machine, &machine->group->sets.rest);

	return is_bound(en, lease) || is_bound(en, egress_lease_twin(lease));
}

/*
 * Does the other scope serve a machine for the destinations of a lease for shared pairs? A block of
 * its app's pairs comes before one of its org's, unless the operator pinned it to the latter.
 */
static bool is_served(struct egress_net *en, const struct egress_lease *lease)
{
	const struct egress_lease *twin = egress_lease_twin(lease);

	if (!twin)
		return false;
	if (lease->set->sets->scope == EGRESS_SCOPE_APP)
		return is_bound(en, twin);
	return is_good(en, twin) && !is_bound(en, lease);
}

/* Let the leases of a machine that are of a scope and are needed have blocks, if there are any. */
static void take_all(struct egress_change *ch, struct egress_machine *machine,
		     enum egress_scope scope)
{
	struct egress_lease *lease;

	list_for_each_entry(lease, &machine->leases, list)
		if (lease->set->sets->scope == scope && !is_good(ch->en, lease) &&
		    !is_served(ch->en, lease))
			take(ch, lease);
}

/* Let packets see a machine's new views. */
static void publish(struct egress_machine *machine, const struct egress_views *views)
{
	/*
	 * Where the org's pairs are to take the place of the app's, they are seen first; where the
	 * app's are to take the place of the org's, these go last.
	 */
	if (views->org)
		rcu_assign_pointer(machine->sender.org_view, views->org);
	rcu_assign_pointer(machine->sender.view, views->app);
	if (!views->org)
		RCU_INIT_POINTER(machine->sender.org_view, NULL);
}

/**
 * egress_leases_settle() - give a machine the leases that are its due
 * @ch: change
 * @machine: machine, some of whose leases may have no block, or one that they can't keep
 * @views: views that no packet sees yet, with the places of the machine's leases for the pairs that
 *	it shares; this function publishes them as soon as these leases have their blocks.
 *	NULL if the machine's views are published already
 *
 * A pair of the machine's own for all destinations wins over all pairs of its app and its org,
 * unless the operator pinned the machine to one of these for all destinations. A pair of its app
 * wins over one of its org for the same destinations, unless the operator pinned it to that. A
 * lease that another one takes the place of loses its block last, so that packets find one of them
 * at any time. Context: process; may wait for a grace period.
 */
void egress_leases_settle(struct egress_change *ch, struct egress_machine *machine,
			  const struct egress_views *views)
{
	struct egress_lease *lease, *own = egress_lease_own_rest(machine);
	bool away = is_away(ch->en, machine), covered;

	list_for_each_entry(lease, &machine->leases, list)
		if (lease->set->sets->machine && !(lease == own && away))
			take_own(ch, lease);
	covered = own && !away && is_good(ch->en, own);
	if (!covered) {
		take_all(ch, machine, EGRESS_SCOPE_APP);
		take_all(ch, machine, EGRESS_SCOPE_ORG);
	}
	if (views)
		publish(machine, views);
	list_for_each_entry(lease, &machine->leases, list) {
		if (lease->set->sets->machine) {
			if (!is_good(ch->en, lease) || (lease == own && away))
				egress_lease_let_go(ch, lease);
		} else if (covered || is_served(ch->en, lease)) {
			rest(ch, lease);
		} else if (!is_good(ch->en, lease)) {
			give_up(ch, lease);
		}
	}
	egress_lease_recount(ch, machine);
	if (machine->group->org)
		egress_change_group(ch, machine->group->org);
}

/* Does a machine have all it needs in a pair of its own for all destinations? */
static bool is_covered(struct egress_net *en, const struct egress_machine *machine)
{
	const struct egress_lease *own = egress_lease_own_rest(machine);

	return own && is_good(en, own) && !is_away(en, machine);
}

/**
 * egress_leases_begin() - give the leases of a new set blocks, or let them wait
 * @ch: change
 * @group: app or org and region
 * @set: set that has its pairs; its leases are attached, and need not have blocks yet
 *
 * A lease that has a block or waits already is left alone. A machine whose own pair for all
 * destinations wins needs no block, nor of its org one that its app has for it. Context: process;
 * may wait for a grace period.
 */
void egress_leases_begin(struct egress_change *ch, struct egress_group *group,
			 struct egress_set *set)
{
	struct egress_machine *machine = NULL;
	struct egress_lease *lease;

	if (set->sets->machine) {
		take_own(ch, egress_lease_find(set->sets->machine, set));
		return;
	}
	while ((machine = egress_group_next(group, machine))) {
		lease = egress_lease_find(machine, set);
		if (egress_lease_block(ch->en, lease) || !list_empty(&lease->wait) ||
		    is_covered(ch->en, machine) || is_served(ch->en, lease))
			continue;
		take(ch, lease);
		if (!egress_lease_block(ch->en, lease))
			give_up(ch, lease);
		egress_lease_recount(ch, machine);
		cond_resched();
	}
}

/**
 * egress_leases_lean() - give machines blocks of other pairs for destinations of a set that goes
 * @ch: change
 * @group: app or org and region
 * @set: set of the group that has no live pair any more, and is about to leave the map
 *
 * Where an app's set goes, its org's pairs for the same destinations stand in; where an org's
 * does, those of its apps do for the machines that were pinned to the org's. Context: process; may
 * wait for a grace period.
 */
void egress_leases_lean(struct egress_change *ch, struct egress_group *group,
			const struct egress_set *set)
{
	struct egress_group *member;
	struct egress_set *other;

	if (set->sets->scope == EGRESS_SCOPE_ORG) {
		list_for_each_entry(member, &group->members, member) {
			other = egress_set_find(&member->sets, set->cidrs, set->n_cidrs);
			if (other)
				egress_leases_begin(ch, member, other);
		}
		return;
	}
	if (set->sets->scope != EGRESS_SCOPE_APP || !group->org)
		return;
	other = egress_set_find(&group->org->sets, set->cidrs, set->n_cidrs);
	if (other)
		egress_leases_begin(ch, group->org, other);
}

/**
 * egress_lease_yield() - have a machine give up a block of its org's pairs for one of its app's
 * @ch: change
 * @lease: lease that has got a block, which packets find
 *
 * Nothing happens unless it is for the app's pairs.
 */
void egress_lease_yield(struct egress_change *ch, struct egress_lease *lease)
{
	struct egress_lease *twin;

	/* A machine that a part of the request names may be about to be pinned to what it has. */
	if (lease->set->sets->scope != EGRESS_SCOPE_APP || lease->machine->named)
		return;
	twin = egress_lease_twin(lease);
	if (!twin || !is_served(ch->en, twin))
		return;
	rest(ch, twin);
	egress_lease_recount(ch, lease->machine);
	egress_change_group(ch, lease->machine->group->org);
}

/**
 * egress_leases_yield() - the same for all machines of an app in a region
 * @ch: change
 * @group: app and region; nothing happens if it is in no org
 * @set: set that has got pairs
 *
 * Context: process.
 */
void egress_leases_yield(struct egress_change *ch, struct egress_group *group,
			 const struct egress_set *set)
{
	struct egress_machine *machine;
	struct egress_lease *lease;

	if (!group->org || set->sets->scope != EGRESS_SCOPE_APP)
		return;
	list_for_each_entry(machine, &group->machines, peer) {
		lease = egress_lease_find(machine, set);
		if (lease && is_good(ch->en, lease))
			egress_lease_yield(ch, lease);
		cond_resched();
	}
}
