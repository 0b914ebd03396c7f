// SPDX-License-Identifier: GPL-2.0
/* Groups: what an app or an org has in a region: pairs, machines and sets of destinations. */
#include <linux/slab.h>

#include "net.h"
#include "state/app.h"
#include "state/change.h"
#include "state/group.h"
#include "state/machine.h"
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
struct egress_group *egress_group_find(const struct egress_app *app,
				       const struct egress_region *region)
{
	struct egress_group *group;

	list_for_each_entry(group, &app->groups, list)
		if (group->region == region)
			return group;
	return NULL;
}

/**
 * egress_group_join() - let the machines of an app in a region use the pairs of an org
 * @group: group of the app, egress_net locked
 * @org: group of the org in the same region; NULL for no org any more
 *
 * The caller puts the org's group of before. The machines' leases are the caller's business.
 */
void egress_group_join(struct egress_group *group, struct egress_group *org)
{
	list_del_init(&group->member);
	group->org = org;
	if (org)
		list_add_tail(&group->member, &org->members);
}

static struct egress_group *group_new(struct egress_app *app, struct egress_region *region)
{
	struct egress_group *group = kzalloc(sizeof(*group), GFP_KERNEL_ACCOUNT);

	if (!group)
		return NULL;
	group->app = app;
	group->region = region;
	egress_sets_init(&group->sets, app->is_org ? EGRESS_SCOPE_ORG : EGRESS_SCOPE_APP, NULL);
	INIT_LIST_HEAD(&group->member);
	INIT_LIST_HEAD(&group->members);
	INIT_LIST_HEAD(&group->machines);
	INIT_LIST_HEAD(&group->warn);
	list_add_tail(&group->list, &app->groups);
	region->n_groups++;
	return group;
}

/**
 * egress_group_of_org() - find the group of an org in a region, or make it
 * @en: namespace, locked
 * @org: org
 * @region: region
 *
 * To be followed by egress_group_put() if neither a pair nor an app's group comes into the group.
 * Return: group, or NULL if there is no memory.
 */
struct egress_group *egress_group_of_org(struct egress_net *en, struct egress_app *org,
					 struct egress_region *region)
{
	return egress_group_find(org, region) ?: group_new(org, region);
}

static bool is_empty(const struct egress_group *group)
{
	return !group->n_pairs && !group->n_machines && list_empty(&group->members);
}

static void group_free(struct egress_net *en, struct egress_group *group)
{
	struct egress_region *region = group->region;
	struct egress_app *app = group->app;

	list_del(&group->list);
	list_del(&group->warn);
	egress_sets_exit(en, &group->sets);
	kfree_rcu(group, rcu);
	region->n_groups--;
	egress_region_put(region);
	egress_app_put(en, app);
}

static struct egress_group *get(struct egress_net *en, struct egress_app *app,
				const char *region_name)
{
	struct egress_region *region = egress_region_get(en, region_name);
	struct egress_group *group, *org = NULL;

	if (!region)
		goto put_app;
	group = egress_group_find(app, region);
	if (group)
		return group;
	if (app->org) {
		org = egress_group_of_org(en, app->org, region);
		if (!org)
			goto put_region;
	}
	group = group_new(app, region);
	if (!group)
		goto put_org;
	egress_group_join(group, org);
	return group;

put_org:
	/* If it is new, nobody has been told anything of it. */
	if (org && is_empty(org)) {
		/* The region must not go with it: it is put below. */
		region->n_groups++;
		group_free(en, org);
		region->n_groups--;
	}
put_region:
	egress_region_put(region);
put_app:
	egress_app_put(en, app);
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
	struct egress_app *app = egress_app_get(en, app_name);

	return app ? get(en, app, region_name) : NULL;
}

/**
 * egress_group_get_org() - find the group of an org in a region, or make it
 * @en: namespace, locked
 * @org_name: name of the org
 * @region_name: name of the region
 *
 * The same as egress_group_get(), for an org.
 */
struct egress_group *egress_group_get_org(struct egress_net *en, const char *org_name,
					  const char *region_name)
{
	struct egress_app *org = egress_org_get(en, org_name);

	return org ? get(en, org, region_name) : NULL;
}

/**
 * egress_group_next() - the next of the machines that use the pairs of a group
 * @group: group of an app or of an org, egress_net locked
 * @machine: the machine before it, NULL to begin with
 *
 * Return: machine, NULL at the end.
 */
struct egress_machine *egress_group_next(const struct egress_group *group,
					 const struct egress_machine *machine)
{
	const struct egress_group *at = machine ? machine->group : group;
	const struct list_head *next = machine ? machine->peer.next : group->machines.next;

	/* An org has no machines of its own: go on with those of its apps. */
	while (next == &at->machines) {
		const struct list_head *member;

		if (!group->app->is_org)
			return NULL;
		member = at == group ? group->members.next : at->member.next;
		if (member == &group->members)
			return NULL;
		at = list_entry(member, struct egress_group, member);
		next = at->machines.next;
	}
	return list_entry(next, struct egress_machine, peer);
}

/**
 * egress_group_put() - free a group that has no pair and no machine
 * @ch: change
 * @group: group; nothing happens if it has pairs or machines, or is an org's that has apps in the
 *	region
 *
 * The app and the region go with the group if nothing else needs them, and so does the org's group.
 */
void egress_group_put(struct egress_change *ch, struct egress_group *group)
{
	struct egress_group *org = group->org;

	if (!is_empty(group))
		return;
	egress_warn_group_gone(ch, group);
	egress_group_join(group, NULL);
	group_free(ch->en, group);
	if (org)
		egress_group_put(ch, org);
}
