// SPDX-License-Identifier: GPL-2.0
/*
 * Pairs: one IPv4 and one IPv6 address that machines share.
 *
 *   pair_allocate.c  makes pairs
 *   pair_set.c       gives a pair other destinations, or a machine's pair to its app
 *   pair_release.c   releases pairs: their connections are cut, or end first
 */
#include <linux/memcontrol.h>
#include <linux/slab.h>

#include "net.h"
#include "packet/destination.h"
#include "packet/objects.h"
#include "state/address.h"
#include "state/app.h"
#include "state/block.h"
#include "state/change.h"
#include "state/claim.h"
#include "state/group.h"
#include "state/pair.h"
#include "state/pool.h"
#include "state/set.h"

/**
 * egress_pair_find() - find a pair by either address
 * @en: namespace, locked
 * @addr: address
 *
 * Return: pair or NULL.
 */
struct egress_pair *egress_pair_find(struct egress_net *en, const struct in6_addr *addr)
{
	const struct egress_addr *found = egress_addr_find(en, addr);
	struct egress_nat *nat;

	if (!found)
		return NULL;
	nat = rcu_dereference_protected(found->public.nat, lockdep_is_held(&en->lock));
	return nat ? container_of(nat, struct egress_pair, nat) : NULL;
}

/**
 * egress_pair_destroy() - cut a pair's connections, give its addresses back
 * @ch: change
 * @pair: without leases, and a grace period has passed since the last one was given up,
 *	so that no packet takes a port of the pair; the change is counted already
 *
 * The pair's group loses a pair, but is not freed: the caller calls egress_group_put().
 */
void egress_pair_destroy(struct egress_change *ch, struct egress_pair *pair)
{
	struct egress_region *region = pair->group->region;
	struct egress_set *set = pair->set;
	unsigned int i;

	egress_change_did(ch, EGRESS_EVENT_PAIR_GONE, pair);
	for (i = 0; i < egress_pair_slots(pair); i++)
		if (pair->blocks[i].state == EGRESS_BLOCK_LINGERING)
			egress_block_cut(ch->en, &pair->blocks[i]);
	for (i = 0; i < EGRESS_FAMILIES; i++) {
		if (!pair->addrs[i])
			continue;
		if (region->device)
			egress_claim_end(ch->en, pair->addrs[i], region->device);
		egress_addr_release(ch->en, pair->addrs[i]);
	}
	list_del(&pair->list);
	list_del(&pair->own);
	list_del(&pair->drain);
	if (!--set->n_pairs && set->index)
		egress_set_free(set);
	region->n_pairs--;
	pair->group->n_pairs--;
	pair->group->app->n_pairs--;
	ch->en->n_pairs--;
	mutex_lock(&ch->en->reap);		/* the reaper may be sweeping one of the blocks */
	xa_erase(&ch->en->pairs, pair->id);
	mutex_unlock(&ch->en->reap);
	/*
	 * A packet that saw the pair may still charge memory to this cgroup. RCU frees the cgroup,
	 * like the pair, only after such packets.
	 */
	mem_cgroup_put(pair->nat.memcg);
	kvfree_rcu(pair, rcu);
}

/**
 * egress_pair_connections() - count a pair's live connections
 * @en: namespace, locked
 * @pair: pair
 *
 * Context: process; sweeps all destination tables of the pair, which takes egress_net.reap.
 * Return: number of connections.
 */
u64 egress_pair_connections(struct egress_net *en, struct egress_pair *pair)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < egress_pair_slots(pair); i++)
		sum += egress_dests_sweep(en, &pair->blocks[i].ports);
	return sum;
}
