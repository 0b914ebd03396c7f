// SPDX-License-Identifier: GPL-2.0
/*
 * Orgs: several apps share pairs. An org is a struct egress_app with groups, pairs and sets of its
 * own. Its apps' groups are the members of its groups; their machines have leases of its pairs
 * beside those of their app's. Here an app comes into an org, or leaves one.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "net.h"
#include "packet/objects.h"
#include "state/app.h"
#include "state/block.h"
#include "state/change.h"
#include "state/cut.h"
#include "state/group.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/org.h"
#include "state/pair.h"
#include "state/plan.h"
#include "state/set.h"

/**
 * struct egress_joining - what a machine is to have of the org that its app comes into
 * @leases: struct egress_lease, without blocks
 * @view: view with their places; NULL if the app comes into no org
 */
struct egress_joining {
	struct list_head leases;
	struct egress_view *view;
};

static int get_groups(struct egress_change *ch, struct egress_app *app, struct egress_join *join)
{
	struct egress_group *group;
	unsigned int n = 0;

	list_for_each_entry(group, &app->groups, list)
		n++;
	join->groups = kvcalloc(max(n, 1u), sizeof(*join->groups), GFP_KERNEL);
	if (!join->groups)
		return -ENOMEM;
	list_for_each_entry(group, &app->groups, list) {
		struct egress_group *org = NULL;

		if (join->org) {
			org = egress_group_of_org(ch->en, join->org, group->region);
			if (!org)
				return -ENOMEM;
		}
		join->groups[join->n_groups++] = org;
	}
	return 0;
}

static int get_leases(struct egress_change *ch, struct egress_app *app, struct egress_join *join)
{
	struct egress_machine *machine;
	struct egress_joining *joining;
	struct egress_group *group;
	unsigned int i = 0;
	int err;

	join->machines = kvcalloc(max(app->n_machines, 1u), sizeof(*join->machines), GFP_KERNEL);
	if (!join->machines)
		return -ENOMEM;
	list_for_each_entry(group, &app->groups, list) {
		list_for_each_entry(machine, &group->machines, peer) {
			joining = &join->machines[join->n_machines++];
			INIT_LIST_HEAD(&joining->leases);
			err = egress_leases_make_org(ch->en, machine, join->groups[i],
						     &joining->leases, &joining->view);
			if (err)
				return err;
			cond_resched();
		}
		i++;
	}
	return 0;
}

/**
 * egress_join_prepare() - do all that can fail of letting an app come into an org, or leave one
 * @ch: change
 * @app: app
 * @org: name of the org, which is made if it does not exist; NULL for none
 * @join: all zeros; filled with what has been prepared
 *
 * To be followed by egress_join_commit(), or by egress_join_abort(), which is called if this fails,
 * too. Return: 0 or -ENOMEM.
 */
int egress_join_prepare(struct egress_change *ch, struct egress_app *app, const char *org,
			struct egress_join *join)
{
	if (org) {
		join->org = egress_org_get(ch->en, org);
		if (!join->org)
			return -ENOMEM;
	}
	return get_groups(ch, app, join) ?: get_leases(ch, app, join);
}

static void join_free(struct egress_join *join)
{
	kvfree(join->groups);
	kvfree(join->machines);
	*join = (struct egress_join){};
}

/**
 * egress_join_abort() - undo egress_join_prepare()
 * @ch: change
 * @join: what has been prepared, maybe nothing
 */
void egress_join_abort(struct egress_change *ch, struct egress_join *join)
{
	unsigned int i;

	for (i = 0; i < join->n_machines; i++) {
		egress_leases_free(&join->machines[i].leases);
		kfree(join->machines[i].view);
	}
	/* The org goes with the last of its groups, if it is new. */
	if (join->org)
		join->org->n_apps++;
	for (i = 0; i < join->n_groups; i++)
		if (join->groups[i])
			egress_group_put(ch, join->groups[i]);
	if (join->org) {
		join->org->n_apps--;
		egress_app_put(ch->en, join->org);
	}
	join_free(join);
}

/* How many live connections a machine has on pairs of an org's group. */
static u64 connections_on(const struct egress_machine *machine, const struct egress_group *org)
{
	const struct egress_block *block;
	u64 sum = 0;

	list_for_each_entry(block, &machine->blocks, node)
		if (egress_block_pair(block)->group == org &&
		    block->ports.state != EGRESS_BLOCK_CUTTING)
			sum += READ_ONCE(block->ports.live);
	return sum;
}

/* The pair that a machine has of an org: that for all destinations if it has one. */
static const struct egress_pair *pair_of(struct egress_net *en,
					 const struct egress_machine *machine,
					 const struct egress_group *org)
{
	const struct egress_lease *lease;
	const struct egress_block *block;

	list_for_each_entry(lease, &machine->leases, list) {
		block = egress_lease_block(en, lease);
		if (block && egress_block_pair(block)->group == org)
			return egress_block_pair(block);
	}
	return NULL;
}

/**
 * egress_join_plan() - say what would become of the machines of an app that changes its org
 * @ch: change, a dry run; connections have been counted just before
 * @app: app
 * @join: from egress_join_prepare()
 */
void egress_join_plan(struct egress_change *ch, struct egress_app *app,
		      const struct egress_join *join)
{
	struct egress_machine *machine;
	struct egress_group *group;
	unsigned int i = 0, room;

	list_for_each_entry(group, &app->groups, list) {
		struct egress_group *org = join->groups[i++];

		room = org ? egress_lease_room(ch->en, &org->sets.rest) : 0;
		list_for_each_entry(machine, &group->machines, peer) {
			struct egress_move move = { .machine = machine, .group = group };
			const struct egress_lease *now = egress_lease_of(ch->en, machine);

			if (group->org) {
				move.from = pair_of(ch->en, machine, group->org);
				move.connections = connections_on(machine, group->org);
				move.cut = move.from || move.connections;
			}
			/* One that has a lease of another pair keeps it. */
			if (egress_lease_block(ch->en, now) &&
			    now->set->sets->scope != EGRESS_SCOPE_ORG) {
				if (move.cut)
					egress_change_answer(ch, EGRESS_EVENT_MOVE, &move);
				continue;
			}
			if (!room && !move.cut)
				continue;
			move.waits = !room;
			room -= !!room;
			egress_change_answer(ch, EGRESS_EVENT_MOVE, &move);
		}
	}
}

/* The machine's lingering blocks of an org's pairs are cut after the change. */
static void cut(struct egress_change *ch, struct egress_machine *machine,
		const struct egress_group *org)
{
	struct egress_block *block;

	list_for_each_entry(block, &machine->blocks, node)
		if (egress_block_pair(block)->group == org &&
		    block->ports.state == EGRESS_BLOCK_LINGERING)
			egress_cut_block(ch, block);
}

/*
 * Give a machine its leases of another org's pairs, and let go of those of the org that its group
 * was in, @old.
 */
static void machine_join(struct egress_change *ch, struct egress_machine *machine,
			 struct egress_joining *joining, const struct egress_group *old)
{
	struct egress_view *old_view = rcu_dereference_protected(machine->sender.org_view,
								 lockdep_is_held(&ch->en->lock));
	struct egress_views views = {
		.app = rcu_dereference_protected(machine->sender.view,
						 lockdep_is_held(&ch->en->lock)),
		.org = joining->view,
	};
	struct egress_lease *lease, *tmp;
	LIST_HEAD(old_leases);

	list_for_each_entry_safe(lease, tmp, &machine->leases, list)
		if (lease->set->sets->scope == EGRESS_SCOPE_ORG)
			list_move_tail(&lease->list, &old_leases);
	list_splice_tail(&joining->leases, &machine->leases);
	egress_leases_settle(ch, machine, &views);
	egress_leases_end(ch, machine, &old_leases);
	if (old_view)
		kfree_rcu(old_view, rcu);
	if (old)
		cut(ch, machine, old);
	egress_change_machine(ch, machine);
}

/**
 * egress_join_commit() - let an app come into an org, or leave the one it is in
 * @ch: change, counted already
 * @app: app
 * @join: from egress_join_prepare(); its memory is freed
 *
 * The machines get leases of the new org's pairs where their app has none for them. What they have
 * of the old one's goes, and connections on that are cut after the change. Context: process; may
 * wait for a grace period.
 */
void egress_join_commit(struct egress_change *ch, struct egress_app *app, struct egress_join *join)
{
	struct egress_app *old_org = app->org;
	struct egress_machine *machine;
	struct egress_group *group;
	unsigned int i = 0, n = 0;

	app->org = join->org;
	if (app->org)
		app->org->n_apps++;
	list_for_each_entry(group, &app->groups, list) {
		struct egress_group *old = group->org;

		egress_group_join(group, join->groups[i++]);
		list_for_each_entry(machine, &group->machines, peer) {
			machine_join(ch, machine, &join->machines[n++], old);
			cond_resched();
		}
		egress_change_group(ch, group);
		if (group->org)
			egress_change_group(ch, group->org);
		if (!old)
			continue;
		egress_lease_feed(ch, old);
		egress_change_group(ch, old);
		egress_group_put(ch, old);
	}
	if (old_org) {
		old_org->n_apps--;
		egress_app_put(ch->en, old_org);
	}
	join_free(join);
}
