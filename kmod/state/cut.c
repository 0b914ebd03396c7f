// SPDX-License-Identifier: GPL-2.0
/*
 * Cutting: the connections of a block end, because its machine or its pair is gone. That may take
 * long, as a block may have very many connections, so it is done without egress_net.lock, after
 * the change that made it necessary and before the request returns:
 *
 *   in the change        egress_cut_block(): nobody leases the block any more
 *   without the lock     a grace period, after which no packet takes a port of the block; then its
 *                        connections end, a piece at a time
 *   in a change again    the block is free, and offered to the machines that wait. A machine that
 *                        was deleted is freed after its last block, and so is a pair
 *
 * Whoever does this does it for all blocks that are to be cut, so several requests share a grace
 * period. Each waits for egress_net.cuts first; when it has that mutex, its own blocks have been
 * cut by another request or are in the list.
 */
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "net.h"
#include "packet/destination.h"
#include "state/block.h"
#include "state/change.h"
#include "state/claim.h"
#include "state/cut.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/pair.h"

/**
 * egress_cut_block() - have a block's connections ended when the change is over
 * @ch: change
 * @block: lingering; it is free again when egress_cut_finish() returns
 */
void egress_cut_block(struct egress_change *ch, struct egress_block *block)
{
	struct egress_net *en = ch->en;

	ch->cuts = true;
	block->ports.state = EGRESS_BLOCK_CUTTING;
	list_move_tail(&block->linger, &en->cutting);
	egress_block_pair(block)->n_cutting++;
	WRITE_ONCE(en->n_cutting, en->n_cutting + 1);
}

static void cut(struct egress_net *en, struct egress_block *block)
{
	bool done;
	int budget;

	/* Most blocks have lingered since the same moment: only the first of them waits here. */
	cond_synchronize_rcu_expedited_full(&block->gp);
	do {
		budget = EGRESS_SWEEP_PIECE;
		mutex_lock(&en->reap);
		done = egress_dests_cut_some(en, &block->ports, &budget);
		mutex_unlock(&en->reap);
		cond_resched();
	} while (!done);
}

/* A block that has been cut is free. Return: its pair; NULL if that is gone. */
static struct egress_pair *release(struct egress_change *ch, struct egress_block *block)
{
	struct egress_machine *machine = egress_block_machine(block);
	struct egress_pair *pair = egress_block_pair(block);
	struct egress_net *en = ch->en;

	egress_block_free(ch, block);
	WRITE_ONCE(en->n_cutting, en->n_cutting - 1);
	pair->n_cutting--;
	egress_machine_put(machine);
	if (!pair->gone)
		return pair;
	egress_pair_put(en, pair);
	return NULL;
}

/**
 * egress_cut_now() - end the connections of all blocks that are to be cut, under the lock
 * @ch: change, with egress_net.cuts held
 *
 * This is for a flush, after which nothing is to be left. The blocks are offered to nobody.
 * Context: process; waits for a grace period.
 */
void egress_cut_now(struct egress_change *ch)
{
	struct egress_net *en = ch->en;
	struct egress_block *block, *tmp;

	lockdep_assert_held(&en->cuts);
	lockdep_assert_held(&en->lock);
	list_for_each_entry_safe(block, tmp, &en->cutting, linger) {
		cut(en, block);
		release(ch, block);
		cond_resched();
	}
	/* Nothing is left for the end of the change: the caller holds egress_net.cuts. */
	ch->cuts = false;
}

/**
 * egress_cut_finish() - end the connections of all blocks that are to be cut
 * @en: namespace, not locked
 * @generation: the generation that the caller's change ended with; if nothing else has changed
 *	since then, it becomes the one in which the blocks are free
 *
 * Context: process; waits for a grace period if there are such blocks. When this returns, all
 * blocks that were to be cut when it was called are free.
 */
void egress_cut_finish(struct egress_net *en, u64 *generation)
{
	struct egress_block *block, *tmp;
	struct egress_change ch;
	struct egress_pair *pair;
	LIST_HEAD(blocks);
	bool next;

	/* The blocks of the caller's own change are counted for sure. */
	if (!READ_ONCE(en->n_cutting))
		return;
	mutex_lock(&en->cuts);
	mutex_lock(&en->lock);
	list_splice_init(&en->cutting, &blocks);
	mutex_unlock(&en->lock);
	if (list_empty(&blocks))
		goto unlock;
	/* Nobody else touches a block while it is in a list of blocks to be cut. */
	list_for_each_entry(block, &blocks, linger)
		cut(en, block);
	egress_change_begin(&ch, en);
	next = en->generation == *generation;
	list_for_each_entry_safe(block, tmp, &blocks, linger) {
		pair = release(&ch, block);
		if (pair)
			egress_lease_offer(&ch, pair);
		cond_resched();
	}
	egress_change_end_locked(&ch);
	if (next)
		*generation = en->generation;
	mutex_unlock(&en->lock);
unlock:
	mutex_unlock(&en->cuts);
}
