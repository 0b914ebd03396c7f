// SPDX-License-Identifier: GPL-2.0
/* The map of destinations, against a reference that walks all routes bit by bit. */
#include <kunit/test.h>
#include <linux/inet.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "test.h"
#include "../../kmod/packet/map.c"

#define ROUTES_MAX	10000
#define NESTED		129	/* prefixes of 0 to 128 bits */

static bool bit(const struct in6_addr *addr, unsigned int i)
{
	return addr->s6_addr[i / 8] >> (7 - i % 8) & 1;
}

static bool in_prefix(const struct egress_cidr *cidr, const struct in6_addr *addr)
{
	unsigned int i;

	for (i = 0; i < cidr->len; i++)
		if (bit(&cidr->addr, i) != bit(addr, i))
			return false;
	return true;
}

static bool mapped(const struct in6_addr *addr)
{
	static const struct egress_cidr v4 = {
		.addr = { .s6_addr = { [10] = 0xff, [11] = 0xff } },
		.len = 96,
	};

	return in_prefix(&v4, addr);
}

/* A prefix of IPv6 around all that is mapped has no IPv4 address in it. */
static u32 wanted(const struct egress_map_entry *routes, unsigned int n, const struct in6_addr *addr)
{
	u32 label = 0;
	int longest = -1;

	for (; n--; routes++) {
		bool v4 = mapped(&routes->cidr.addr) && routes->cidr.len >= 96;

		if (v4 != mapped(addr) || routes->cidr.len <= longest ||
		    !in_prefix(&routes->cidr, addr))
			continue;
		longest = routes->cidr.len;
		label = routes->label;
	}
	return label;
}

static u32 found(const struct egress_map *map, const struct in6_addr *addr)
{
	union nf_inet_addr inet = { .in6 = *addr };

	if (!mapped(addr))
		return egress_map_find(map, NFPROTO_IPV6, &inet);
	memset(&inet, 0, sizeof(inet));
	inet.ip = addr->s6_addr32[3];
	return egress_map_find(map, NFPROTO_IPV4, &inet);
}

static struct in6_addr parse(struct kunit *test, const char *text)
{
	struct in6_addr addr = {};
	u8 v4[4];

	if (in4_pton(text, -1, v4, -1, NULL)) {
		addr.s6_addr[10] = 0xff;
		addr.s6_addr[11] = 0xff;
		memcpy(&addr.s6_addr[12], v4, 4);
	} else {
		KUNIT_EXPECT_TRUE_MSG(test, in6_pton(text, -1, addr.s6_addr, -1, NULL), "%s", text);
	}
	return addr;
}

static struct egress_map_entry route(struct kunit *test, const char *text, unsigned int bits,
				 u32 label)
{
	struct egress_map_entry made = { .cidr.addr = parse(test, text), .label = label };

	made.cidr.len = bits + (mapped(&made.cidr.addr) ? 96 : 0);
	return made;
}

static void expect(struct kunit *test, const struct egress_map *map, const char *text, u32 label)
{
	struct in6_addr addr = parse(test, text);

	KUNIT_EXPECT_EQ_MSG(test, found(map, &addr), label, "%s", text);
}

static int route_cmp(const void *a, const void *b)
{
	return egress_cidr_cmp(&((const struct egress_map_entry *)a)->cidr,
			       &((const struct egress_map_entry *)b)->cidr);
}

/* Sorted, and of routes to the same prefix one. Return: how many are left. */
static unsigned int in_order(struct egress_map_entry *routes, unsigned int n)
{
	unsigned int i, kept = 0;

	sort(routes, n, sizeof(*routes), route_cmp, NULL);
	for (i = 0; i < n; i++)
		if (!kept || route_cmp(&routes[kept - 1], &routes[i]))
			routes[kept++] = routes[i];
	return kept;
}

static struct egress_map *compile(struct kunit *test, struct egress_map_entry *routes, unsigned int n)
{
	struct egress_map *map = egress_map_make(routes, in_order(routes, n));

	KUNIT_ASSERT_NOT_NULL(test, map);
	return map;
}

/* The first or last address of a prefix, or the one before or after it. */
static struct in6_addr edge_of(const struct egress_cidr *cidr, bool last, int step)
{
	struct in6_addr addr = cidr->addr;
	int i;

	if (last)
		for (i = cidr->len; i < 128; i++)
			addr.s6_addr[i / 8] |= 0x80 >> i % 8;
	for (i = 15; i >= 0 && step; i--) {
		step += addr.s6_addr[i];
		addr.s6_addr[i] = step;
		step = step < 0 ? -1 : step > 255;
	}
	return addr;
}

/* All edges of @n routes, in order. */
static void compare(struct kunit *test, const struct egress_map_entry *routes, unsigned int n)
{
	struct egress_map *map = egress_map_make(routes, n);
	struct in6_addr addr;
	unsigned int i, k;

	KUNIT_ASSERT_NOT_NULL(test, map);
	for (i = 0; i < n; i++) {
		for (k = 0; k < 6; k++) {
			addr = edge_of(&routes[i].cidr, k & 1, (int)k / 2 - 1);
			KUNIT_EXPECT_EQ_MSG(test, found(map, &addr), wanted(routes, n, &addr),
					    "%pI6 among %u routes", &addr, n);
		}
	}
	kvfree(map);
}

static void no_routes(struct kunit *test)
{
	struct egress_map *map = compile(test, NULL, 0);

	expect(test, map, "0.0.0.0", 0);
	expect(test, map, "255.255.255.255", 0);
	expect(test, map, "::", 0);
	expect(test, map, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0);
	kvfree(map);
}

static void everything_of_one_family(struct kunit *test)
{
	struct egress_map_entry all4 = route(test, "0.0.0.0", 0, 4), all6 = route(test, "::", 0, 6);
	struct egress_map *map4 = compile(test, &all4, 1), *map6 = compile(test, &all6, 1);

	expect(test, map4, "0.0.0.0", 4);
	expect(test, map4, "127.255.255.255", 4);
	expect(test, map4, "255.255.255.255", 4);
	expect(test, map4, "::", 0);
	expect(test, map4, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0);
	expect(test, map6, "0.0.0.0", 0);
	expect(test, map6, "255.255.255.255", 0);
	expect(test, map6, "::", 6);
	expect(test, map6, "::1:0:0:0", 6);
	expect(test, map6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 6);
	kvfree(map4);
	kvfree(map6);
}

static void first_and_last_addresses(struct kunit *test)
{
	struct egress_map_entry routes[] = {
		route(test, "0.0.0.0", 32, 1),
		route(test, "255.255.255.255", 32, 2),
		route(test, "::", 128, 3),
		route(test, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 128, 4),
		/* Both sides of where the lower half of an address overflows. */
		route(test, "2001:db8::ffff:ffff:ffff:ffff", 128, 5),
		route(test, "2001:db8:0:2::", 64, 6),
	};
	struct egress_map *map = compile(test, routes, ARRAY_SIZE(routes));

	expect(test, map, "0.0.0.0", 1);
	expect(test, map, "0.0.0.1", 0);
	expect(test, map, "255.255.255.254", 0);
	expect(test, map, "255.255.255.255", 2);
	expect(test, map, "::", 3);
	expect(test, map, "::1", 0);
	expect(test, map, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", 0);
	expect(test, map, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 4);
	expect(test, map, "2001:db8::ffff:ffff:ffff:fffe", 0);
	expect(test, map, "2001:db8::ffff:ffff:ffff:ffff", 5);
	expect(test, map, "2001:db8:0:1::", 0);
	expect(test, map, "2001:db8:0:1:ffff:ffff:ffff:ffff", 0);
	expect(test, map, "2001:db8:0:2::", 6);
	expect(test, map, "2001:db8:0:2:ffff:ffff:ffff:ffff", 6);
	expect(test, map, "2001:db8:0:3::", 0);
	kvfree(map);
}

static void one_ends_where_others_do(struct kunit *test)
{
	struct egress_map_entry routes[] = {
		route(test, "203.0.113.0", 24, 1),
		route(test, "203.0.113.128", 25, 2),
		route(test, "203.0.113.192", 26, 3),
		route(test, "203.0.113.255", 32, 4),
		/* Begins where those end, and its parts where it does. */
		route(test, "203.0.114.0", 24, 5),
		route(test, "203.0.114.0", 25, 6),
		route(test, "203.0.114.0", 32, 7),
	};
	struct egress_map *map = compile(test, routes, ARRAY_SIZE(routes));

	expect(test, map, "203.0.112.255", 0);
	expect(test, map, "203.0.113.127", 1);
	expect(test, map, "203.0.113.128", 2);
	expect(test, map, "203.0.113.254", 3);
	expect(test, map, "203.0.113.255", 4);
	expect(test, map, "203.0.114.0", 7);
	expect(test, map, "203.0.114.1", 6);
	expect(test, map, "203.0.114.128", 5);
	expect(test, map, "203.0.115.0", 0);
	kvfree(map);
}

/* IPv4 is written within IPv6, but prefixes of one say nothing of the other. */
static void v4_within_v6(struct kunit *test)
{
	struct egress_map_entry routes[] = {
		route(test, "::", 0, 1),
		route(test, "::", 64, 2),
		route(test, "::fffe:0:0", 95, 3),	/* both around what is mapped */
		route(test, "203.0.113.0", 24, 4),
		route(test, "::1:0:0:0", 80, 5),
	};
	struct egress_map *map = compile(test, routes, ARRAY_SIZE(routes));

	expect(test, map, "203.0.112.255", 0);
	expect(test, map, "203.0.113.0", 4);
	expect(test, map, "203.0.114.0", 0);
	expect(test, map, "::", 2);
	expect(test, map, "::fffe:cb00:7100", 3);
	expect(test, map, "::1:0:0:1", 5);
	expect(test, map, "0:0:0:1::", 1);
	kvfree(map);
}

/* @n prefixes around one address, each in the one before it. */
static void nest(struct kunit *test, const char *text, unsigned int shortest)
{
	struct egress_map_entry *routes = kunit_kcalloc(test, NESTED, sizeof(*routes), GFP_KERNEL);
	struct in6_addr addr = parse(test, text);
	unsigned int n = 0, len;

	KUNIT_ASSERT_NOT_NULL(test, routes);
	for (len = shortest; len <= 128; len++, n++) {
		ipv6_addr_prefix(&routes[n].cidr.addr, &addr, len);
		routes[n].cidr.len = len;
		routes[n].label = len + 1;
	}
	compare(test, routes, in_order(routes, n));
}

static void as_deep_as_can_be(struct kunit *test)
{
	nest(test, "::", 0);
	nest(test, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0);
	nest(test, "aaaa:aaaa:aaaa:aaaa:5555:5555:5555:5555", 0);
	nest(test, "0.0.0.0", 96);
	nest(test, "255.255.255.255", 96);
	nest(test, "170.170.85.85", 96);
}

/* Prefixes that often meet: few bits of the address are random. */
static void random_route(struct rnd_state *rnd, struct egress_map_entry *made)
{
	bool v4 = prandom_u32_state(rnd) & 1;
	unsigned int len, i;

	memset(made, 0, sizeof(*made));
	made->label = 1 + prandom_u32_state(rnd) % 8;
	if (v4) {
		made->cidr.addr.s6_addr[10] = 0xff;
		made->cidr.addr.s6_addr[11] = 0xff;
		for (i = 12; i < 16; i++)
			made->cidr.addr.s6_addr[i] = prandom_u32_state(rnd) & 0x83;
		len = 128 - prandom_u32_state(rnd) % 33;
	} else {
		/* High up, or around what is mapped. */
		made->cidr.addr.s6_addr[0] = prandom_u32_state(rnd) & 1 ? 0x20 : 0;
		for (i = 6; i < 16; i++)
			made->cidr.addr.s6_addr[i] = prandom_u32_state(rnd) & 0x83;
		len = 128 - prandom_u32_state(rnd) % 129;
	}
	made->cidr.len = len;
	for (i = len; i < 128; i++)
		made->cidr.addr.s6_addr[i / 8] &= ~(0x80 >> i % 8);
}

static void random_maps(struct kunit *test)
{
	struct egress_map_entry routes[60];
	struct rnd_state rnd;
	unsigned int round, i, n;

	prandom_seed_state(&rnd, 4271);
	for (round = 0; round < 200; round++) {
		n = prandom_u32_state(&rnd) % ARRAY_SIZE(routes);
		for (i = 0; i < n; i++)
			random_route(&rnd, &routes[i]);
		compare(test, routes, in_order(routes, n));
		cond_resched();
	}
}

static void ten_thousand_routes(struct kunit *test)
{
	struct egress_map_entry *routes = kvcalloc(ROUTES_MAX, sizeof(*routes), GFP_KERNEL);
	struct rnd_state rnd;
	struct egress_map *map;
	struct in6_addr addr;
	unsigned int i, n;

	KUNIT_ASSERT_NOT_NULL(test, routes);
	prandom_seed_state(&rnd, 3513);
	for (i = 0; i < ROUTES_MAX; i++)
		random_route(&rnd, &routes[i]);
	n = in_order(routes, ROUTES_MAX);
	map = egress_map_make(routes, n);
	KUNIT_EXPECT_NOT_NULL(test, map);
	for (i = 0; map && i < 1000; i++) {
		u32 random = prandom_u32_state(&rnd);

		addr = edge_of(&routes[prandom_u32_state(&rnd) % n].cidr, random & 1,
			       (int)(random / 2 % 3) - 1);
		KUNIT_EXPECT_EQ_MSG(test, found(map, &addr), wanted(routes, n, &addr), "%pI6",
				    &addr);
		cond_resched();
	}
	kvfree(map);
	kvfree(routes);
}

static struct kunit_case map_cases[] = {
	KUNIT_CASE(no_routes),
	KUNIT_CASE(everything_of_one_family),
	KUNIT_CASE(first_and_last_addresses),
	KUNIT_CASE(one_ends_where_others_do),
	KUNIT_CASE(v4_within_v6),
	KUNIT_CASE(as_deep_as_can_be),
	KUNIT_CASE(random_maps),
	KUNIT_CASE(ten_thousand_routes),
	{}
};

struct kunit_suite map_suite = {
	.name = "egress_map",
	.test_cases = map_cases,
};
