/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_SET_H
#define EGRESS_SET_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#include "addr.h"

struct egress_change;
struct egress_error;
struct egress_app;
struct egress_group;
struct egress_machine;
struct egress_map;
struct egress_net;
struct egress_map_entry;

/**
 * struct egress_set - a set of destinations, and the pairs for it
 * @list: in egress_sets.list
 * @sets: among which it is
 * @index: number of its lease in egress_view.ports; 0 is the rest
 * @cidrs: its prefixes, in the order of egress_cidr_cmp(); none of the rest
 * @n_cidrs: how many
 * @pairs: struct egress_pair
 * @waiting: struct egress_lease, the longest waiting first
 * @n_waiting: how many
 * @n_pairs: pairs there are
 * @n_live: those that are not being released
 */
struct egress_set {
	struct list_head list;
	struct egress_sets *sets;
	unsigned int index;
	struct egress_cidr *cidrs;
	unsigned int n_cidrs;
	struct list_head pairs;
	struct list_head waiting;
	unsigned int n_waiting;
	unsigned int n_pairs;
	unsigned int n_live;
};

/**
 * struct egress_sets - what destinations an app in a region tells apart, or one machine
 * @map: RCU: destinations to indices; NULL while there is only the rest
 * @rest: everything that is in no other set
 * @list: struct egress_set, the others
 * @end: beyond the highest index
 * @routes: what @map was made of
 * @n_routes: how many
 * @next: the map that comes with the change at work
 * @next_routes: what it was made of
 * @n_next: how many
 * @changing: those three are to be taken
 * @bytes: memory that all this takes
 * @gp: RCU cookie: when no packet sees the map before this one
 * @machine: whose, NULL for an app's in a region
 * @rcu: a machine's is freed after packets that saw it
 *
 * Under egress_net.lock but for @map.
 */
struct egress_sets {
	struct egress_map __rcu *map;
	struct egress_set rest;
	struct list_head list;
	unsigned int end;
	struct egress_map_entry *routes;
	unsigned int n_routes;
	struct egress_map *next;
	struct egress_map_entry *next_routes;
	unsigned int n_next;
	bool changing;
	size_t bytes;
	unsigned long gp;
	struct egress_machine *machine;
	struct rcu_head rcu;
};

/* All its pairs are being released: it is in no map, and no machine has a lease of it. */
static inline bool egress_set_gone(const struct egress_set *set)
{
	return set->index && set->n_pairs && !set->n_live;
}

/* In a loop that begins with the rest. */
static inline struct egress_set *egress_set_next(struct egress_set *set)
{
	struct egress_sets *sets = set->sets;
	struct list_head *next = set->index ? set->list.next : sets->list.next;

	return next == &sets->list ? NULL : list_entry(next, struct egress_set, list);
}

void egress_sets_init(struct egress_sets *sets, struct egress_machine *machine);
void egress_sets_exit(struct egress_net *en, struct egress_sets *sets);
struct egress_set *egress_set_find(struct egress_sets *sets, const struct egress_cidr *cidrs,
				   unsigned int n);
int egress_set_sort(struct egress_cidr *cidrs, unsigned int n, struct egress_error *error);
struct egress_set *egress_set_get(struct egress_change *ch, struct egress_group *group,
				  struct egress_sets *sets, const struct egress_cidr *cidrs,
				  unsigned int n);
void egress_set_unget(struct egress_change *ch, struct egress_group *group, struct egress_set *set);
void egress_set_free(struct egress_set *set);
int egress_sets_prepare(struct egress_change *ch, struct egress_sets *sets, struct egress_set *add);
void egress_sets_commit(struct egress_net *en, struct egress_sets *sets);
void egress_sets_abort(struct egress_sets *sets);

#endif
