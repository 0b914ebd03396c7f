// SPDX-License-Identifier: GPL-2.0
/* Groups: what an app has in a region. */
#include <linux/slab.h>

#include "net.h"
#include "state/app.h"
#include "state/group.h"
#include "state/pool.h"
#include "state/set.h"

/**
 * egress_group_find() - what an app has in a region
 * @app: app
 * @region: region
 *
 * Return: group or NULL.
 */
struct egress_group *egress_group_find(struct egress_app *app, const struct egress_region *region)
{
	struct egress_group *group;

	list_for_each_entry(group, &app->groups, list)
		if (group->region == region)
			return group;
	return NULL;
}

/**
 * egress_group_get() - an app in a region, both made if they aren't there
 * @en: namespace, locked
 * @app_name: app
 * @region_name: region
 *
 * Return: group, or NULL if there is no memory. egress_group_put() drops it
 * again if nothing came into it.
 */
struct egress_group *egress_group_get(struct egress_net *en, const char *app_name,
				      const char *region_name)
{
	struct egress_region *region = egress_region_get(en, region_name);
	struct egress_group *group;
	struct egress_app *app;

	if (!region)
		return NULL;
	app = egress_app_get(en, app_name);
	if (!app)
		goto put_region;
	group = egress_group_find(app, region);
	if (group)
		return group;
	group = kzalloc(sizeof(*group), GFP_KERNEL_ACCOUNT);
	if (!group)
		goto put_app;
	group->app = app;
	group->region = region;
	egress_sets_init(&group->sets, NULL);
	INIT_LIST_HEAD(&group->machines);
	INIT_LIST_HEAD(&group->warn);
	list_add_tail(&group->list, &app->groups);
	region->n_groups++;
	return group;

put_app:
	egress_app_put(en, app);
put_region:
	egress_region_put(region);
	return NULL;
}

/**
 * egress_group_put() - let a group go if it is empty, and what goes with it
 * @en: namespace, locked
 * @group: group
 */
void egress_group_put(struct egress_net *en, struct egress_group *group)
{
	struct egress_region *region = group->region;
	struct egress_app *app = group->app;

	if (group->n_pairs || group->n_machines)
		return;
	list_del(&group->list);
	list_del(&group->warn);
	egress_sets_exit(en, &group->sets);
	kfree_rcu(group, rcu);
	region->n_groups--;
	egress_region_put(region);
	egress_app_put(en, app);
}
