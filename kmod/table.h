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
	u32 hash = (word[0] ^ word[1] ^ word[2] ^ word[3] ^ seed) * GOLDEN_RATIO_32;

	return hash ^ hash >> 15;
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
