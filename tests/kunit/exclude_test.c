// SPDX-License-Identifier: GPL-2.0
/* The exclude list, against a reference that walks all prefixes bit by bit. */
#include <kunit/test.h>
#include <linux/inet.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/slab.h>

#include "test.h"
#include "../../kmod/packet/exclude.c"

#define PREFIXES_MAX	10000

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

static bool is_v4(const struct in6_addr *addr)
{
	static const struct egress_cidr mapped = V4(0, 0, 0, 0, 0);

	return in_prefix(&mapped, addr);
}

static bool in_any(const struct egress_cidr *cidr, unsigned int n, const struct in6_addr *addr)
{
	for (; n--; cidr++)
		if ((is_v4(&cidr->addr) && cidr->len >= 96) == is_v4(addr) &&
		    in_prefix(cidr, addr))
			return true;
	return false;
}

/* What an address given as the list keeps them is looked up as. */
static bool has(const struct egress_exclude *list, const struct in6_addr *addr)
{
	union nf_inet_addr inet = { .in6 = *addr };

	if (!is_v4(addr))
		return egress_exclude_has(list, NFPROTO_IPV6, &inet);
	inet.ip = addr->s6_addr32[3];
	return egress_exclude_has(list, NFPROTO_IPV4, &inet);
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

static struct egress_cidr cidr_of(struct kunit *test, const char *text, unsigned int bits)
{
	struct egress_cidr cidr = { .addr = parse(test, text) };

	cidr.len = bits + (is_v4(&cidr.addr) ? 96 : 0);
	return cidr;
}

static void expect(struct kunit *test, const struct egress_exclude *list, const char *text,
		   bool wanted)
{
	struct in6_addr addr = parse(test, text);

	KUNIT_EXPECT_EQ_MSG(test, has(list, &addr), wanted, "%s", text);
}

static struct egress_exclude *make(struct kunit *test, const struct egress_cidr *prefixes,
				   unsigned int n)
{
	struct egress_exclude *list = egress_exclude_make(prefixes, n);

	KUNIT_ASSERT_NOT_NULL(test, list);
	return list;
}

static const char *const never_public[] = {
	"0.0.0.0", "0.255.255.255", "127.0.0.1", "169.254.0.0", "169.254.255.255", "224.0.0.0",
	"239.255.255.255", "255.255.255.255", "::1", "fe80::", "fe80::1",
	"febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ff00::", "ff02::1",
	"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
};

static const char *const public[] = {
	"1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
	"128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
	"192.167.255.255", "192.169.0.0", "192.0.2.1", "198.51.100.1", "203.0.113.1",
	"223.255.255.255", "::", "::2", "2001:db8::1", "2600::", "fbff::1", "fe00::1", "fe7f::1",
	"fec0::", "feff::1",
};

static const char *const private[] = {
	"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0",
	"192.168.255.255", "100.64.0.0", "100.127.255.255", "fc00::",
	"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
};

static void default_list(struct kunit *test)
{
	struct egress_exclude *list = make(test, defaults, ARRAY_SIZE(defaults));
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(never_public); i++)
		expect(test, list, never_public[i], true);
	for (i = 0; i < ARRAY_SIZE(private); i++)
		expect(test, list, private[i], true);
	for (i = 0; i < ARRAY_SIZE(public); i++)
		expect(test, list, public[i], false);
	kvfree(list);
}

static void empty_list_still_has_what_is_never_public(struct kunit *test)
{
	struct egress_exclude *list = make(test, NULL, 0);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(never_public); i++)
		expect(test, list, never_public[i], true);
	for (i = 0; i < ARRAY_SIZE(private); i++)
		expect(test, list, private[i], false);
	for (i = 0; i < ARRAY_SIZE(public); i++)
		expect(test, list, public[i], false);
	KUNIT_EXPECT_EQ(test, list->n_prefixes, 0);
	kvfree(list);
}

static void everything_of_one_family(struct kunit *test)
{
	struct egress_cidr all4 = cidr_of(test, "0.0.0.0", 0), all6 = cidr_of(test, "::", 0);
	struct egress_exclude *list4 = make(test, &all4, 1), *list6 = make(test, &all6, 1);
	struct in6_addr addr;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(public); i++) {
		addr = parse(test, public[i]);
		expect(test, list4, public[i], is_v4(&addr));
		expect(test, list6, public[i], !is_v4(&addr));
	}
	KUNIT_EXPECT_EQ(test, list4->n4, 1);
	KUNIT_EXPECT_EQ(test, list6->n6, 1);
	expect(test, list4, "255.255.255.255", true);
	expect(test, list6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true);
	kvfree(list4);
	kvfree(list6);
}

static void single_addresses(struct kunit *test)
{
	struct egress_cidr two[] = {
		cidr_of(test, "203.0.113.128", 32),
		cidr_of(test, "2001:db8:0:1::", 128),
	};
	struct egress_exclude *list = make(test, two, 2);

	expect(test, list, "203.0.113.127", false);
	expect(test, list, "203.0.113.128", true);
	expect(test, list, "203.0.113.129", false);
	expect(test, list, "2001:db8::ffff:ffff:ffff:ffff", false);
	expect(test, list, "2001:db8:0:1::", true);
	expect(test, list, "2001:db8:0:1::1", false);
	/* As they were given. */
	KUNIT_EXPECT_EQ(test, list->n_prefixes, 2);
	KUNIT_EXPECT_EQ(test, memcmp(list->prefixes, two, sizeof(two)), 0);
	kvfree(list);
}

static void neighbours_and_overlaps_melt(struct kunit *test)
{
	struct egress_cidr prefixes[] = {
		cidr_of(test, "203.0.113.128", 25),
		cidr_of(test, "203.0.113.0", 25),
		cidr_of(test, "203.0.112.0", 24),
		cidr_of(test, "203.0.113.7", 32),
		cidr_of(test, "203.0.113.0", 25),
		cidr_of(test, "2001:db8:0:1::", 64),
		cidr_of(test, "2001:db8::", 64),
		cidr_of(test, "2001:db8::1:0", 112),
		/* Touches what is there always. */
		cidr_of(test, "240.0.0.0", 4),
		cidr_of(test, "fec0::", 10),
	};
	struct egress_exclude *bare = make(test, NULL, 0);
	struct egress_exclude *list = make(test, prefixes, ARRAY_SIZE(prefixes));

	KUNIT_EXPECT_EQ(test, list->n4, bare->n4);
	KUNIT_EXPECT_EQ(test, list->n6, bare->n6);
	expect(test, list, "203.0.111.255", false);
	expect(test, list, "203.0.112.0", true);
	expect(test, list, "203.0.113.255", true);
	expect(test, list, "203.0.114.0", false);
	expect(test, list, "240.0.0.1", true);
	expect(test, list, "2001:db8::ffff:ffff:ffff:ffff", true);
	expect(test, list, "2001:db8:0:2::", false);
	kvfree(bare);
	kvfree(list);
}

/* Prefixes that often meet: few bits of the address are random. */
static void random_prefix(struct rnd_state *rnd, struct egress_cidr *cidr)
{
	bool v4 = prandom_u32_state(rnd) & 1;
	unsigned int i;

	memset(cidr, 0, sizeof(*cidr));
	if (v4) {
		cidr->addr.s6_addr[10] = 0xff;
		cidr->addr.s6_addr[11] = 0xff;
		for (i = 12; i < 16; i++)
			cidr->addr.s6_addr[i] = prandom_u32_state(rnd) & 0x83;
		cidr->len = 128 - prandom_u32_state(rnd) % 33;
	} else {
		cidr->addr.s6_addr[0] = 0x20 | (prandom_u32_state(rnd) & 0x11);
		cidr->addr.s6_addr[1] = prandom_u32_state(rnd) & 0x83;
		for (i = 6; i < 16; i++)
			cidr->addr.s6_addr[i] = prandom_u32_state(rnd) & 0x83;
		cidr->len = 128 - prandom_u32_state(rnd) % 81;
		if (!(prandom_u32_state(rnd) % 64))
			cidr->len = prandom_u32_state(rnd) % 16;
	}
	for (i = cidr->len; i < 128; i++)
		cidr->addr.s6_addr[i / 8] &= ~(0x80 >> i % 8);
}

/* The first or last address of a prefix, or the one before or after it. */
static struct in6_addr random_edge(struct rnd_state *rnd, const struct egress_cidr *cidr)
{
	struct in6_addr addr = cidr->addr;
	int step = (int)(prandom_u32_state(rnd) % 3) - 1, i;

	if (prandom_u32_state(rnd) & 1)
		for (i = cidr->len; i < 128; i++)
			addr.s6_addr[i / 8] |= 0x80 >> i % 8;
	for (i = 15; i >= 0 && step; i--) {
		step += addr.s6_addr[i];
		addr.s6_addr[i] = step;
		step = step < 0 ? -1 : step > 255;
	}
	return addr;
}

static void compare(struct kunit *test, struct rnd_state *rnd, const struct egress_cidr *prefixes,
		    unsigned int n, unsigned int lookups)
{
	struct egress_exclude *list = make(test, prefixes, n);
	struct in6_addr addr;
	struct egress_cidr any;
	unsigned int i;

	for (i = 0; i < lookups; i++) {
		if (i % 4 && n) {
			addr = random_edge(rnd, &prefixes[prandom_u32_state(rnd) % n]);
		} else {
			random_prefix(rnd, &any);
			addr = any.addr;
		}
		KUNIT_EXPECT_EQ_MSG(test, has(list, &addr),
				    in_any(always, ARRAY_SIZE(always), &addr) ||
				    in_any(prefixes, n, &addr), "%pI6 in %u prefixes", &addr, n);
	}
	kvfree(list);
}

/* Up to twice as many as make a long list; in every other round without wide ones. */
static void random_lists(struct kunit *test)
{
	struct egress_cidr *prefixes = kvcalloc(2 * LONG_LIST, sizeof(*prefixes), GFP_KERNEL);
	struct rnd_state rnd;
	unsigned int round, i, n;

	KUNIT_ASSERT_NOT_NULL(test, prefixes);
	prandom_seed_state(&rnd, 6890);
	for (round = 0; round < 500; round++) {
		n = prandom_u32_state(&rnd) % (2 * LONG_LIST);
		for (i = 0; i < n; i++)
			do
				random_prefix(&rnd, &prefixes[i]);
			while (round % 2 && egress_cidr_host_bits(&prefixes[i]) > 24);
		compare(test, &rnd, prefixes, n, 100);
		cond_resched();
	}
	kvfree(prefixes);
}

static void ten_thousand_prefixes(struct kunit *test)
{
	struct egress_cidr *prefixes = kvcalloc(PREFIXES_MAX, sizeof(*prefixes), GFP_KERNEL);
	struct rnd_state rnd;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, prefixes);
	prandom_seed_state(&rnd, 7422);
	/* Long ones: else a few would swallow the rest. */
	for (i = 0; i < PREFIXES_MAX; i++)
		do
			random_prefix(&rnd, &prefixes[i]);
		while (prefixes[i].len < 124);
	compare(test, &rnd, prefixes, PREFIXES_MAX, 300);
	kvfree(prefixes);
}

static struct kunit_case exclude_cases[] = {
	KUNIT_CASE(default_list),
	KUNIT_CASE(empty_list_still_has_what_is_never_public),
	KUNIT_CASE(everything_of_one_family),
	KUNIT_CASE(single_addresses),
	KUNIT_CASE(neighbours_and_overlaps_melt),
	KUNIT_CASE(random_lists),
	KUNIT_CASE(ten_thousand_prefixes),
	{}
};

struct kunit_suite exclude_suite = {
	.name = "egress_exclude",
	.test_cases = exclude_cases,
};
