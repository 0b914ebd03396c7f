/* SPDX-License-Identifier: GPL-2.0 */
/* Hash tables by address, as packets look them up: all is inline and constant. */
#ifndef EGRESS_TABLE_H
#define EGRESS_TABLE_H

#include <linux/hash.h>
#include <linux/rhashtable.h>
#include <net/ipv6.h>

/* Of addresses that only the operator can choose: a cheap one will do. */
static inline u32 egress_table_hash(const void *data, u32 len, u32 seed)
{
	const u32 *word = data;
	u64 high = (u64)word[0] << 32 | word[1];
	u64 low = (u64)word[3] << 32 | word[2];
	u64 hash = (low + seed) * GOLDEN_RATIO_64 ^ high * 0xbf58476d1ce4e5b9ULL;

	/* The table takes the lowest bits: let every bit of the address reach them. */
	hash ^= hash >> 32;
	return hash * GOLDEN_RATIO_64 >> 32;
}

/* @obj begins with a struct rhash_head, then comes the address. */
static inline u32 egress_table_obj_hash(const void *obj, u32 len, u32 seed)
{
	return egress_table_hash(obj + sizeof(struct rhash_head), len, seed);
}

static inline int egress_table_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	return !ipv6_addr_equal(arg->key, obj + sizeof(struct rhash_head));
}

/**
 * egress_table_insert() - rhashtable_insert_fast() that waits its turn
 * @ht: table
 * @node: of the new object
 * @params: of the table
 *
 * While a resize is due and a chain is long already, the table says -EBUSY.
 * Context: process. Return: 0 or -ENOMEM; -EBUSY if it does so after resizes.
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
