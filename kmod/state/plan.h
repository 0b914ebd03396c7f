/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_PLAN_H
#define EGRESS_PLAN_H

#include <linux/types.h>

struct egress_block;
struct egress_change;
struct egress_group;
struct egress_machine;
struct egress_pair;
struct list_head;

/**
 * struct egress_move - what a dry run says of a machine that would have another lease
 * @machine: machine
 * @group: app and region that it would be in
 * @from: pair that it would leave; NULL if it has none
 * @to: pair that it would come to; NULL if it would get none, or one by chance
 * @waits: it would wait for a lease
 * @cut: connections of it would be cut
 * @connections: how many, if @cut
 */
struct egress_move {
	struct egress_machine *machine;
	const struct egress_group *group;
	const struct egress_pair *from;
	const struct egress_pair *to;
	bool waits;
	bool cut;
	u64 connections;
};

void egress_plan_release(struct egress_change *ch, struct list_head *release);
void egress_plan_move(struct egress_change *ch, struct egress_machine *machine,
		      struct egress_group *group, const struct egress_block *block);

#endif
