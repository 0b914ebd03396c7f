// SPDX-License-Identifier: GPL-2.0
/* Which addresses a prefix has, and in what order they are drawn. */
#include <kunit/test.h>
#include <linux/inet.h>
#include <linux/slab.h>

#include "test.h"
#include "../../kmod/state/pool.c"

/* An empty namespace, but for what the initial one has of its own. */
struct bed {
	struct egress_net en;
	struct egress_region *region;
	struct egress_change ch;
};

static int pool_suite_init(struct kunit *test)
{
	struct bed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);
	int err;

	if (!bed)
		return -ENOMEM;
	test->priv = bed;
	bed->ch.en = &bed->en;
	bed->en.net = &init_net;
	mutex_init(&bed->en.lock);
	INIT_LIST_HEAD(&bed->en.regions);
	err = rhashtable_init(&bed->en.addrs, &egress_public_params);
	if (err)
		return err;
	mutex_lock(&bed->en.lock);
	bed->region = egress_region_get(&bed->en, "ord");
	mutex_unlock(&bed->en.lock);
	return bed->region ? 0 : -ENOMEM;
}

static void free_addr(void *addr, void *unused)
{
	kfree(addr);
}

static void pool_suite_exit(struct kunit *test)
{
	struct bed *bed = test->priv;

	if (!bed || !bed->region)
		return;
	mutex_lock(&bed->en.lock);
	egress_pool_free_all(&bed->en);
	mutex_unlock(&bed->en.lock);
	KUNIT_EXPECT_TRUE(test, list_empty(&bed->en.regions));
	rhashtable_free_and_destroy(&bed->en.addrs, free_addr, NULL);
}

static struct egress_cidr cidr_of(const char *text, unsigned int bits)
{
	struct egress_cidr cidr = {};
	u8 v4[4];

	cidr.len = bits;
	if (in4_pton(text, -1, v4, -1, NULL)) {
		egress_addr_v4(&cidr.addr, *(__be32 *)v4);
		cidr.len += EGRESS_V4_BITS;
	} else {
		in6_pton(text, -1, cidr.addr.s6_addr, -1, NULL);
	}
	return cidr;
}

static struct egress_prefix *add_prefix(struct kunit *test, const char *text, unsigned int bits)
{
	struct bed *bed = test->priv;
	struct egress_cidr cidr = cidr_of(text, bits);
	struct egress_prefix *prefix = prefix_new(bed->region, &cidr);

	KUNIT_ASSERT_NOT_NULL(test, prefix);
	count_prefix(prefix, 1);
	list_add_tail(&prefix->list, &bed->region->prefixes);
	return prefix;
}

static struct egress_addr *draw(struct kunit *test, enum egress_family family)
{
	struct bed *bed = test->priv;

	return egress_addr_draw(&bed->ch, bed->region, family);
}

static struct egress_addr *given(struct kunit *test, const char *text)
{
	struct bed *bed = test->priv;
	struct egress_cidr cidr = cidr_of(text, 0);
	struct egress_addr *addr;

	mutex_lock(&bed->en.lock);
	addr = egress_addr_given(&bed->ch, bed->region, &cidr.addr);
	mutex_unlock(&bed->en.lock);
	return addr;
}

static void release_addr(struct kunit *test, struct egress_addr *addr)
{
	struct bed *bed = test->priv;

	egress_addr_release(&bed->en, addr);
}

static void expect_addr(struct kunit *test, struct egress_addr *addr, const char *wanted)
{
	char text[EGRESS_ADDR_STR];

	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(addr), "no address, but not %s", wanted);
	KUNIT_EXPECT_STREQ(test, egress_addr_str(text, &addr->public.addr), wanted);
}

static void what_a_prefix_holds(struct kunit *test)
{
	static const struct {
		const char *prefix, *first;
		u8 bits;
		u64 n;
	} want[] = {
		{ "198.51.100.0", "198.51.100.1", 24, 254 },
		{ "198.51.100.0", "198.51.100.1", 30, 2 },
		{ "198.51.100.8", "198.51.100.8", 31, 2 },
		{ "198.51.100.9", "198.51.100.9", 32, 1 },
		{ "198.48.0.0", "198.48.0.1", 12, (1 << 20) - 2 },
		{ "2001:db8::", "2001:db8::1", 126, 3 },
		{ "2001:db8::4", "2001:db8::4", 127, 2 },
		{ "2001:db8::5", "2001:db8::5", 128, 1 },
		{ "2001:db8::", "2001:db8::1", 120, 255 },
		{ "2001:db8::", "2001:db8::1", 65, (1ull << 63) - 1 },
		{ "2001:db8::", "2001:db8::1", 64, U64_MAX },
		{ "2001:db8::", "2001:db8::1", 32, U64_MAX },
	};
	struct egress_prefix *prefix;
	struct egress_addr *addr;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		prefix = add_prefix(test, want[i].prefix, want[i].bits);
		KUNIT_EXPECT_EQ_MSG(test, egress_prefix_free(prefix), want[i].n, "%s/%u",
				    want[i].prefix, want[i].bits);
		addr = draw(test, egress_family_of(&prefix->cidr.addr));
		expect_addr(test, addr, want[i].first);
		KUNIT_EXPECT_EQ(test, egress_prefix_free(prefix), want[i].n - 1);
		release_addr(test, addr);
		KUNIT_EXPECT_EQ(test, egress_prefix_free(prefix), want[i].n);
		prefix_free(&((struct bed *)test->priv)->en, prefix);
	}
}

static void never_used_ones_first_then_the_longest_rested(struct kunit *test)
{
	struct egress_addr *addr[6];
	int i;

	add_prefix(test, "198.51.100.0", 29);
	for (i = 0; i < 3; i++)
		addr[i] = draw(test, EGRESS_V4);
	release_addr(test, addr[2]);
	release_addr(test, addr[0]);
	for (i = 3; i < 6; i++)
		addr[i] = draw(test, EGRESS_V4);
	expect_addr(test, addr[1], "198.51.100.2");
	expect_addr(test, addr[3], "198.51.100.4");
	expect_addr(test, addr[5], "198.51.100.6");
	release_addr(test, addr[4]);
	expect_addr(test, draw(test, EGRESS_V4), "198.51.100.3");
	expect_addr(test, draw(test, EGRESS_V4), "198.51.100.1");
	expect_addr(test, draw(test, EGRESS_V4), "198.51.100.5");
	KUNIT_EXPECT_EQ(test, PTR_ERR(draw(test, EGRESS_V4)), -ENOSPC);
	KUNIT_EXPECT_EQ(test, PTR_ERR(draw(test, EGRESS_V6)), -ENOSPC);
}

static void next_prefix_when_one_is_drained(struct kunit *test)
{
	add_prefix(test, "198.51.100.4", 31);
	add_prefix(test, "2001:db8::", 126);
	add_prefix(test, "203.0.113.9", 32);
	expect_addr(test, draw(test, EGRESS_V4), "198.51.100.4");
	expect_addr(test, draw(test, EGRESS_V4), "198.51.100.5");
	expect_addr(test, draw(test, EGRESS_V4), "203.0.113.9");
	KUNIT_EXPECT_EQ(test, PTR_ERR(draw(test, EGRESS_V4)), -ENOSPC);
	expect_addr(test, draw(test, EGRESS_V6), "2001:db8::1");
	expect_addr(test, draw(test, EGRESS_V6), "2001:db8::2");
	expect_addr(test, draw(test, EGRESS_V6), "2001:db8::3");
	KUNIT_EXPECT_EQ(test, PTR_ERR(draw(test, EGRESS_V6)), -ENOSPC);
}

static void given_addresses(struct kunit *test)
{
	struct egress_addr *addr;

	add_prefix(test, "198.51.100.0", 30);
	add_prefix(test, "2001:db8::", 63);
	addr = given(test, "198.51.100.1");
	expect_addr(test, addr, "198.51.100.1");
	KUNIT_EXPECT_EQ(test, PTR_ERR(given(test, "198.51.100.1")), -EEXIST);
	KUNIT_EXPECT_EQ(test, PTR_ERR(given(test, "198.51.100.0")), -ERANGE);
	KUNIT_EXPECT_EQ(test, PTR_ERR(given(test, "198.51.100.3")), -ERANGE);
	KUNIT_EXPECT_EQ(test, PTR_ERR(given(test, "198.51.100.4")), -ERANGE);
	KUNIT_EXPECT_EQ(test, PTR_ERR(given(test, "2001:db8::")), -ERANGE);
	/* Zero in the lower half, but not the prefix's own address. */
	expect_addr(test, given(test, "2001:db8:0:1::"), "2001:db8:0:1::");
	/* Drawing leaves out what is taken. */
	expect_addr(test, draw(test, EGRESS_V4), "198.51.100.2");
	KUNIT_EXPECT_EQ(test, PTR_ERR(draw(test, EGRESS_V4)), -ENOSPC);
	release_addr(test, addr);
	expect_addr(test, given(test, "198.51.100.1"), "198.51.100.1");
}

static void undrawn_is_as_never_drawn(struct kunit *test)
{
	struct bed *bed = test->priv;
	struct egress_prefix *prefix = add_prefix(test, "198.51.100.0", 30);
	struct egress_addr *first = draw(test, EGRESS_V4), *second = draw(test, EGRESS_V4);

	egress_addr_undraw(&bed->en, second);
	egress_addr_undraw(&bed->en, first);
	KUNIT_EXPECT_EQ(test, prefix->used, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&bed->en.addrs.nelems), 0);
	first = draw(test, EGRESS_V4);
	expect_addr(test, first, "198.51.100.1");
	first->fresh = false;		/* as its pair is published */
	release_addr(test, first);
	/* One that rested goes back to where it was in the queue. */
	second = draw(test, EGRESS_V4);
	expect_addr(test, second, "198.51.100.2");
	second->fresh = false;
	release_addr(test, second);
	first = draw(test, EGRESS_V4);
	expect_addr(test, first, "198.51.100.1");
	egress_addr_undraw(&bed->en, first);
	expect_addr(test, draw(test, EGRESS_V4), "198.51.100.1");
}

/* Nobody else gets it any sooner because somebody asked for it. */
static void given_and_undrawn_keeps_its_turn(struct kunit *test)
{
	struct bed *bed = test->priv;
	struct egress_addr *addr[3];
	unsigned int i;

	add_prefix(test, "198.51.100.0", 29);
	for (i = 0; i < 3; i++) {
		addr[i] = draw(test, EGRESS_V4);
		addr[i]->fresh = false;
	}
	for (i = 0; i < 3; i++)
		release_addr(test, addr[i]);
	/* One that rested, and one that nobody had yet. */
	egress_addr_undraw(&bed->en, given(test, "198.51.100.2"));
	egress_addr_undraw(&bed->en, given(test, "198.51.100.3"));
	egress_addr_undraw(&bed->en, given(test, "198.51.100.5"));
	KUNIT_EXPECT_EQ(test, bed->region->n_resting[EGRESS_V4], 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&bed->en.addrs.nelems), 3);
	expect_addr(test, draw(test, EGRESS_V4), "198.51.100.4");
	expect_addr(test, draw(test, EGRESS_V4), "198.51.100.5");
	expect_addr(test, draw(test, EGRESS_V4), "198.51.100.6");
	expect_addr(test, draw(test, EGRESS_V4), "198.51.100.1");
	expect_addr(test, draw(test, EGRESS_V4), "198.51.100.2");
	expect_addr(test, draw(test, EGRESS_V4), "198.51.100.3");
}

static void released_addresses_are_remembered_up_to_a_number(struct kunit *test)
{
	struct bed *bed = test->priv;
	struct egress_prefix *prefix = add_prefix(test, "2001:db8::", 111);
	struct egress_addr *addr;
	unsigned int i;

	/* 131,071 addresses: more than are remembered. */
	for (i = 0; i < 131071; i++) {
		addr = draw(test, EGRESS_V6);
		KUNIT_ASSERT_FALSE(test, IS_ERR(addr));
		addr->fresh = false;
		release_addr(test, addr);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, bed->region->n_resting[EGRESS_V6], EGRESS_RESTING_MAX);
	KUNIT_EXPECT_EQ(test, atomic_read(&bed->en.addrs.nelems), EGRESS_RESTING_MAX);
	KUNIT_EXPECT_EQ(test, prefix->used, 0);
	/* The forgotten were released longest ago: they come first. */
	expect_addr(test, draw(test, EGRESS_V6), "2001:db8::1");
	expect_addr(test, draw(test, EGRESS_V6), "2001:db8::2");
}

static struct kunit_case pool_cases[] = {
	KUNIT_CASE(what_a_prefix_holds),
	KUNIT_CASE(never_used_ones_first_then_the_longest_rested),
	KUNIT_CASE(next_prefix_when_one_is_drained),
	KUNIT_CASE(given_addresses),
	KUNIT_CASE(undrawn_is_as_never_drawn),
	KUNIT_CASE(given_and_undrawn_keeps_its_turn),
	KUNIT_CASE(released_addresses_are_remembered_up_to_a_number),
	{}
};

struct kunit_suite pool_suite = {
	.name = "egress_pool",
	.init = pool_suite_init,
	.exit = pool_suite_exit,
	.test_cases = pool_cases,
};
