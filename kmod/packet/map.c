// SPDX-License-Identifier: GPL-2.0
/*
 * Longest prefix match by binary search. Two prefixes are apart, or one contains the other. So the
 * prefixes cut the address space into stretches in which all addresses have the same label. An
 * edge is the first address of a stretch, and a lookup is a binary search among the edges.
 *
 *      10.0.0.0/8 -> 1     |-----------------------|
 *      10.64.0.0/10 -> 2        |-------|
 *      edges               0    1       2          1          0
 */
#include <linux/mm.h>

#include "packet/map.h"

/* Level 0 is the whole address space. At most 129 prefixes, of 0 to 128 bits, nest within it. */
#define DEPTH	130

/**
 * egress_cidr_cmp() - compare prefixes by the order of routes
 * @a: prefix
 * @b: prefix
 *
 * Routes are in the order of their addresses; of prefixes with the same address the shorter one is
 * first, so that a prefix comes before the prefixes that it contains.
 *
 * Return: below 0, 0 or above 0 if @a comes before @b, is the same or comes after @b.
 */
int egress_cidr_cmp(const struct egress_cidr *a, const struct egress_cidr *b)
{
	int cmp = memcmp(&a->addr, &b->addr, sizeof(a->addr));

	return cmp ?: a->len - b->len;
}

/* A prefix shorter than ::ffff:0:0/96 is one of IPv6, even if it contains the mapped addresses. */
static bool is_v4(const struct egress_cidr *cidr)
{
	return egress_addr_is_v4(&cidr->addr) && cidr->len >= EGRESS_V4_BITS;
}

/* Finds the last address of a prefix. */
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

/* One of the prefixes that contain the address at which the maker is. */
struct level {
	u64 hi, lo;	/* the last address of the prefix */
	u32 label;
};

/* Goes through the routes in order; @level is a stack of @depth levels, the innermost last. */
struct maker {
	struct egress_map *map;
	bool v4;
	unsigned int depth;
	struct level level[DEPTH];
};

/*
 * Adds an edge. If the last edge has the same address, the new edge replaces the last one, whose
 * stretch is empty.
 */
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

/* The innermost prefix ends. An edge marks where the prefix around the innermost one goes on. */
static void leave(struct maker *maker)
{
	struct level *level = &maker->level[--maker->depth];
	u64 hi = level->hi, lo = level->lo + 1;

	if (maker->v4 ? !(u32)lo : !lo && !++hi)
		return;		/* the prefix ends with the address space: nothing goes on */
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
 * egress_map_make() - make a map from routes
 * @routes: routes in the order of egress_cidr_cmp(), no prefix twice, and no prefix with bits set
 *	below its length
 * @n: number of @routes
 *
 * Context: process. Return: the map, to be freed by kvfree_rcu(), or NULL if there is no memory.
 */
struct egress_map *egress_map_make(const struct egress_map_entry *routes, unsigned int n)
{
	struct egress_map *map;
	struct maker *maker;
	size_t n4 = 1, n6 = 1, size;
	unsigned int i;

	/* Each prefix has two edges at most: where it begins, and behind its end. */
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

/* Finds the last edge at or before @addr, in steps without a branch to mispredict. */
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
 * egress_map_find() - find the label of an address
 * @map: map
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @addr: address of the family @pf
 *
 * Context: any, under RCU if @map is published. Return: the label, 0 if the address is in no
 * prefix.
 */
u32 egress_map_find(const struct egress_map *map, u8 pf, const union nf_inet_addr *addr)
{
	if (pf == NFPROTO_IPV4)
		return find4(map, ntohl(addr->ip));
	return find6(map, &addr->in6);
}
