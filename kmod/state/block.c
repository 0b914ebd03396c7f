// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks: a pair's ports, cut into pieces that are leased to machines.
 *
 *      free --------> leased -----------> lingering ------------------------------> free
 *            taken           given up         |       no connection is left          ^
 *                                             '----------> cutting ------------------'
 *                                              the machine or the pair is gone
 *
 * When a lease gives its block up, packets find the block no more from then on. But a packet
 * that has found the block before may still take a port of it, until a grace period has passed.
 */
#include <linux/rcupdate.h>

#include "net.h"
#include "packet/classify.h"
#include "packet/destination.h"
#include "packet/objects.h"
#include "state/adopt.h"
#include "state/app.h"
#include "state/block.h"
#include "state/change.h"
#include "state/group.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/set.h"

/*
 * Destination tables and places of a lingering block that are swept to free it while somebody
 * waits for it. A block with more stays as it is until the reaper's rounds have left fewer.
 */
#define RETIRE_BUDGET	1024

/* Tell of a block's new state. That is a change of its own, unless it is part of a larger one. */
static void tell(struct egress_change *ch, struct egress_block *block)
{
	egress_change_count(ch);
	egress_change_did(ch, EGRESS_EVENT_LEASE, block);
}

/**
 * egress_block_reserve() - lease a free block to a machine that may not come yet
 * @block: free, egress_net locked
 * @machine: machine, whose packets don't find the block yet
 *
 * To be followed by egress_block_reserved() when nothing can fail any more, or undone by
 * egress_block_unlease().
 */
void egress_block_reserve(struct egress_block *block, struct egress_machine *machine)
{
	struct egress_pair *pair = egress_block_pair(block);

	block->ports.state = EGRESS_BLOCK_LEASED;
	WRITE_ONCE(block->ports.sender, &machine->sender);
	block->linger.prev = block->node.prev;
	list_move_tail(&block->node, &machine->blocks);
	pair->n_free--;
	egress_set_roomy(pair);
	pair->n_leased++;
	pair->set->n_leased++;
}

/**
 * egress_block_reserved() - tell that a machine has the block that was reserved for it
 * @ch: change
 * @block: from egress_block_reserve()
 */
void egress_block_reserved(struct egress_change *ch, struct egress_block *block)
{
	tell(ch, block);
	egress_adopt_soon(ch->en);
}

/**
 * egress_block_lease() - a machine takes a block
 * @ch: change
 * @block: free, or reserved for the machine
 * @machine: machine, whose packets don't find the block yet
 */
void egress_block_lease(struct egress_change *ch, struct egress_block *block,
			struct egress_machine *machine)
{
	if (block->ports.state == EGRESS_BLOCK_FREE)
		egress_block_reserve(block, machine);
	WARN_ON_ONCE(block->ports.state != EGRESS_BLOCK_LEASED);
	egress_block_reserved(ch, block);
}

/**
 * egress_block_unlease() - undo egress_block_reserve()
 * @block: leased, egress_net locked. Of several blocks of a pair, the one reserved last is given
 *	back first, so that each finds its place among the free ones again
 */
void egress_block_unlease(struct egress_block *block)
{
	struct egress_pair *pair = egress_block_pair(block);

	block->ports.state = EGRESS_BLOCK_FREE;
	WRITE_ONCE(block->ports.sender, NULL);
	list_move(&block->node, block->linger.prev);
	pair->n_free++;
	egress_set_roomy(pair);
	pair->n_leased--;
	pair->set->n_leased--;
}

/**
 * egress_block_linger() - let a block linger that no lease has any more
 * @ch: change
 * @block: leased until now; its connections live on
 */
void egress_block_linger(struct egress_change *ch, struct egress_block *block)
{
	struct egress_pair *pair = egress_block_pair(block);

	block->ports.state = EGRESS_BLOCK_LINGERING;
	start_poll_synchronize_rcu_full(&block->gp);
	block->ports.quiet = false;
	pair->n_leased--;
	pair->set->n_leased--;
	list_add_tail(&block->linger, &ch->en->lingering);
	tell(ch, block);
}

/**
 * egress_block_free() - a block is free
 * @ch: change, which counts
 * @block: lingering or cutting, without destination tables. No packet can take a port of it
 */
void egress_block_free(struct egress_change *ch, struct egress_block *block)
{
	struct egress_pair *pair = egress_block_pair(block);

	block->ports.state = EGRESS_BLOCK_FREE;
	tell(ch, block);	/* while the block knows whose it was */
	WRITE_ONCE(block->ports.sender, NULL);
	list_del(&block->linger);
	list_move_tail(&block->node, &pair->free);
	pair->n_free++;
	egress_set_roomy(pair);
}

/**
 * egress_blocks_synchronize() - wait until no packet can take a port of a lingering block
 * @en: namespace, locked
 *
 * Context: process; waits for a grace period, unless one has passed since the last of the blocks
 * began to linger.
 */
void egress_blocks_synchronize(struct egress_net *en)
{
	struct egress_block *block;

	list_for_each_entry(block, &en->lingering, linger) {
		if (block->ports.quiet)
			continue;
		cond_synchronize_rcu_expedited_full(&block->gp);
		block->ports.quiet = true;
	}
}

/**
 * egress_block_unused() - could a lingering block be freed, if somebody needed it
 * @block: lingering, egress_net locked; its connections have been counted just before
 */
bool egress_block_unused(const struct egress_block *block)
{
	return !READ_ONCE(block->ports.live);
}

/**
 * egress_block_retire() - free a lingering block if no connection lives in it
 * @ch: change; it counts if the block is freed
 * @block: lingering
 * @budget: destination tables and places that may be swept, counted down
 *
 * Context: process; sweeps the block's destination tables, which takes egress_net.reap. Return:
 * true if the block is free now; false also if a packet may still take a port of the block, or
 * @budget did not suffice.
 */
bool egress_block_retire(struct egress_change *ch, struct egress_block *block, int *budget)
{
	block->ports.quiet = block->ports.quiet || poll_state_synchronize_rcu_full(&block->gp);
	if (!block->ports.quiet || !egress_dests_retire(ch->en, &block->ports, budget))
		return false;
	egress_block_free(ch, block);
	return true;
}

static bool retire(struct egress_change *ch, struct egress_block *block)
{
	int budget = RETIRE_BUDGET;

	return egress_block_retire(ch, block, &budget);
}

/**
 * egress_block_retire_one() - free a lingering block of a pair, so as not to refuse a request
 * @ch: change; it counts if a block is freed
 * @pair: pair that the block is to be of
 * @only: the only block that will do; NULL if any block of the pair will
 *
 * No more than one block is freed: the others are left to the machines that wait for one.
 * Context: process; waits for a grace period. Return: block that is free now, or NULL.
 */
struct egress_block *egress_block_retire_one(struct egress_change *ch,
					     const struct egress_pair *pair,
					     const struct egress_block *only)
{
	struct egress_net *en = ch->en;
	struct egress_block *block, *tmp, *zero = NULL;
	bool any = false;

	list_for_each_entry(block, &en->lingering, linger)
		any |= egress_block_pair(block) == pair && (!only || block == only);
	if (!any)
		return NULL;
	egress_blocks_synchronize(en);
	list_for_each_entry_safe(block, tmp, &en->lingering, linger) {
		if (egress_block_pair(block) != pair || (only && block != only))
			continue;
		/* Slot 0 only if nothing else can be freed: some servers refuse its low ports. */
		if (!egress_block_slot(block))
			zero = block;
		else if (retire(ch, block))
			return block;
	}
	return zero && retire(ch, zero) ? zero : NULL;
}

/**
 * egress_block_first_free() - the block of a pair that is to be leased next
 * @pair: pair, egress_net locked
 *
 * Return: the block that was freed longest ago. Slot 0 comes after all others, as some servers
 * refuse connections from its low ports. NULL if no block is free or the pair is dying.
 */
struct egress_block *egress_block_first_free(struct egress_pair *pair)
{
	struct egress_block *block;

	if (pair->dying)
		return NULL;
	list_for_each_entry(block, &pair->free, node)
		if (egress_block_slot(block) || pair->n_free == 1)
			return block;
	return NULL;
}

/**
 * egress_blocks_retire_pair() - free a pair's lingering blocks that have no connection left
 * @ch: change
 * @pair: pair
 *
 * Blocks that take long to look through are left to the reaper.
 */
void egress_blocks_retire_pair(struct egress_change *ch, struct egress_pair *pair)
{
	unsigned int i;

	for (i = 0; i < egress_pair_slots(pair); i++)
		if (pair->blocks[i].ports.state == EGRESS_BLOCK_LINGERING)
			retire(ch, &pair->blocks[i]);
}

/**
 * egress_block_limit() - how many connections to one destination a block allows
 * @block: block, egress_net locked
 *
 * Return: the number of the block's ports, or the limit of the machine's app if that is lower.
 */
u32 egress_block_limit(const struct egress_block *block)
{
	/* The block that begins at port 0 has one port less, as port 0 can't be used. */
	u32 ports = (1u << egress_block_pair(block)->nat.order) - !block->ports.first;
	const struct egress_machine *machine = egress_block_machine(block);
	const struct egress_app *app = egress_block_pair(block)->group->app;
	const struct egress_conf *conf;

	/* An org has no limit of its own. A machine that is gone may have outlived its app. */
	if (app->is_org && machine && !machine->gone)
		app = machine->group->app;
	/* All callers hold egress_net.lock, under which alone the settings change. */
	conf = rcu_dereference_protected(app->conf, true);
	return conf->limit ? min(conf->limit, ports) : ports;
}
