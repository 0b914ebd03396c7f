// SPDX-License-Identifier: GPL-2.0
/* Groups: what an app has in a region: its pairs, machines and sets of destinations. */
#include <linux/slab.h>

#include "net.h"
#include "state/app.h"
#include "state/change.h"
#include "state/group.h"
#include "state/pool.h"
#include "state/set.h"
#include "state/warning.h"

/**
 * egress_group_find() - find the group of an app in a region
 * @app: app, egress_net locked
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
 * egress_group_get() - find the group of an app in a region, or make it
 * @en: namespace, locked
 * @app_name: name of the app
 * @region_name: name of the region
 *
 * An app or a region that does not exist yet is made, too. To be followed by egress_group_put() if
 * neither a pair nor a machine comes into the group. Return: group, or NULL if there is no memory.
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
 * egress_group_put() - free a group that has no pair and no machine
 * @ch: change
 * @group: group; nothing happens if it has pairs or machines
 *
 * The app and the region go with the group if nothing else needs them.
 */
void egress_group_put(struct egress_change *ch, struct egress_group *group)
{
	struct egress_net *en = ch->en;
	struct egress_region *region = group->region;
	struct egress_app *app = group->app;

	if (group->n_pairs || group->n_machines)
		return;
	list_del(&group->list);
	egress_warn_group_gone(ch, group);
	list_del(&group->warn);
	egress_sets_exit(en, &group->sets);
	kfree_rcu(group, rcu);
	region->n_groups--;
	egress_region_put(region);
	egress_app_put(en, app);
}
