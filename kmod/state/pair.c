// SPDX-License-Identifier: GPL-2.0
/*
 * Pairs: one IPv4 and one IPv6 address that machines share.
 *
 *   pair_allocate.c  makes pairs
 *   pair_set.c       gives a pair other destinations, or a machine's pair to its app
 *   pair_release.c   releases pairs: their connections are cut, or end first
 */
#include <linux/log2.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "net.h"
#include "packet/objects.h"
#include "state/address.h"
#include "state/app.h"
#include "state/block.h"
#include "state/change.h"
#include "state/claim.h"
#include "state/cut.h"
#include "state/group.h"
#include "state/pair.h"
#include "state/pool.h"
#include "state/set.h"

/*
 * Pairs with blocks of the usual size. kmalloc() has no size between 4 and 8 KB, and a pair with
 * its 64 blocks takes little more than 6.
 */
static struct kmem_cache *usual_cache;

static bool is_usual(unsigned int order)
{
	return order == ilog2(EGRESS_BLOCK_SIZE);
}

/**
 * egress_pair_alloc() - get the memory of a pair
 * @order: a block has 2^order ports
 *
 * Context: process. Return: pair, all zeros but for its order; NULL if there is no memory.
 */
struct egress_pair *egress_pair_alloc(unsigned int order)
{
	struct egress_pair *pair;

	if (is_usual(order))
		pair = kmem_cache_zalloc(usual_cache, GFP_KERNEL);
	else
		pair = kvzalloc(struct_size(pair, blocks, 65536u >> order), GFP_KERNEL_ACCOUNT);
	if (pair)
		pair->nat.order = order;
	return pair;
}

/**
 * egress_pair_free() - free the memory of a pair that no packet can see
 * @pair: pair
 *
 * Context: any.
 */
void egress_pair_free(struct egress_pair *pair)
{
	if (is_usual(pair->nat.order))
		kmem_cache_free(usual_cache, pair);
	else
		kvfree(pair);
}

/* kvfree_rcu() would not do: rcu_barrier(), as below, does not wait for what that frees. */
static void free_later(struct rcu_head *rcu)
{
	egress_pair_free(container_of(rcu, struct egress_pair, rcu));
}

int __init egress_pairs_init_cache(void)
{
	const struct egress_pair *pair;

	usual_cache = kmem_cache_create("egress_pair", struct_size(pair, blocks, EGRESS_SLOTS),
					0, SLAB_ACCOUNT, NULL);
	return usual_cache ? 0 : -ENOMEM;
}

void egress_pairs_exit_cache(void)
{
	/* Wait for free_later(): all pairs must be back in the cache. */
	rcu_barrier();
	kmem_cache_destroy(usual_cache);
}

/**
 * egress_pair_find() - find a pair by either address
 * @en: namespace, locked
 * @addr: address
 *
 * A pair is found that the request at work is about to allocate, too. Return: pair or NULL.
 */
struct egress_pair *egress_pair_find(struct egress_net *en, const struct in6_addr *addr)
{
	const struct egress_addr *found = egress_addr_find(en, addr);
	struct egress_pair *pair;
	struct egress_nat *nat;

	if (!found)
		return NULL;
	nat = rcu_dereference_protected(found->public.nat, lockdep_is_held(&en->lock));
	if (!nat)
		return found->coming;
	pair = container_of(nat, struct egress_pair, nat);
	return pair->gone ? NULL : pair;
}

/**
 * egress_pair_put() - give a pair's addresses back and free it, unless it is still being cut
 * @en: namespace, locked
 * @pair: pair that egress_pair_destroy() has destroyed
 */
void egress_pair_put(struct egress_net *en, struct egress_pair *pair)
{
	unsigned int i;

	if (pair->n_cutting)
		return;
	for (i = 0; i < EGRESS_FAMILIES; i++)
		if (pair->addrs[i])
			egress_addr_release(en, pair->addrs[i]);
	/*
	 * A packet that saw the pair may still charge memory to this cgroup. RCU frees the cgroup,
	 * like the pair, only after such packets.
	 */
	mem_cgroup_put(pair->nat.memcg);
	call_rcu(&pair->rcu, free_later);
}

/**
 * egress_pair_destroy() - take a pair away, and have its connections cut after the change
 * @ch: change
 * @pair: without leases; the change is counted already
 *
 * The pair's addresses are given back when egress_cut_finish() has ended its connections. The
 * pair's group loses a pair, but is not freed: the caller calls egress_group_put().
 */
void egress_pair_destroy(struct egress_change *ch, struct egress_pair *pair)
{
	struct egress_region *region = pair->group->region;
	struct egress_set *set = pair->set;
	unsigned int i;

	egress_change_did(ch, EGRESS_EVENT_PAIR_GONE, pair);
	egress_warn_left(ch, pair, false);
	egress_change_region(ch, region);
	for (i = 0; i < egress_pair_slots(pair); i++)
		if (pair->blocks[i].ports.state == EGRESS_BLOCK_LINGERING)
			egress_cut_block(ch, &pair->blocks[i]);
	for (i = 0; i < EGRESS_FAMILIES; i++) {
		if (!pair->addrs[i])
			continue;
		egress_prefix_use(pair->addrs[i]->prefix, -1);
		if (pair->addrs[i]->claim)
			egress_claim_end(ch->en, pair->addrs[i]);
		egress_warn_conflict(ch, pair, pair->addrs[i], NULL);
	}
	list_del(&pair->list);
	list_del(&pair->own);
	list_del(&pair->drain);
	if (!--set->n_pairs && set->index) {
		egress_warn_set_gone(ch, pair->group, set);
		egress_set_free(ch, set);
	}
	region->n_pairs--;
	pair->group->n_pairs--;
	pair->group->app->n_pairs--;
	ch->en->n_pairs--;
	mutex_lock(&ch->en->reap);		/* somebody may be sweeping one of the blocks */
	xa_erase(&ch->en->pairs, pair->id);
	mutex_unlock(&ch->en->reap);
	pair->gone = true;
	/* A packet that saw the pair may still read its group, to tell of a refusal. */
	pair->machine = NULL;
	pair->set = NULL;
	egress_pair_put(ch->en, pair);
}

/**
 * egress_pair_connections() - how many live connections a pair has
 * @pair: pair, egress_net locked
 *
 * The number is from the last sweep of each table: see egress_count_pair().
 */
u64 egress_pair_connections(const struct egress_pair *pair)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < egress_pair_slots(pair); i++)
		sum += READ_ONCE(pair->blocks[i].ports.live);
	return sum;
}
