// SPDX-License-Identifier: GPL-2.0
/* What an operator may say about leases: pin a machine to a pair, spread machines over pairs. */
#include "addr.h"
#include "error.h"
#include "net.h"
#include "state/app.h"
#include "state/block.h"
#include "state/change.h"
#include "state/cordon.h"
#include "state/group.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/machine_cut.h"
#include "state/pair.h"
#include "state/plan.h"
#include "state/pool.h"
#include "state/set.h"

/*
 * Does a machine use a pair of its own for all destinations? In a group that it is about to come
 * to, it does if it has one there, as none of its leases there is pinned.
 */
static bool uses_own(struct egress_net *en, const struct egress_machine *machine,
		     const struct egress_group *group)
{
	const struct egress_pair *pair;

	if (machine->group == group)
		return egress_lease_of(en, machine)->set->sets->machine;
	list_for_each_entry(pair, &machine->pairs, own)
		if (pair->group == group && !pair->set->index && !pair->dying)
			return true;
	return false;
}

/*
 * Refuse to bind a machine to a pair that none of its packets would use: with a pair of its own
 * for all destinations, the machine does not use its app's pairs for some destinations.
 */
static int check_reachable(struct egress_change *ch, const struct egress_group *group,
			   const struct egress_machine *machine, const struct egress_pair *pair)
{
	char text[EGRESS_ADDR_STR];

	if (!pair->set->index || pair->scope == EGRESS_SCOPE_MACHINE ||
	    !uses_own(ch->en, machine, group))
		return 0;
	return egress_refuse(&ch->error, EGRESS_ABOUT_PAIR, -EINVAL,
			     "machine '%s' has a pair of its own for all destinations, before %s",
			     machine->id, egress_addr_str(text, egress_pair_name(pair)));
}

/* Free a block as egress_block_retire_one() does. A dry run only finds one. */
static struct egress_block *retire_one(struct egress_change *ch, const struct egress_pair *pair,
				       const struct egress_block *only)
{
	struct egress_block *block;

	if (!ch->dry)
		return egress_block_retire_one(ch, pair, only);
	list_for_each_entry(block, &ch->en->lingering, linger)
		if (egress_block_pair(block) == pair && (!only || block == only) &&
		    egress_block_unused(block))
			return block;
	return NULL;
}

/**
 * egress_bind_pick() - pick the block of a certain pair that a machine is to have
 * @ch: change
 * @group: app and region that the machine is in, or is about to come to
 * @machine: machine; NULL if the request is about to add it, or to give it another app
 * @addr: either address of the pair
 * @slot: number of the block, or -1 for any block
 *
 * A lingering block without connections is freed where that helps. If the request is refused
 * then, the caller calls egress_bind_offer(). Context: process; may wait for a grace period.
 * Return: the block that the machine has already, if it is of this pair and slot; else a free
 * block, ERR_PTR(-ENOENT), ERR_PTR(-EINVAL), ERR_PTR(-ERANGE) or ERR_PTR(-EBUSY).
 */
struct egress_block *egress_bind_pick(struct egress_change *ch, const struct egress_group *group,
				      const struct egress_machine *machine,
				      const struct in6_addr *addr, int slot)
{
	struct egress_pair *pair = egress_pair_find(ch->en, addr);
	struct egress_lease *lease;
	struct egress_block *block;
	char text[EGRESS_ADDR_STR];
	int err;

	egress_addr_str(text, addr);
	if (!pair) {
		err = egress_refuse(&ch->error, EGRESS_ABOUT_PAIR, -ENOENT,
				    "%s is not an allocated egress address", text);
		return ERR_PTR(err);
	}
	if (pair->scope == EGRESS_SCOPE_MACHINE && pair->machine != machine) {
		err = egress_refuse(&ch->error, EGRESS_ABOUT_PAIR, -EINVAL,
				    "%s belongs to machine '%s' alone", text,
				    pair->machine->id);
		return ERR_PTR(err);
	}
	if (pair->group != group && pair->group != group->org) {
		err = egress_refuse(&ch->error, EGRESS_ABOUT_PAIR, -EINVAL,
				    "%s belongs to %s '%s' in region '%s'", text,
				    egress_app_kind(pair->group->app), pair->group->app->name,
				    pair->group->region->name);
		return ERR_PTR(err);
	}
	if (pair->dying) {
		err = egress_refuse(&ch->error, EGRESS_ABOUT_PAIR, -EBUSY, "%s is being released",
				    text);
		return ERR_PTR(err);
	}
	lease = machine ? egress_lease_find(machine, pair->set) : NULL;
	block = lease ? egress_lease_block(ch->en, lease) : NULL;
	if (block && egress_block_pair(block) == pair &&
	    (slot < 0 || egress_block_slot(block) == slot))
		return block;

	err = machine ? check_reachable(ch, group, machine, pair) : 0;
	if (err)
		return ERR_PTR(err);
	if (slot < 0) {
		block = egress_block_first_free(pair);
		if (!block)
			block = retire_one(ch, pair, NULL);
		if (block)
			return block;
		err = egress_refuse(&ch->error, EGRESS_ABOUT_PAIR, -EBUSY,
				    "no free slot: all %u of %s are leased or linger",
				    pair->n_slots, text);
		return ERR_PTR(err);
	}
	if (slot >= egress_pair_slots(pair)) {
		err = egress_refuse(&ch->error, EGRESS_ABOUT_SLOT, -ERANGE,
				    "%s has slots 0 to %u, no %d", text,
				    egress_pair_slots(pair) - 1, slot);
		return ERR_PTR(err);
	}
	block = &pair->blocks[slot];
	if (block->ports.state == EGRESS_BLOCK_LINGERING && retire_one(ch, pair, block))
		return block;
	switch (block->ports.state) {
	case EGRESS_BLOCK_FREE:
		return block;
	case EGRESS_BLOCK_LEASED:
		err = egress_refuse(&ch->error, EGRESS_ABOUT_SLOT, -EBUSY,
				    "slot %d of %s is leased to machine '%s'", slot, text,
				    egress_block_machine(block)->id);
		break;
	case EGRESS_BLOCK_CUTTING:
		err = egress_refuse(&ch->error, EGRESS_ABOUT_SLOT, -EBUSY,
				    "slot %d of %s is not free yet: its connections are being cut",
				    slot, text);
		break;
	case EGRESS_BLOCK_LINGERING:
		err = egress_refuse(&ch->error, EGRESS_ABOUT_SLOT, -EBUSY,
				    "slot %d of %s lingers: connections of machine '%s' still use it",
				    slot, text, egress_block_machine(block)->id);
		break;
	default:
		err = egress_refuse(&ch->error, EGRESS_ABOUT_SLOT, -ERANGE,
				    "slot %d of %s is not among this host's slots, %u-%u of 1,024 ports",
				    slot, text, pair->group->region->slot_first,
				    pair->group->region->slot_last);
	}
	return ERR_PTR(err);
}

/**
 * egress_bind_offer() - offer what egress_bind_pick() may have freed to the machines that wait
 * @ch: change that is refused; all else that it has prepared is undone already
 * @addr: either address of the pair, or NULL
 */
void egress_bind_offer(struct egress_change *ch, const struct in6_addr *addr)
{
	struct egress_pair *pair;

	/* Until it is sure that a change is made, only a block that becomes free counts. */
	if (!addr || !ch->counted)
		return;
	pair = egress_pair_find(ch->en, addr);
	if (pair)
		egress_lease_offer(ch, pair);
}

/**
 * egress_bind_has() - is a machine pinned to a block already?
 * @en: namespace, locked
 * @machine: machine
 * @block: from egress_bind_pick()
 */
bool egress_bind_has(struct egress_net *en, const struct egress_machine *machine,
		     const struct egress_block *block)
{
	const struct egress_pair *pair = egress_block_pair(block);
	const struct egress_lease *lease = egress_lease_find(machine, pair->set), *rest, *twin;

	if (!lease || !lease->pinned || egress_lease_block(en, lease) != block)
		return false;
	if (pair->scope != EGRESS_SCOPE_MACHINE)
		return true;
	rest = egress_lease_find(machine, &machine->group->sets.rest);
	twin = egress_lease_twin(rest);
	return !rest->pinned && !(twin && twin->pinned);
}

/**
 * egress_bind_pin() - pin a machine to a block
 * @ch: change; its caller has egress_leases_settle() called for the machine then
 * @machine: machine
 * @block: from egress_bind_pick(), or reserved since
 */
void egress_bind_pin(struct egress_change *ch, struct egress_machine *machine,
		     struct egress_block *block)
{
	struct egress_lease *lease = egress_lease_find(machine, egress_block_pair(block)->set);
	struct egress_lease *twin = egress_lease_twin(lease);

	/*
	 * Undo an earlier pin to one of the app's or the org's pairs for all destinations: with it,
	 * that pair would go on winning over the machine's own (is_away() in lease_choice.c), or
	 * the org's over the app's.
	 */
	if (egress_block_pair(block)->scope == EGRESS_SCOPE_MACHINE) {
		struct egress_lease *rest = egress_lease_find(machine, &machine->group->sets.rest);

		rest->pinned = false;
		twin = egress_lease_twin(rest);
	}
	if (twin)
		twin->pinned = false;
	if (block != egress_lease_block(ch->en, lease))
		egress_lease_move(ch, lease, block);
	lease->pinned = true;
}

/**
 * egress_bind() - pin a machine to a pair, or give it back to the automatic choice
 * @ch: change
 * @id: id of the machine
 * @addr: either address of the pair, NULL for the automatic choice
 * @slot: number of the block, or -1 for any block
 *
 * Context: process; may wait for a grace period. Return: 0; -ENOENT, -EINVAL, -ERANGE, -EBUSY,
 * then nothing has changed.
 */
int egress_bind(struct egress_change *ch, const char *id, const struct in6_addr *addr, int slot)
{
	struct egress_machine *machine = egress_machine_find(ch->en, id);
	struct egress_lease *lease;
	struct egress_block *block;
	bool changed = false;
	int err;

	if (!machine)
		return egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -ENOENT,
				     "there is no machine '%s'", id);
	if (addr) {
		err = egress_cordon_check(ch, machine, id);
		if (err)
			return err;
		block = egress_bind_pick(ch, machine->group, machine, addr, slot);
		if (IS_ERR(block))
			return PTR_ERR(block);
		changed = !egress_bind_has(ch->en, machine, block);
		if (ch->dry) {
			/* A block that is leased already is the machine's own. */
			if (block->ports.state != EGRESS_BLOCK_LEASED)
				egress_plan_move(ch, machine, machine->group, block);
			return 0;
		}
		if (changed)
			egress_bind_pin(ch, machine, block);
	} else if (ch->dry) {
		lease = egress_lease_own_rest(machine);
		block = lease ? egress_lease_block(ch->en, lease) : NULL;
		if (lease && !block)
			block = egress_lease_choose(ch->en, lease);
		if (block && block != egress_lease_block(ch->en, egress_lease_of(ch->en, machine)))
			egress_plan_move(ch, machine, machine->group, block);
	} else {
		list_for_each_entry(lease, &machine->leases, list) {
			changed |= lease->pinned;
			lease->pinned = false;
		}
	}
	if (!changed)
		goto answer;
	egress_leases_settle(ch, machine, NULL);
	egress_lease_feed(ch, machine->group);
	if (machine->group->org)
		egress_lease_feed(ch, machine->group->org);
	egress_change_group(ch, machine->group);
	egress_change_count(ch);
	egress_change_machine(ch, machine);
answer:
	if (ch->cut_stale)
		egress_machine_cut_leased(ch, machine);
	egress_change_answer(ch, EGRESS_EVENT_MACHINE_CHANGED, machine);
	return 0;
}

/*
 * Return: a lease on a pair that may be moved to another pair, as it is not pinned; or NULL. One
 * that it has returned is not returned again.
 */
static struct egress_lease *movable(struct egress_net *en, struct egress_pair *pair)
{
	struct egress_lease *lease;
	unsigned int i;

	while (pair->looked_at < egress_pair_slots(pair)) {
		i = pair->looked_at++;
		if (pair->blocks[i].ports.state != EGRESS_BLOCK_LEASED)
			continue;
		lease = egress_lease_on(en, &pair->blocks[i]);
		if (lease && !lease->pinned)
			return lease;
	}
	return NULL;
}

/* How many leases one change moves at most, if somebody asks to spread an app's machines. */
#define PIECE	256

/* The most blocks that a pair can have. */
#define BLOCKS_MAX	(65536 / EGRESS_BLOCK_SIZE_MIN)

/**
 * struct loads - the live pairs of a set by how many leases they have
 * @from: lists of egress_pair.drain: pairs that may have a lease to move
 * @to: lists of egress_pair.own: pairs that have a free block
 *
 * A live pair of an app is in no other list by these two members.
 */
struct loads {
	struct list_head from[BLOCKS_MAX + 1];
	struct list_head to[BLOCKS_MAX + 1];
};

static struct loads *loads_new(void)
{
	struct loads *loads = kvmalloc(sizeof(*loads), GFP_KERNEL_ACCOUNT);
	unsigned int i;

	for (i = 0; loads && i <= BLOCKS_MAX; i++) {
		INIT_LIST_HEAD(&loads->from[i]);
		INIT_LIST_HEAD(&loads->to[i]);
	}
	return loads;
}

/* A pair has one lease more or less: move it in the lists that it is in. */
static void load_changed(struct loads *loads, struct egress_pair *pair)
{
	if (!list_empty(&pair->drain))
		list_move_tail(&pair->drain, &loads->from[pair->n_leased]);
	if (!pair->n_free)
		list_del_init(&pair->own);
	else if (!list_empty(&pair->own))
		list_move_tail(&pair->own, &loads->to[pair->n_leased]);
}

/* In a dry run: say that a lease would move, and let the pairs' numbers be as they would be. */
static void plan(struct egress_change *ch, const struct egress_lease *lease,
		 struct egress_pair *from, struct egress_pair *to)
{
	struct egress_move move = {
		.machine = lease->machine,
		.group = lease->machine->group,
		.from = from,
		.to = to,
	};

	egress_change_answer(ch, EGRESS_EVENT_MOVE, &move);
	from->n_leased--;
	to->n_leased++;
	to->n_free--;
}

/* After a dry run: let a pair's numbers be what they are. */
static void recount(struct egress_pair *pair)
{
	unsigned int i;

	pair->n_leased = 0;
	pair->n_free = 0;
	for (i = 0; i < egress_pair_slots(pair); i++) {
		pair->n_leased += pair->blocks[i].ports.state == EGRESS_BLOCK_LEASED;
		pair->n_free += pair->blocks[i].ports.state == EGRESS_BLOCK_FREE;
	}
}

/*
 * Move leases from the fullest pair of a set that has one to move, to the emptiest pair. With a
 * difference of one lease a move would only swap the two. Return: number of moves, @max at most.
 */
static unsigned int rebalance_set(struct egress_change *ch, struct egress_set *set,
				  struct loads *loads, unsigned int max)
{
	unsigned int most = BLOCKS_MAX, least = 0, moved = 0;
	struct egress_pair *pair, *from, *to;
	struct egress_lease *lease;

	list_for_each_entry(pair, &set->pairs, list) {
		if (pair->dying)
			continue;
		pair->looked_at = 0;
		list_add_tail(&pair->drain, &loads->from[pair->n_leased]);
		if (pair->n_free)
			list_add_tail(&pair->own, &loads->to[pair->n_leased]);
	}
	while (moved < max && most >= least + 2) {
		if (list_empty(&loads->from[most])) {
			most--;
			continue;
		}
		if (list_empty(&loads->to[least])) {
			least++;
			continue;
		}
		from = list_first_entry(&loads->from[most], struct egress_pair, drain);
		to = list_first_entry(&loads->to[least], struct egress_pair, own);
		lease = movable(ch->en, from);
		if (!lease) {
			list_del_init(&from->drain);
			continue;
		}
		if (ch->dry)
			plan(ch, lease, from, to);
		else
			egress_lease_move(ch, lease, egress_block_first_free(to));
		load_changed(loads, from);
		load_changed(loads, to);
		moved++;
		cond_resched();
	}
	list_for_each_entry(pair, &set->pairs, list) {
		if (pair->dying)
			continue;
		list_del_init(&pair->drain);
		list_del_init(&pair->own);
		if (ch->dry)
			recount(pair);
	}
	return moved;
}

static unsigned int rebalance_group(struct egress_change *ch, struct egress_group *group,
				    struct loads *loads, unsigned int max)
{
	struct egress_set *set;
	unsigned int moved = 0;

	for (set = &group->sets.rest; set; set = egress_set_next(set))
		moved += rebalance_set(ch, set, loads, max - moved);
	return moved;
}

/* The app or the org whose pairs a request is about. */
static struct egress_app *owner_of(struct egress_net *en, const struct egress_rebalance *whole)
{
	return whole->org ? egress_org_find(en, whole->org) : egress_app_find(en, whole->app);
}

/**
 * egress_rebalance() - spread the machines on an app's or an org's pairs evenly over these
 * @ch: change
 * @whole: what is asked for; @whole->moved grows by the moves of this change
 * @max: number of moves at most, those that @whole->moved has already among them
 *
 * Each set of destinations is spread by itself. Pinned leases stay, and so do the leases on a
 * machine's own pairs. So that nobody waits long for the lock, a change has PIECE moves at most,
 * and the caller goes on with another change. Return: 0; -EAGAIN if it is to go on; -ENOENT,
 * -ENOMEM.
 */
int egress_rebalance(struct egress_change *ch, struct egress_rebalance *whole, unsigned int max)
{
	struct egress_rebalance piece = {
		.app = whole->app,
		.org = whole->org,
		.region = whole->region,
	};
	struct egress_app *app = owner_of(ch->en, whole);
	unsigned int most = max - whole->moved;
	struct egress_group *group;
	bool found = !whole->region;
	struct loads *loads;

	/* It may have gone between two changes. */
	if (!app && whole->moved)
		goto answer;
	if (!app)
		return egress_refuse(&ch->error, whole->org ? EGRESS_ABOUT_ORG : EGRESS_ABOUT_APP,
				     -ENOENT, "there is no %s '%s'", whole->org ? "org" : "app",
				     whole->org ?: whole->app);
	loads = loads_new();
	/* What the changes before have moved stays moved, and is told. */
	if (!loads && whole->moved)
		goto answer;
	if (!loads)
		return -ENOMEM;
	if (!ch->dry)
		most = min_t(unsigned int, most, PIECE);
	list_for_each_entry(group, &app->groups, list) {
		if (whole->region && strcmp(group->region->name, whole->region))
			continue;
		found = true;
		piece.moved += rebalance_group(ch, group, loads, most - piece.moved);
	}
	kvfree(loads);
	if (!found && !whole->moved)
		return egress_refuse(&ch->error, EGRESS_ABOUT_REGION, -ENOENT,
				     "%s '%s' has nothing in region '%s'", egress_app_kind(app),
				     app->name, whole->region);
	whole->moved += piece.moved;
	if (piece.moved && !ch->dry) {
		egress_change_count(ch);
		egress_change_did(ch, EGRESS_EVENT_REBALANCED, &piece);
		if (piece.moved == PIECE && whole->moved < max)
			return -EAGAIN;
	}
answer:
	egress_change_answer(ch, EGRESS_EVENT_REBALANCED, whole);
	return 0;
}
