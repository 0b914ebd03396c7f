/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hash tables by address, in which packets look things up. The functions are inline and the
 * parameters constant, so that the compiler builds each lookup without indirect calls.
 */
#ifndef EGRESS_TABLE_H
#define EGRESS_TABLE_H

#include <linux/hash.h>
#include <linux/rhashtable.h>
#include <net/ipv6.h>

/*
 * The hash of an address. Only the operator decides which addresses are in the tables, so
 * nobody can fill one bucket with an attack, and a cheap hash is good enough. The constants
 * are odd numbers whose products mix well; the second is that of SplitMix64.
 */
static inline u32 egress_table_hash(const void *data, u32 len, u32 seed)
{
	const u32 *word = data;
	u64 high = (u64)word[0] << 32 | word[1];
	u64 low = (u64)word[3] << 32 | word[2];
	u64 hash = (low + seed) * GOLDEN_RATIO_64 ^ high * 0xbf58476d1ce4e5b9ULL;

	/*
	 * rhashtable takes the lowest bits for the bucket, but a product's low bits depend on
	 * the low bits of its factors only. So bring the high bits down, before and after
	 * another multiplication.
	 */
	hash ^= hash >> 32;
	return hash * GOLDEN_RATIO_64 >> 32;
}

/* @obj is an entry of the table: a struct rhash_head, followed by the address. */
static inline u32 egress_table_obj_hash(const void *obj, u32 len, u32 seed)
{
	return egress_table_hash(obj + sizeof(struct rhash_head), len, seed);
}

/* Return: 0 if @obj has the address that is looked up. */
static inline int egress_table_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	return !ipv6_addr_equal(arg->key, obj + sizeof(struct rhash_head));
}

/**
 * egress_table_insert() - insert an object, and wait for a resize if one is in the way
 * @ht: table
 * @node: the new object's member for this table
 * @params: parameters of the table
 *
 * rhashtable_insert_fast() returns -EBUSY if the chain is too long and the table has still
 * to be resized. A work item does that: wait for it and try again.
 * Context: process. Return: 0 or -ENOMEM; -EBUSY if a few resizes did not help.
 */
static inline int egress_table_insert(struct rhashtable *ht, struct rhash_head *node,
				      const struct rhashtable_params params)
{
	unsigned int tries = 8;
	int err;

	do {
		err = rhashtable_insert_fast(ht, node, params);
		if (err != -EBUSY)
			break;
		flush_work(&ht->run_work);
	} while (--tries);
	return err;
}

/* The parameters of a table of @type, whose first members are @node and @addr. */
#define EGRESS_TABLE_PARAMS(type) {						\
	.key_len = sizeof(struct in6_addr),					\
	.key_offset = offsetof(type, addr),					\
	.head_offset = offsetof(type, node),					\
	.hashfn = egress_table_hash,						\
	.obj_hashfn = egress_table_obj_hash,					\
	.obj_cmpfn = egress_table_cmp,						\
	.automatic_shrinking = true,						\
}

#endif
