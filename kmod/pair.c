// SPDX-License-Identifier: GPL-2.0
/* Pairs: allocated and released, all of a request or nothing. */
#include <linux/log2.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "app.h"
#include "claim.h"
#include "error.h"
#include "lease.h"
#include "machine.h"
#include "net.h"
#include "pair.h"
#include "snat.h"
#include "tell.h"
#include "warning.h"

/**
 * egress_pair_find() - a pair by either address
 * @en: namespace, locked
 * @addr: address
 *
 * Return: pair or NULL.
 */
struct egress_pair *egress_pair_find(struct egress_net *en, const struct in6_addr *addr)
{
	struct egress_pair *pair = NULL;
	struct egress_addr *found;

	lockdep_assert_held(&en->lock);
	rcu_read_lock();
	found = egress_addr_find(&en->addrs, addr);
	if (found)
		pair = rcu_dereference(found->pair);
	rcu_read_unlock();
	return pair;
}

static void init_blocks(struct egress_pair *pair, const struct egress_region *region)
{
	unsigned int size = 1u << pair->order, i;
	unsigned int first = DIV_ROUND_UP(region->slot_first * EGRESS_BLOCK_SIZE, size);
	unsigned int end = (region->slot_last + 1) * EGRESS_BLOCK_SIZE / size;

	for (i = 0; i < egress_pair_slots(pair); i++) {
		struct egress_block *block = &pair->blocks[i];

		block->pair = pair;
		block->slot = i;
		block->first_port = i * size;
		egress_dests_init(&block->dests);
		if (i < first || i >= end)
			continue;
		block->state = EGRESS_BLOCK_FREE;
		list_add_tail(&block->node, &pair->free);
		pair->n_free++;
	}
	pair->n_slots = pair->n_free;
}

static int get_addrs(struct egress_net *en, struct egress_pair *pair, struct egress_region *region,
		     const struct egress_pair_request *req, struct genl_info *info)
{
	bool any_given = req->given[EGRESS_V4] || req->given[EGRESS_V6];
	struct egress_addr *addr;
	int i;

	for (i = 0; i < EGRESS_FAMILIES; i++) {
		if (any_given ? !req->given[i] : !egress_region_has(region, i))
			continue;
		if (req->given[i])
			addr = egress_addr_given(en, region, &req->addr[i], info);
		else
			addr = egress_addr_draw(en, region, i, info);
		if (IS_ERR(addr))
			return PTR_ERR(addr);
		pair->addrs[i] = addr;
		pair->has[i] = true;
		if (i == EGRESS_V4)
			pair->v4 = addr->addr;
		else
			pair->v6 = addr->addr;
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
	mem_cgroup_put(pair->memcg);
	kvfree(pair);
}

/* A pair that nobody can see yet. */
static struct egress_pair *pair_make(struct egress_net *en, struct egress_group *group,
				     const struct egress_pair_request *req,
				     struct genl_info *info)
{
	unsigned int order = ilog2(req->block_size);
	struct egress_pair *pair;
	int err, i;

	pair = kvzalloc(struct_size(pair, blocks, 65536u >> order), GFP_KERNEL_ACCOUNT);
	if (!pair)
		return ERR_PTR(-ENOMEM);
	pair->order = order;
	pair->group = group;
	pair->created = ktime_get_real_seconds();
	pair->memcg = get_mem_cgroup_from_mm(current->mm);
	INIT_LIST_HEAD(&pair->free);
	INIT_LIST_HEAD(&pair->own);
	INIT_LIST_HEAD(&pair->drain);
	init_blocks(pair, group->region);
	err = get_addrs(en, pair, group->region, req, info);
	for (i = 0; !err && i < EGRESS_FAMILIES; i++) {
		if (!pair->addrs[i] || !group->region->device)
			continue;
		pair->claims[i] = egress_claim_new(pair->addrs[i]);
		if (!pair->claims[i])
			err = -ENOMEM;
	}
	if (err) {
		pair_unmake(en, pair);
		return ERR_PTR(err);
	}
	return pair;
}

/* Room in the index for @n pairs more, so that nothing can fail afterwards. */
static int reserve_ids(struct egress_net *en, unsigned int n)
{
	unsigned int i;
	int err;

	for (i = 1; i <= n; i++) {
		err = xa_reserve(&en->pairs, en->last_pair + i, GFP_KERNEL_ACCOUNT);
		if (err) {
			while (--i)
				xa_release(&en->pairs, en->last_pair + i);
			return err;
		}
	}
	return 0;
}

static void pair_publish(struct egress_net *en, struct egress_pair *pair, struct egress_set *set)
{
	struct egress_machine *machine = set->sets->machine;
	struct egress_group *group = pair->group;
	struct egress_region *region = group->region;
	int i;

	pair->id = ++en->last_pair;
	pair->machine = machine;
	pair->scope = machine ? EGRESS_SCOPE_MACHINE : EGRESS_SCOPE_APP;
	pair->set = set;
	set->n_pairs++;
	set->n_live++;
	list_add_tail(&pair->list, &set->pairs);
	if (machine)
		list_add_tail(&pair->own, &machine->pairs);
	xa_store(&en->pairs, pair->id, pair, GFP_KERNEL_ACCOUNT);	/* reserved */
	for (i = 0; i < EGRESS_FAMILIES; i++) {
		if (!pair->addrs[i])
			continue;
		rcu_assign_pointer(pair->addrs[i]->pair, pair);
		pair->addrs[i]->fresh = false;
		if (pair->claims[i])
			egress_claim_begin(en, pair->claims[i], region->device);
		pair->claims[i] = NULL;
	}
	region->n_pairs++;
	group->n_pairs++;
	group->app->n_pairs++;
	en->n_pairs++;
	egress_warn_later(en, group);
}

static int check_request(struct egress_net *en, const struct egress_pair_request *req,
			 struct genl_info *info)
{
	struct egress_region *region = egress_region_find(en, req->region);
	struct egress_machine *machine;
	unsigned int ports;

	if (!region || list_empty(&region->prefixes))
		return egress_refuse(info, EGRESS_A_REGION, -ENOENT,
				     "region '%s' has no pool: make one with 'pool add %s PREFIX'",
				     req->region, req->region);
	if (req->machine) {
		machine = egress_machine_find(en, req->machine);
		if (!machine)
			return egress_refuse(info, EGRESS_A_MACHINE, -ENOENT,
					     "there is no machine '%s'", req->machine);
		if (machine->group->region != region)
			return egress_refuse(info, EGRESS_A_REGION, -EINVAL,
					     "machine '%s' is in region '%s', not '%s'",
					     req->machine, machine->group->region->name,
					     req->region);
	}
	if (!is_power_of_2(req->block_size))
		return egress_refuse(info, EGRESS_A_BLOCK_SIZE, -EINVAL,
				     "block size %u is not a power of two from %u to %u",
				     req->block_size, EGRESS_BLOCK_SIZE_MIN,
				     EGRESS_BLOCK_SIZE_MAX);
	ports = (region->slot_last - region->slot_first + 1) * EGRESS_BLOCK_SIZE;
	if (ports < req->block_size ||
	    roundup(region->slot_first * EGRESS_BLOCK_SIZE, req->block_size) + req->block_size >
	    (region->slot_last + 1) * EGRESS_BLOCK_SIZE)
		return egress_refuse(info, EGRESS_A_BLOCK_SIZE, -EINVAL,
				     "no block of %u ports lies in this host's slots %u-%u of region '%s'",
				     req->block_size, region->slot_first,
				     region->slot_last, req->region);
	if (req->count > 1 && (req->given[EGRESS_V4] || req->given[EGRESS_V6]))
		return egress_refuse(info, EGRESS_A_COUNT, -EINVAL,
				     "with a given address the count is 1, not %u",
				     req->count);
	return 0;
}

static int check_app_limit(const struct egress_group *group, const struct egress_pair_request *req,
			   struct genl_info *info)
{
	/* Changed under egress_net.lock, which the caller holds. */
	const struct egress_conf *conf = rcu_dereference_protected(group->app->conf, true);

	if (conf->limit <= req->block_size)
		return 0;
	return egress_refuse(info, EGRESS_A_BLOCK_SIZE, -ERANGE,
			     "app '%s' has a limit of %u, more than a block of %u ports can hold",
			     group->app->name, conf->limit, req->block_size);
}

/*
 * What there is already. Return: how many of the pairs asked for, those in
 * @pairs; -EEXIST if a given address is somebody else's, -EBUSY if it is being
 * released.
 */
static int already(struct egress_net *en, const struct egress_set *set,
		   const struct egress_group *group, const struct egress_pair_request *req,
		   struct egress_pair **pairs, struct genl_info *info)
{
	struct egress_pair *pair, *found = NULL;
	char text[EGRESS_ADDR_STR], name[EGRESS_ADDR_STR];
	unsigned int n = 0;
	int i;

	if (!req->given[EGRESS_V4] && !req->given[EGRESS_V6]) {
		if (!set)
			return 0;
		list_for_each_entry(pair, &set->pairs, list)
			if (pair->group == group && !pair->dying && n < req->count)
				pairs[n++] = pair;
		return n;
	}
	for (i = 0; i < EGRESS_FAMILIES; i++) {
		if (!req->given[i])
			continue;
		pair = egress_pair_find(en, &req->addr[i]);
		if (!pair)
			continue;
		if ((found && pair != found) || pair->group != group ||
		    pair->scope != (req->machine ? EGRESS_SCOPE_MACHINE : EGRESS_SCOPE_APP) ||
		    (req->machine && strcmp(pair->machine->id, req->machine)))
			return egress_refuse(info,
					     i == EGRESS_V4 ? EGRESS_A_V4 : EGRESS_A_V6,
					     -EEXIST, "%s belongs to another pair",
					     egress_addr_str(text, &req->addr[i]));
		if (pair->dying)
			return egress_refuse(info,
					     i == EGRESS_V4 ? EGRESS_A_V4 : EGRESS_A_V6,
					     -EBUSY, "%s is being released",
					     egress_addr_str(text, &req->addr[i]));
		if (pair->set != set)
			return egress_refuse(info, EGRESS_A_TO, -EEXIST,
					     "%s is for other destinations: change them with 'pair set'",
					     egress_addr_str(text, &req->addr[i]));
		found = pair;
	}
	if (!found)
		return 0;
	for (i = 0; i < EGRESS_FAMILIES; i++)
		if (req->given[i] && !ipv6_addr_equal(i == EGRESS_V4 ? &found->v4 : &found->v6,
						      &req->addr[i]))
			return egress_refuse(info,
					     i == EGRESS_V4 ? EGRESS_A_V4 : EGRESS_A_V6,
					     -EEXIST,
					     "the pair of %s has another address than %s",
					     egress_addr_str(name, egress_pair_name(found)),
					     egress_addr_str(text, &req->addr[i]));
	pairs[0] = found;
	return 1;
}

/* Sets for pairs of its own, and its lease of the rest. */
static int get_own(struct egress_net *en, struct egress_machine *machine)
{
	if (!machine->own) {
		machine->own = kzalloc(sizeof(*machine->own), GFP_KERNEL_ACCOUNT);
		if (!machine->own)
			return -ENOMEM;
		egress_sets_init(machine->own, machine);
	}
	if (egress_lease_find(machine, &machine->own->rest))
		return 0;
	return egress_leases_attach(en, machine->group, &machine->own->rest);
}

/**
 * egress_pair_add() - allocate pairs
 * @en: namespace, locked
 * @req: what
 * @info: request, to say why not
 *
 * Machines that wait get their leases at once. Return: 0; -ENOENT, -EINVAL,
 * -ERANGE, -EEXIST, -EBUSY, -ENOSPC, -EADDRINUSE, -ENOMEM, then nothing has
 * changed.
 */
int egress_pair_add(struct egress_net *en, const struct egress_pair_request *req,
		    struct genl_info *info)
{
	struct egress_machine *machine = NULL;
	unsigned int have = 0, made = 0, i;
	struct egress_pair **pairs;
	struct egress_group *group;
	struct egress_sets *sets;
	struct egress_set *set;
	int err;

	err = check_request(en, req, info) ?: egress_set_sort(req->to, req->n_to, info);
	if (err)
		return err;
	pairs = kvcalloc(req->count, sizeof(*pairs), GFP_KERNEL_ACCOUNT);
	if (!pairs)
		return -ENOMEM;
	if (req->machine) {
		machine = egress_machine_find(en, req->machine);
		group = machine->group;
		err = get_own(en, machine);
		sets = machine->own;
	} else {
		group = egress_group_get(en, req->app, req->region);
		err = group ? 0 : -ENOMEM;
		sets = group ? &group->sets : NULL;
	}
	if (err)
		goto free;
	err = check_app_limit(group, req, info);
	if (err)
		goto put_group;
	set = egress_set_find(sets, req->to, req->n_to);
	if (req->ensure) {
		err = already(en, set, group, req, pairs, info);
		if (err < 0)
			goto put_group;
		have = err;
	}
	made = have;
	if (have == req->count)
		goto tell;

	set = egress_set_get(en, group, sets, req->to, req->n_to, info);
	err = PTR_ERR_OR_ZERO(set);
	if (err)
		goto put_group;
	err = reserve_ids(en, req->count - have);
	if (err)
		goto unget;
	for (; made < req->count; made++) {
		pairs[made] = pair_make(en, group, req, info);
		if (IS_ERR(pairs[made])) {
			err = PTR_ERR(pairs[made]);
			goto unmake;
		}
	}
	err = egress_hooks_get(en, info);
	if (err)
		goto unmake;

	for (i = have; i < made; i++)
		pair_publish(en, pairs[i], set);
	if (machine)
		egress_leases_settle(en, machine, NULL);
	else if (sets->changing)
		egress_leases_begin(en, group, set);
	egress_sets_commit(en, sets);
	egress_lease_feed(en, group);
	egress_leases_recount(en, group);
	egress_changed(en);
	for (i = have; i < made; i++)
		egress_tell_all(en, EGRESS_CMD_PAIR_NEW, pairs[i]);
tell:
	for (i = 0; i < made; i++)
		egress_tell_sender(en, info, pairs[i]);
	kvfree(pairs);
	return 0;

unmake:
	while (made-- > have)
		pair_unmake(en, pairs[made]);
	for (i = 1; i <= req->count - have; i++)
		xa_release(&en->pairs, en->last_pair + i);
unget:
	egress_set_unget(en, group, set);
put_group:
	egress_group_put(en, group);
free:
	kvfree(pairs);
	return err;
}

/**
 * egress_pair_destroy() - cut a pair's connections, give its addresses back
 * @en: namespace, locked
 * @pair: unpublished, a grace period ago; the generation counts its end already
 *
 * The caller drops the group: egress_group_put(), egress_hooks_put().
 */
void egress_pair_destroy(struct egress_net *en, struct egress_pair *pair)
{
	struct egress_region *region = pair->group->region;
	struct egress_set *set = pair->set;
	unsigned int i;

	egress_tell_all(en, EGRESS_CMD_PAIR_DEL, pair);
	for (i = 0; i < egress_pair_slots(pair); i++)
		if (pair->blocks[i].state == EGRESS_BLOCK_LINGERING)
			egress_lease_cut(en, &pair->blocks[i]);
	for (i = 0; i < EGRESS_FAMILIES; i++) {
		if (!pair->addrs[i])
			continue;
		if (region->device)
			egress_claim_end(en, pair->addrs[i], region->device);
		egress_addr_release(en, pair->addrs[i]);
	}
	list_del(&pair->list);
	list_del(&pair->own);
	list_del(&pair->drain);
	if (!--set->n_pairs && set->index)
		egress_set_free(set);
	region->n_pairs--;
	pair->group->n_pairs--;
	pair->group->app->n_pairs--;
	en->n_pairs--;
	mutex_lock(&en->reap);		/* the reaper may be at it */
	xa_erase(&en->pairs, pair->id);
	mutex_unlock(&en->reap);
	/* It is freed by RCU as the pair is, for packets that saw it. */
	mem_cgroup_put(pair->memcg);
	kvfree_rcu(pair, rcu);
}

/**
 * egress_block_limit() - connections to a destination that a block allows
 * @block: of a pair, egress_net locked
 *
 * Its ports, or the app's word if that is less.
 */
u32 egress_block_limit(const struct egress_block *block)
{
	u32 ports = (1u << block->pair->order) - !block->first_port;
	const struct egress_conf *conf;

	/* Changed under egress_net.lock, which every caller holds. */
	conf = rcu_dereference_protected(block->pair->group->app->conf, true);
	return conf->limit ? min(conf->limit, ports) : ports;
}

/**
 * egress_pair_connections() - live connections of a pair
 * @en: namespace, locked
 * @pair: pair
 *
 * Context: process; sweeps its tables.
 */
u64 egress_pair_connections(struct egress_net *en, struct egress_pair *pair)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < egress_pair_slots(pair); i++)
		sum += egress_dests_sweep(en, &pair->blocks[i]);
	return sum;
}
