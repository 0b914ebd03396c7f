// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks: what becomes of the ports of a pair.
 *
 *      free --------> leased -----------> lingering --------> free
 *            taken           given up                no connection is left,
 *                                                    or all have been cut
 *
 * A block given up is unpublished first; a packet that saw it may still take
 * a port of it until a grace period has passed.
 */
#include <linux/rcupdate.h>

#include "net.h"
#include "packet/classify.h"
#include "packet/destination.h"
#include "packet/objects.h"
#include "state/app.h"
#include "state/block.h"
#include "state/group.h"
#include "state/machine.h"
#include "state/pair.h"

#define RETIRE_TABLES	1024	/* a lingering block with more waits for the reaper's round */

/**
 * egress_block_lease() - a machine takes a free block
 * @block: free, egress_net locked
 * @machine: machine
 */
void egress_block_lease(struct egress_block *block, struct egress_machine *machine)
{
	block->state = EGRESS_BLOCK_LEASED;
	block->machine = machine;
	WRITE_ONCE(block->ports.sender, &machine->sender);
	list_move_tail(&block->node, &machine->blocks);
	block->pair->n_free--;
	block->pair->n_leased++;
}

/**
 * egress_block_linger() - a lease gives its block up: connections live on in it
 * @en: namespace, locked
 * @block: leased; no packet finds it any more after a grace period
 */
void egress_block_linger(struct egress_net *en, struct egress_block *block)
{
	block->state = EGRESS_BLOCK_LINGERING;
	block->gp = start_poll_synchronize_rcu();
	block->quiet = false;
	block->pair->n_leased--;
	list_add_tail(&block->linger, &en->lingering);
}

static void block_free(struct egress_block *block)
{
	struct egress_pair *pair = block->pair;

	block->state = EGRESS_BLOCK_FREE;
	block->machine = NULL;
	WRITE_ONCE(block->ports.sender, NULL);
	list_del(&block->linger);
	list_move_tail(&block->node, &pair->free);
	pair->n_free++;
}

/**
 * egress_blocks_synchronize() - wait until no packet sees a lease given up
 * @en: namespace, locked
 *
 * One grace period for all that were given up until now.
 */
void egress_blocks_synchronize(struct egress_net *en)
{
	struct egress_block *block;
	bool wait = false;

	list_for_each_entry(block, &en->lingering, linger)
		wait |= !block->quiet;
	if (!wait)
		return;
	synchronize_rcu_expedited();
	list_for_each_entry(block, &en->lingering, linger)
		block->quiet = true;
}

/**
 * egress_block_retire() - free a lingering block if no connection lives in it
 * @en: namespace, locked
 * @block: lingering
 *
 * Those that TCP has closed don't count, but their entries must go: the next
 * machine may take their ports. Context: process; sweeps its tables. Return: it is free.
 */
bool egress_block_retire(struct egress_net *en, struct egress_block *block)
{
	block->quiet = block->quiet || poll_state_synchronize_rcu(block->gp);
	if (!block->quiet || READ_ONCE(block->ports.dests.n) > RETIRE_TABLES ||
	    egress_dests_sweep(en, &block->ports))
		return false;
	egress_dests_cut(en, &block->ports);
	block_free(block);
	return true;
}

/**
 * egress_block_retire_one() - free a lingering slot before saying that there is none
 * @en: namespace, locked
 * @pair: of this pair
 * @only: and no other than this one; NULL for any
 *
 * The others are left to those who wait. Context: process; waits for a grace period.
 * Return: block that is free now, or NULL.
 */
struct egress_block *egress_block_retire_one(struct egress_net *en, const struct egress_pair *pair,
					     const struct egress_block *only)
{
	struct egress_block *block, *tmp, *zero = NULL;
	bool any = false;

	list_for_each_entry(block, &en->lingering, linger)
		any |= block->pair == pair && (!only || block == only);
	if (!any)
		return NULL;
	egress_blocks_synchronize(en);
	list_for_each_entry_safe(block, tmp, &en->lingering, linger) {
		if (block->pair != pair || (only && block != only))
			continue;
		/* That of the well-known ports last. */
		if (!block->ports.slot)
			zero = block;
		else if (egress_block_retire(en, block))
			return block;
	}
	return zero && egress_block_retire(en, zero) ? zero : NULL;
}

/**
 * egress_block_first_free() - the slot of a pair that is next
 * @pair: pair, egress_net locked
 *
 * The one freed longest ago, but slot 0, of the well-known ports, last. Return:
 * block or NULL.
 */
struct egress_block *egress_block_first_free(struct egress_pair *pair)
{
	struct egress_block *block;

	if (pair->dying)
		return NULL;
	list_for_each_entry(block, &pair->free, node)
		if (block->ports.slot || pair->n_free == 1)
			return block;
	return NULL;
}

/**
 * egress_block_cut() - end all connections of a lease given up
 * @en: namespace, locked
 * @block: lingering, and a grace period has passed since
 */
void egress_block_cut(struct egress_net *en, struct egress_block *block)
{
	egress_dests_cut(en, &block->ports);
	block_free(block);
}

/**
 * egress_blocks_retire_pair() - free a pair's lingering blocks that have no connection left
 * @en: namespace, locked
 * @pair: pair
 */
void egress_blocks_retire_pair(struct egress_net *en, struct egress_pair *pair)
{
	unsigned int i;

	for (i = 0; i < egress_pair_slots(pair); i++)
		if (pair->blocks[i].state == EGRESS_BLOCK_LINGERING)
			egress_block_retire(en, &pair->blocks[i]);
}

/**
 * egress_block_limit() - connections to a destination that a block allows
 * @block: of a pair, egress_net locked
 *
 * Its ports, or the app's word if that is less.
 */
u32 egress_block_limit(const struct egress_block *block)
{
	u32 ports = (1u << block->pair->nat.order) - !block->ports.first;
	const struct egress_conf *conf;

	/* Changed under egress_net.lock, which every caller holds. */
	conf = rcu_dereference_protected(block->pair->group->app->conf, true);
	return conf->limit ? min(conf->limit, ports) : ports;
}
