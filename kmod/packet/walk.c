// SPDX-License-Identifier: GPL-2.0
/*
 * Walks over conntrack's table, for who has to find the connections that no table of ours knows.
 * Conntrack has one table for all network namespaces. It may have hundreds of thousands of
 * buckets, and is walked in pieces.
 *
 * A bucket's lock keeps its chain as it is, and keeps the whole table from being replaced by one
 * of another size. The connections that are to be visited are held by a reference and visited
 * without the lock, so that the visitor may look up connections and end them.
 */
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "packet/walk.h"

#define HELD	32	/* connections held at a time */

/**
 * struct held - connections that are to be visited
 * @ct: the connections, a reference each
 * @n: number of them
 */
struct held {
	struct nf_conn *ct[HELD];
	unsigned int n;
};

static void spend(unsigned int *budget)
{
	*budget -= *budget > 0;
}

/*
 * Under the bucket's lock: hold the connections of a chain, those that come after @last if that is
 * not NULL. Return: whether there was room for all.
 */
static bool hold_chain(struct net *net, struct held *held, const struct hlist_nulls_head *chain,
		       const struct nf_conn *last, unsigned int *budget)
{
	struct nf_conntrack_tuple_hash *h;
	struct hlist_nulls_node *node;
	/* A connection that is being deleted may have left the chain: then begin at the front. */
	bool skip = last && !nf_ct_is_dying(last);

	hlist_nulls_for_each_entry(h, node, chain, hnnode) {
		struct nf_conn *ct = nf_ct_tuplehash_to_ctrack(h);

		spend(budget);
		/* Each connection is in the table by its two tuples, or by that of its replies. */
		if (NF_CT_DIRECTION(h) != IP_CT_DIR_REPLY)
			continue;
		if (skip) {
			skip = ct != last;
			continue;
		}
		if (!net_eq(nf_ct_net(ct), net) || !nf_ct_is_confirmed(ct) ||
		    nf_ct_is_dying(ct) || nf_ct_is_expired(ct))
			continue;
		if (held->n == HELD)
			return false;
		nf_conntrack_get(&ct->ct_general);
		held->ct[held->n++] = ct;
	}
	return true;
}

static bool has_more(const struct egress_ct_cursor *at)
{
	return !at->hash || at->bucket < at->size;
}

/*
 * Hold the next connections of the walk. @last is one that is still held, if more connections of
 * its chain are to follow, else NULL. Return: whether all connections of the last chain are held.
 */
static bool hold(struct net *net, struct egress_ct_cursor *at, struct held *held,
		 const struct nf_conn *last, unsigned int *budget)
{
	bool whole = true;

	local_bh_disable();
	while (whole && (*budget || last) && held->n < HELD && has_more(at)) {
		spinlock_t *lock = &nf_conntrack_locks[at->bucket % CONNTRACK_LOCKS];

		spend(budget);
		nf_conntrack_lock(lock);
		__acquire(lock);	/* for sparse, which the kernel's header does not tell */
		if (at->hash != nf_conntrack_hash || at->size != nf_conntrack_htable_size) {
			/* The walk begins, or the table is another one, with another order. */
			at->hash = nf_conntrack_hash;
			at->size = nf_conntrack_htable_size;
			at->bucket = 0;
		} else if (!hlist_nulls_empty(&at->hash[at->bucket])) {
			whole = hold_chain(net, held, &at->hash[at->bucket], last, budget);
			at->bucket += whole;
		} else {
			at->bucket++;
			/* That a bucket is empty can be seen without its own lock. */
			while (*budget && at->bucket < at->size &&
			       hlist_nulls_empty(&at->hash[at->bucket])) {
				at->bucket++;
				spend(budget);
			}
		}
		spin_unlock(lock);
		last = NULL;
	}
	local_bh_enable();
	return whole;
}

/**
 * egress_ct_any() - has conntrack any connection of a namespace?
 * @net: namespace
 */
bool egress_ct_any(const struct net *net)
{
	return nf_conntrack_count(net);
}

/**
 * egress_ct_walk() - visit the next of a namespace's connections
 * @net: namespace
 * @at: where to go on; all 0 at the beginning
 * @budget: number of buckets and tuples to look at; the last chain is walked to its end, and where
 *	it is longer than usual, as the table is too small, the number is exceeded
 * @visit: called for each connection, which is held by a reference meanwhile; it may end the
 *	connection, and it may sleep
 * @data: passed to @visit
 *
 * A whole walk visits each connection that is in the table from its beginning to its end, which has
 * been confirmed and has neither expired nor been deleted, at least once. A connection that comes
 * meanwhile may be visited. If the table gets another size, the walk begins anew and visits
 * connections again.
 *
 * Context: process, with bottom halves on; what else may be held is up to @visit. Others have their
 * turn between two calls only.
 *
 * Return: whether there is more.
 */
bool egress_ct_walk(struct net *net, struct egress_ct_cursor *at, unsigned int budget,
		    void (*visit)(struct nf_conn *ct, void *data), void *data)
{
	struct nf_conn *last = NULL, *old;
	struct held held;
	unsigned int i;
	bool whole;

	do {
		held.n = 0;
		whole = hold(net, at, &held, last, &budget);
		old = last;
		last = NULL;
		for (i = 0; i < held.n; i++)
			visit(held.ct[i], data);
		/* The last one marks the place in its chain, if the chain has more. */
		if (!whole)
			last = held.ct[--held.n];
		while (held.n)
			nf_ct_put(held.ct[--held.n]);
		if (old)
			nf_ct_put(old);
	} while (has_more(at) && (budget || last));
	return has_more(at);
}
