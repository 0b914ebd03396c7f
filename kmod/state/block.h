/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_BLOCK_H
#define EGRESS_BLOCK_H

#include <linux/list.h>

#include "packet/objects.h"

struct egress_machine;
struct egress_net;
struct egress_pair;

enum egress_block_state {
	EGRESS_BLOCK_FOREIGN,	/* another host hands it out */
	EGRESS_BLOCK_FREE,
	EGRESS_BLOCK_LEASED,
	EGRESS_BLOCK_LINGERING,	/* no lease has it any more, but connections may still use it */
};

/**
 * struct egress_block - a block of ports of a pair
 * @ports: what packets read of the block, under RCU
 * @pair: pair that the block is part of
 * @state: enum egress_block_state
 * @machine: machine that has the block leased, or had it until it lingered; else NULL
 * @node: entry in egress_pair.free while free, in egress_machine.blocks while leased or lingering
 * @linger: entry in egress_net.lingering while lingering
 * @gp: RCU cookie from the moment when the block began to linger: after its grace period no
 *	packet can take a port of the block
 * @quiet: the grace period of @gp is over, as far as is known
 *
 * egress_net.lock protects all of it but @ports.
 */
struct egress_block {
	struct egress_ports ports;
	struct egress_pair *pair;
	u8 state;
	struct egress_machine *machine;
	struct list_head node;
	struct list_head linger;
	unsigned long gp;
	bool quiet;
};

void egress_block_lease(struct egress_block *block, struct egress_machine *machine);
void egress_block_linger(struct egress_net *en, struct egress_block *block);
bool egress_block_retire(struct egress_net *en, struct egress_block *block);
struct egress_block *egress_block_retire_one(struct egress_net *en, const struct egress_pair *pair,
					     const struct egress_block *only);
void egress_blocks_retire_pair(struct egress_net *en, struct egress_pair *pair);
void egress_blocks_synchronize(struct egress_net *en);
void egress_block_cut(struct egress_net *en, struct egress_block *block);
struct egress_block *egress_block_first_free(struct egress_pair *pair);
u32 egress_block_limit(const struct egress_block *block);

#endif
