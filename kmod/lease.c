// SPDX-License-Identifier: GPL-2.0
/*
 * Leases: which machine has which block of which pair, one for each set of
 * destinations that its app tells apart.
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
#include <linux/slab.h>

#include "app.h"
#include "lease.h"
#include "machine.h"
#include "net.h"
#include "pair.h"
#include "tell.h"

#define RETIRE_TABLES	1024	/* a lingering block with more waits for the reaper's round */
#define RETIRE_BUDGET	4096	/* tables looked at in one go */

/**
 * egress_lease_block() - the block of a lease
 * @en: namespace, locked
 * @lease: lease
 *
 * Return: block, NULL if it has none.
 */
struct egress_block *egress_lease_block(struct egress_net *en, const struct egress_lease *lease)
{
	return rcu_dereference_protected(*lease->place, lockdep_is_held(&en->lock));
}

/**
 * egress_lease_find() - a machine's lease for a set of destinations
 * @machine: machine, egress_net locked
 * @set: set
 *
 * Return: lease, NULL if the set is not of this machine or its app.
 */
struct egress_lease *egress_lease_find(const struct egress_machine *machine,
				       const struct egress_set *set)
{
	struct egress_lease *lease;

	list_for_each_entry(lease, &machine->leases, list)
		if (lease->set == set)
			return lease;
	return NULL;
}

static struct egress_lease *own_rest(const struct egress_machine *machine)
{
	return machine->own ? egress_lease_find(machine, &machine->own->rest) : NULL;
}

/**
 * egress_lease_of() - a machine's lease for destinations of no particular set
 * @en: namespace, locked
 * @machine: machine
 *
 * Return: lease, maybe without a block.
 */
struct egress_lease *egress_lease_of(struct egress_net *en, const struct egress_machine *machine)
{
	struct egress_lease *own = own_rest(machine);

	if (own && egress_lease_block(en, own))
		return own;
	return egress_lease_find(machine, &machine->group->sets.rest);
}

/* Is a machine waiting, in the eyes of an operator? */
static void recount(struct egress_net *en, struct egress_machine *machine)
{
	bool waits = false, any = false;
	struct egress_lease *lease;

	list_for_each_entry(lease, &machine->leases, list) {
		any |= !!egress_lease_block(en, lease);
		waits |= !list_empty(&lease->wait) && lease->set->n_live;
	}
	waits |= !any && !list_empty(&machine->leases);
	if (waits == machine->waits)
		return;
	egress_tell_later(en, machine);
	machine->waits = waits;
	machine->group->app->n_waiting += waits ? 1 : -1;
	en->n_waiting += waits ? 1 : -1;
}

/**
 * egress_leases_recount() - count anew who waits, when a set got or lost its pairs
 * @en: namespace, locked
 * @group: app and region
 */
void egress_leases_recount(struct egress_net *en, struct egress_group *group)
{
	struct egress_machine *machine;

	list_for_each_entry(machine, &group->machines, peer)
		recount(en, machine);
}

static void wait(struct egress_lease *lease)
{
	list_add_tail(&lease->wait, &lease->set->waiting);
	lease->set->n_waiting++;
}

static void unwait(struct egress_lease *lease)
{
	if (list_empty(&lease->wait))
		return;
	list_del_init(&lease->wait);
	lease->set->n_waiting--;
}

static void linger(struct egress_net *en, struct egress_block *block)
{
	block->state = EGRESS_BLOCK_LINGERING;
	block->gp = start_poll_synchronize_rcu();
	block->quiet = false;
	block->pair->n_leased--;
	list_add_tail(&block->linger, &en->lingering);
}

/* Handed over, two leases have it for a while. */
static bool is_held(struct egress_net *en, const struct egress_machine *machine,
		    const struct egress_block *block)
{
	const struct egress_lease *lease;

	list_for_each_entry(lease, &machine->leases, list)
		if (egress_lease_block(en, lease) == block)
			return true;
	return false;
}

/**
 * egress_lease_move() - give a lease another block, or none
 * @en: namespace, locked
 * @lease: lease
 * @block: free, or NULL
 *
 * Holds for new connections from the next packet on. The old block lingers.
 */
void egress_lease_move(struct egress_net *en, struct egress_lease *lease,
		       struct egress_block *block)
{
	struct egress_block *old = egress_lease_block(en, lease);
	struct egress_machine *machine = lease->machine;

	if (block) {
		block->state = EGRESS_BLOCK_LEASED;
		WRITE_ONCE(block->machine, machine);
		list_move_tail(&block->node, &machine->blocks);
		block->pair->n_free--;
		block->pair->n_leased++;
		unwait(lease);
	}
	/* What takes the place of a lease is there before it goes: see classify.c. */
	smp_wmb();
	rcu_assign_pointer(*lease->place, block);
	recount(en, machine);
	egress_tell_later(en, machine);
	if (old && !is_held(en, machine, old))
		linger(en, old);
}

/**
 * egress_lease_hand_over() - let another lease of the same machine have the block
 * @en: namespace, locked
 * @from: has a block
 * @to: if it has one, that lingers
 *
 * @from has it as well until it is given another: no packet is without.
 */
void egress_lease_hand_over(struct egress_net *en, struct egress_lease *from,
			    struct egress_lease *to)
{
	struct egress_block *old = egress_lease_block(en, to);

	unwait(to);
	to->pinned = from->pinned;
	rcu_assign_pointer(*to->place, egress_lease_block(en, from));
	recount(en, to->machine);
	if (old)
		linger(en, old);
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

static bool is_open(const struct egress_pair *pair, const struct egress_group *group)
{
	return !pair->dying && pair->group == group;
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

/**
 * egress_lease_retire_one() - free a lingering slot before saying that there is none
 * @en: namespace, locked
 * @pair: of this pair
 * @only: and no other than this one; NULL for any
 *
 * The others are left to those who wait. Context: process; waits for a grace period.
 * Return: block that is free now, or NULL.
 */
struct egress_block *egress_lease_retire_one(struct egress_net *en, const struct egress_pair *pair,
					     const struct egress_block *only)
{
	struct egress_block *block, *tmp, *zero = NULL;
	bool any = false;

	list_for_each_entry(block, &en->lingering, linger)
		any |= block->pair == pair && (!only || block == only);
	if (!any)
		return NULL;
	egress_lease_synchronize(en);
	list_for_each_entry_safe(block, tmp, &en->lingering, linger) {
		if (block->pair != pair || (only && block != only))
			continue;
		/* That of the well-known ports last. */
		if (!block->slot)
			zero = block;
		else if (retire(en, block))
			return block;
	}
	return zero && retire(en, zero) ? zero : NULL;
}

/* Nobody waits for what this frees in excess. */
static bool retire_set(struct egress_net *en, const struct egress_lease *lease)
{
	const struct egress_group *group = lease->machine->group;
	struct egress_block *block, *tmp;
	bool any = false;

	list_for_each_entry(block, &en->lingering, linger)
		any |= block->pair->set == lease->set && is_open(block->pair, group);
	if (!any)
		return false;
	any = false;
	egress_lease_synchronize(en);
	list_for_each_entry_safe(block, tmp, &en->lingering, linger)
		if (block->pair->set == lease->set && is_open(block->pair, group))
			any |= retire(en, block);
	return any;
}

/**
 * egress_lease_first_free() - the slot of a pair that is next
 * @pair: pair, egress_net locked
 *
 * The one freed longest ago, but slot 0, of the well-known ports, last. Return:
 * block or NULL.
 */
struct egress_block *egress_lease_first_free(struct egress_pair *pair)
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
	return pair->n_free && is_open(pair, group);
}

/* At random, each pair of the set with the same chance. */
static struct egress_block *choose_now(const struct egress_lease *lease)
{
	const struct egress_group *group = lease->machine->group;
	struct egress_pair *pair;
	unsigned int n = 0;

	list_for_each_entry(pair, &lease->set->pairs, list)
		n += has_room(pair, group);
	if (!n)
		return NULL;
	n = get_random_u32_below(n);
	list_for_each_entry(pair, &lease->set->pairs, list)
		if (has_room(pair, group) && !n--)
			return egress_lease_first_free(pair);
	return NULL;
}

/* Where others wait already, what lingers is theirs. */
static struct egress_block *choose(struct egress_net *en, const struct egress_lease *lease)
{
	struct egress_block *block = choose_now(lease);

	if (!block && lease->set->n_live && list_empty(&lease->set->waiting) &&
	    retire_set(en, lease))
		block = choose_now(lease);
	return block;
}

/* Has it a block that it can keep? */
static bool is_good(struct egress_net *en, const struct egress_lease *lease)
{
	const struct egress_block *block = egress_lease_block(en, lease);

	return block && !block->pair->dying && block->pair->set == lease->set &&
		block->pair->group == lease->machine->group;
}

static void let_go(struct egress_net *en, struct egress_lease *lease)
{
	if (egress_lease_block(en, lease))
		egress_lease_move(en, lease, NULL);
	lease->pinned = false;
}

static void take_or_wait(struct egress_net *en, struct egress_lease *lease)
{
	bool waits = !list_empty(&lease->wait);
	struct egress_block *block = waits ? choose_now(lease) : choose(en, lease);

	lease->pinned = false;
	if (block || egress_lease_block(en, lease))
		egress_lease_move(en, lease, block);
	if (!block && !waits) {
		wait(lease);
		egress_tell_later(en, lease->machine);
	}
}

static void take_own(struct egress_net *en, struct egress_lease *lease)
{
	struct egress_block *block = is_good(en, lease) ? NULL : choose(en, lease);

	if (block)
		egress_lease_move(en, lease, block);
}

/* Pinned to a pair of its app's, though it may have one of its own. */
static bool is_away(struct egress_net *en, const struct egress_lease *rest)
{
	return rest->pinned && is_good(en, rest);
}

/**
 * egress_leases_settle() - give a machine the leases that are its due
 * @en: namespace, locked
 * @machine: some of its leases may have no block, or one they can't keep
 * @view: the view that the leases of its app's pairs are in, to be published
 *	as soon as they have their blocks; NULL if it is already
 *
 * A pair of its own for all destinations wins over all of its app's, unless it
 * is pinned to one of those. What is to be given up is so last.
 */
void egress_leases_settle(struct egress_net *en, struct egress_machine *machine,
			  struct egress_view *view)
{
	struct egress_lease *lease, *own = own_rest(machine);
	const struct egress_lease *rest = egress_lease_find(machine, &machine->group->sets.rest);
	bool away = is_away(en, rest), covered;

	list_for_each_entry(lease, &machine->leases, list)
		if (lease->set->sets->machine && !(lease == own && away))
			take_own(en, lease);
	covered = own && !away && is_good(en, own);
	list_for_each_entry(lease, &machine->leases, list)
		if (!lease->set->sets->machine && !covered && !is_good(en, lease))
			take_or_wait(en, lease);
	if (view)
		rcu_assign_pointer(machine->view, view);
	list_for_each_entry(lease, &machine->leases, list) {
		if (!lease->set->sets->machine && covered) {
			unwait(lease);
			let_go(en, lease);
		} else if (!is_good(en, lease) || (lease == own && away)) {
			let_go(en, lease);
		}
	}
	recount(en, machine);
}

/* Publishes it, too, if the machine has a view already. */
static int view_grow(struct egress_net *en, struct egress_machine *machine,
		     struct egress_sets *sets, struct list_head *leases, struct egress_view **view)
{
	struct egress_view *old = *view, *new;
	unsigned int n = roundup_pow_of_two(sets->end), i;
	struct egress_lease *lease;

	if (old && old->n >= sets->end)
		return 0;
	new = kzalloc(struct_size(new, block, n), GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	new->n = n;
	new->sets = sets;
	if (old) {
		new->app = old->app;
		for (i = 0; i < old->n; i++)
			RCU_INIT_POINTER(new->block[i],
					 rcu_dereference_protected(old->block[i],
								   lockdep_is_held(&en->lock)));
		list_for_each_entry(lease, leases, list)
			if (lease->set->sets == sets)
				lease->place = &new->block[lease->set->index];
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
	lease->place = &view->block[set->index];
	INIT_LIST_HEAD(&lease->wait);
	list_add_tail(&lease->list, leases);
	return 0;
}

/**
 * egress_leases_make() - empty leases for all the sets of an app in a region
 * @en: namespace, locked
 * @machine: for this machine
 * @group: app and region
 * @leases: where to
 * @view: the view that they are in; no packet sees it yet
 *
 * Return: 0 or -ENOMEM.
 */
int egress_leases_make(struct egress_net *en, struct egress_machine *machine,
		       struct egress_group *group, struct list_head *leases,
		       struct egress_view **view)
{
	struct egress_set *set;
	int err;

	*view = NULL;
	err = view_grow(en, machine, &group->sets, leases, view);
	if (err)
		return err;
	(*view)->app = group->app;
	for (set = &group->sets.rest; set && !err; set = egress_set_next(set))
		if (!egress_set_gone(set))
			err = lease_new(machine, set, leases, *view);
	if (!err)
		return 0;
	egress_leases_free(leases);
	kfree(*view);
	return err;
}

/**
 * egress_leases_free() - forget leases
 * @leases: struct egress_lease, without blocks
 */
void egress_leases_free(struct list_head *leases)
{
	struct egress_lease *lease, *tmp;

	list_for_each_entry_safe(lease, tmp, leases, list) {
		unwait(lease);
		list_del(&lease->list);
		kfree(lease);
	}
}

static int attach(struct egress_net *en, struct egress_machine *machine, struct egress_set *set)
{
	struct egress_view __rcu **at = set->sets->machine ? &machine->own_view : &machine->view;
	struct egress_view *old = rcu_dereference_protected(*at, lockdep_is_held(&en->lock));
	struct egress_view *view = old;
	int err;

	err = view_grow(en, machine, set->sets, &machine->leases, &view);
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
 * egress_leases_attach() - empty leases of a new set, for every machine it is for
 * @en: namespace, locked
 * @group: app and region
 * @set: set, of the app or of a machine
 *
 * Return: 0 or -ENOMEM.
 */
int egress_leases_attach(struct egress_net *en, struct egress_group *group, struct egress_set *set)
{
	struct egress_machine *machine;
	int err = 0;

	if (set->sets->machine)
		return attach(en, set->sets->machine, set);
	list_for_each_entry(machine, &group->machines, peer)
		err = err ?: attach(en, machine, set);
	if (err)
		egress_leases_detach(en, group, set);
	return err;
}

/**
 * egress_leases_begin() - machines get their leases of a new set, or wait
 * @en: namespace, locked
 * @group: app and region
 * @set: attached, with its pairs
 *
 * Those that have theirs, or wait, are left alone.
 */
void egress_leases_begin(struct egress_net *en, struct egress_group *group, struct egress_set *set)
{
	struct egress_machine *machine;
	struct egress_lease *lease, *own;

	if (set->sets->machine) {
		take_own(en, egress_lease_find(set->sets->machine, set));
		return;
	}
	list_for_each_entry(machine, &group->machines, peer) {
		lease = egress_lease_find(machine, set);
		own = own_rest(machine);
		if (egress_lease_block(en, lease) || !list_empty(&lease->wait) ||
		    (own && is_good(en, own) &&
		     !is_away(en, egress_lease_find(machine, &group->sets.rest))))
			continue;
		take_or_wait(en, lease);
		recount(en, machine);
	}
}

static void detach(struct egress_net *en, struct egress_machine *machine, struct egress_set *set)
{
	struct egress_lease *lease = egress_lease_find(machine, set);

	if (!lease)
		return;
	let_go(en, lease);
	unwait(lease);
	list_del(&lease->list);
	kfree(lease);
	recount(en, machine);
}

/**
 * egress_leases_detach() - take the leases of a set from every machine
 * @en: namespace, locked
 * @group: app and region
 * @set: in no map any more
 */
void egress_leases_detach(struct egress_net *en, struct egress_group *group,
			  struct egress_set *set)
{
	struct egress_machine *machine;

	if (set->sets->machine) {
		detach(en, set->sets->machine, set);
		return;
	}
	list_for_each_entry(machine, &group->machines, peer)
		detach(en, machine, set);
}

/**
 * egress_leases_end() - give up leases, and forget them
 * @en: namespace, locked
 * @machine: whose
 * @leases: of that machine
 */
void egress_leases_end(struct egress_net *en, struct egress_machine *machine,
		       struct list_head *leases)
{
	struct egress_lease *lease;

	list_for_each_entry(lease, leases, list)
		if (egress_lease_block(en, lease))
			egress_lease_move(en, lease, NULL);
	egress_leases_free(leases);
	recount(en, machine);
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

static void feed_set(struct egress_net *en, struct egress_set *set)
{
	struct egress_lease *lease, *tmp;
	struct egress_block *block;

	list_for_each_entry_safe(lease, tmp, &set->waiting, wait) {
		block = choose_now(lease);
		if (!block)
			break;
		egress_lease_move(en, lease, block);
	}
}

/**
 * egress_lease_feed() - give free slots to those who have waited longest
 * @en: namespace, locked
 * @group: app and region
 */
void egress_lease_feed(struct egress_net *en, struct egress_group *group)
{
	struct egress_set *set;

	for (set = &group->sets.rest; set; set = egress_set_next(set))
		feed_set(en, set);
}

/**
 * egress_lease_offer() - a slot is free again: to those who wait for one
 * @en: namespace, locked
 * @pair: of this pair
 *
 * Return: somebody was waiting: a change, to be counted if it is not part of one.
 */
bool egress_lease_offer(struct egress_net *en, struct egress_pair *pair)
{
	struct egress_lease *lease;

	if (pair->dying)
		return false;
	if (pair->scope == EGRESS_SCOPE_APP) {
		if (list_empty(&pair->set->waiting))
			return false;
		feed_set(en, pair->set);
		return true;
	}
	lease = egress_lease_find(pair->machine, pair->set);
	if (!lease || egress_lease_block(en, lease))
		return false;
	egress_leases_settle(en, pair->machine, NULL);
	return true;
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
	struct egress_pair *pair;
	bool fed = false;
	LIST_HEAD(todo);

	lockdep_assert_held(&en->lock);
	list_splice_init(&en->lingering, &todo);
	list_for_each_entry_safe(block, tmp, &todo, linger) {
		list_move_tail(&block->linger, &en->lingering);
		pair = block->pair;
		if (budget < READ_ONCE(block->dests.n))
			break;
		budget -= READ_ONCE(block->dests.n);
		if (retire(en, block))
			fed |= egress_lease_offer(en, pair);
	}
	/* Those that had no turn come first the next time. */
	list_splice(&todo, &en->lingering);
	if (fed) {
		egress_changed(en);
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
	unsigned int i;

	for (i = 0; i < egress_pair_slots(pair); i++)
		if (pair->blocks[i].state == EGRESS_BLOCK_LINGERING)
			retire(en, &pair->blocks[i]);
}

