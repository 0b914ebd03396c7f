// SPDX-License-Identifier: GPL-2.0
/*
 * Making and freeing leases, as machines and sets of destinations come and go. Packets find the
 * blocks of a machine's leases in the machine's view, where each lease has its place.
 */
#include <linux/log2.h>
#include <linux/slab.h>

#include "net.h"
#include "packet/objects.h"
#include "state/app.h"
#include "state/change.h"
#include "state/group.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/set.h"

/*
 * Make a view with a place for each set of @sets, unless *@view has enough of them. If there
 * was a view before, its blocks are copied, and those of @leases that are of @sets get their
 * places in the new view: the caller publishes it at once. The number of places is a power of
 * two, so that most new sets need no new view. Return: 0 or -ENOMEM.
 */
static int view_grow(struct egress_net *en, struct egress_sets *sets, struct list_head *leases,
		     struct egress_view **view)
{
	struct egress_view *old = *view, *new;
	unsigned int n = roundup_pow_of_two(sets->end), i;
	struct egress_lease *lease;

	if (old && old->n >= sets->end)
		return 0;
	new = kzalloc(struct_size(new, ports, n), GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	new->n = n;
	new->map = &sets->map;
	if (old) {
		new->conf = old->conf;
		for (i = 0; i < old->n; i++)
			RCU_INIT_POINTER(new->ports[i],
					 rcu_dereference_protected(old->ports[i],
								   lockdep_is_held(&en->lock)));
		list_for_each_entry(lease, leases, list)
			if (lease->set->sets == sets)
				lease->place = &new->ports[lease->set->index];
	}
	*view = new;
	return 0;
}

static int lease_new(struct egress_machine *machine, struct egress_set *set,
		     struct list_head *leases, struct egress_view *view)
{
	struct egress_lease *lease = kzalloc(sizeof(*lease), GFP_KERNEL_ACCOUNT);

	if (!lease)
		return -ENOMEM;
	lease->machine = machine;
	lease->set = set;
	lease->place = &view->ports[set->index];
	INIT_LIST_HEAD(&lease->wait);
	list_add_tail(&lease->list, leases);
	return 0;
}

static int make(struct egress_net *en, struct egress_machine *machine, struct egress_sets *sets,
		struct list_head *leases, struct egress_view **view)
{
	struct egress_set *set;
	int err;

	err = view_grow(en, sets, leases, view);
	for (set = &sets->rest; set && !err; set = egress_set_next(set))
		if (!egress_set_gone(set))
			err = lease_new(machine, set, leases, *view);
	return err;
}

/**
 * egress_leases_make_org() - make a machine's leases, without blocks, for the sets of an org
 * @en: namespace, locked
 * @machine: machine that the leases are for
 * @org: group of the org; NULL for no leases
 * @leases: list, which gets the leases
 * @view: set to a new view with the places of the leases, or to NULL; no packet sees the view yet
 *
 * Return: 0; -ENOMEM, then the caller frees the leases and the view.
 */
int egress_leases_make_org(struct egress_net *en, struct egress_machine *machine,
			   struct egress_group *org, struct list_head *leases,
			   struct egress_view **view)
{
	*view = NULL;
	return org ? make(en, machine, &org->sets, leases, view) : 0;
}

/**
 * egress_leases_make() - make a machine's leases, without blocks, for all sets of a group
 * @en: namespace, locked
 * @machine: machine that the leases are for
 * @group: app and region; the machine gets leases for the sets of its org, too
 * @leases: empty list, which gets the leases
 * @views: set to new views with the places of the leases; no packet sees them yet
 *
 * Return: 0 or -ENOMEM.
 */
int egress_leases_make(struct egress_net *en, struct egress_machine *machine,
		       struct egress_group *group, struct list_head *leases,
		       struct egress_views *views)
{
	int err;

	*views = (struct egress_views){};
	err = make(en, machine, &group->sets, leases, &views->app) ?:
		egress_leases_make_org(en, machine, group->org, leases, &views->org);
	if (!err) {
		views->app->conf = &group->app->conf;
		return 0;
	}
	egress_leases_free(leases);
	kfree(views->app);
	kfree(views->org);
	*views = (struct egress_views){};
	return err;
}

/**
 * egress_leases_free() - free all leases of a list
 * @leases: struct egress_lease, all without blocks
 */
void egress_leases_free(struct list_head *leases)
{
	struct egress_lease *lease, *tmp;

	list_for_each_entry_safe(lease, tmp, leases, list) {
		egress_lease_unwait(lease);
		list_del(&lease->list);
		kfree(lease);
	}
}

/* Where packets find the view with the places of a machine's leases for the sets. */
static struct egress_view __rcu **view_at(struct egress_machine *machine,
					  const struct egress_sets *sets)
{
	switch (sets->scope) {
	case EGRESS_SCOPE_MACHINE:
		return &machine->sender.own_view;
	case EGRESS_SCOPE_ORG:
		return &machine->sender.org_view;
	case EGRESS_SCOPE_APP:
		break;
	}
	return &machine->sender.view;
}

static int attach(struct egress_net *en, struct egress_machine *machine, struct egress_set *set)
{
	struct egress_view __rcu **at = view_at(machine, set->sets);
	struct egress_view *old = rcu_dereference_protected(*at, lockdep_is_held(&en->lock));
	struct egress_view *view = old;
	int err;

	err = view_grow(en, set->sets, &machine->leases, &view);
	if (err)
		return err;
	if (view != old) {
		rcu_assign_pointer(*at, view);
		if (old)
			kfree_rcu(old, rcu);
	}
	return lease_new(machine, set, &machine->leases, view);
}

/**
 * egress_leases_attach() - give each machine that a new set is for a lease, without a block
 * @ch: change
 * @group: app or org and region
 * @set: set of the group, for all its machines, or set of one machine's own pairs
 *
 * Return: 0; -ENOMEM, then no machine has a lease for the set.
 */
int egress_leases_attach(struct egress_change *ch, struct egress_group *group,
			 struct egress_set *set)
{
	struct egress_machine *machine = NULL;
	int err = 0;

	if (set->sets->machine)
		return attach(ch->en, set->sets->machine, set);
	while ((machine = egress_group_next(group, machine)))
		err = err ?: attach(ch->en, machine, set);
	if (err)
		egress_leases_detach(ch, group, set);
	return err;
}

static void detach(struct egress_change *ch, struct egress_machine *machine, struct egress_set *set)
{
	struct egress_lease *lease = egress_lease_find(machine, set);

	if (!lease)
		return;
	egress_lease_let_go(ch, lease);
	egress_lease_unwait(lease);
	list_del(&lease->list);
	kfree(lease);
	/* A set that has not begun served nobody, and its request may have pairs marked yet. */
	if (set->begun)
		egress_lease_recount(ch, machine);
}

/**
 * egress_leases_detach() - take the leases for a set from all machines, and free them
 * @ch: change
 * @group: app and region
 * @set: set that is in no map any more, or in none yet, so that no packet needs the leases
 */
void egress_leases_detach(struct egress_change *ch, struct egress_group *group,
			  struct egress_set *set)
{
	struct egress_machine *machine = NULL;

	if (set->sets->machine) {
		detach(ch, set->sets->machine, set);
		return;
	}
	while ((machine = egress_group_next(group, machine)))
		detach(ch, machine, set);
}

/**
 * egress_leases_end() - take the blocks from leases of a machine, and free the leases
 * @ch: change
 * @machine: machine that has the leases
 * @leases: list of struct egress_lease
 */
void egress_leases_end(struct egress_change *ch, struct egress_machine *machine,
		       struct list_head *leases)
{
	struct egress_lease *lease;

	list_for_each_entry(lease, leases, list)
		if (egress_lease_block(ch->en, lease))
			egress_lease_move(ch, lease, NULL);
	egress_leases_free(leases);
	egress_lease_recount(ch, machine);
}
