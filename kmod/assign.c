// SPDX-License-Identifier: GPL-2.0
/*
 * Pairs that there are get other machines, or other destinations: whoever is
 * leased on one stays, and no connection notices.
 */
#include "app.h"
#include "assign.h"
#include "error.h"
#include "lease.h"
#include "machine.h"
#include "net.h"
#include "pair.h"
#include "tell.h"
#include "warning.h"

static void move_pair(struct egress_pair *pair, struct egress_set *to)
{
	pair->set->n_pairs--;
	pair->set = to;
	list_move_tail(&pair->list, &to->pairs);
	to->n_pairs++;
	to->n_live++;
}

/*
 * The leases of its machines come with the pair, but not in place of one that is
 * pinned there, unless the machine's own pair won over that.
 */
static void hand_over(struct egress_net *en, struct egress_pair *pair, struct egress_set *from,
		      struct egress_set *to)
{
	struct egress_lease *old, *new;
	unsigned int i;

	for (i = 0; i < egress_pair_slots(pair); i++) {
		struct egress_block *block = &pair->blocks[i];

		if (block->state != EGRESS_BLOCK_LEASED)
			continue;
		old = egress_lease_find(block->machine, from);
		new = egress_lease_find(block->machine, to);
		if (!old || !new || egress_lease_block(en, old) != block)
			continue;
		if (from->sets != to->sets || !new->pinned)
			egress_lease_hand_over(en, old, new);
	}
}

/* Machines whose lease was handed over get another one for what it was for. */
static void settle(struct egress_net *en, struct egress_pair *pair)
{
	unsigned int i;

	if (pair->machine) {
		egress_leases_settle(en, pair->machine, NULL);
		return;
	}
	for (i = 0; i < egress_pair_slots(pair); i++)
		if (pair->blocks[i].state == EGRESS_BLOCK_LEASED)
			egress_leases_settle(en, pair->blocks[i].machine, NULL);
}

static void drop_if_empty(struct egress_net *en, struct egress_group *group, struct egress_set *set)
{
	if (!set->index || set->n_live)
		return;
	egress_leases_detach(en, group, set);
	if (!set->n_pairs)
		egress_set_free(set);
}

/**
 * egress_pair_set() - change what destinations a pair is for
 * @en: namespace, locked
 * @addr: either address
 * @to: prefixes; sorted here
 * @n_to: how many; 0: the rest
 * @info: request, to say why not
 *
 * Return: 0; -ENOENT, -EBUSY, -EINVAL, -EEXIST, -ENOSPC, -ENOMEM, then nothing
 * has changed.
 */
int egress_pair_set(struct egress_net *en, const struct in6_addr *addr, struct egress_cidr *to,
		    unsigned int n_to, struct genl_info *info)
{
	struct egress_pair *pair = egress_pair_find(en, addr);
	struct egress_set *old, *set;
	char text[EGRESS_ADDR_STR];
	struct egress_group *group;
	struct egress_sets *sets;
	bool fresh;
	int err;

	egress_addr_str(text, addr);
	if (!pair)
		return egress_refuse(info, EGRESS_A_ADDR, -ENOENT,
				     "%s is not an allocated egress address", text);
	if (pair->dying)
		return egress_refuse(info, EGRESS_A_ADDR, -EBUSY, "%s is being released", text);
	err = egress_set_sort(to, n_to, info);
	if (err)
		return err;
	group = pair->group;
	old = pair->set;
	sets = old->sets;
	if (egress_set_find(sets, to, n_to) == old)
		goto tell;

	old->n_live--;
	set = egress_set_get(en, group, sets, to, n_to, info);
	err = PTR_ERR_OR_ZERO(set);
	if (err)
		goto restore;
	fresh = sets->changing;
	if (!fresh && old->index && !old->n_live) {
		err = egress_sets_prepare(en, sets, NULL, info);
		if (err)
			goto restore;
	}

	move_pair(pair, set);
	hand_over(en, pair, old, set);
	if (fresh)
		egress_leases_begin(en, group, set);
	egress_sets_commit(en, sets);
	settle(en, pair);
	drop_if_empty(en, group, old);
	egress_lease_feed(en, group);
	egress_leases_recount(en, group);
	egress_warn_later(en, group);
	egress_changed(en);
	egress_tell_all(en, EGRESS_CMD_PAIR_NEW, pair);
tell:
	egress_tell_sender(en, info, pair);
	return 0;

restore:
	old->n_live++;
	return err;
}

/* Sets of its app for a machine's own pairs. Return: 0 or an error, then all is as it was. */
static int get_sets(struct egress_net *en, struct egress_machine *machine, struct genl_info *info)
{
	struct egress_pair *pair;
	struct egress_set *set;
	bool own = false;
	int err = 0;

	list_for_each_entry(pair, &machine->pairs, own) {
		if (pair->dying)
			continue;
		set = egress_set_get(en, pair->group, &pair->group->sets, pair->set->cidrs,
				     pair->set->n_cidrs, info);
		err = PTR_ERR_OR_ZERO(set);
		if (err)
			goto undo;
		pair->set->n_live--;
		pair->promoted = true;
		own |= pair->set->index;
	}
	if (own)
		err = egress_sets_prepare(en, machine->own, NULL, info);
	if (!err)
		return 0;

undo:
	list_for_each_entry(pair, &machine->pairs, own) {
		if (!pair->promoted)
			continue;
		pair->promoted = false;
		pair->set->n_live++;
		set = egress_set_find(&pair->group->sets, pair->set->cidrs, pair->set->n_cidrs);
		if (set)
			egress_set_unget(en, pair->group, set);
	}
	return err;
}

/* Into its app's set, and what is leased on it with it. */
static void promote(struct egress_net *en, struct egress_pair *pair)
{
	struct egress_group *group = pair->group;
	struct egress_machine *machine = pair->machine;
	struct egress_set *own = pair->set, *set;

	set = egress_set_find(&group->sets, own->cidrs, own->n_cidrs);
	pair->promoted = false;
	pair->scope = EGRESS_SCOPE_APP;
	pair->machine = NULL;
	move_pair(pair, set);
	if (group == machine->group)
		hand_over(en, pair, own, set);
}

static void drop_own(struct egress_net *en, struct egress_machine *machine)
{
	struct egress_set *set, *tmp;

	list_for_each_entry_safe(set, tmp, &machine->own->list, list)
		drop_if_empty(en, machine->group, set);
}

/**
 * egress_promote() - make a machine's own pairs those of all its app's machines
 * @en: namespace, locked
 * @id: machine
 * @info: request, to say why not
 *
 * The machine keeps its leases. Return: 0; -ENOENT, -EEXIST, -ENOSPC, -ENOMEM,
 * then nothing has changed.
 */
int egress_promote(struct egress_net *en, const char *id, struct genl_info *info)
{
	struct egress_machine *machine = egress_machine_find(en, id);
	struct egress_pair *pair, *tmp;
	LIST_HEAD(promoted);
	bool any = false;
	int err;

	if (!machine)
		return egress_refuse(info, EGRESS_A_MACHINE, -ENOENT, "there is no machine '%s'",
				     id);
	list_for_each_entry(pair, &machine->pairs, own)
		any |= !pair->dying;
	if (!any)
		return egress_refuse(info, EGRESS_A_MACHINE, -ENOENT,
				     "machine '%s' has no pair of its own", id);
	err = get_sets(en, machine, info);
	if (err)
		return err;
	egress_changed(en);
	/* All of them, before the machine is settled: it stays where it is. */
	list_for_each_entry_safe(pair, tmp, &machine->pairs, own) {
		if (!pair->promoted)
			continue;
		promote(en, pair);
		list_move_tail(&pair->own, &promoted);
	}
	list_for_each_entry(pair, &promoted, own)
		egress_leases_begin(en, pair->group, pair->set);
	list_for_each_entry(pair, &promoted, own)
		egress_sets_commit(en, &pair->group->sets);
	/* Its leases go first, that of the rest before the others: none takes over. */
	egress_leases_settle(en, machine, NULL);
	egress_sets_commit(en, machine->own);
	drop_own(en, machine);
	list_for_each_entry_safe(pair, tmp, &promoted, own) {
		list_del_init(&pair->own);
		egress_lease_feed(en, pair->group);
		egress_leases_recount(en, pair->group);
		egress_warn_later(en, pair->group);
		egress_tell_sender(en, info, pair);
		egress_tell_all(en, EGRESS_CMD_PAIR_NEW, pair);
	}
	egress_tell_later(en, machine);
	return 0;
}
