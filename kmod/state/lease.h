/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_LEASE_H
#define EGRESS_LEASE_H

#include <linux/list.h>
#include <linux/types.h>

struct egress_block;
struct egress_change;
struct egress_group;
struct egress_machine;
struct egress_net;
struct egress_pair;
struct egress_ports;
struct egress_set;
struct egress_view;
struct in6_addr;

/**
 * struct egress_lease - the block that a machine has, or lacks, for a set of destinations
 * @list: entry in egress_machine.leases
 * @wait: entry in egress_set.waiting while the lease waits for a block; empty otherwise
 * @machine: the machine that has the lease
 * @set: the destinations: a set of the machine's app in its region, of the app's org there, or of
 *	its own pairs
 * @place: where packets find the lease's block: one element of egress_view.ports in the
 *	machine's view. Packets read the element under RCU; it is NULL while the lease has
 *	no block
 * @pinned: the operator bound the lease to its pair; no automatic choice moves it while the
 *	pair lasts
 *
 * egress_net.lock protects all of it, and every change of the element at @place.
 */
struct egress_lease {
	struct list_head list;
	struct list_head wait;
	struct egress_machine *machine;
	struct egress_set *set;
	struct egress_ports __rcu **place;
	bool pinned;
};

/**
 * struct egress_views - the views of the leases that a machine shares pairs by, to be published
 * @app: for its app's pairs
 * @org: for its org's pairs; NULL if its app is in no org
 */
struct egress_views {
	struct egress_view *app;
	struct egress_view *org;
};

/* lease.c */
struct egress_block *egress_lease_block(struct egress_net *en, const struct egress_lease *lease);
struct egress_lease *egress_lease_on(struct egress_net *en, const struct egress_block *block);
struct egress_lease *egress_lease_find(const struct egress_machine *machine,
				       const struct egress_set *set);
struct egress_lease *egress_lease_twin(const struct egress_lease *lease);
struct egress_lease *egress_lease_own_rest(const struct egress_machine *machine);
struct egress_lease *egress_lease_of(struct egress_net *en, const struct egress_machine *machine);
void egress_lease_move(struct egress_change *ch, struct egress_lease *lease,
		       struct egress_block *block);
void egress_lease_hand_over(struct egress_change *ch, struct egress_lease *from,
			    struct egress_lease *to);

/* lease_make.c */
int egress_leases_make(struct egress_net *en, struct egress_machine *machine,
		       struct egress_group *group, struct list_head *leases,
		       struct egress_views *views);
int egress_leases_make_org(struct egress_net *en, struct egress_machine *machine,
			   struct egress_group *org, struct list_head *leases,
			   struct egress_view **view);
void egress_leases_free(struct list_head *leases);
int egress_leases_attach(struct egress_change *ch, struct egress_group *group,
			 struct egress_set *set);
void egress_leases_detach(struct egress_change *ch, struct egress_group *group,
			  struct egress_set *set);
void egress_leases_end(struct egress_change *ch, struct egress_machine *machine,
		       struct list_head *leases);

/* lease_choice.c */
struct egress_block *egress_lease_choose(const struct egress_net *en,
					 const struct egress_lease *lease);
unsigned int egress_lease_room(struct egress_net *en, const struct egress_set *set);
void egress_leases_settle(struct egress_change *ch, struct egress_machine *machine,
			  const struct egress_views *views);
void egress_leases_begin(struct egress_change *ch, struct egress_group *group,
			 struct egress_set *set);
void egress_leases_lean(struct egress_change *ch, struct egress_group *group,
			const struct egress_set *set);
void egress_lease_yield(struct egress_change *ch, struct egress_lease *lease);
void egress_leases_yield(struct egress_change *ch, struct egress_group *group,
			 const struct egress_set *set);
void egress_lease_let_go(struct egress_change *ch, struct egress_lease *lease);

/* lease_wait.c */
void egress_lease_wait(struct egress_lease *lease);
void egress_lease_unwait(struct egress_lease *lease);
void egress_lease_recount(struct egress_change *ch, struct egress_machine *machine);
void egress_leases_recount(struct egress_change *ch, struct egress_group *group);
void egress_lease_feed(struct egress_change *ch, struct egress_group *group);
void egress_lease_offer(struct egress_change *ch, struct egress_pair *pair);
bool egress_leases_retire(struct egress_change *ch);

/* lease_bind.c */

/**
 * struct egress_rebalance - what a request to spread machines over pairs did
 * @app: name of the app; NULL if an org's pairs are meant
 * @org: name of the org; NULL if an app's pairs are meant
 * @region: name of the only region it was for; NULL if for all
 * @moved: number of times that a lease was moved to another pair, so far
 */
struct egress_rebalance {
	const char *app;
	const char *org;
	const char *region;
	unsigned int moved;
};

struct egress_block *egress_bind_pick(struct egress_change *ch, const struct egress_group *group,
				      const struct egress_machine *machine,
				      const struct in6_addr *addr, int slot);
void egress_bind_offer(struct egress_change *ch, const struct in6_addr *addr);
bool egress_bind_has(struct egress_net *en, const struct egress_machine *machine,
		     const struct egress_block *block);
void egress_bind_pin(struct egress_change *ch, struct egress_machine *machine,
		     struct egress_block *block);
int egress_bind(struct egress_change *ch, const char *id, const struct in6_addr *addr, int slot);
int egress_rebalance(struct egress_change *ch, struct egress_rebalance *whole, unsigned int max);

#endif
