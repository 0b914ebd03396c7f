// SPDX-License-Identifier: GPL-2.0
/*
 * Leases: which machine has which block of which pair.
 *
 *      free --------> leased -----------> lingering --------> free
 *            taken           given up                no connection is left,
 *                                                    or all have been cut
 *
 * A lease given up is unpublished first; a packet that saw it may still take
 * a port of it until a grace period has passed.
 */
#include <linux/random.h>
#include <linux/rcupdate.h>

#include "app.h"
#include "error.h"
#include "lease.h"
#include "machine.h"
#include "net.h"
#include "pair.h"
#include "tell.h"

#define RETIRE_TABLES	1024	/* a lingering block with more waits for the reaper's round */
#define RETIRE_BUDGET	4096	/* tables looked at in one go */

/**
 * egress_lease_of() - a machine's lease
 * @en: namespace, locked
 * @machine: machine
 *
 * Return: block or NULL.
 */
struct egress_block *egress_lease_of(struct egress_net *en, const struct egress_machine *machine)
{
	return rcu_dereference_protected(machine->block, lockdep_is_held(&en->lock));
}

static void wait(struct egress_net *en, struct egress_machine *machine)
{
	if (!list_empty(&machine->wait))
		return;
	list_add_tail(&machine->wait, &machine->group->waiting);
	machine->group->n_waiting++;
	machine->group->app->n_waiting++;
	en->n_waiting++;
}

/**
 * egress_lease_unwait() - a machine that waits no longer
 * @en: namespace, locked
 * @machine: machine
 */
void egress_lease_unwait(struct egress_net *en, struct egress_machine *machine)
{
	if (list_empty(&machine->wait))
		return;
	list_del_init(&machine->wait);
	machine->group->n_waiting--;
	machine->group->app->n_waiting--;
	en->n_waiting--;
}

/**
 * egress_lease_move() - give a machine another lease, or none
 * @en: namespace, locked
 * @machine: machine
 * @block: free, or NULL: the machine waits
 *
 * Holds for new connections from the next packet on. The old block lingers.
 */
void egress_lease_move(struct egress_net *en, struct egress_machine *machine,
		       struct egress_block *block)
{
	struct egress_block *old = egress_lease_of(en, machine);

	if (block) {
		block->state = EGRESS_BLOCK_LEASED;
		WRITE_ONCE(block->machine, machine);
		list_move_tail(&block->node, &machine->blocks);
		block->pair->n_free--;
		block->pair->n_leased++;
		egress_lease_unwait(en, machine);
	} else {
		wait(en, machine);
	}
	rcu_assign_pointer(machine->block, block);
	egress_tell_later(en, machine);

	if (!old)
		return;
	old->state = EGRESS_BLOCK_LINGERING;
	old->gp = start_poll_synchronize_rcu();
	old->quiet = false;
	old->pair->n_leased--;
	list_add_tail(&old->linger, &en->lingering);
}

static void block_free(struct egress_block *block)
{
	struct egress_pair *pair = block->pair;

	block->state = EGRESS_BLOCK_FREE;
	WRITE_ONCE(block->machine, NULL);
	list_del(&block->linger);
	list_move_tail(&block->node, &pair->free);
	pair->n_free++;
}

/**
 * egress_lease_synchronize() - wait until no packet sees a lease given up
 * @en: namespace, locked
 *
 * One grace period for all that were given up until now.
 */
void egress_lease_synchronize(struct egress_net *en)
{
	struct egress_block *block;
	bool wait = false;

	list_for_each_entry(block, &en->lingering, linger)
		wait |= !block->quiet;
	if (!wait)
		return;
	synchronize_rcu_expedited();
	list_for_each_entry(block, &en->lingering, linger)
		block->quiet = true;
}

/*
 * Free a lingering block if no connection lives in it. Those that TCP has closed
 * don't count, but their entries must go: the next machine may take their ports.
 * Return: it is free.
 */
static bool retire(struct egress_net *en, struct egress_block *block)
{
	block->quiet = block->quiet || poll_state_synchronize_rcu(block->gp);
	if (!block->quiet || READ_ONCE(block->dests.n) > RETIRE_TABLES ||
	    egress_dests_sweep(en, block))
		return false;
	egress_dests_cut(en, block);
	block_free(block);
	return true;
}

/* Before somebody is told that there is no slot: one may have ended just now. */
static bool retire_group(struct egress_net *en, const struct egress_group *group)
{
	struct egress_block *block, *tmp;
	bool any = false;

	list_for_each_entry(block, &en->lingering, linger)
		any |= block->pair->group == group && !block->pair->dying;
	if (!any)
		return false;
	any = false;
	egress_lease_synchronize(en);
	list_for_each_entry_safe(block, tmp, &en->lingering, linger)
		if (block->pair->group == group && !block->pair->dying)
			any |= retire(en, block);
	return any;
}

/* The block freed longest ago, but slot 0 of the well-known ports last. */
static struct egress_block *first_free(struct egress_pair *pair)
{
	struct egress_block *block;

	if (pair->dying)
		return NULL;
	list_for_each_entry(block, &pair->free, node)
		if (block->slot || pair->n_free == 1)
			return block;
	return NULL;
}

static bool has_room(const struct egress_pair *pair, const struct egress_group *group)
{
	return pair->n_free && !pair->dying && pair->group == group;
}

/* At random, each with the same chance. */
static struct egress_block *choose_among(struct list_head *pairs, const struct egress_group *group)
{
	struct egress_pair *pair;
	unsigned int n = 0;

	list_for_each_entry(pair, pairs, list)
		n += has_room(pair, group);
	if (!n)
		return NULL;
	n = get_random_u32_below(n);
	list_for_each_entry(pair, pairs, list)
		if (has_room(pair, group) && !n--)
			return first_free(pair);
	return NULL;
}

static struct egress_block *choose_now(struct egress_machine *machine)
{
	struct egress_block *block = choose_among(&machine->pairs, machine->group);

	return block ?: choose_among(&machine->group->pairs, machine->group);
}

static struct egress_block *choose(struct egress_net *en, struct egress_machine *machine)
{
	struct egress_block *block = choose_now(machine);

	if (!block && retire_group(en, machine->group))
		block = choose_now(machine);
	return block;
}

/**
 * egress_lease_auto() - give a machine the lease that is its due, or let it wait
 * @en: namespace, locked
 * @machine: without a lease, or with one that is to be given up
 */
void egress_lease_auto(struct egress_net *en, struct egress_machine *machine)
{
	egress_lease_move(en, machine, choose(en, machine));
}

/**
 * egress_lease_cut() - end all connections of a lease given up
 * @en: namespace, locked
 * @block: lingering, and a grace period has passed since
 */
void egress_lease_cut(struct egress_net *en, struct egress_block *block)
{
	egress_dests_cut(en, block);
	block_free(block);
}

/**
 * egress_lease_feed() - give free slots to those who have waited longest
 * @en: namespace, locked
 * @group: app and region
 */
void egress_lease_feed(struct egress_net *en, struct egress_group *group)
{
	struct egress_machine *machine, *tmp;
	struct egress_block *block;

	list_for_each_entry_safe(machine, tmp, &group->waiting, wait) {
		block = choose_now(machine);
		if (!block)
			break;
		egress_lease_move(en, machine, block);
	}
}

/**
 * egress_lease_retire() - free lingering slots whose last connection has ended
 * @en: namespace, locked
 *
 * Context: process.
 */
void egress_lease_retire(struct egress_net *en)
{
	unsigned int budget = RETIRE_BUDGET;
	struct egress_block *block, *tmp;
	struct egress_group *group;
	bool fed = false;
	LIST_HEAD(todo);

	lockdep_assert_held(&en->lock);
	list_splice_init(&en->lingering, &todo);
	list_for_each_entry_safe(block, tmp, &todo, linger) {
		list_move_tail(&block->linger, &en->lingering);
		group = block->pair->group;
		if (budget < READ_ONCE(block->dests.n))
			break;
		budget -= READ_ONCE(block->dests.n);
		if (retire(en, block) && !list_empty(&group->waiting)) {
			egress_lease_feed(en, group);
			fed = true;
		}
	}
	/* Those that had no turn come first the next time. */
	list_splice(&todo, &en->lingering);
	if (fed) {
		en->generation++;
		egress_tell_changed(en);
	}
}

/**
 * egress_lease_retire_pair() - the same, of one pair
 * @en: namespace, locked
 * @pair: pair
 */
void egress_lease_retire_pair(struct egress_net *en, struct egress_pair *pair)
{
	struct egress_block *block, *tmp;

	list_for_each_entry_safe(block, tmp, &en->lingering, linger)
		if (block->pair == pair)
			retire(en, block);
}

/**
 * egress_lease_pick() - a free block of a certain pair
 * @en: namespace, locked
 * @group: app and region of the machine
 * @machine: machine, or NULL if it is new
 * @addr: either address of the pair
 * @slot: which slot, or -1
 * @info: request, to say why not
 *
 * Return: block; the machine's own if it has it already; ERR_PTR(-ENOENT),
 * ERR_PTR(-EINVAL), ERR_PTR(-ERANGE), ERR_PTR(-EBUSY).
 */
struct egress_block *egress_lease_pick(struct egress_net *en, const struct egress_group *group,
				       const struct egress_machine *machine,
				       const struct in6_addr *addr, int slot,
				       struct genl_info *info)
{
	struct egress_pair *pair = egress_pair_find(en, addr);
	struct egress_block *block;
	char text[EGRESS_ADDR_STR];
	int err;

	egress_addr_str(text, addr);
	if (!pair) {
		err = egress_refuse(info, EGRESS_A_PAIR, -ENOENT,
				    "%s is not an allocated egress address", text);
		return ERR_PTR(err);
	}
	if (pair->scope == EGRESS_SCOPE_MACHINE && pair->machine != machine) {
		err = egress_refuse(info, EGRESS_A_PAIR, -EINVAL,
				    "%s belongs to machine '%s' alone", text,
				    pair->machine->id);
		return ERR_PTR(err);
	}
	if (pair->group != group) {
		err = egress_refuse(info, EGRESS_A_PAIR, -EINVAL,
				    "%s belongs to app '%s' in region '%s'", text,
				    pair->group->app->name, pair->group->region->name);
		return ERR_PTR(err);
	}
	if (pair->dying) {
		err = egress_refuse(info, EGRESS_A_PAIR, -EBUSY, "%s is being released", text);
		return ERR_PTR(err);
	}
	block = machine ? egress_lease_of(en, machine) : NULL;
	if (block && block->pair == pair && (slot < 0 || block->slot == slot))
		return block;

	if (slot < 0) {
		block = first_free(pair);
		if (!block && retire_group(en, group))
			block = first_free(pair);
		if (block)
			return block;
		err = egress_refuse(info, EGRESS_A_PAIR, -EBUSY,
				    "no free slot: all %u of %s are leased or linger",
				    pair->n_slots, text);
		return ERR_PTR(err);
	}
	if (slot >= egress_pair_slots(pair)) {
		err = egress_refuse(info, EGRESS_A_SLOT, -ERANGE,
				    "%s has slots 0 to %u, no %d", text,
				    egress_pair_slots(pair) - 1, slot);
		return ERR_PTR(err);
	}
	block = &pair->blocks[slot];
	if (block->state == EGRESS_BLOCK_LINGERING)
		retire_group(en, group);
	switch (block->state) {
	case EGRESS_BLOCK_FREE:
		return block;
	case EGRESS_BLOCK_LEASED:
		err = egress_refuse(info, EGRESS_A_SLOT, -EBUSY,
				    "slot %d of %s is leased to machine '%s'", slot, text,
				    block->machine->id);
		break;
	case EGRESS_BLOCK_LINGERING:
		err = egress_refuse(info, EGRESS_A_SLOT, -EBUSY,
				    "slot %d of %s lingers: connections of machine '%s' still use it",
				    slot, text, block->machine->id);
		break;
	default:
		err = egress_refuse(info, EGRESS_A_SLOT, -ERANGE,
				    "slot %d of %s is not among this host's slots, %u-%u of 1,024 ports",
				    slot, text, pair->group->region->slot_first,
				    pair->group->region->slot_last);
	}
	return ERR_PTR(err);
}

/**
 * egress_bind() - pin a machine to a pair, or give it back to the automatic choice
 * @en: namespace, locked
 * @id: machine
 * @addr: either address of the pair, NULL for automatic
 * @slot: which slot, or -1
 * @info: request, to say why not
 *
 * Return: 0; -ENOENT, -EINVAL, -ERANGE, -EBUSY, then nothing has changed.
 */
int egress_bind(struct egress_net *en, const char *id, const struct in6_addr *addr, int slot,
		struct genl_info *info)
{
	struct egress_machine *machine = egress_machine_find(en, id);
	struct egress_block *block, *own;

	if (!machine)
		return egress_refuse(info, EGRESS_A_MACHINE, -ENOENT,
				     "there is no machine '%s'", id);
	if (addr) {
		block = egress_lease_pick(en, machine->group, machine, addr, slot, info);
		if (IS_ERR(block))
			return PTR_ERR(block);
		if (block != egress_lease_of(en, machine))
			egress_lease_move(en, machine, block);
		machine->pinned = true;
	} else {
		/* Sticky: it stays where it is, unless it has a pair of its own. */
		machine->pinned = false;
		block = egress_lease_of(en, machine);
		own = choose_among(&machine->pairs, machine->group);
		if (own && (!block || block->pair->scope == EGRESS_SCOPE_APP))
			egress_lease_move(en, machine, own);
		else if (!block)
			egress_lease_auto(en, machine);
	}
	egress_lease_feed(en, machine->group);
	en->generation++;
	egress_tell_later(en, machine);
	egress_tell_sender(en, info, machine);
	return 0;
}

static struct egress_machine *movable(const struct egress_pair *pair)
{
	unsigned int i;

	for (i = 0; i < egress_pair_slots(pair); i++)
		if (pair->blocks[i].state == EGRESS_BLOCK_LEASED &&
		    !pair->blocks[i].machine->pinned)
			return pair->blocks[i].machine;
	return NULL;
}

static unsigned int rebalance_group(struct egress_net *en, struct egress_group *group)
{
	struct egress_pair *pair, *most, *least;
	struct egress_machine *machine, *candidate;
	unsigned int moved = 0;

	for (;;) {
		most = NULL;
		least = NULL;
		machine = NULL;
		list_for_each_entry(pair, &group->pairs, list) {
			if (pair->n_free && (!least || pair->n_leased < least->n_leased))
				least = pair;
			if (most && pair->n_leased <= most->n_leased)
				continue;
			candidate = movable(pair);
			if (candidate) {
				most = pair;
				machine = candidate;
			}
		}
		if (!most || !least || most->n_leased < least->n_leased + 2)
			return moved;
		egress_lease_move(en, machine, first_free(least));
		moved++;
		cond_resched();
	}
}

/**
 * egress_rebalance() - spread an app's machines evenly over its pairs
 * @en: namespace, locked
 * @name: app
 * @region: only there, or NULL
 * @info: request, to say why not
 *
 * Pinned machines and those with a pair of their own stay. Return: 0, -ENOENT.
 */
int egress_rebalance(struct egress_net *en, const char *name, const char *region,
		     struct genl_info *info)
{
	struct egress_rebalance done = { .app = name, .region = region };
	struct egress_app *app = egress_app_find(en, name);
	struct egress_group *group;
	bool found = !region;

	if (!app)
		return egress_refuse(info, EGRESS_A_APP, -ENOENT, "there is no app '%s'",
				     name);
	list_for_each_entry(group, &app->groups, list) {
		if (region && strcmp(group->region->name, region))
			continue;
		found = true;
		done.moved += rebalance_group(en, group);
	}
	if (!found)
		return egress_refuse(info, EGRESS_A_REGION, -ENOENT,
				     "app '%s' has nothing in region '%s'", name, region);
	if (done.moved) {
		en->generation++;
		egress_tell_all(en, EGRESS_CMD_REBALANCE, &done);
	}
	egress_tell_sender(en, info, &done);
	return 0;
}
