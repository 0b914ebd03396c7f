// SPDX-License-Identifier: GPL-2.0
/*
 * Ending connections of machines that stay: because somebody asks for it, or because a machine has
 * another lease and the request for that says so. packet/end.c says which connections these are.
 *
 *   in the change       the machines are put into egress_change.cut
 *   without the lock    a grace period, after which no packet goes by an older lease or by none;
 *                       then the tables of the machines' blocks, each time for a moment with the
 *                       lock, as a block must not become another machine's meanwhile; then one walk
 *                       over conntrack's table for all of the machines
 *   in the lock again   who asked is told
 *
 * Whoever does this holds egress_net.cuts from before the change to the end, and so the machines
 * are in one list at a time, and egress_sender.cut is of one request.
 */
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "net.h"
#include "packet/destination.h"
#include "packet/end.h"
#include "packet/walk.h"
#include "state/adopt.h"
#include "state/block.h"
#include "state/change.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/machine_cut.h"

/* Buckets and connections of conntrack's table to walk over before others have their turn. */
#define WALK_PIECE	4096

/**
 * egress_machine_cut_later() - have connections of a machine ended after the change
 * @ch: change, egress_net.cuts held
 * @machine: machine
 * @which: which of its connections
 */
void egress_machine_cut_later(struct egress_change *ch, struct egress_machine *machine,
			      enum egress_cut which)
{
	lockdep_assert_held(&ch->en->cuts);
	lockdep_assert_held(&ch->en->lock);
	if (!list_empty(&machine->cut))
		return;
	machine->sender.cut = which;
	machine->sender.n_cut = 0;
	list_add_tail(&machine->cut, &ch->cut);
}

/**
 * egress_machine_cut_leased() - have a machine's stale connections ended if it has a lease now
 * @ch: change, egress_net.cuts held
 * @machine: machine that has another lease than before the change, or none any more
 */
void egress_machine_cut_leased(struct egress_change *ch, struct egress_machine *machine)
{
	struct egress_lease *lease;

	list_for_each_entry(lease, &machine->leases, list) {
		if (egress_lease_block(ch->en, lease)) {
			egress_machine_cut_later(ch, machine, EGRESS_CUT_STALE);
			return;
		}
	}
}

/**
 * egress_machine_cut() - have connections of machines ended after the change
 * @ch: change, egress_net.cuts held
 * @ids: ids of the machines; one that is named twice is cut once
 * @n: number of ids
 * @which: which of their connections
 *
 * Return: 0; -ENOENT, then no connection ends.
 */
int egress_machine_cut(struct egress_change *ch, const char **ids, unsigned int n,
		       enum egress_cut which)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!egress_machine_find(ch->en, ids[i]))
			return egress_refuse_nth(&ch->error, EGRESS_ABOUT_MACHINE, i, -ENOENT,
						 "there is no machine '%s'", ids[i]);
		cond_resched();
	}
	for (i = 0; i < n; i++) {
		egress_machine_cut_later(ch, egress_machine_find(ch->en, ids[i]), which);
		cond_resched();
	}
	return 0;
}

/* The next block of a machine, which goes to the end of the list, so that each has its turn. */
static struct egress_block *next_block(struct egress_machine *machine)
{
	struct egress_block *block = list_first_entry_or_null(&machine->blocks,
							      struct egress_block, node);

	if (block)
		list_move_tail(&block->node, &machine->blocks);
	return block;
}

/**
 * struct place - how far the tables have come
 * @blocks: blocks of the first machine in the list that are still to be looked at, @block among
 *	them; -1 if the machine's are not counted yet
 * @block: the block at which it goes on; NULL if that is the machine's next one
 * @left: tables of @block that are still to be looked at
 */
struct place {
	int blocks;
	struct egress_block *block;
	unsigned int left;
};

/* Does the machine still have the block at which it is to go on? */
static bool still_has(const struct egress_machine *machine, const struct egress_block *block)
{
	const struct egress_block *other;

	list_for_each_entry(other, &machine->blocks, node)
		if (other == block)
			return true;
	return false;
}

static void block_done(struct egress_net *en, struct place *at)
{
	en->ending = NULL;
	at->block = NULL;
	at->blocks--;
}

/* Look at tables of a machine. Return: whether all of its blocks are done. */
static bool piece(struct egress_net *en, struct egress_machine *machine, struct place *at,
		  int *budget)
{
	struct egress_block *block;
	unsigned int done;

	if (at->blocks < 0) {
		at->blocks = 0;
		list_for_each_entry(block, &machine->blocks, node)
			at->blocks++;
	}
	/* It has become free meanwhile: then none of the machine's connections is left there. */
	if (at->block && !still_has(machine, at->block))
		block_done(en, at);
	while (at->blocks > 0 && *budget > 0) {
		if (!at->block) {
			at->block = next_block(machine);
			if (!at->block)
				return true;
			en->ending = &at->block->ports;
			at->left = READ_ONCE(at->block->ports.dests.n);
		}
		done = egress_dests_end_some(en, &at->block->ports, at->left, budget,
					     egress_end_chosen, &machine->sender.n_cut);
		at->left = *budget > 0 ? 0 : at->left - done;
		if (!at->left)
			block_done(en, at);
		--*budget;
	}
	return at->blocks <= 0;
}

/*
 * End the connections that have places in the rings of the machines' blocks. Machines that are done
 * go to the end of @machines.
 */
static void end_in_tables(struct egress_net *en, struct list_head *machines)
{
	const struct egress_machine *last = NULL;
	struct place at = { .blocks = -1 };
	struct egress_machine *machine;
	LIST_HEAD(done);
	bool more;
	int budget;

	do {
		budget = EGRESS_SWEEP_PIECE;
		mutex_lock(&en->lock);
		mutex_lock(&en->reap);
		while (budget > 0) {
			machine = list_first_entry_or_null(machines, struct egress_machine, cut);
			/* The machine before may have been deleted. */
			if (machine != last) {
				at = (struct place){ .blocks = -1 };
				en->ending = NULL;
			}
			last = machine;
			if (!machine || !piece(en, machine, &at, &budget))
				break;
			list_move_tail(&machine->cut, &done);
			budget--;
		}
		more = !list_empty(machines);
		if (!more)
			list_splice(&done, machines);
		mutex_unlock(&en->reap);
		mutex_unlock(&en->lock);
		cond_resched();
	} while (more);
}

static void end_elsewhere(struct egress_net *en, bool dry)
{
	struct egress_ending ending = { .en = en, .dry = dry };
	struct egress_ct_cursor at = {};

	while (egress_ct_walk(en->net, &at, WALK_PIECE, egress_end_visit, &ending) &&
	       !fatal_signal_pending(current))
		cond_resched();
}

/*
 * Give connections that conntrack learnt otherwise their places, if all of a machine's are to end:
 * the walk over conntrack's table takes those in the machine's present block for new ones.
 */
static void adopt_first(struct egress_change *ch)
{
	const struct egress_machine *machine;
	struct egress_adopt adopted = {};
	bool all = false;

	mutex_lock(&ch->en->lock);
	list_for_each_entry(machine, &ch->cut, cut)
		all |= machine->sender.cut == EGRESS_CUT_ALL;
	mutex_unlock(&ch->en->lock);
	/* Who is about to die cuts what is known already. */
	if (all)
		egress_adopt(ch->en, &adopted);
}

/**
 * egress_machines_cut() - end the connections of the machines in egress_change.cut
 * @ch: change that has ended, egress_net.cuts held; in a dry run they are only counted
 *
 * Context: process; waits for a grace period. To be followed by egress_machines_cut_tell().
 */
void egress_machines_cut(struct egress_change *ch)
{
	struct egress_net *en = ch->en;

	lockdep_assert_held(&en->cuts);
	/*
	 * A packet that has seen an older lease, or none, is confirmed, dropped, or in an NFQUEUE
	 * after this; and from there it comes to the guard, which knows the present lease.
	 */
	synchronize_rcu_expedited();
	if (!ch->dry) {
		adopt_first(ch);
		end_in_tables(en, &ch->cut);
	}
	end_elsewhere(en, ch->dry);
}

/**
 * egress_machines_cut_tell() - tell how many connections of each machine have ended
 * @ch: change, after egress_machines_cut(), egress_net.cuts held and egress_net locked again
 *
 * Of a machine that has been deleted meanwhile nothing is told.
 */
void egress_machines_cut_tell(struct egress_change *ch)
{
	struct egress_machine *machine, *tmp;

	lockdep_assert_held(&ch->en->lock);
	list_for_each_entry_safe(machine, tmp, &ch->cut, cut) {
		egress_change_answer(ch, EGRESS_EVENT_CUT, machine);
		machine->sender.cut = EGRESS_CUT_NONE;
		list_del_init(&machine->cut);
		cond_resched();
	}
}
