// SPDX-License-Identifier: GPL-2.0
/* Allocating pairs: a request gets all of its pairs, or none. */
#include <linux/log2.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "addr.h"
#include "error.h"
#include "net.h"
#include "packet/classify.h"
#include "packet/destination.h"
#include "packet/objects.h"
#include "state/address.h"
#include "state/app.h"
#include "state/block.h"
#include "state/change.h"
#include "state/claim.h"
#include "state/group.h"
#include "state/hooks_use.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/pool.h"
#include "state/set.h"

/*
 * Cut a pair's ports into blocks. A region's slots are counted in EGRESS_BLOCK_SIZE ports,
 * whatever the pair's block size is. A block is this host's only if all its ports lie in
 * this host's slots.
 */
static void init_blocks(struct egress_pair *pair, const struct egress_region *region)
{
	unsigned int size = 1u << pair->nat.order, i;
	unsigned int first = DIV_ROUND_UP(region->slot_first * EGRESS_BLOCK_SIZE, size);
	unsigned int end = (region->slot_last + 1) * EGRESS_BLOCK_SIZE / size;

	for (i = 0; i < egress_pair_slots(pair); i++) {
		struct egress_block *block = &pair->blocks[i];

		block->ports.nat = &pair->nat;
		block->ports.first = i * size;
		egress_dests_init(&block->ports.dests);
		if (i < first || i >= end)
			continue;
		block->ports.state = EGRESS_BLOCK_FREE;
		list_add_tail(&block->node, &pair->free);
		pair->n_free++;
	}
	pair->n_slots = pair->n_free;
	/* check_request() has made sure that at least one block is this host's. */
	pair->nat.slot_first = first;
	pair->nat.slot_end = end;
}

static int get_addrs(struct egress_change *ch, struct egress_pair *pair,
		     struct egress_region *region, const struct egress_pair_request *req)
{
	bool any_given = req->given[EGRESS_V4] || req->given[EGRESS_V6];
	struct egress_addr *addr;
	int i;

	for (i = 0; i < EGRESS_FAMILIES; i++) {
		if (any_given ? !req->given[i] : !egress_region_has(region, i))
			continue;
		if (req->given[i])
			addr = egress_addr_given(ch, region, &req->addr[i]);
		else
			addr = egress_addr_draw(ch, region, i);
		if (IS_ERR(addr))
			return PTR_ERR(addr);
		pair->addrs[i] = addr;
		pair->nat.has[i] = true;
		if (i == EGRESS_V4)
			pair->nat.v4 = addr->public.addr;
		else
			pair->nat.v6 = addr->public.addr;
	}
	return 0;
}

static void pair_unmake(struct egress_net *en, struct egress_pair *pair)
{
	int i;

	for (i = EGRESS_FAMILIES - 1; i >= 0; i--) {
		egress_claim_free(pair->claims[i]);
		if (pair->addrs[i])
			egress_addr_undraw(en, pair->addrs[i]);
	}
	mem_cgroup_put(pair->nat.memcg);
	egress_pair_free(pair);
}

/* Make a pair that no packet and no other request can see yet. */
static struct egress_pair *pair_make(struct egress_change *ch, struct egress_group *group,
				     const struct egress_pair_request *req)
{
	unsigned int order = ilog2(req->block_size);
	struct egress_pair *pair;
	int err, i;

	pair = egress_pair_alloc(order);
	if (!pair)
		return ERR_PTR(-ENOMEM);
	pair->group = group;
	pair->created = ktime_get_real_seconds();
	pair->nat.memcg = get_mem_cgroup_from_mm(current->mm);
	INIT_LIST_HEAD(&pair->free);
	INIT_LIST_HEAD(&pair->own);
	INIT_LIST_HEAD(&pair->drain);
	init_blocks(pair, group->region);
	err = get_addrs(ch, pair, group->region, req);
	for (i = 0; !err && i < EGRESS_FAMILIES; i++) {
		if (!pair->addrs[i] || !group->region->device)
			continue;
		pair->claims[i] = egress_claim_new(pair->addrs[i]);
		if (!pair->claims[i])
			err = -ENOMEM;
	}
	if (err) {
		pair_unmake(ch->en, pair);
		return ERR_PTR(err);
	}
	return pair;
}

/*
 * Let a new pair come into its set, so that a machine can be pinned to it. Neither packets nor
 * sweeps see it yet.
 */
static void pair_enter(struct egress_net *en, struct egress_pair *pair, struct egress_set *set)
{
	struct egress_machine *machine = set->sets->machine;
	int i;

	pair->id = ++en->last_pair;
	pair->machine = machine;
	pair->scope = set->sets->scope;
	pair->set = set;
	set->n_pairs++;
	egress_set_count(set, pair, 1);
	list_add_tail(&pair->list, &set->pairs);
	egress_set_roomy(pair);
	if (machine)
		list_add_tail(&pair->own, &machine->pairs);
	pair->group->n_pairs++;
	list_add_tail(&pair->drain, &en->coming);
	for (i = 0; i < EGRESS_FAMILIES; i++)
		if (pair->addrs[i])
			pair->addrs[i]->coming = pair;
}

/* Undo pair_enter(), but for the pair's place in its group. */
static void pair_leave(struct egress_net *en, struct egress_pair *pair)
{
	struct egress_set *set = pair->set;
	int i;

	egress_set_unroomy(pair);
	list_del(&pair->drain);
	list_del(&pair->own);
	list_del(&pair->list);
	egress_set_count(set, pair, -1);
	set->n_pairs--;
	for (i = 0; i < EGRESS_FAMILIES; i++)
		if (pair->addrs[i])
			pair->addrs[i]->coming = NULL;
	xa_release(&en->pairs, pair->id);
	en->last_pair--;
}

static void pair_publish(struct egress_change *ch, struct egress_pair *pair)
{
	struct egress_region *region = pair->group->region;
	int i;

	list_del_init(&pair->drain);
	/* Can't fail: make_one() has got the memory. */
	xa_store(&ch->en->pairs, pair->id, pair, GFP_KERNEL_ACCOUNT);
	for (i = 0; i < EGRESS_FAMILIES; i++) {
		if (!pair->addrs[i])
			continue;
		rcu_assign_pointer(pair->addrs[i]->public.nat, &pair->nat);
		pair->addrs[i]->coming = NULL;
		pair->addrs[i]->fresh = false;
		egress_prefix_use(pair->addrs[i]->prefix, 1);
		if (pair->claims[i])
			egress_claim_begin(ch->en, pair->addrs[i], pair->claims[i], region->device,
					   !egress_nat_is_shared(&pair->nat));
		pair->claims[i] = NULL;
	}
	region->n_pairs++;
	pair->group->app->n_pairs++;
	ch->en->n_pairs++;
	egress_change_group(ch, pair->group);
	egress_change_region(ch, region);
}

static int check_request(struct egress_change *ch, const struct egress_pair_request *req)
{
	struct egress_region *region = egress_region_find(ch->en, req->region);
	struct egress_machine *machine;
	unsigned int ports;

	if (!region || list_empty(&region->prefixes)) {
		egress_refuse(&ch->error, EGRESS_ABOUT_REGION, -ENOENT, "region '%s' has no pool",
			      req->region);
		return egress_refuse_reason(&ch->error, EGRESS_REASON_NO_POOL);
	}
	if (req->machine) {
		machine = egress_machine_find(ch->en, req->machine);
		if (!machine)
			return egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -ENOENT,
					     "there is no machine '%s'", req->machine);
		if (machine->group->region != region)
			return egress_refuse(&ch->error, EGRESS_ABOUT_REGION, -EINVAL,
					     "machine '%s' is in region '%s', not '%s'",
					     req->machine, machine->group->region->name,
					     req->region);
	}
	if (!is_power_of_2(req->block_size) || req->block_size < EGRESS_BLOCK_SIZE_MIN ||
	    req->block_size > EGRESS_BLOCK_SIZE_MAX)
		return egress_refuse(&ch->error, EGRESS_ABOUT_BLOCK_SIZE, -EINVAL,
				     "block size %u is not a power of two from %u to %u",
				     req->block_size, EGRESS_BLOCK_SIZE_MIN,
				     EGRESS_BLOCK_SIZE_MAX);
	ports = (region->slot_last - region->slot_first + 1) * EGRESS_BLOCK_SIZE;
	if (ports < req->block_size ||
	    roundup(region->slot_first * EGRESS_BLOCK_SIZE, req->block_size) + req->block_size >
	    (region->slot_last + 1) * EGRESS_BLOCK_SIZE)
		return egress_refuse(&ch->error, EGRESS_ABOUT_BLOCK_SIZE, -EINVAL,
				     "no block of %u ports lies in this host's slots %u-%u of region '%s'",
				     req->block_size, region->slot_first,
				     region->slot_last, req->region);
	if (!req->count || req->count > EGRESS_COUNT_MAX)
		return egress_refuse(&ch->error, EGRESS_ABOUT_COUNT, -ERANGE,
				     "count %u is not from 1 to %u", req->count,
				     EGRESS_COUNT_MAX);
	if (req->count > 1 && (req->given[EGRESS_V4] || req->given[EGRESS_V6]))
		return egress_refuse(&ch->error, EGRESS_ABOUT_COUNT, -EINVAL,
				     "with a given address the count is 1, not %u",
				     req->count);
	return 0;
}

static int check_app_limit(const struct egress_app *app, const struct egress_pair_request *req,
			   struct egress_error *error)
{
	u32 limit = egress_app_limit(app);

	if (limit <= req->block_size)
		return 0;
	egress_refuse(error, EGRESS_ABOUT_BLOCK_SIZE, -ERANGE,
		      "app '%s' has a limit of %u, more than a block of %u ports can hold",
		      app->name, limit, req->block_size);
	return egress_refuse_reason(error, EGRESS_REASON_BLOCK_SIZE);
}

/* The blocks must be large enough for all apps whose machines use them. */
static int check_limits(struct egress_change *ch, const struct egress_group *group,
			const struct egress_pair_request *req)
{
	const struct egress_app *app;
	unsigned long serial;
	int err = 0;

	if (!group->app->is_org)
		return check_app_limit(group->app, req, &ch->error);
	xa_for_each(&ch->en->apps, serial, app)
		if (!err && app->org == group->app)
			err = check_app_limit(app, req, &ch->error);
	return err;
}

/* Has a pair blocks of the size that a request asks for? */
static bool has_block_size(const struct egress_pair *pair, const struct egress_pair_request *req)
{
	return !req->has_block_size || req->block_size == 1u << pair->nat.order;
}

/* Has a pair all that a request without given addresses asks for? */
static bool is_as_asked(const struct egress_pair *pair, const struct egress_pair_request *req)
{
	int i;

	for (i = 0; i < EGRESS_FAMILIES; i++)
		if (!pair->addrs[i] && egress_region_has(pair->group->region, i))
			return false;
	return !pair->dying && has_block_size(pair, req);
}

/*
 * Find pairs that a request asks for and that exist already, and put them into @pairs.
 * @set is the set of the destinations asked for, or NULL if there is none yet. Return: the
 * number of pairs found; -EEXIST if a given address is allocated, but not as the request
 * wants it; -EBUSY if its pair is being released.
 */
static int already(struct egress_change *ch, const struct egress_set *set,
		   const struct egress_group *group, const struct egress_pair_request *req,
		   struct egress_pair **pairs)
{
	struct egress_pair *pair, *found = NULL;
	char text[EGRESS_ADDR_STR], name[EGRESS_ADDR_STR];
	unsigned int n = 0;
	int i;

	if (!req->given[EGRESS_V4] && !req->given[EGRESS_V6]) {
		if (!set)
			return 0;
		list_for_each_entry(pair, &set->pairs, list)
			if (pair->group == group && n < req->count && is_as_asked(pair, req))
				pairs[n++] = pair;
		return n;
	}
	for (i = 0; i < EGRESS_FAMILIES; i++) {
		if (!req->given[i])
			continue;
		pair = egress_pair_find(ch->en, &req->addr[i]);
		if (!pair)
			continue;
		if ((found && pair != found) || pair->group != group ||
		    !pair->machine != !req->machine ||
		    (req->machine && strcmp(pair->machine->id, req->machine)))
			return egress_refuse(&ch->error,
					     i == EGRESS_V4 ? EGRESS_ABOUT_V4 : EGRESS_ABOUT_V6,
					     -EEXIST, "%s belongs to another pair",
					     egress_addr_str(text, &req->addr[i]));
		if (pair->dying)
			return egress_refuse(&ch->error,
					     i == EGRESS_V4 ? EGRESS_ABOUT_V4 : EGRESS_ABOUT_V6,
					     -EBUSY, "%s is being released",
					     egress_addr_str(text, &req->addr[i]));
		if (pair->set != set) {
			egress_refuse(&ch->error, EGRESS_ABOUT_TO, -EEXIST,
				      "%s is for other destinations",
				      egress_addr_str(text, &req->addr[i]));
			return egress_refuse_reason(&ch->error, EGRESS_REASON_OTHER_DESTINATIONS);
		}
		if (!has_block_size(pair, req))
			return egress_refuse(&ch->error, EGRESS_ABOUT_BLOCK_SIZE, -EEXIST,
					     "%s has blocks of %u ports, not %u",
					     egress_addr_str(text, &req->addr[i]),
					     1u << pair->nat.order, req->block_size);
		found = pair;
	}
	if (!found)
		return 0;
	for (i = 0; i < EGRESS_FAMILIES; i++)
		if (req->given[i] &&
		    !ipv6_addr_equal(i == EGRESS_V4 ? &found->nat.v4 : &found->nat.v6,
				     &req->addr[i]))
			return egress_refuse(&ch->error,
					     i == EGRESS_V4 ? EGRESS_ABOUT_V4 : EGRESS_ABOUT_V6,
					     -EEXIST,
					     "the pair of %s has another address than %s",
					     egress_addr_str(name, egress_pair_name(found)),
					     egress_addr_str(text, &req->addr[i]));
	pairs[0] = found;
	return 1;
}

/*
 * Make sure that a machine can have pairs of its own: that it has sets for them, and a lease
 * for the set of the rest. This lease comes first among the machine's own leases, on which
 * egress_promote() relies.
 */
static int get_own(struct egress_change *ch, struct egress_machine *machine)
{
	if (!machine->own) {
		machine->own = kzalloc(sizeof(*machine->own), GFP_KERNEL_ACCOUNT);
		if (!machine->own)
			return -ENOMEM;
		egress_sets_init(machine->own, EGRESS_SCOPE_MACHINE, machine);
	}
	if (egress_lease_find(machine, &machine->own->rest))
		return 0;
	return egress_leases_attach(ch, machine->group, &machine->own->rest);
}

/* Make one more pair of an allocation, and let it come into the set. */
static int make_one(struct egress_change *ch, struct egress_allocation *made,
		    const struct egress_pair_request *req)
{
	struct egress_net *en = ch->en;
	struct egress_pair *pair;
	int err;

	/* Then pair_publish() can't fail. */
	err = xa_reserve(&en->pairs, en->last_pair + 1, GFP_KERNEL_ACCOUNT);
	if (err)
		return err;
	pair = pair_make(ch, made->group, req);
	if (IS_ERR(pair)) {
		xa_release(&en->pairs, en->last_pair + 1);
		return PTR_ERR(pair);
	}
	pair_enter(en, pair, made->set);
	made->pairs[made->n++] = pair;
	return 0;
}

/**
 * egress_allocation_leave() - undo what egress_allocation_prepare() has made of pairs
 * @ch: change
 * @made: from egress_allocation_prepare(), also where that has failed
 *
 * Of several, the one prepared last is undone first, as each address and each block wants to find
 * its place again. When all of a request's are undone, and no pair is marked any more that the
 * request would release, egress_allocation_forget() is to follow.
 */
void egress_allocation_leave(struct egress_change *ch, struct egress_allocation *made)
{
	unsigned int i;

	for (i = made->n; i-- > made->have;) {
		pair_leave(ch->en, made->pairs[i]);
		pair_unmake(ch->en, made->pairs[i]);
	}
	if (made->machine)
		made->machine->named = false;
}

/**
 * egress_allocation_forget() - undo the rest of egress_allocation_prepare()
 * @ch: change
 * @made: from egress_allocation_leave()
 */
void egress_allocation_forget(struct egress_change *ch, struct egress_allocation *made)
{
	if (made->new_set)
		egress_set_unget(ch, made->group, made->set);
	if (made->group) {
		made->group->n_pairs -= made->n - made->have;
		egress_group_put(ch, made->group);
	}
	kvfree(made->pairs);
}

/**
 * egress_allocation_prepare() - do all that can fail of allocating pairs
 * @ch: change
 * @req: how many pairs, for whom, and of what kind; check_request() has all the conditions
 * @made: filled
 *
 * Machines can be pinned to the new pairs, which packets don't see. To be followed by
 * egress_allocation_publish(), egress_allocation_begin(), egress_sets_commit() and
 * egress_allocation_finish(); or by egress_allocation_leave() and egress_allocation_forget(), also
 * if this has failed. Context: process; may wait for a grace period. Return: 0; or what
 * egress_pair_add() returns.
 */
int egress_allocation_prepare(struct egress_change *ch, const struct egress_pair_request *req,
			      struct egress_allocation *made)
{
	struct egress_machine *machine = NULL;
	struct egress_sets *sets;
	int err;

	memset(made, 0, sizeof(*made));
	err = check_request(ch, req) ?: egress_set_sort(req->to, req->n_to, &ch->error);
	if (err)
		return err;
	if (req->machine) {
		machine = egress_machine_find(ch->en, req->machine);
		if (machine->named)
			return egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -EINVAL,
					     "machine '%s' is given twice", req->machine);
	}
	made->pairs = kvcalloc(req->count, sizeof(*made->pairs), GFP_KERNEL_ACCOUNT);
	if (!made->pairs)
		return -ENOMEM;
	if (machine) {
		err = get_own(ch, machine);
		if (err)
			return err;
		made->machine = machine;
		machine->named = true;
		made->group = machine->group;
		sets = machine->own;
	} else {
		made->group = req->org ?
			egress_group_get_org(ch->en, req->org, req->region) :
			egress_group_get(ch->en, req->app, req->region);
		if (!made->group)
			return -ENOMEM;
		sets = &made->group->sets;
	}
	made->set = egress_set_find(sets, req->to, req->n_to);
	if (req->ensure) {
		err = already(ch, made->set, made->group, req, made->pairs);
		if (err < 0)
			return err;
		made->have = err;
		made->n = err;
	}
	if (made->have == req->count)
		return 0;
	err = check_limits(ch, made->group, req);
	if (err)
		return err;
	if (!made->set) {
		made->set = egress_set_get(ch, made->group, sets, req->to, req->n_to);
		if (IS_ERR(made->set))
			return PTR_ERR(made->set);
		made->new_set = true;
	}
	err = egress_set_reserve(made->set, req->count - made->have);
	while (!err && made->n < req->count)
		err = make_one(ch, made, req);
	return err;
}

/**
 * egress_allocation_publish() - let packets and everybody find new pairs
 * @ch: change that can't fail any more
 * @made: from egress_allocation_prepare()
 */
void egress_allocation_publish(struct egress_change *ch, struct egress_allocation *made)
{
	unsigned int i;

	if (made->machine)
		made->machine->named = false;
	if (made->n == made->have)
		return;
	for (i = made->have; i < made->n; i++)
		pair_publish(ch, made->pairs[i]);
	egress_set_begin(ch, made->set);
}

/**
 * egress_allocation_begin() - give machines blocks for new destinations
 * @ch: change
 * @made: from egress_allocation_publish(); all other pairs of the request are published, too
 *
 * The map by which packets find these destinations can be committed then. Context: process; may
 * wait for a grace period.
 */
void egress_allocation_begin(struct egress_change *ch, struct egress_allocation *made)
{
	if (made->new_set)
		egress_leases_begin(ch, made->group, made->set);
}

/**
 * egress_allocation_finish() - give new pairs to the machines that wait, and tell of the pairs
 * @ch: change
 * @made: from egress_allocation_begin(), and the map is committed; it is of no use any more
 *
 * Context: process; may wait for a grace period.
 */
void egress_allocation_finish(struct egress_change *ch, struct egress_allocation *made)
{
	unsigned int i;

	if (made->n > made->have) {
		if (made->machine)
			egress_leases_settle(ch, made->machine, NULL);
		egress_leases_yield(ch, made->group, made->set);
		egress_lease_feed(ch, made->group);
		egress_leases_recount(ch, made->group);
		egress_change_count(ch);
	}
	for (i = made->have; i < made->n; i++)
		egress_change_did(ch, EGRESS_EVENT_PAIR_CHANGED, made->pairs[i]);
	for (i = 0; i < made->n; i++)
		egress_change_answer(ch, EGRESS_EVENT_PAIR_CHANGED, made->pairs[i]);
	kvfree(made->pairs);
}

/**
 * egress_pair_add() - allocate pairs
 * @ch: change
 * @req: how many pairs, for whom, and of what kind; check_request() has all the conditions
 *
 * Machines that wait for a block get one of the new pairs at once. Context: process; may
 * wait for a grace period. Return: 0; -ENOENT, -EINVAL, -ERANGE, -EEXIST, -EBUSY, -ENOSPC,
 * -EADDRINUSE, -ENOMEM or an error of netfilter's, then nothing has changed.
 */
int egress_pair_add(struct egress_change *ch, const struct egress_pair_request *req)
{
	struct egress_allocation made;
	int err;

	err = egress_allocation_prepare(ch, req, &made);
	if (!err && made.n > made.have)
		err = egress_hooks_get(ch->en, &ch->error);
	if (err) {
		egress_allocation_leave(ch, &made);
		egress_allocation_forget(ch, &made);
		return err;
	}
	egress_allocation_publish(ch, &made);
	egress_allocation_begin(ch, &made);
	if (made.set)
		egress_sets_commit(ch->en, made.set->sets);
	egress_allocation_finish(ch, &made);
	return 0;
}
