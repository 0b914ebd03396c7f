// SPDX-License-Identifier: GPL-2.0
/* Machines: adding, changing and deleting them, with their ids. */
#include <linux/slab.h>

#include "addr.h"
#include "error.h"
#include "net.h"
#include "table.h"
#include "packet/classify.h"
#include "packet/objects.h"
#include "state/address.h"
#include "state/app.h"
#include "state/block.h"
#include "state/change.h"
#include "state/cordon.h"
#include "state/cut.h"
#include "state/device.h"
#include "state/group.h"
#include "state/hooks_use.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/plan.h"
#include "state/pool.h"
#include "state/set.h"
#include "state/source.h"
#include "state/warning.h"

static const struct rhashtable_params id_params = {
	.key_len = EGRESS_NAME_MAX + 1,
	.key_offset = offsetof(struct egress_machine, id),
	.head_offset = offsetof(struct egress_machine, node),
	.automatic_shrinking = true,
};

/**
 * egress_machine_find() - find a machine by id
 * @en: namespace, locked
 * @id: id of the machine
 *
 * Return: machine or NULL.
 */
struct egress_machine *egress_machine_find(struct egress_net *en, const char *id)
{
	char key[EGRESS_NAME_MAX + 1] = {};

	lockdep_assert_held(&en->lock);
	strscpy(key, id, sizeof(key));
	return rhashtable_lookup_fast(&en->machine_ids, key, id_params);
}

static struct egress_machine *machine_new(const char *id)
{
	struct egress_machine *machine = kzalloc(sizeof(*machine), GFP_KERNEL_ACCOUNT);

	if (!machine)
		return NULL;
	strscpy(machine->id, id, sizeof(machine->id));
	INIT_LIST_HEAD(&machine->leases);
	INIT_LIST_HEAD(&machine->changed);
	INIT_LIST_HEAD(&machine->cut);
	INIT_LIST_HEAD(&machine->peer);
	INIT_LIST_HEAD(&machine->blocks);
	INIT_LIST_HEAD(&machine->pairs);
	return machine;
}

static bool has_device(const struct egress_machine *machine, const char *name)
{
	return !strcmp(machine->device ? machine->device->name : "", name);
}

/* Is a machine pinned to the pair that a request names, and to the slot if it names one? */
static bool has_pair(struct egress_net *en, const struct egress_machine *machine,
		     const struct egress_machine_request *req)
{
	struct egress_pair *pair = egress_pair_find(en, req->pair);
	struct egress_lease *lease = pair ? egress_lease_find(machine, pair->set) : NULL;
	struct egress_block *block = lease ? egress_lease_block(en, lease) : NULL;

	return block && egress_block_pair(block) == pair && egress_bind_has(en, machine, block) &&
		(req->slot < 0 || egress_block_slot(block) == req->slot);
}

/*
 * Somebody adds a machine that is there already. That is all right if the machine is as asked:
 * whoever is not sure whether an earlier request was carried out may repeat it.
 */
static int add_again(struct egress_change *ch, struct egress_machine *machine,
		     const struct egress_machine_request *req)
{
	const struct egress_group *group = machine->group;
	char text[EGRESS_ADDR_STR];

	if (strcmp(group->app->name, req->app) || strcmp(group->region->name, req->region)) {
		egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -EEXIST,
			      "machine '%s' is there already, of app '%s' in region '%s'",
			      req->id, group->app->name, group->region->name);
	} else if (!egress_sources_are(machine, req->addrs, req->n_addrs)) {
		egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -EEXIST,
			      "machine '%s' is there already, with other addresses", req->id);
	} else if (!has_device(machine, req->device ?: "")) {
		egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -EEXIST,
			      "machine '%s' is there already, with%s%s%s", req->id,
			      machine->device ? " device '" : "out a device",
			      machine->device ? machine->device->name : "",
			      machine->device ? "'" : "");
	} else if (req->pair && !has_pair(ch->en, machine, req)) {
		egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -EEXIST,
			      "machine '%s' is there already, and not pinned to %s%s", req->id,
			      req->slot < 0 ? "" : "this slot of ",
			      egress_addr_str(text, req->pair));
	} else {
		egress_change_answer(ch, EGRESS_EVENT_MACHINE_CHANGED, machine);
		return 0;
	}
	return egress_refuse_reason(&ch->error, EGRESS_REASON_OTHER_MACHINE);
}

/**
 * egress_machine_unprepare() - free a machine that egress_machine_prepare() has made
 * @ch: change
 * @machine: machine, which no packet has found
 *
 * Of several machines, the one made last goes first. To be followed by egress_bind_offer(), when
 * all of them are gone.
 */
void egress_machine_unprepare(struct egress_change *ch, struct egress_machine *machine)
{
	struct egress_group *group = machine->group;
	struct egress_block *block;

	block = list_first_entry_or_null(&machine->blocks, struct egress_block, node);
	if (block)
		egress_block_unlease(block);
	if (machine->named) {
		list_del(&machine->peer);
		group->n_machines--;
		rhashtable_remove_fast(&ch->en->machine_ids, &machine->node, id_params);
		xa_erase(&ch->en->machines, machine->serial);
	}
	egress_sources_free(ch->en, machine->sources, machine->n_sources);
	if (machine->device)
		egress_device_put(ch->en, machine->device);
	egress_leases_free(&machine->leases);
	kfree(rcu_dereference_protected(machine->sender.view, true));
	kfree(rcu_dereference_protected(machine->sender.org_view, true));
	egress_group_put(ch, group);
	kfree_rcu(machine, rcu);
}

/**
 * egress_machine_prepare() - do all that can fail of adding a machine
 * @ch: change
 * @req: machine to add
 * @made: set to it; NULL if it is there already as asked
 *
 * The machine has its leases, and a block if it names a pair, but packets don't find it. It counts
 * in its group, so that this stays. To be followed by egress_machine_publish(), or by
 * egress_machine_unprepare(). Context: process; may wait for a grace period. Return: 0; or what
 * egress_machine_add() returns, then nothing has changed but what egress_bind_offer() is for.
 */
int egress_machine_prepare(struct egress_change *ch, const struct egress_machine_request *req,
			   struct egress_machine **made)
{
	struct egress_machine *machine = egress_machine_find(ch->en, req->id);
	struct egress_block *block;
	struct egress_views views;
	int err;

	*made = NULL;
	if (machine && machine->named)
		return egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -EINVAL,
				     "machine '%s' is given twice", req->id);
	if (machine)
		return add_again(ch, machine, req);
	err = egress_sources_check(ch, NULL, req->addrs, req->n_addrs);
	if (err)
		return err;
	machine = machine_new(req->id);
	if (!machine)
		return -ENOMEM;
	machine->group = egress_group_get(ch->en, req->app, req->region);
	if (!machine->group) {
		kfree(machine);
		return -ENOMEM;
	}
	err = egress_leases_make(ch->en, machine, machine->group, &machine->leases, &views);
	if (err)
		goto undo;
	RCU_INIT_POINTER(machine->sender.view, views.app);
	RCU_INIT_POINTER(machine->sender.org_view, views.org);
	if (req->pair) {
		err = egress_cordon_check(ch, NULL, req->id);
		if (err)
			goto undo;
		block = egress_bind_pick(ch, machine->group, NULL, req->pair, req->slot);
		err = PTR_ERR_OR_ZERO(block);
		if (err)
			goto undo;
		/* In a dry run it may linger. */
		if (block->ports.state == EGRESS_BLOCK_FREE)
			egress_block_reserve(block, machine);
	}
	err = -ENOMEM;
	if (req->device && *req->device) {
		machine->device = egress_device_get(ch->en, req->device);
		if (!machine->device)
			goto undo;
		RCU_INIT_POINTER(machine->sender.in, &machine->device->ingress);
	}
	err = egress_sources_make(ch->en, req->addrs, req->n_addrs, machine->sources);
	if (err)
		goto undo;
	machine->n_sources = req->n_addrs;
	machine->serial = ++ch->en->last_machine;
	err = xa_err(xa_store(&ch->en->machines, machine->serial, machine, GFP_KERNEL_ACCOUNT));
	if (err)
		goto undo;
	err = egress_table_insert(&ch->en->machine_ids, &machine->node, id_params);
	if (err) {
		xa_erase(&ch->en->machines, machine->serial);
		goto undo;
	}
	machine->named = true;
	machine->group->n_machines++;
	*made = machine;
	return 0;

undo:
	egress_machine_unprepare(ch, machine);
	return err;
}

/**
 * egress_machine_publish() - let packets find a machine that egress_machine_prepare() has made
 * @ch: change, counted already
 * @machine: the machine
 *
 * It gets its leases, or waits. Context: process.
 */
void egress_machine_publish(struct egress_change *ch, struct egress_machine *machine)
{
	struct egress_group *group = machine->group;
	struct egress_block *block;
	struct egress_lease *lease;

	machine->named = false;
	list_move_tail(&machine->peer, &group->machines);
	group->app->n_machines++;
	ch->en->n_machines++;
	block = list_first_entry_or_null(&machine->blocks, struct egress_block, node);
	if (block) {
		lease = egress_lease_find(machine, egress_block_pair(block)->set);
		lease->pinned = true;
		rcu_assign_pointer(*lease->place, &block->ports);
		egress_block_reserved(ch, block);
		egress_change_machine(ch, machine);
	}
	egress_leases_settle(ch, machine, NULL);
	egress_sources_publish(machine);
	egress_change_group(ch, group);
	egress_change_answer(ch, EGRESS_EVENT_MACHINE_CHANGED, machine);
}

/**
 * egress_machine_add() - add machines, all or none; they get their leases at once, or wait
 * @ch: change
 * @reqs: machines to add; those that are there already as asked stay so
 * @n: number of machines
 *
 * Context: process; may wait for a grace period. Return: 0; -EEXIST, -EINVAL, -EADDRINUSE,
 * -ENOENT, -ERANGE, -EBUSY, -ENOMEM or an error of netfilter's, then nothing has changed, and
 * ch->error.entry is the number of the machine that is to blame.
 */
int egress_machine_add(struct egress_change *ch, const struct egress_machine_request *reqs,
		       unsigned int n)
{
	struct egress_machine *machine, *tmp;
	LIST_HEAD(made);
	unsigned int i;
	int err = 0;

	for (i = 0; i < n && !err; i++) {
		err = egress_machine_prepare(ch, &reqs[i], &machine);
		if (err)
			ch->error.entry = i;
		else if (machine)
			list_add_tail(&machine->peer, &made);
		cond_resched();
	}
	if (!err && !list_empty(&made) && !ch->dry)
		err = egress_hooks_get(ch->en, &ch->error);
	if (err || ch->dry)
		goto undo;
	if (!list_empty(&made))
		egress_change_count(ch);
	list_for_each_entry_safe(machine, tmp, &made, peer) {
		egress_machine_publish(ch, machine);
		cond_resched();
	}
	return 0;

undo:
	list_for_each_entry_safe_reverse(machine, tmp, &made, peer)
		egress_machine_unprepare(ch, machine);
	for (i = 0; i < n; i++)
		egress_bind_offer(ch, reqs[i].pair);
	return err;
}

/* Let nobody lease a machine's own pairs any more: they go with the machine. */
static void doom_pairs(struct egress_machine *machine)
{
	struct egress_pair *pair;

	list_for_each_entry(pair, &machine->pairs, own) {
		if (!pair->dying)
			egress_set_count(pair->set, pair, -1);
		pair->dying = true;
		egress_set_roomy(pair);
	}
}

/*
 * Take its own view and the leases for its own pairs from a machine. Its packets use the leases
 * for its app's pairs from now on.
 */
static void leave_own(struct egress_change *ch, struct egress_machine *machine)
{
	struct egress_view *view = rcu_dereference_protected(machine->sender.own_view,
							     lockdep_is_held(&ch->en->lock));
	struct egress_lease *lease, *tmp;
	LIST_HEAD(leases);

	if (!view)
		return;
	RCU_INIT_POINTER(machine->sender.own_view, NULL);
	list_for_each_entry_safe(lease, tmp, &machine->leases, list)
		if (lease->set->sets->machine)
			list_move_tail(&lease->list, &leases);
	egress_leases_end(ch, machine, &leases);
	kfree_rcu(view, rcu);
}

/*
 * Free the sets of a machine's own pairs, when these pairs and the machine's own view are gone.
 * RCU frees the sets and their map only after the packets that still see them.
 */
static void forget_own(struct egress_net *en, struct egress_machine *machine)
{
	if (!machine->own)
		return;
	/* The request may be about to release some of these pairs, too. */
	egress_sets_abort(machine->own);
	egress_sets_exit(en, machine->own);
	kfree_rcu(machine->own, rcu);
	machine->own = NULL;
}

/*
 * Have all connections of a machine's lingering blocks ended after the change, and destroy its own
 * pairs that are dying.
 */
static void machine_cut(struct egress_change *ch, struct egress_machine *machine)
{
	struct egress_pair *pair, *tmp;
	struct egress_block *block;

	list_for_each_entry(block, &machine->blocks, node)
		if (block->ports.state == EGRESS_BLOCK_LINGERING)
			egress_cut_block(ch, block);
	list_for_each_entry_safe(pair, tmp, &machine->pairs, own) {
		struct egress_group *group = pair->group;

		if (!pair->dying)
			continue;
		egress_pair_destroy(ch, pair);
		/* The caller puts the machine's present group, but not that of a region it left. */
		if (group != machine->group)
			egress_group_put(ch, group);
	}
}

static void machine_unpublish(struct egress_change *ch, struct egress_machine *machine)
{
	rhashtable_remove_fast(&ch->en->machine_ids, &machine->node, id_params);
	xa_erase(&ch->en->machines, machine->serial);
	egress_sources_free(ch->en, machine->sources, machine->n_sources);
	machine->n_sources = 0;
	doom_pairs(machine);
	leave_own(ch, machine);
	egress_leases_end(ch, machine, &machine->leases);
	list_del(&machine->peer);
}

/**
 * egress_machine_put() - free a machine that has been deleted, unless it still has a block
 * @machine: machine, egress_net locked
 */
void egress_machine_put(struct egress_machine *machine)
{
	if (machine->gone && list_empty(&machine->blocks))
		kfree_rcu(machine, rcu);
}

static void machine_destroy(struct egress_change *ch, struct egress_machine *machine)
{
	struct egress_group *group = machine->group;
	struct egress_view *view = rcu_dereference_protected(machine->sender.view, true);
	struct egress_view *org_view = rcu_dereference_protected(machine->sender.org_view, true);

	machine_cut(ch, machine);
	forget_own(ch->en, machine);
	kfree_rcu(view, rcu);
	if (org_view)
		kfree_rcu(org_view, rcu);
	group->n_machines--;
	group->app->n_machines--;
	ch->en->n_machines--;
	if (machine->device)
		egress_device_put(ch->en, machine->device);
	list_del(&machine->changed);
	list_del(&machine->cut);
	egress_change_group(ch, group);
	if (group->org)
		egress_change_group(ch, group->org);
	egress_group_put(ch, group);
	machine->gone = true;
	egress_machine_put(machine);
}

/* Tell that a machine and its own pairs would go. */
static void doom_dry(struct egress_change *ch, struct egress_machine *machine)
{
	struct egress_pair *pair;

	if (machine->named)
		return;
	machine->named = true;
	egress_change_answer(ch, EGRESS_EVENT_MACHINE_GONE, machine);
	list_for_each_entry(pair, &machine->pairs, own)
		egress_change_answer(ch, EGRESS_EVENT_PAIR_GONE, pair);
}

/**
 * egress_machine_doom() - tell that a machine goes, and take it away from packets and requests
 * @ch: change that can't fail any more. In a dry run it is only told that the machine would go
 * @machine: machine
 * @gone: list of egress_machine.peer that gets it, for egress_machines_destroy()
 */
void egress_machine_doom(struct egress_change *ch, struct egress_machine *machine,
			 struct list_head *gone)
{
	if (ch->dry) {
		doom_dry(ch, machine);
		return;
	}
	egress_change_count(ch);
	egress_change_tell(ch, EGRESS_EVENT_MACHINE_GONE, machine);
	machine_unpublish(ch, machine);
	list_add_tail(&machine->peer, gone);
}

/**
 * egress_machines_destroy() - destroy machines that no packet finds any more
 * @ch: change
 * @gone: the machines
 *
 * What egress_machine_del() says of connections and pairs holds. Context: process.
 */
void egress_machines_destroy(struct egress_change *ch, struct list_head *gone)
{
	struct egress_machine *machine, *tmp;

	list_for_each_entry_safe(machine, tmp, gone, peer) {
		machine_destroy(ch, machine);
		cond_resched();
	}
}

/**
 * egress_machine_del() - delete machines
 * @ch: change
 * @ids: ids of the machines
 * @n: number of ids
 * @missing_ok: a machine that is not there is no error
 *
 * The connections of the machines end after the change, and pairs of their own are released.
 * Context: process. Return: 0; -ENOENT, then nothing has changed.
 */
int egress_machine_del(struct egress_change *ch, const char **ids, unsigned int n,
		       bool missing_ok)
{
	struct egress_machine *machine;
	LIST_HEAD(gone);
	unsigned int i;

	for (i = 0; i < n && !missing_ok; i++)
		if (!egress_machine_find(ch->en, ids[i]))
			return egress_refuse_nth(&ch->error, EGRESS_ABOUT_MACHINE, i,
					     -ENOENT, "there is no machine '%s'", ids[i]);
	for (i = 0; i < n; i++) {
		machine = egress_machine_find(ch->en, ids[i]);
		if (machine)	/* NULL: gone already, or named twice */
			egress_machine_doom(ch, machine, &gone);
		cond_resched();
	}
	for (i = 0; i < n && ch->dry; i++) {
		machine = egress_machine_find(ch->en, ids[i]);
		if (machine)
			machine->named = false;
	}
	egress_machines_destroy(ch, &gone);
	return 0;
}

/**
 * egress_machine_mark() - mark a machine that a request of several parts deletes
 * @ch: change
 * @id: id of the machine
 * @missing_ok: a machine that is not there is no error
 * @marked: set to the machine; NULL if it is not there
 *
 * No other part of the request may name it. To be followed by egress_machine_doom(), or by
 * egress_machine_unmark(). Return: 0; -ENOENT, or -EINVAL if another part has named it.
 */
int egress_machine_mark(struct egress_change *ch, const char *id, bool missing_ok,
			struct egress_machine **marked)
{
	*marked = egress_machine_find(ch->en, id);
	if (!*marked && missing_ok)
		return 0;
	if (!*marked)
		return egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -ENOENT,
				     "there is no machine '%s'", id);
	if ((*marked)->named) {
		*marked = NULL;
		return egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -EINVAL,
				     "machine '%s' is given twice", id);
	}
	(*marked)->named = true;
	return 0;
}

/**
 * egress_machine_unmark() - undo egress_machine_mark()
 * @machine: machine, egress_net locked
 */
void egress_machine_unmark(struct egress_machine *machine)
{
	machine->named = false;
}

/* Note of all machines of an app whether the request at work names them. */
static void name_all(struct egress_app *app, const char *region, bool named)
{
	struct egress_machine *machine;
	struct egress_group *group;

	list_for_each_entry(group, &app->groups, list) {
		if (region && strcmp(group->region->name, region))
			continue;
		list_for_each_entry(machine, &group->machines, peer) {
			machine->named = named;
			cond_resched();
		}
	}
}

/**
 * egress_machine_mark_of() - mark all machines of an app that is to lose them
 * @ch: change
 * @name: name of the app
 * @region: name of the only region to look at, or NULL for all
 * @missing_ok: an app that is not there is no error
 *
 * To be followed by egress_machine_del_of(), or by egress_machine_unmark_of(). Return: 0; -ENOENT.
 */
int egress_machine_mark_of(struct egress_change *ch, const char *name, const char *region,
			   bool missing_ok)
{
	struct egress_app *app = egress_app_find(ch->en, name);

	if (app)
		name_all(app, region, true);
	if (app || missing_ok)
		return 0;
	return egress_refuse(&ch->error, EGRESS_ABOUT_APP, -ENOENT, "there is no app '%s'", name);
}

/**
 * egress_machine_unmark_of() - undo egress_machine_mark_of(), in a request that is refused
 * @en: namespace, locked
 * @name: name of the app
 * @region: name of the only region to look at, or NULL for all
 */
void egress_machine_unmark_of(struct egress_net *en, const char *name, const char *region)
{
	struct egress_app *app = egress_app_find(en, name);

	if (app)
		name_all(app, region, false);
}

/**
 * egress_machine_del_of() - delete all machines of an app
 * @ch: change
 * @name: name of the app
 * @region: name of the only region to look at, or NULL for all
 * @missing_ok: an app that is not there is no error
 *
 * Context: process. Return: 0; -ENOENT, then nothing has changed.
 */
int egress_machine_del_of(struct egress_change *ch, const char *name, const char *region,
			  bool missing_ok)
{
	struct egress_app *app = egress_app_find(ch->en, name);
	struct egress_machine *machine, *tmp;
	struct egress_group *group;
	LIST_HEAD(gone);

	if (!app && missing_ok)
		return 0;
	if (!app)
		return egress_refuse(&ch->error, EGRESS_ABOUT_APP, -ENOENT, "there is no app '%s'",
				     name);
	list_for_each_entry(group, &app->groups, list) {
		if (region && strcmp(group->region->name, region))
			continue;
		list_for_each_entry_safe(machine, tmp, &group->machines, peer) {
			egress_machine_doom(ch, machine, &gone);
			machine->named = false;
			cond_resched();
		}
	}
	egress_machines_destroy(ch, &gone);
	return 0;
}

/**
 * egress_machines_del_some() - delete the oldest machines, whatever they are called
 * @ch: change
 * @last: serial number; machines that came after it stay
 * @max: how many at most
 *
 * What egress_machine_del() says of connections and pairs holds. Context: process. Return: how
 * many were deleted.
 */
unsigned int egress_machines_del_some(struct egress_change *ch, unsigned long last,
				      unsigned int max)
{
	struct egress_machine *machine;
	unsigned long serial = 0;
	unsigned int n;
	LIST_HEAD(gone);

	for (n = 0; n < max; n++) {
		machine = xa_find(&ch->en->machines, &serial, last, XA_PRESENT);
		if (!machine)
			break;
		egress_change_count(ch);
		egress_change_did(ch, EGRESS_EVENT_MACHINE_GONE, machine);
		machine_unpublish(ch, machine);
		list_add_tail(&machine->peer, &gone);
		cond_resched();
	}
	egress_machines_destroy(ch, &gone);
	return n;
}

/**
 * egress_machines_flush() - delete all machines, and let nobody lease a pair any more
 * @ch: change
 *
 * The pairs are left to egress_flush(). Context: process.
 */
void egress_machines_flush(struct egress_change *ch)
{
	struct egress_machine *machine;
	struct egress_pair *pair;
	unsigned long id;
	LIST_HEAD(gone);

	xa_for_each(&ch->en->machines, id, machine) {
		machine_unpublish(ch, machine);
		list_add_tail(&machine->peer, &gone);
	}
	xa_for_each(&ch->en->pairs, id, pair) {
		pair->dying = true;
		egress_set_roomy(pair);
	}
	egress_machines_destroy(ch, &gone);
}

/*
 * A machine has come to another region or back. It keeps its own pairs in regions that it left,
 * but does not use them there.
 */
static void look_behind(struct egress_change *ch, struct egress_machine *machine)
{
	struct egress_pair *pair;
	bool left;

	list_for_each_entry(pair, &machine->pairs, own) {
		left = pair->group != machine->group;
		if (pair->dying || pair->left_behind.holds == left)
			continue;
		egress_warn_left(ch, pair, left);
		egress_change_did(ch, EGRESS_EVENT_PAIR_CHANGED, pair);
	}
}

/* Move a machine into another group, where it counts already. */
static void move(struct egress_change *ch, struct egress_machine_edit *edit)
{
	struct egress_machine *machine = edit->machine;
	struct egress_group *group = edit->group;
	struct egress_view *old_org = rcu_dereference_protected(machine->sender.org_view,
								lockdep_is_held(&ch->en->lock));
	struct egress_view *old_view = rcu_dereference_protected(machine->sender.view,
								 lockdep_is_held(&ch->en->lock));
	struct egress_group *old = machine->group;
	struct egress_lease *lease, *tmp;
	LIST_HEAD(old_leases);

	if (group->app != old->app)
		doom_pairs(machine);
	if (machine->waits) {
		old->app->n_waiting--;
		group->app->n_waiting++;
	}
	group->app->n_machines++;
	list_move_tail(&machine->peer, &group->machines);
	/* Packets that tell of a refusal read it. */
	WRITE_ONCE(machine->group, group);
	list_for_each_entry_safe(lease, tmp, &machine->leases, list)
		if (!lease->set->sets->machine)
			list_move_tail(&lease->list, &old_leases);
	list_splice_tail_init(&edit->leases, &machine->leases);
	/*
	 * Packets see the old view until egress_leases_settle() publishes the new one, whose
	 * leases have their blocks by then. Only afterwards the old leases lose theirs.
	 */
	if (edit->block)
		egress_bind_pin(ch, machine, edit->block);
	egress_leases_settle(ch, machine, &edit->views);
	egress_leases_end(ch, machine, &old_leases);
	kfree_rcu(old_view, rcu);
	if (old_org)
		kfree_rcu(old_org, rcu);
	look_behind(ch, machine);
	if (group->app != old->app) {
		leave_own(ch, machine);
		machine_cut(ch, machine);
		forget_own(ch->en, machine);
	}
	egress_lease_feed(ch, old);
	if (old->org)
		egress_lease_feed(ch, old->org);
	old->n_machines--;
	old->app->n_machines--;
	egress_change_group(ch, group);
	egress_change_group(ch, old);
	if (old->org)
		egress_change_group(ch, old->org);
	egress_group_put(ch, old);
}

/* Find the block that a machine is to be pinned to, and whether it is pinned to it already. */
static int pick(struct egress_change *ch, const struct egress_machine_request *req,
		struct egress_machine_edit *edit)
{
	struct egress_machine *machine = edit->machine;
	bool same_app = edit->group->app == machine->group->app;
	struct egress_block *block;
	int err;

	err = egress_cordon_check(ch, machine, req->id);
	if (err)
		return err;
	block = egress_bind_pick(ch, edit->group, same_app ? machine : NULL, req->pair, req->slot);
	if (IS_ERR(block))
		return PTR_ERR(block);
	edit->block = block;
	edit->new_pin = edit->group != machine->group || !egress_bind_has(ch->en, machine, block);
	return 0;
}

/**
 * egress_machine_set_undo() - undo egress_machine_set_prepare()
 * @ch: change
 * @edit: from egress_machine_set_prepare(), also where that has failed
 *
 * Of several, the one prepared last is undone first. To be followed by egress_bind_offer(), when
 * all of them are undone.
 */
void egress_machine_set_undo(struct egress_change *ch, struct egress_machine_edit *edit)
{
	if (edit->reserved)
		egress_block_unlease(edit->block);
	egress_sources_free(ch->en, edit->fresh, edit->n_fresh);
	egress_leases_free(&edit->leases);
	kfree(edit->views.app);
	kfree(edit->views.org);
	if (edit->device)
		egress_device_put(ch->en, edit->device);
	if (edit->moves)
		edit->group->n_machines--;
	egress_group_put(ch, edit->group);
	edit->machine->named = false;
}

/**
 * egress_machine_set_prepare() - do all that can fail of changing a machine
 * @ch: change; in a dry run, it is only found out what would change
 * @req: what is to change; what is not given stays as it is
 * @edit: filled
 *
 * Neither packets nor other machines see anything of it, but that the block is taken that the
 * machine is to be pinned to. No other part of the request may name the machine. To be followed
 * by egress_machine_set_finish(), or by egress_machine_set_undo(). Context: process; may wait for
 * a grace period. Return: 0; or what egress_machine_set() returns, then nothing has changed but
 * what egress_bind_offer() is for.
 */
int egress_machine_set_prepare(struct egress_change *ch, const struct egress_machine_request *req,
			       struct egress_machine_edit *edit)
{
	struct egress_machine *machine = egress_machine_find(ch->en, req->id);
	int err;

	memset(edit, 0, sizeof(*edit));
	INIT_LIST_HEAD(&edit->leases);
	if (!machine)
		return egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -ENOENT,
				     "there is no machine '%s'", req->id);
	if (machine->named)
		return egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -EINVAL,
				     "machine '%s' is given twice", req->id);
	err = egress_sources_check(ch, machine, req->addrs, req->n_addrs);
	if (err)
		return err;
	edit->group = egress_group_get(ch->en, req->app ?: machine->group->app->name,
				       req->region ?: machine->group->region->name);
	if (!edit->group)
		return -ENOMEM;
	edit->machine = machine;
	machine->named = true;
	edit->moves = edit->group != machine->group;
	if (edit->moves)
		edit->group->n_machines++;
	err = req->pair ? pick(ch, req, edit) : 0;
	if (err)
		goto undo;
	edit->new_sources = req->n_addrs &&
		!egress_sources_are(machine, req->addrs, req->n_addrs);
	edit->new_device = req->device && !has_device(machine, req->device);
	if (ch->dry)
		return 0;
	err = -ENOMEM;
	if (edit->new_device && *req->device) {
		edit->device = egress_device_get(ch->en, req->device);
		if (!edit->device)
			goto undo;
	}
	if (edit->moves) {
		err = egress_leases_make(ch->en, machine, edit->group, &edit->leases,
					 &edit->views);
		if (err) {
			edit->views = (struct egress_views){};
			goto undo;
		}
	}
	if (edit->new_sources) {
		edit->addrs = req->addrs;
		edit->n_addrs = req->n_addrs;
		err = egress_sources_add(ch->en, machine, req->addrs, req->n_addrs, edit->fresh,
					 &edit->n_fresh);
		if (err)
			goto undo;
	}
	if (edit->new_pin && edit->block->ports.state == EGRESS_BLOCK_FREE) {
		egress_block_reserve(edit->block, machine);
		edit->reserved = true;
	}
	return 0;

undo:
	egress_machine_set_undo(ch, edit);
	return err;
}

/**
 * egress_machine_set_finish() - change a machine as egress_machine_set_prepare() has prepared it
 * @ch: change
 * @edit: from egress_machine_set_prepare()
 *
 * Context: process; may wait for grace periods.
 */
void egress_machine_set_finish(struct egress_change *ch, struct egress_machine_edit *edit)
{
	struct egress_machine *machine = edit->machine;
	struct egress_device *old_device;

	machine->named = false;
	if (!edit->moves && !edit->new_sources && !edit->new_device && !edit->new_pin)
		goto answer;
	egress_change_count(ch);
	if (edit->new_sources)
		egress_sources_set(ch->en, machine, edit->addrs, edit->n_addrs, edit->fresh,
				   edit->n_fresh);
	if (edit->new_device) {
		old_device = machine->device;
		machine->device = edit->device;
		rcu_assign_pointer(machine->sender.in,
				   edit->device ? &edit->device->ingress : NULL);
		if (old_device)
			egress_device_put(ch->en, old_device);
	}
	if (edit->moves) {
		move(ch, edit);
	} else if (edit->new_pin) {
		egress_bind_pin(ch, machine, edit->block);
		egress_leases_settle(ch, machine, NULL);
		egress_lease_feed(ch, edit->group);
		egress_change_group(ch, edit->group);
	}
	egress_change_machine(ch, machine);
answer:
	egress_change_answer(ch, EGRESS_EVENT_MACHINE_CHANGED, machine);
}

/**
 * egress_machine_set() - change a machine
 * @ch: change
 * @req: what is to change; what is not given stays as it is
 *
 * Another app cuts the machine's connections and releases its own pairs. With another region
 * alone the connections live on, and new ones use the pairs of that region. Context: process;
 * may wait for grace periods. Return: as egress_machine_add().
 */
int egress_machine_set(struct egress_change *ch, const struct egress_machine_request *req)
{
	struct egress_machine_edit edit;
	int err;

	err = egress_machine_set_prepare(ch, req, &edit);
	if (err) {
		egress_bind_offer(ch, req->pair);
		return err;
	}
	if (!ch->dry) {
		egress_machine_set_finish(ch, &edit);
		return 0;
	}
	if (!edit.moves && !edit.new_sources && !edit.new_device && !edit.new_pin)
		egress_change_answer(ch, EGRESS_EVENT_MACHINE_CHANGED, edit.machine);
	/* A block that is leased already is the machine's own. */
	else if (edit.moves || (edit.new_pin && edit.block->ports.state != EGRESS_BLOCK_LEASED))
		egress_plan_move(ch, edit.machine, edit.group, edit.block);
	egress_machine_set_undo(ch, &edit);
	return 0;
}

/**
 * egress_machine_replace() - add a machine, or make the one that is there as asked
 * @ch: change
 * @req: the machine; without a pair, a pin of before stays if app and region do
 *
 * Context: process; may wait for grace periods. Return: as egress_machine_add().
 */
int egress_machine_replace(struct egress_change *ch, const struct egress_machine_request *req)
{
	struct egress_machine_request whole = *req;

	if (!egress_machine_find(ch->en, req->id))
		return egress_machine_add(ch, req, 1);
	whole.device = req->device ?: "";
	return egress_machine_set(ch, &whole);
}

/**
 * egress_machine_connections() - how many live connections a machine has
 * @machine: machine, egress_net locked
 *
 * Connections in lingering blocks count, too. The number is from the last sweep of each table: see
 * egress_count_machine().
 */
u64 egress_machine_connections(const struct egress_machine *machine)
{
	const struct egress_block *block;
	u64 sum = 0;

	list_for_each_entry(block, &machine->blocks, node)
		if (block->ports.state != EGRESS_BLOCK_CUTTING)
			sum += READ_ONCE(block->ports.live);
	return sum;
}

int egress_machines_net_init(struct egress_net *en)
{
	int err;

	xa_init(&en->machines);
	err = rhashtable_init(&en->machine_ids, &id_params);
	if (err)
		return err;
	err = rhashtable_init(&en->sources, &egress_source_params);
	if (err)
		rhashtable_destroy(&en->machine_ids);
	return err;
}

void egress_machines_net_exit(struct egress_net *en)
{
	xa_destroy(&en->machines);
	rhashtable_destroy(&en->sources);
	rhashtable_destroy(&en->machine_ids);
}
