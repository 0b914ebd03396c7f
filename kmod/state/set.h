/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_SET_H
#define EGRESS_SET_H

#include <linux/egress.h>
#include <linux/list.h>
#include <linux/rcupdate.h>

#include "addr.h"
#include "state/warning.h"

struct egress_change;
struct egress_error;
struct egress_app;
struct egress_group;
struct egress_machine;
struct egress_map;
struct egress_net;
struct egress_map_entry;
struct egress_pair;

/**
 * struct egress_set - a set of destinations, and the pairs for it
 * @list: entry in egress_sets.list; unused for the set of the rest
 * @sets: the sets that this one belongs to
 * @app: app or org of the pairs for the set; NULL for the rest
 * @begun: egress_set_begin() has been called: the set is one that listeners know
 * @index: what the map gives for the set's destinations, and where a machine's lease for the
 *	set has its place in egress_view.ports; 0 for the rest
 * @cidrs: prefixes of the set, in the order of egress_cidr_cmp(); NULL for the rest
 * @n_cidrs: number of prefixes
 * @pairs: struct egress_pair that are for the set, those that are being released too
 * @roomy: those of @pairs that a machine may get a free block of; see egress_set_roomy()
 * @n_roomy: number of pairs in @roomy
 * @max_roomy: number of pairs that @roomy has memory for, at least @n_pairs
 * @waiting: struct egress_lease without a block; the one that has waited longest comes first
 * @n_waiting: number of leases in @waiting
 * @n_pairs: number of pairs in @pairs
 * @n_live: number of pairs in @pairs that are not being released; see egress_set_count()
 * @n_addrs: addresses of these pairs, by family
 * @n_slots: slots of these pairs that this host hands out
 * @n_leased: number of blocks that are leased, of all pairs in @pairs
 * @id: key in egress_net.sets, counted up, no later set gets the same; 0 for the rest
 * @told: what listeners know of the warnings about the set, by kind
 *
 * egress_net.lock protects all of it.
 */
struct egress_set {
	struct list_head list;
	struct egress_sets *sets;
	const struct egress_app *app;
	bool begun;
	unsigned int index;
	struct egress_cidr *cidrs;
	unsigned int n_cidrs;
	struct list_head pairs;
	struct egress_pair **roomy;
	unsigned int n_roomy;
	unsigned int max_roomy;
	struct list_head waiting;
	unsigned int n_waiting;
	unsigned int n_pairs;
	unsigned int n_live;
	unsigned int n_addrs[EGRESS_FAMILIES];
	unsigned int n_slots;
	unsigned int n_leased;
	unsigned long id;
	struct egress_told told[EGRESS_SET_WARNINGS];
};

/**
 * struct egress_sets - the sets of destinations of an app or an org in a region, or of a machine's
 *	own pairs
 * @map: says by its index which set a destination is in; NULL while there is only the rest.
 *	Packets read the pointer and the map under RCU
 * @rest: the set of all destinations that are in no other set
 * @list: struct egress_set, all but @rest
 * @end: one more than the highest index that a set ever had
 * @routes: prefixes with their indices, which @map was made of; NULL if @map is
 * @n_routes: number of prefixes in @routes
 * @next: map that the change at work has prepared to take the place of @map; may be NULL
 * @next_routes: what @next was made of; will take the place of @routes
 * @n_next: number of prefixes in @next_routes
 * @changing: @next, @next_routes and @n_next are prepared: egress_sets_commit() is to use them,
 *	or egress_sets_abort() to free them
 * @bytes: memory that the map, @routes and the prefixes of the sets take
 * @gp: RCU cookie from the moment when @map was last replaced: after its grace period no
 *	packet sees an earlier map
 * @scope: whose the pairs are that the sets are for
 * @machine: the machine, if @scope says so; else NULL, and the sets are those of a group
 * @rcu: frees the sets of a machine after the packets that read @map; those of an app are a
 *	part of struct egress_group
 *
 * egress_net.lock protects all of it, and every change of @map.
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
	enum egress_scope scope;
	struct egress_machine *machine;
	struct rcu_head rcu;
};

/*
 * Are all pairs of a set being released? Then, once the release is done, the set is in no map and
 * no machine has a lease for it: it only stays until the connections of its pairs have ended.
 */
static inline bool egress_set_gone(const struct egress_set *set)
{
	return set->index && set->n_pairs && !set->n_live;
}

/* The next set in a loop over all sets, which begins with egress_sets.rest. NULL at the end. */
static inline struct egress_set *egress_set_next(struct egress_set *set)
{
	struct egress_sets *sets = set->sets;
	struct list_head *next = set->index ? set->list.next : sets->list.next;

	return next == &sets->list ? NULL : list_entry(next, struct egress_set, list);
}

void egress_sets_init(struct egress_sets *sets, enum egress_scope scope,
		      struct egress_machine *machine);
void egress_sets_exit(struct egress_net *en, struct egress_sets *sets);
struct egress_set *egress_set_find(struct egress_sets *sets, const struct egress_cidr *cidrs,
				   unsigned int n);
int egress_set_sort(struct egress_cidr *cidrs, unsigned int n, struct egress_error *error);
struct egress_set *egress_set_get(struct egress_change *ch, struct egress_group *group,
				  struct egress_sets *sets, const struct egress_cidr *cidrs,
				  unsigned int n);
void egress_set_unget(struct egress_change *ch, struct egress_group *group, struct egress_set *set);
void egress_set_begin(struct egress_change *ch, struct egress_set *set);
void egress_set_free(struct egress_change *ch, struct egress_set *set);
void egress_set_count(struct egress_set *set, const struct egress_pair *pair, int by);
int egress_set_reserve(struct egress_set *set, unsigned int n);
void egress_set_roomy(struct egress_pair *pair);
void egress_set_unroomy(struct egress_pair *pair);
int egress_sets_prepare(struct egress_change *ch, struct egress_sets *sets, struct egress_set *add);
void egress_sets_commit(struct egress_net *en, struct egress_sets *sets);
void egress_sets_abort(struct egress_sets *sets);

#endif
