// SPDX-License-Identifier: GPL-2.0
/*
 * Longest prefix match, flattened: prefixes nest or are apart, so they cut the
 * address space into stretches that lead to one place each, and a lookup is a
 * binary search among their edges.
 *
 *      10.0.0.0/8 -> 1     |-----------------------|
 *      10.64.0.0/10 -> 2        |-------|
 *      edges               0    1       2          1          0
 */
#include <linux/mm.h>

#include "packet/map.h"

#define DEPTH	130	/* prefixes of 0 to 128 bits in one another, and what is around all */

/**
 * egress_cidr_cmp() - the order of routes: by address, the shorter prefix first
 * @a: prefix
 * @b: prefix
 *
 * Return: below, above or equal to 0, as @a is to @b.
 */
int egress_cidr_cmp(const struct egress_cidr *a, const struct egress_cidr *b)
{
	int cmp = memcmp(&a->addr, &b->addr, sizeof(a->addr));

	return cmp ?: a->len - b->len;
}

static bool is_v4(const struct egress_cidr *cidr)
{
	return egress_addr_is_v4(&cidr->addr) && cidr->len >= EGRESS_V4_BITS;
}

/* The last address of the prefix. */
static void last_of(const struct egress_cidr *cidr, u64 *hi, u64 *lo)
{
	unsigned int bits = egress_cidr_host_bits(cidr);

	egress_addr_split(&cidr->addr, hi, lo);
	if (bits >= 64) {
		*lo = U64_MAX;
		*hi |= bits == 128 ? U64_MAX : (1ULL << (bits - 64)) - 1;
	} else {
		*lo |= (1ULL << bits) - 1;
	}
}

/* A prefix that the edge at work is inside of. */
struct level {
	u64 hi, lo;	/* its last address */
	u32 label;
};

struct maker {
	struct egress_map *map;
	bool v4;
	unsigned int depth;
	struct level level[DEPTH];
};

/* What begins where the last one began takes its place. */
static void edge(struct maker *maker, u64 hi, u64 lo, u32 label)
{
	struct egress_map *map = maker->map;
	struct egress_edge4 *e4 = &map->edges4[map->n4];
	struct egress_edge6 *e6 = &map->edges6[map->n6];

	if (maker->v4) {
		if (map->n4 && e4[-1].from == (u32)lo)
			e4--;
		else
			map->n4++;
		e4->from = lo;
		e4->label = label;
		return;
	}
	if (map->n6 && e6[-1].hi == hi && e6[-1].lo == lo)
		e6--;
	else
		map->n6++;
	e6->hi = hi;
	e6->lo = lo;
	e6->label = label;
}

/* The innermost prefix ends; around it the next one goes on. */
static void leave(struct maker *maker)
{
	struct level *level = &maker->level[--maker->depth];
	u64 hi = level->hi, lo = level->lo + 1;

	if (maker->v4 ? !(u32)lo : !lo && !++hi)
		return;		/* to the very end of the address space */
	edge(maker, hi, lo, level[-1].label);
}

static void make(struct maker *maker, const struct egress_map_entry *routes, unsigned int n,
		 bool v4)
{
	struct level *level = maker->level;
	unsigned int i;
	u64 hi, lo;

	maker->v4 = v4;
	maker->depth = 1;
	level[0].label = 0;
	edge(maker, 0, 0, 0);
	for (i = 0; i < n; i++) {
		const struct egress_cidr *cidr = &routes[i].cidr;

		if (is_v4(cidr) != v4)
			continue;
		egress_addr_split(&cidr->addr, &hi, &lo);
		while (maker->depth > 1 &&
		       (level[maker->depth - 1].hi < hi ||
			(level[maker->depth - 1].hi == hi && level[maker->depth - 1].lo < lo)))
			leave(maker);
		edge(maker, hi, lo, routes[i].label);
		last_of(cidr, &level[maker->depth].hi, &level[maker->depth].lo);
		level[maker->depth++].label = routes[i].label;
	}
	while (maker->depth > 1)
		leave(maker);
}

/**
 * egress_map_make() - compile routes
 * @routes: in the order of egress_cidr_cmp(), no prefix twice, no bits below one set
 * @n: how many
 *
 * Context: process. Return: the map, for kvfree_rcu(), or NULL if there is no
 * memory.
 */
struct egress_map *egress_map_make(const struct egress_map_entry *routes, unsigned int n)
{
	struct egress_map *map;
	struct maker *maker;
	size_t n4 = 1, n6 = 1, size;
	unsigned int i;

	for (i = 0; i < n; i++)
		*(is_v4(&routes[i].cidr) ? &n4 : &n6) += 2;
	size = size_add(struct_size(map, edges6, n6), array_size(n4, sizeof(*map->edges4)));
	maker = kmalloc(sizeof(*maker), GFP_KERNEL);
	map = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!maker || !map) {
		kfree(maker);
		kvfree(map);
		return NULL;
	}
	map->edges4 = (void *)(map->edges6 + n6);
	map->bytes = size;
	maker->map = map;
	make(maker, routes, n, true);
	make(maker, routes, n, false);
	kfree(maker);
	return map;
}

static u32 find4(const struct egress_map *map, u32 addr)
{
	const struct egress_edge4 *e = map->edges4;
	unsigned int n = map->n4;

	while (n > 1) {
		unsigned int half = n / 2;

		e += e[half].from <= addr ? half : 0;
		n -= half;
	}
	return e->label;
}

static u32 find6(const struct egress_map *map, const struct in6_addr *addr)
{
	const struct egress_edge6 *e = map->edges6;
	unsigned int n = map->n6;
	u64 hi, lo;

	egress_addr_split(addr, &hi, &lo);
	while (n > 1) {
		unsigned int half = n / 2;
		const struct egress_edge6 *mid = &e[half];

		e = mid->hi < hi || (mid->hi == hi && mid->lo <= lo) ? mid : e;
		n -= half;
	}
	return e->label;
}

/**
 * egress_map_find() - where an address leads
 * @map: map
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @addr: address of that family
 *
 * Context: any, under RCU if @map is published. Return: label, 0 if the address
 * is in no prefix.
 */
u32 egress_map_find(const struct egress_map *map, u8 pf, const union nf_inet_addr *addr)
{
	if (pf == NFPROTO_IPV4)
		return find4(map, ntohl(addr->ip));
	return find6(map, &addr->in6);
}
