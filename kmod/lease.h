/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_LEASE_H
#define EGRESS_LEASE_H

#include <linux/list.h>
#include <linux/types.h>

struct egress_block;
struct egress_group;
struct egress_machine;
struct egress_net;
struct egress_pair;
struct egress_set;
struct egress_view;

/**
 * struct egress_lease - what a machine has, or waits for, of a set of destinations
 * @list: in egress_machine.leases
 * @wait: in egress_set.waiting, or empty
 * @machine: whose
 * @set: of the machine's app, or of the machine's own pairs
 * @place: in the machine's view, the block; NULL there while it has none
 * @pinned: to its pair, by the operator
 */
struct egress_lease {
	struct list_head list;
	struct list_head wait;
	struct egress_machine *machine;
	struct egress_set *set;
	struct egress_block __rcu **place;
	bool pinned;
};

struct egress_block *egress_lease_block(struct egress_net *en, const struct egress_lease *lease);
struct egress_lease *egress_lease_find(const struct egress_machine *machine,
				       const struct egress_set *set);
struct egress_lease *egress_lease_of(struct egress_net *en, const struct egress_machine *machine);
int egress_leases_make(struct egress_net *en, struct egress_machine *machine,
		       struct egress_group *group, struct list_head *leases,
		       struct egress_view **view);
void egress_leases_free(struct list_head *leases);
int egress_leases_attach(struct egress_net *en, struct egress_group *group, struct egress_set *set);
void egress_leases_begin(struct egress_net *en, struct egress_group *group, struct egress_set *set);
void egress_leases_detach(struct egress_net *en, struct egress_group *group,
			  struct egress_set *set);
void egress_leases_settle(struct egress_net *en, struct egress_machine *machine,
			  struct egress_view *view);
void egress_leases_end(struct egress_net *en, struct egress_machine *machine,
		       struct list_head *leases);
void egress_leases_recount(struct egress_net *en, struct egress_group *group);
void egress_lease_move(struct egress_net *en, struct egress_lease *lease,
		       struct egress_block *block);
void egress_lease_hand_over(struct egress_net *en, struct egress_lease *from,
			    struct egress_lease *to);
void egress_lease_synchronize(struct egress_net *en);
void egress_lease_cut(struct egress_net *en, struct egress_block *block);
void egress_lease_feed(struct egress_net *en, struct egress_group *group);
void egress_lease_retire(struct egress_net *en);
void egress_lease_retire_pair(struct egress_net *en, struct egress_pair *pair);
struct egress_block *egress_lease_retire_one(struct egress_net *en, const struct egress_pair *pair,
					     const struct egress_block *only);
bool egress_lease_offer(struct egress_net *en, struct egress_pair *pair);
struct egress_block *egress_lease_first_free(struct egress_pair *pair);

#endif
