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
	EGRESS_BLOCK_LINGERING,	/* given up, connections live on */
};

/**
 * struct egress_block - a block of ports of a pair; leased, it is the lease
 * @ports: as packets see it
 * @pair: whose
 * @state: enum egress_block_state
 * @machine: of the lease, and who had it while it lingers
 * @node: in egress_pair.free or egress_machine.blocks
 * @linger: in egress_net.lingering
 * @gp: RCU cookie: when no packet can take a port of a lease given up
 * @quiet: that time has come
 *
 * Under egress_net.lock but for @ports.
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
