/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_WALK_H
#define EGRESS_WALK_H

#include <linux/types.h>

struct hlist_nulls_head;
struct net;
struct nf_conn;

/**
 * struct egress_ct_cursor - how far a walk over conntrack's table has come; all 0 at its beginning
 * @hash: the table as the walk found it
 * @size: number of buckets of @hash
 * @bucket: the bucket to go on with
 *
 * A cursor holds nothing: a walk may be given up at any time.
 */
struct egress_ct_cursor {
	const struct hlist_nulls_head *hash;
	unsigned int size;
	unsigned int bucket;
};

bool egress_ct_any(const struct net *net);
bool egress_ct_walk(struct net *net, struct egress_ct_cursor *at, unsigned int budget,
		    void (*visit)(struct nf_conn *ct, void *data), void *data);

#endif
