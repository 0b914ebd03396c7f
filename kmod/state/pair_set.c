// SPDX-License-Identifier: GPL-2.0
/*
 * Changing a pair: its destinations, or from one machine's to all machines' of the app or org. A
 * machine that has a lease on the pair keeps its block, so no connection notices.
 */
#include "addr.h"
#include "error.h"
#include "net.h"
#include "state/app.h"
#include "state/block.h"
#include "state/change.h"
#include "state/group.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/pool.h"
#include "state/set.h"

static void move_pair(struct egress_pair *pair, struct egress_set *to)
{
	egress_set_unroomy(pair);
	pair->set->n_pairs--;
	pair->set->n_leased -= pair->n_leased;
	pair->set = to;
	egress_set_roomy(pair);
	list_move_tail(&pair->list, &to->pairs);
	to->n_pairs++;
	to->n_leased += pair->n_leased;
	egress_set_count(to, pair, 1);
}

/*
 * The pair has moved from one set to another: hand the blocks over, too. A machine that has a
 * block of the pair has it by its lease of @from; its lease of @to is to have the block now.
 * If the operator pinned the lease of @to to another pair, that lease stays as it is. But when
 * a machine's own pair becomes its app's (@from and @to belong to different egress_sets),
 * packets went by the machine's own pair in spite of the pin, and go on doing so.
 */
static void hand_over(struct egress_change *ch, struct egress_pair *pair, struct egress_set *from,
		      struct egress_set *to)
{
	struct egress_lease *old, *new;
	unsigned int i;

	for (i = 0; i < egress_pair_slots(pair); i++) {
		struct egress_block *block = &pair->blocks[i];

		if (block->ports.state != EGRESS_BLOCK_LEASED)
			continue;
		old = egress_lease_find(egress_block_machine(block), from);
		new = egress_lease_find(egress_block_machine(block), to);
		if (!old || !new || egress_lease_block(ch->en, old) != block)
			continue;
		if (from->sets != to->sets || !new->pinned)
			egress_lease_hand_over(ch, old, new);
	}
}

/*
 * Give the machines that kept their blocks on the pair other blocks for the set that the pair
 * left: their leases of that set still have the blocks that were handed over.
 */
static void settle(struct egress_change *ch, struct egress_pair *pair)
{
	unsigned int i;

	if (pair->machine) {
		egress_leases_settle(ch, pair->machine, NULL);
		return;
	}
	for (i = 0; i < egress_pair_slots(pair); i++)
		if (pair->blocks[i].ports.state == EGRESS_BLOCK_LEASED)
			egress_leases_settle(ch, egress_block_machine(&pair->blocks[i]), NULL);
}

/* Unless it is the rest, a set without live pairs has no leases; without any pair it is freed. */
static void drop_if_empty(struct egress_change *ch, struct egress_group *group,
			  struct egress_set *set)
{
	if (!set->index || set->n_live)
		return;
	egress_leases_detach(ch, group, set);
	if (!set->n_pairs) {
		egress_warn_set_gone(ch, group, set);
		egress_set_free(ch, set);
	}
}

/**
 * egress_pair_set() - change what destinations a pair is for
 * @ch: change
 * @addr: either address of the pair
 * @to: prefixes of the destinations; the function sorts the array
 * @n_to: number of prefixes; 0: all destinations that no other set has
 *
 * Context: process; may wait for a grace period. Return: 0; -ENOENT, -EBUSY, -EINVAL, -EEXIST,
 * -ENOSPC, -ENOMEM, then nothing has changed.
 */
int egress_pair_set(struct egress_change *ch, const struct in6_addr *addr, struct egress_cidr *to,
		    unsigned int n_to)
{
	struct egress_pair *pair = egress_pair_find(ch->en, addr);
	struct egress_set *old, *set;
	char text[EGRESS_ADDR_STR];
	struct egress_group *group;
	struct egress_sets *sets;
	bool fresh;
	int err;

	egress_addr_str(text, addr);
	if (!pair)
		return egress_refuse(&ch->error, EGRESS_ABOUT_ADDR, -ENOENT,
				     "%s is not an allocated egress address", text);
	if (pair->dying)
		return egress_refuse(&ch->error, EGRESS_ABOUT_ADDR, -EBUSY, "%s is being released",
				     text);
	err = egress_set_sort(to, n_to, &ch->error);
	if (err)
		return err;
	group = pair->group;
	old = pair->set;
	sets = old->sets;
	if (egress_set_find(sets, to, n_to) == old)
		goto tell;

	/* Before the new map is made: if this was the last live pair, @old is not to be in it. */
	egress_set_count(old, pair, -1);
	set = egress_set_get(ch, group, sets, to, n_to);
	err = PTR_ERR_OR_ZERO(set);
	if (err)
		goto restore;
	fresh = sets->changing;
	err = egress_set_reserve(set, 1);
	if (err) {
		egress_set_unget(ch, group, set);
		goto restore;
	}
	if (!fresh && old->index && !old->n_live) {
		err = egress_sets_prepare(ch, sets, NULL);
		if (err)
			goto restore;
	}

	move_pair(pair, set);
	egress_set_begin(ch, set);
	hand_over(ch, pair, old, set);
	if (fresh)
		egress_leases_begin(ch, group, set);
	if (old->index && !old->n_live)
		egress_leases_lean(ch, group, old);
	egress_sets_commit(ch->en, sets);
	settle(ch, pair);
	drop_if_empty(ch, group, old);
	egress_leases_yield(ch, group, set);
	egress_lease_feed(ch, group);
	egress_leases_recount(ch, group);
	egress_change_group(ch, group);
	egress_change_count(ch);
	egress_change_did(ch, EGRESS_EVENT_PAIR_CHANGED, pair);
tell:
	egress_change_answer(ch, EGRESS_EVENT_PAIR_CHANGED, pair);
	return 0;

restore:
	egress_set_count(old, pair, 1);
	return err;
}

/*
 * The group that a machine's own pair is to come to: of its app, or of its app's org. In a region
 * that the machine has left it is another than the machine's.
 */
static struct egress_group *group_for(const struct egress_pair *pair, bool to_org)
{
	return to_org ? pair->group->org : pair->group;
}

/*
 * Prepare the promotion of a machine's own pairs: get the app's or the org's sets of the same
 * destinations, and prepare a map of the machine's own sets without these. Return: 0 or an error,
 * then all is as it was.
 */
static int get_sets(struct egress_change *ch, struct egress_machine *machine, bool to_org)
{
	struct egress_group *group;
	struct egress_pair *pair;
	struct egress_set *set;
	unsigned int n = 0;
	bool own = false;
	int err = 0;

	list_for_each_entry(pair, &machine->pairs, own) {
		if (pair->dying)
			continue;
		group = group_for(pair, to_org);
		set = egress_set_get(ch, group, &group->sets, pair->set->cidrs,
				     pair->set->n_cidrs);
		err = PTR_ERR_OR_ZERO(set);
		if (err)
			goto undo;
		egress_set_count(pair->set, pair, -1);
		pair->promoted = true;
		own |= pair->set->index;
		err = egress_set_reserve(set, ++n);
		if (err)
			goto undo;
	}
	if (own)
		err = egress_sets_prepare(ch, machine->own, NULL);
	if (!err)
		return 0;

undo:
	list_for_each_entry(pair, &machine->pairs, own) {
		if (!pair->promoted)
			continue;
		pair->promoted = false;
		egress_set_count(pair->set, pair, 1);
		group = group_for(pair, to_org);
		set = egress_set_find(&group->sets, pair->set->cidrs, pair->set->n_cidrs);
		if (set)
			egress_set_unget(ch, group, set);
	}
	return err;
}

/*
 * Move a machine's own pair into the app's or org's set of the same destinations, and hand the
 * block that the machine has of it over to the lease of that set. In a region that the machine has
 * left it has no block of the pair.
 */
static void promote(struct egress_change *ch, struct egress_pair *pair, bool to_org)
{
	struct egress_group *old = pair->group, *group = group_for(pair, to_org);
	struct egress_machine *machine = pair->machine;
	struct egress_set *own = pair->set, *set;

	set = egress_set_find(&group->sets, own->cidrs, own->n_cidrs);
	pair->promoted = false;
	egress_warn_left(ch, pair, false);
	pair->scope = set->sets->scope;
	pair->machine = NULL;
	if (group != old) {
		/* Packets may read it. The old group stays, as it has the machine or a pair. */
		WRITE_ONCE(pair->group, group);
		old->n_pairs--;
		old->app->n_pairs--;
		group->n_pairs++;
		group->app->n_pairs++;
		egress_change_group(ch, old);
	}
	move_pair(pair, set);
	egress_set_begin(ch, set);
	if (old == machine->group)
		hand_over(ch, pair, own, set);
}

/* Refuse to make a pair the org's whose blocks are too small for one of the org's apps. */
static int check_block_size(struct egress_change *ch, const struct egress_app *org,
			    const struct egress_pair *pair)
{
	unsigned int size = 1u << pair->nat.order, limit;
	const struct egress_app *app;
	unsigned long serial;

	xa_for_each(&ch->en->apps, serial, app) {
		limit = app->org == org ? egress_app_limit(app) : 0;
		if (limit <= size)
			continue;
		egress_refuse(&ch->error, EGRESS_ABOUT_ORG, -ERANGE,
			      "app '%s' has a limit of %u, more than a block of %u ports can hold",
			      app->name, limit, size);
		return egress_refuse_reason(&ch->error, EGRESS_REASON_BLOCK_SIZE);
	}
	return 0;
}

/* Refuse to make pairs the org's where the machine would not use them then, but its app's. */
static int check_org(struct egress_change *ch, const struct egress_machine *machine,
		     const char *org)
{
	const struct egress_app *app = machine->group->app;
	const struct egress_pair *pair;
	const struct egress_set *set;
	int err;

	if (!app->org || strcmp(app->org->name, org))
		return egress_refuse(&ch->error, EGRESS_ABOUT_ORG, -EINVAL,
				     "app '%s' of machine '%s' is not in org '%s'", app->name,
				     machine->id, org);
	list_for_each_entry(pair, &machine->pairs, own) {
		if (pair->dying)
			continue;
		err = check_block_size(ch, app->org, pair);
		if (err)
			return err;
		set = egress_set_find(&pair->group->sets, pair->set->cidrs, pair->set->n_cidrs);
		if (set && set->n_live)
			return egress_refuse(&ch->error, EGRESS_ABOUT_ORG, -EEXIST,
					     "app '%s' has pairs of its own in region '%s', which machine '%s' would use then",
					     app->name, pair->group->region->name, machine->id);
	}
	return 0;
}

static void drop_own(struct egress_change *ch, struct egress_machine *machine)
{
	struct egress_set *set, *tmp;

	list_for_each_entry_safe(set, tmp, &machine->own->list, list)
		drop_if_empty(ch, machine->group, set);
}

/**
 * egress_promote() - give all of a machine's own pairs to its app, or to its org
 * @ch: change
 * @id: id of the machine
 * @org: name of the org that its app is in; NULL to give them to the app
 *
 * The machine keeps its blocks; other machines may lease the other blocks of the pairs.
 * Context: process; may wait for a grace period. Return: 0; -ENOENT, -EINVAL, -EEXIST, -ERANGE,
 * -ENOSPC, -ENOMEM, then nothing has changed.
 */
int egress_promote(struct egress_change *ch, const char *id, const char *org)
{
	struct egress_machine *machine = egress_machine_find(ch->en, id);
	struct egress_pair *pair, *tmp;
	struct egress_group *old;
	LIST_HEAD(promoted);
	bool any = false;
	int err;

	if (!machine)
		return egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -ENOENT,
				     "there is no machine '%s'", id);
	list_for_each_entry(pair, &machine->pairs, own)
		any |= !pair->dying;
	if (!any)
		return egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -ENOENT,
				     "machine '%s' has no pair of its own", id);
	err = org ? check_org(ch, machine, org) : 0;
	err = err ?: get_sets(ch, machine, org);
	if (err)
		return err;
	egress_change_count(ch);
	/*
	 * Promote all pairs before the machine is settled: settled in between, the machine could
	 * take blocks that it does not need, or leave one that it is to keep.
	 */
	list_for_each_entry_safe(pair, tmp, &machine->pairs, own) {
		if (!pair->promoted)
			continue;
		promote(ch, pair, org);
		list_move_tail(&pair->own, &promoted);
	}
	list_for_each_entry(pair, &promoted, own)
		egress_leases_begin(ch, pair->group, pair->set);
	list_for_each_entry(pair, &promoted, own)
		egress_sets_commit(ch->en, &pair->group->sets);
	/*
	 * The machine's own leases lose their blocks before the map of its own sets loses the
	 * promoted sets, and the lease of the rest, the first in the list, loses its block before
	 * the others do. Otherwise a packet that finds no block in one of these sets could take
	 * that of the rest, and leave under the wrong pair: see own_ports() in packet/classify.c.
	 */
	egress_leases_settle(ch, machine, NULL);
	egress_sets_commit(ch->en, machine->own);
	drop_own(ch, machine);
	list_for_each_entry_safe(pair, tmp, &promoted, own) {
		list_del_init(&pair->own);
		egress_leases_yield(ch, pair->group, pair->set);
		egress_lease_feed(ch, pair->group);
		egress_leases_recount(ch, pair->group);
		egress_change_group(ch, pair->group);
		egress_change_tell(ch, EGRESS_EVENT_PAIR_CHANGED, pair);
		/* Of a region that the machine has left, its app may have nothing any more. */
		old = egress_group_find(machine->group->app, pair->group->region);
		if (old)
			egress_group_put(ch, old);
	}
	egress_change_machine(ch, machine);
	return 0;
}
