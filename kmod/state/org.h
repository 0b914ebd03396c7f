/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_ORG_H
#define EGRESS_ORG_H

#include <linux/types.h>

struct egress_app;
struct egress_change;
struct egress_group;
struct egress_joining;

/**
 * struct egress_join - an app that is about to come into another org, or to leave the one it is in
 * @org: the org that it comes into, NULL for none
 * @groups: for each of the app's groups, in their order, the group of @org in its region
 * @n_groups: how many there are
 * @machines: for each of the app's machines, group by group, its leases of the pairs of @org
 * @n_machines: how many there are
 */
struct egress_join {
	struct egress_app *org;
	struct egress_group **groups;
	unsigned int n_groups;
	struct egress_joining *machines;
	unsigned int n_machines;
};

int egress_join_prepare(struct egress_change *ch, struct egress_app *app, const char *org,
			struct egress_join *join);
void egress_join_abort(struct egress_change *ch, struct egress_join *join);
void egress_join_plan(struct egress_change *ch, struct egress_app *app,
		      const struct egress_join *join);
void egress_join_commit(struct egress_change *ch, struct egress_app *app, struct egress_join *join);

#endif
