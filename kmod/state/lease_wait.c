// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting: leases for an app's or an org's pairs that lack a block stand in their set's queue, and
 * get a block as soon as one is free. Leases for a machine's own pairs do not stand in a queue.
 */
#include "net.h"
#include "state/app.h"
#include "state/block.h"
#include "state/change.h"
#include "state/group.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/set.h"

/* Destination tables and places that egress_leases_retire() sweeps before it lets the lock go. */
#define RETIRE_BUDGET	2048

/**
 * egress_lease_recount() - find out anew whether a machine counts as waiting
 * @ch: change
 * @machine: machine, whose leases have changed, or the pairs of their sets
 *
 * This is what the operator is told, and not whether a lease stands in a queue: a machine waits
 * if a set that has live pairs has no block for it, nor has that of the same destinations of its
 * org, or if it has no block at all.
 */
void egress_lease_recount(struct egress_change *ch, struct egress_machine *machine)
{
	bool waits = false, any = false;
	struct egress_lease *lease, *twin;

	list_for_each_entry(lease, &machine->leases, list) {
		any |= !!egress_lease_block(ch->en, lease);
		if (waits || list_empty(&lease->wait) || !lease->set->n_live)
			continue;
		twin = egress_lease_twin(lease);
		waits = !twin || !egress_lease_block(ch->en, twin);
	}
	waits |= !any && !list_empty(&machine->leases);
	if (waits == machine->waits)
		return;
	egress_change_machine(ch, machine);
	machine->waits = waits;
	machine->group->app->n_waiting += waits ? 1 : -1;
	ch->en->n_waiting += waits ? 1 : -1;
}

/**
 * egress_leases_recount() - find out anew which machines wait, as a set got or lost its pairs
 * @ch: change
 * @group: app and region
 */
void egress_leases_recount(struct egress_change *ch, struct egress_group *group)
{
	struct egress_machine *machine = NULL;

	while ((machine = egress_group_next(group, machine))) {
		egress_lease_recount(ch, machine);
		cond_resched();
	}
}

/**
 * egress_lease_wait() - put a lease at the end of its set's queue
 * @lease: lease without a block and not in a queue, egress_net locked
 */
void egress_lease_wait(struct egress_lease *lease)
{
	list_add_tail(&lease->wait, &lease->set->waiting);
	lease->set->n_waiting++;
}

/**
 * egress_lease_unwait() - take a lease out of its set's queue, if it is there
 * @lease: lease, egress_net locked
 */
void egress_lease_unwait(struct egress_lease *lease)
{
	if (list_empty(&lease->wait))
		return;
	list_del_init(&lease->wait);
	lease->set->n_waiting--;
}

static void feed_set(struct egress_change *ch, struct egress_set *set)
{
	struct egress_lease *lease, *tmp;
	struct egress_block *block;

	list_for_each_entry_safe(lease, tmp, &set->waiting, wait) {
		block = egress_lease_choose(ch->en, lease);
		if (!block)
			break;
		egress_lease_move(ch, lease, block);
		egress_lease_yield(ch, lease);
	}
}

/**
 * egress_lease_feed() - give free blocks to the leases of a group that have waited longest
 * @ch: change
 * @group: app and region
 */
void egress_lease_feed(struct egress_change *ch, struct egress_group *group)
{
	struct egress_set *set;

	for (set = &group->sets.rest; set; set = egress_set_next(set))
		feed_set(ch, set);
}

/**
 * egress_lease_offer() - give a block that is free again to a machine that waits for it
 * @ch: change; it counts if there is such a machine
 * @pair: pair that the block is of
 */
void egress_lease_offer(struct egress_change *ch, struct egress_pair *pair)
{
	struct egress_lease *lease;

	/* Who waits on a cordoned host is served when that ends, by egress_cordon(). */
	if (pair->dying || ch->en->cordoned)
		return;
	if (pair->scope != EGRESS_SCOPE_MACHINE) {
		if (list_empty(&pair->set->waiting))
			return;
		egress_change_count(ch);
		feed_set(ch, pair->set);
		return;
	}
	lease = egress_lease_find(pair->machine, pair->set);
	if (!lease || egress_lease_block(ch->en, lease))
		return;
	egress_change_count(ch);
	egress_leases_settle(ch, pair->machine, NULL);
}

/**
 * egress_leases_retire() - free lingering blocks whose last connection has ended
 * @ch: change
 *
 * Each block that becomes free is offered to the machines that wait. Context: process; may wait
 * for a grace period. Return: whether blocks are left that there was no time for: another call
 * begins with them.
 */
bool egress_leases_retire(struct egress_change *ch)
{
	struct egress_block *block, *tmp;
	int budget = RETIRE_BUDGET;
	struct egress_pair *pair;
	LIST_HEAD(todo);
	bool left;

	lockdep_assert_held(&ch->en->lock);
	/*
	 * Walk over a list of its own: egress_lease_offer() may free other lingering blocks, but
	 * only blocks that are in egress_net.lingering.
	 */
	list_splice_init(&ch->en->lingering, &todo);
	list_for_each_entry_safe(block, tmp, &todo, linger) {
		if (budget <= 0)
			break;
		budget--;
		list_move_tail(&block->linger, &ch->en->lingering);
		pair = egress_block_pair(block);
		if (egress_block_retire(ch, block, &budget))
			egress_lease_offer(ch, pair);
	}
	left = !list_empty(&todo);
	list_splice(&todo, &ch->en->lingering);
	return left;
}
