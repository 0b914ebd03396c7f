/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_GROUP_H
#define EGRESS_GROUP_H

#include "state/set.h"

struct egress_app;
struct egress_net;
struct egress_region;

/**
 * struct egress_group - an app in a region
 * @list: in egress_app.groups
 * @app: app
 * @region: region
 * @sets: destinations told apart, and the pairs of scope app
 * @machines: struct egress_machine
 * @n_pairs: pairs, of its machines too
 * @n_machines: machines
 * @warn: in egress_change.groups
 * @rcu: freed after packets that saw its pairs
 */
struct egress_group {
	struct list_head list;
	struct egress_app *app;
	struct egress_region *region;
	struct egress_sets sets;
	struct list_head machines;
	unsigned int n_pairs;
	unsigned int n_machines;
	struct list_head warn;
	struct rcu_head rcu;
};

struct egress_group *egress_group_find(struct egress_app *app, const struct egress_region *region);
struct egress_group *egress_group_get(struct egress_net *en, const char *app,
				      const char *region);
void egress_group_put(struct egress_net *en, struct egress_group *group);

#endif
