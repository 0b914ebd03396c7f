/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_BLOCK_H
#define EGRESS_BLOCK_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#include "packet/objects.h"

struct egress_change;
struct egress_machine;
struct egress_net;
struct egress_pair;

enum egress_block_state {
	EGRESS_BLOCK_FOREIGN,	/* another host hands it out */
	EGRESS_BLOCK_FREE,
	EGRESS_BLOCK_LEASED,
	EGRESS_BLOCK_LINGERING,	/* no lease has it any more, but connections may still use it */
	EGRESS_BLOCK_CUTTING,	/* it lingered, and its connections are being ended: see cut.c */
};

/**
 * struct egress_block - a block of ports of a pair
 * @ports: what packets read of the block, under RCU
 * @node: entry in egress_pair.free while free, else in egress_machine.blocks
 * @linger: entry in egress_net.lingering while lingering, in egress_net.cutting, or in a list of
 *	cut.c, while cutting. Of a block that is reserved, @linger.prev is the entry that was before
 *	it in egress_pair.free, for egress_block_unlease()
 * @gp: RCU cookie from the moment when the block began to linger: after its grace period no
 *	packet can take a port of the block
 *
 * egress_net.lock protects all of it but @ports, of which it protects the state. Which pair and
 * which machine a block is of follows from @ports: see egress_block_pair() and
 * egress_block_machine().
 */
struct egress_block {
	struct egress_ports ports;
	struct list_head node;
	struct list_head linger;
	struct rcu_gp_oldstate gp;
};

/* The number of a block in its pair, from 0. */
static inline unsigned int egress_block_slot(const struct egress_block *block)
{
	return block->ports.first >> block->ports.nat->order;
}

void egress_block_reserve(struct egress_block *block, struct egress_machine *machine);
void egress_block_reserved(struct egress_change *ch, struct egress_block *block);
void egress_block_lease(struct egress_change *ch, struct egress_block *block,
			struct egress_machine *machine);
void egress_block_unlease(struct egress_block *block);
void egress_block_linger(struct egress_change *ch, struct egress_block *block);
void egress_block_free(struct egress_change *ch, struct egress_block *block);
bool egress_block_retire(struct egress_change *ch, struct egress_block *block, int *budget);
bool egress_block_unused(const struct egress_block *block);
struct egress_block *egress_block_retire_one(struct egress_change *ch,
					     const struct egress_pair *pair,
					     const struct egress_block *only);
void egress_blocks_retire_pair(struct egress_change *ch, struct egress_pair *pair);
void egress_blocks_synchronize(struct egress_net *en);
struct egress_block *egress_block_first_free(struct egress_pair *pair);
u32 egress_block_limit(const struct egress_block *block);

#endif
