/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_GROUP_H
#define EGRESS_GROUP_H

#include "state/set.h"

struct egress_app;
struct egress_change;
struct egress_machine;
struct egress_net;
struct egress_region;

/**
 * struct egress_group - an app or an org in a region
 * @list: entry in egress_app.groups
 * @app: the app or the org
 * @region: the region
 * @org: the group of the app's org in the region, NULL for none
 * @member: entry in egress_group.members of @org
 * @members: of an org's group, struct egress_group of its apps in the region
 * @sets: sets of destinations that the app tells apart here, with the pairs that all its
 *	machines share; packets read their map under RCU
 * @machines: struct egress_machine of the app in the region. An org has no machines: see
 *	egress_group_next()
 * @n_pairs: pairs of the app in the region, those of one machine alone too
 * @n_machines: machines of the app in the region
 * @n_live: pairs that the app's machines share in the region and that are not being released
 * @had_pairs: @n_live was not 0 when warnings were last told
 * @warn: entry in egress_change.groups while warnings are due; empty otherwise
 * @rcu: frees the group after the packets that saw the map of its sets or one of its pairs
 *
 * egress_net.lock protects all of it; struct egress_sets says what packets read of @sets.
 */
struct egress_group {
	struct list_head list;
	struct egress_app *app;
	struct egress_region *region;
	struct egress_group *org;
	struct list_head member;
	struct list_head members;
	struct egress_sets sets;
	struct list_head machines;
	unsigned int n_pairs;
	unsigned int n_machines;
	unsigned int n_live;
	bool had_pairs;
	struct list_head warn;
	struct rcu_head rcu;
};

struct egress_group *egress_group_find(const struct egress_app *app,
				       const struct egress_region *region);
struct egress_group *egress_group_get(struct egress_net *en, const char *app,
				      const char *region);
struct egress_group *egress_group_get_org(struct egress_net *en, const char *org,
					  const char *region);
struct egress_group *egress_group_of_org(struct egress_net *en, struct egress_app *org,
					 struct egress_region *region);
void egress_group_join(struct egress_group *group, struct egress_group *org);
struct egress_machine *egress_group_next(const struct egress_group *group,
					 const struct egress_machine *machine);
void egress_group_put(struct egress_change *ch, struct egress_group *group);

/* The group that sets belong to which are not a machine's. */
static inline struct egress_group *egress_sets_group(const struct egress_sets *sets)
{
	return container_of(sets, struct egress_group, sets);
}

#endif
