// SPDX-License-Identifier: GPL-2.0
/*
 * The port ring, with a far end that lives in an array, memory that is counted
 * and can run out, and a clock that starts a moment before jiffies wrap.
 */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/in.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "test.h"

static unsigned int pieces;	/* of memory that rings hold */
static bool starved;

static void *ring_alloc(size_t n, size_t size, gfp_t gfp)
{
	void *piece = starved ? NULL : kzalloc(array_size(n, size), gfp);

	pieces += !!piece;
	return piece;
}

static void ring_kfree(const void *piece)
{
	pieces -= !!piece;
	kfree(piece);
}

#undef kmalloc_array
#undef kcalloc
#undef kfree
#define kmalloc_array	ring_alloc
#define kcalloc		ring_alloc
#define kfree		ring_kfree
#include "../../kmod/packet/ring.c"
#undef kfree

#define PORTS_MAX	16384

/* What the far end knows, by port. */
struct far_port {
	enum egress_fate fate;
	__be16 peer;
	bool unfit;		/* closed, and not to be had again yet */
	u16 at;			/* in far.live, if it lives */
};

struct far {
	struct egress_probe probe;
	struct egress_ring ring;
	struct far_port port[PORTS_MAX];
	u16 live[PORTS_MAX];
	unsigned int n_live;
	unsigned int opened;
	unsigned int asked;	/* by the ring, since it was set to 0 */
	unsigned int ended;	/* closed connections removed by the ring */
	unsigned int wrong;	/* asked after something that isn't there */
	unsigned int last_ended;
	unsigned int now;
	unsigned int limit;
	u16 stamp;		/* of the next connection */
};

static void far_end(struct far *far, unsigned int port, enum egress_fate fate)
{
	struct far_port *p = &far->port[port];

	far->live[p->at] = far->live[--far->n_live];
	far->port[far->live[p->at]].at = p->at;
	p->fate = fate;
}

static enum egress_fate far_fate(struct egress_probe *probe, unsigned int port,
				 const struct egress_place *place, enum egress_end end)
{
	struct far *far = container_of(probe, struct far, probe);
	struct far_port *p = &far->port[port];

	far->asked++;
	far->wrong += place->peer != p->peer || place->proto != IPPROTO_TCP;
	if (p->fate == EGRESS_FATE_IDLE && end >= EGRESS_END_IDLE) {
		far_end(far, port, EGRESS_FATE_DEAD);
		return EGRESS_FATE_IDLE;
	}
	if (p->fate != EGRESS_FATE_CLOSED || end == EGRESS_END_NONE)
		return p->fate;
	if (p->unfit && end != EGRESS_END_ANY)
		return EGRESS_FATE_UNFIT;
	p->fate = EGRESS_FATE_DEAD;
	far->ended++;
	far->last_ended = port;
	return EGRESS_FATE_CLOSED;
}

static void far_init(struct far *far, unsigned int order, bool zero, u64 key)
{
	unsigned int i;

	memset(far, 0, sizeof(*far));
	far->probe.fate = far_fate;
	for (i = 0; i < PORTS_MAX; i++)
		far->port[i].fate = EGRESS_FATE_DEAD;
	far->now = -2;
	far->limit = 1u << order;
	egress_ring_init(&far->ring, order, zero, key, far->now);
}

static int far_open_within(struct far *far, unsigned int budget)
{
	struct egress_place want = {
		.taken = far->now,
		.proto = IPPROTO_TCP,
		.peer = far->stamp ? htons(80) : htons(far->opened),
		.stamp = far->stamp,
	};
	int port;

	far->probe.now = far->now;
	port = egress_ring_take(&far->ring, &far->probe, &want, far->limit, &budget);
	if (port < 0)
		return port;
	far->wrong += far->port[port].fate != EGRESS_FATE_DEAD;
	far->port[port].fate = EGRESS_FATE_LIVE;
	far->port[port].peer = want.peer;
	far->port[port].unfit = false;
	far->port[port].at = far->n_live;
	far->live[far->n_live++] = port;
	far->opened++;
	return port;
}

static int far_open(struct far *far)
{
	return far_open_within(far, UINT_MAX);
}

static void far_end_all(struct far *far, enum egress_fate fate)
{
	while (far->n_live)
		far_end(far, far->live[0], fate);
}

/* Return: how many could be opened. */
static unsigned int far_fill(struct far *far)
{
	unsigned int n = 0;

	while (far_open(far) >= 0)
		n++;
	return n;
}

static unsigned int far_sweep(struct far *far, unsigned int stretch)
{
	unsigned int from = 0, live = 0;

	do {
		from = egress_ring_sweep(&far->ring, &far->probe, from, stretch, &live,
					 NULL);
	} while (from);
	return live;
}

/* The next connection finds the ring as if no fruitless look had been. */
static void far_rest(struct far *far)
{
	far->now += EGRESS_RING_BURST * EGRESS_RING_PACE;
}

static int ring_suite_init(struct kunit *test)
{
	struct far *far = vmalloc(sizeof(*far));

	test->priv = far;
	pieces = 0;
	starved = false;
	return far ? 0 : -ENOMEM;
}

static void ring_suite_exit(struct kunit *test)
{
	vfree(test->priv);
}

/* The end of a test that has used the ring. */
static void expect_sound(struct kunit *test, struct far *far)
{
	KUNIT_EXPECT_EQ(test, far->wrong, 0);
	egress_ring_free(&far->ring);
	KUNIT_EXPECT_EQ(test, pieces, 0);
}

static void ports_are_a_permutation(struct kunit *test)
{
	DECLARE_BITMAP(seen, 64);
	unsigned long *all = bitmap_zalloc(PORTS_MAX, GFP_KERNEL);
	struct far *far = test->priv;
	struct rnd_state rnd;
	unsigned int order, i, key;

	KUNIT_ASSERT_NOT_NULL(test, all);
	bitmap_zero(seen, 64);
	prandom_seed_state(&rnd, 1);
	for (order = 6; order <= 14; order++) {
		for (key = 0; key < 8; key++) {
			egress_ring_init(&far->ring, order, false, random64(&rnd), 0);
			bitmap_zero(all, PORTS_MAX);
			for (i = 0; i < 1u << order; i++)
				__set_bit(egress_ring_port(&far->ring, i) % PORTS_MAX, all);
			KUNIT_EXPECT_EQ_MSG(test, find_first_zero_bit(all, PORTS_MAX), 1ul << order,
					    "order %u", order);
			KUNIT_EXPECT_EQ(test, bitmap_weight(all, PORTS_MAX), 1u << order);
			if (order == 14)
				__set_bit(egress_ring_port(&far->ring, 0) % 64, seen);
		}
	}
	/* Another key, another permutation. */
	KUNIT_EXPECT_GT(test, bitmap_weight(seen, 64), 1);
	bitmap_free(all);
}

/* For as long as its place is taken. */
static void port_is_renewed_for_its_connection_alone(struct kunit *test)
{
	struct far *far = test->priv;
	struct egress_place place = { .proto = IPPROTO_TCP };
	unsigned int order, i;
	int ports[60];

	for (order = 6; order <= 14; order++) {
		far_init(far, order, false, 0xfedcba987654321 + order);
		for (i = 0; i < 60; i++) {
			ports[i] = far_open(far);
			KUNIT_ASSERT_GE(test, ports[i], 0);
		}
		far->now += 1000;
		place.taken = far->now;
		for (i = 0; i < 60; i++) {
			place.peer = far->port[ports[i]].peer;
			KUNIT_ASSERT_TRUE(test, egress_ring_renew(&far->ring, ports[i], &place));
			KUNIT_ASSERT_EQ(test, far->ring.taken, 60);
			place.peer = ~place.peer;
			KUNIT_ASSERT_FALSE(test, egress_ring_renew(&far->ring, ports[i], &place));
		}
		/* Any other port is nobody's. */
		for (i = 0; i < 1u << order; i++) {
			place.peer = far->port[i].peer;
			KUNIT_ASSERT_EQ(test, egress_ring_renew(&far->ring, i, &place),
					far->port[i].fate == EGRESS_FATE_LIVE);
		}
		place.peer = far->port[ports[7]].peer;
		far_end(far, ports[7], EGRESS_FATE_DEAD);
		far_sweep(far, 1000);
		KUNIT_EXPECT_FALSE(test, egress_ring_renew(&far->ring, ports[7], &place));
		expect_sound(test, far);
	}
}

static void memory_grows_with_the_connections(struct kunit *test)
{
	struct far *far = test->priv;
	unsigned int i, size = EGRESS_RING_FIRST;

	far_init(far, 14, false, 0x123456789abcdef);
	for (i = 1; i <= PORTS_MAX; i++) {
		KUNIT_ASSERT_GE(test, far_open(far), 0);
		if (i > size)
			size += min_t(unsigned int, size, EGRESS_RING_CHUNK);
		KUNIT_ASSERT_EQ(test, far->ring.size, size);
	}
	/* 4, 4, 8 ... 512, then 30 of 512 and their index. */
	KUNIT_EXPECT_EQ(test, pieces, EGRESS_RING_DOUBLING + 30 + 1);
	KUNIT_EXPECT_LE(test, sizeof(struct egress_place), 8);
	expect_sound(test, far);
}

static void every_port_is_used_then_refused(struct kunit *test)
{
	struct far *far = test->priv;
	unsigned int order;

	for (order = 6; order <= 14; order++) {
		far_init(far, order, false, 7 * order);
		KUNIT_EXPECT_EQ_MSG(test, far_fill(far), 1u << order, "order %u", order);
		far_rest(far);
		KUNIT_EXPECT_EQ(test, far_open(far), -EAGAIN);
		KUNIT_EXPECT_EQ(test, far->n_live, 1u << order);
		expect_sound(test, far);
	}
}

static void port_0_is_never_given(struct kunit *test)
{
	struct far *far = test->priv;
	unsigned int order, key, round, live;

	for (order = 6; order <= 14; order++) {
		for (key = 1; key <= 4; key++) {
			far_init(far, order, true, key * 0x9e3779b97f4a7c15ull);
			for (round = 0; round < 2; round++) {
				live = far_fill(far);
				KUNIT_EXPECT_EQ(test, live, (1u << order) - 1);
				KUNIT_EXPECT_EQ(test, far->port[0].fate, EGRESS_FATE_DEAD);
				KUNIT_EXPECT_EQ(test, far_sweep(far, 1000), live);
				far_end_all(far, EGRESS_FATE_DEAD);
				KUNIT_EXPECT_EQ(test, far_sweep(far, 1000), 0);
				KUNIT_EXPECT_EQ(test, far->ring.taken, 0);
				far_rest(far);
			}
			expect_sound(test, far);
		}
	}
}

/* Somebody else uses the odd ports. They don't count, and can be had when that one has gone. */
static void ports_in_use_are_passed_over(struct kunit *test)
{
	struct far *far = test->priv;
	struct egress_place want = { .proto = IPPROTO_TCP };
	unsigned int tries, n = 0;
	int port;

	far_init(far, 8, false, 5);
	for (tries = 0; tries < 600; tries++) {
		port = far_open(far);
		if (port < 0)
			break;
		if (port % 2 == 0) {
			n++;
			continue;
		}
		want.peer = far->port[port].peer;
		egress_ring_pass_over(&far->ring, port, &want);
		far_end(far, port, EGRESS_FATE_DEAD);
	}
	KUNIT_EXPECT_EQ(test, n, 128);
	KUNIT_EXPECT_EQ(test, far->ring.taken, 128);
	KUNIT_EXPECT_EQ(test, far_sweep(far, 1000), 128);
	/* At a round each, they are tried again. */
	n = 0;
	for (far_rest(far); far_open(far) >= 0; far_rest(far))
		n++;
	KUNIT_EXPECT_EQ(test, n, 128);
	expect_sound(test, far);
}

/* A port that was found in use comes last, after the flows that are idle. */
static void idle_flows_go_before_ports_in_use(struct kunit *test)
{
	struct far *far = test->priv;
	struct egress_place want = { .proto = IPPROTO_TCP };
	unsigned int i;
	int ports[64];

	far_init(far, 6, false, 25);
	for (i = 0; i < 64; i++)
		ports[i] = far_open(far);
	for (i = 0; i < 64; i++) {
		far->port[ports[i]].fate = EGRESS_FATE_IDLE;
		if (i % 8)
			continue;
		want.peer = far->port[ports[i]].peer;
		egress_ring_pass_over(&far->ring, ports[i], &want);
		far_end(far, ports[i], EGRESS_FATE_DEAD);
	}
	for (i = 0; i < 56; i++)
		KUNIT_ASSERT_GE(test, far_open(far), 0);
	KUNIT_EXPECT_EQ(test, far->probe.dropped, 56);
	/* Nothing else is left. */
	for (i = 0; i < 8; i++) {
		far_rest(far);
		KUNIT_EXPECT_GE(test, far_open(far), 0);
	}
	KUNIT_EXPECT_EQ(test, far->probe.dropped, 56);
	KUNIT_EXPECT_EQ(test, far->ring.taken, 64);
	far_rest(far);
	KUNIT_EXPECT_EQ(test, far_open(far), -EAGAIN);
	expect_sound(test, far);
}

/* A sweep may free a port's table before the port is found in use: then it is unknown here. */
static void port_of_another_table_is_not_passed_over(struct kunit *test)
{
	struct far *far = test->priv;
	struct egress_place want = { .proto = IPPROTO_TCP };
	unsigned int port;

	far_init(far, 14, false, 26);
	KUNIT_ASSERT_GE(test, far_open(far), 0);
	for (port = 0; port < 1 << 14; port++)
		if (far->port[port].fate == EGRESS_FATE_DEAD)
			egress_ring_pass_over(&far->ring, port, &want);
	KUNIT_EXPECT_EQ(test, far->ring.taken, 1);
	expect_sound(test, far);
}

static void port_that_rested_longest_comes_first(struct kunit *test)
{
	static u16 ports[1024];
	struct far *far = test->priv;
	unsigned int i, round;

	far_init(far, 10, false, 42);
	KUNIT_EXPECT_EQ(test, far_fill(far), 1024);
	far_rest(far);
	far_end_all(far, EGRESS_FATE_DEAD);
	for (i = 0; i < 1024; i++)
		ports[i] = far_open(far);
	/* Around and around the ring. */
	for (round = 0; round < 3; round++) {
		far_end_all(far, EGRESS_FATE_DEAD);
		for (i = 0; i < 1024; i++)
			KUNIT_ASSERT_EQ(test, far_open(far), ports[i]);
	}
	/* Of some that ended, in whatever order. */
	for (i = 1024; i--;)
		if (i % 5 == 3)
			far_end(far, ports[i], EGRESS_FATE_DEAD);
	for (i = 3; i < 1024; i += 5)
		KUNIT_ASSERT_EQ(test, far_open(far), ports[i]);
	far_rest(far);
	KUNIT_EXPECT_EQ(test, far_open(far), -EAGAIN);
	expect_sound(test, far);
}

static void short_connections_take_no_memory(struct kunit *test)
{
	struct far *far = test->priv;
	int port, i;

	far_init(far, 10, false, 99);
	for (i = 0; i < 5000; i++) {
		port = far_open(far);
		KUNIT_ASSERT_GE(test, port, 0);
		far_end(far, port, EGRESS_FATE_DEAD);
	}
	KUNIT_EXPECT_EQ(test, far->ring.size, EGRESS_RING_FIRST);
	KUNIT_EXPECT_EQ(test, pieces, 0);
	expect_sound(test, far);
}

static void ring_grows_when_two_in_turn_are_in_use(struct kunit *test)
{
	struct far *far = test->priv;
	unsigned int ports[8], i;

	far_init(far, 10, false, 5);
	for (i = 0; i < 4; i++)
		ports[i] = far_open(far);
	/* The first of two has gone, then the second. */
	far_end(far, ports[0], EGRESS_FATE_DEAD);
	KUNIT_EXPECT_EQ(test, far_open(far), ports[0]);
	far_end(far, ports[2], EGRESS_FATE_DEAD);
	KUNIT_EXPECT_EQ(test, far_open(far), ports[2]);
	KUNIT_EXPECT_EQ(test, far->ring.size, 4);
	/* Neither: the cursor is at place 3, then comes place 0. */
	far_end(far, ports[1], EGRESS_FATE_DEAD);
	KUNIT_EXPECT_NE(test, far_open(far), ports[1]);
	KUNIT_EXPECT_EQ(test, far->ring.size, 8);
	expect_sound(test, far);
}

static void idle_flow_ends_at_the_limit(struct kunit *test)
{
	struct far *far = test->priv;
	unsigned int i, j, live;
	static u16 ports[1024];

	for (j = 0; j < 2; j++) {
		far_init(far, 10, false, 21 + j);
		far->limit = j ? 100 : 1024;
		far_fill(far);
		far_rest(far);
		far_end_all(far, EGRESS_FATE_DEAD);
		for (i = 0; i < far->limit; i++)
			ports[i] = far_open(far);
		far->probe.freed = 0;
		/* Each third is in use: those keep their places. */
		for (i = 0; i < far->limit; i++)
			if (i % 3)
				far->port[ports[i]].fate = EGRESS_FATE_IDLE;
		live = far->n_live;
		KUNIT_EXPECT_EQ(test, far_sweep(far, UINT_MAX), far->limit);
		for (i = 0; i < far->limit; i++) {
			if (i % 3 == 0)
				continue;
			far->asked = 0;
			KUNIT_ASSERT_EQ(test, far_open(far), ports[i]);
			KUNIT_EXPECT_LE(test, far->asked, 2);
			KUNIT_ASSERT_EQ(test, far->n_live, live);
		}
		KUNIT_EXPECT_EQ(test, far->probe.dropped, far->limit - DIV_ROUND_UP(far->limit, 3));
		KUNIT_EXPECT_EQ(test, far->probe.freed, far->probe.dropped);
		far_rest(far);
		KUNIT_EXPECT_EQ(test, far_open(far), -EAGAIN);
		expect_sound(test, far);
	}
}

static void free_port_goes_before_an_idle_flow(struct kunit *test)
{
	struct far *far = test->priv;
	static u16 ports[1024];
	unsigned int i;

	far_init(far, 10, false, 24);
	far_fill(far);
	far_rest(far);
	far_end_all(far, EGRESS_FATE_DEAD);
	for (i = 0; i < 1024; i++)
		ports[i] = far_open(far);
	for (i = 0; i < 1024; i++)
		far->port[ports[i]].fate = EGRESS_FATE_IDLE;
	/* A free port is near: it is taken, and no flow ends. */
	far_end(far, ports[EGRESS_RING_NEAR - 1], EGRESS_FATE_DEAD);
	far_sweep(far, UINT_MAX);
	KUNIT_EXPECT_EQ(test, far_open(far), ports[EGRESS_RING_NEAR - 1]);
	KUNIT_EXPECT_EQ(test, far->probe.dropped, 0);
	/* It is far away: the search does not go there, and the first idle flow ends. */
	far_end(far, ports[700], EGRESS_FATE_DEAD);
	far_sweep(far, UINT_MAX);
	far->asked = 0;
	KUNIT_EXPECT_EQ(test, far_open(far), ports[EGRESS_RING_NEAR]);
	KUNIT_EXPECT_EQ(test, far->probe.dropped, 1);
	KUNIT_EXPECT_LE(test, far->asked, EGRESS_RING_NEAR + 2);
	/* Without a budget for more than the flow itself, too. */
	KUNIT_EXPECT_GE(test, far_open_within(far, 1), 0);
	KUNIT_EXPECT_EQ(test, far_open_within(far, 0), -EAGAIN);
	expect_sound(test, far);
}

static void limit_below_the_block(struct kunit *test)
{
	struct far *far = test->priv;
	unsigned int i;

	far_init(far, 10, false, 1);
	far->limit = 100;
	KUNIT_EXPECT_EQ(test, far_fill(far), 100);
	far_rest(far);
	far_end(far, far->live[50], EGRESS_FATE_DEAD);
	KUNIT_EXPECT_EQ(test, far_fill(far), 1);
	far_rest(far);
	for (i = 0; i < 60; i++)
		far_end(far, far->live[i % far->n_live], EGRESS_FATE_DEAD);
	KUNIT_EXPECT_EQ(test, far_fill(far), 60);
	far_rest(far);
	far->limit = 101;
	KUNIT_EXPECT_EQ(test, far_fill(far), 1);
	KUNIT_EXPECT_EQ(test, far->n_live, 101);
	expect_sound(test, far);
}

static void limit_lowered_keeps_what_is_there(struct kunit *test)
{
	struct far *far = test->priv;

	far_init(far, 10, false, 2);
	far->limit = 200;
	KUNIT_EXPECT_EQ(test, far_fill(far), 200);
	far->limit = 50;
	far_rest(far);
	while (far->n_live >= 50) {
		KUNIT_ASSERT_EQ(test, far_open(far), -EAGAIN);
		far_end(far, far->live[far->n_live / 2], EGRESS_FATE_DEAD);
		far_rest(far);
	}
	KUNIT_EXPECT_EQ(test, far_fill(far), 1);
	KUNIT_EXPECT_EQ(test, far->n_live, 50);
	far->limit = 0;
	far_rest(far);
	KUNIT_EXPECT_EQ(test, far_open(far), -EAGAIN);
	expect_sound(test, far);
}

static void closed_places_are_taken_only_at_the_limit(struct kunit *test)
{
	struct far *far = test->priv;
	unsigned int i, port, next;

	/* Below it the ring rather grows, and the port rests. */
	far_init(far, 6, false, 3);
	for (i = 0; i < 64; i++) {
		port = far_open(far);
		far_end(far, port, EGRESS_FATE_CLOSED);
	}
	KUNIT_EXPECT_EQ(test, far->ring.size, 64);
	KUNIT_EXPECT_EQ(test, far->ended, 0);
	KUNIT_EXPECT_EQ(test, far->opened, 64);
	/* Full grown: the one that closed longest ago, and it counts as freed. */
	for (i = 0; i < 1000; i++) {
		next = far_open(far);
		KUNIT_ASSERT_EQ(test, far->ended, i + 1);
		KUNIT_ASSERT_EQ(test, far->last_ended, next);
		KUNIT_ASSERT_EQ(test, far->probe.freed, i + 1);
		far_end(far, next, EGRESS_FATE_CLOSED);
	}
	expect_sound(test, far);

	/* At an app's limit below the block, too. */
	far_init(far, 10, false, 4);
	far->limit = 10;
	KUNIT_EXPECT_EQ(test, far_fill(far), 10);
	far_rest(far);
	port = far->live[7];
	far_end(far, port, EGRESS_FATE_CLOSED);
	KUNIT_EXPECT_EQ(test, far_open(far), port);
	KUNIT_EXPECT_EQ(test, far->ended, 1);
	KUNIT_EXPECT_EQ(test, far->n_live, 10);
	expect_sound(test, far);
}

static void places_the_far_end_would_not_want_are_passed_over(struct kunit *test)
{
	struct far *far = test->priv;
	static u16 ports[1024];
	unsigned int i, start, next;

	/* It would have every other one. */
	far_init(far, 10, false, 12);
	KUNIT_ASSERT_EQ(test, far_fill(far), 1024);
	start = far->ring.cursor;
	for (i = 0; i < 1024; i++)
		ports[i] = egress_ring_port(&far->ring, (start + i) % 1024);
	far_end_all(far, EGRESS_FATE_CLOSED);
	for (i = 0; i < 1024; i += 2)
		far->port[ports[i]].unfit = true;
	far_rest(far);
	for (i = 1; i <= EGRESS_RING_NEAR; i += 2)
		KUNIT_ASSERT_EQ(test, far_open(far), ports[i]);
	/* Then none near: not one that has just closed, in its turn either. */
	far_end(far, ports[1], EGRESS_FATE_CLOSED);
	far->asked = 0;
	KUNIT_ASSERT_EQ(test, far_open(far), ports[0]);
	KUNIT_ASSERT_LE(test, far->asked, EGRESS_RING_NEAR + 2);
	KUNIT_ASSERT_EQ(test, far_open(far), ports[17]);
	KUNIT_ASSERT_EQ(test, far_open(far), ports[2]);
	KUNIT_EXPECT_EQ(test, far_fill(far), 1024 - 10);
	/* The only one left had its turn ahead: it is found at once. */
	far_rest(far);
	far->ring.ahead = 1u << EGRESS_RING_NEAR;
	next = ports[(1024 + far->ring.cursor + EGRESS_RING_NEAR - start) % 1024];
	far_end(far, next, EGRESS_FATE_CLOSED);
	KUNIT_EXPECT_EQ(test, far_open(far), next);
	KUNIT_EXPECT_EQ(test, far->n_live, 1024);
	expect_sound(test, far);
}

/* Among many that live, those that closed are had one after the other. */
static void unfit_places_cost_no_round(struct kunit *test)
{
	struct far *far = test->priv;
	unsigned int i;

	far_init(far, 10, false, 15);
	KUNIT_ASSERT_EQ(test, far_fill(far), 1024);
	for (i = 0; i < 100; i++) {
		unsigned int port = egress_ring_port(&far->ring, (far->ring.cursor + i) % 1024);

		far_end(far, port, EGRESS_FATE_CLOSED);
		far->port[port].unfit = i % 2;
	}
	far_rest(far);
	far->asked = 0;
	for (i = 0; i < 100; i++)
		KUNIT_ASSERT_GE(test, far_open(far), 0);
	KUNIT_EXPECT_LE(test, far->asked, 100 * (EGRESS_RING_NEAR + 2));
	expect_sound(test, far);
}

/* The entry has gone, the far end's memory has not. */
static void free_places_are_passed_over_for_a_minute(struct kunit *test)
{
	struct far *far = test->priv;
	static u16 ports[1024];
	unsigned int i, next;

	far_init(far, 10, false, 14);
	for (i = 0; i < 1024; i++) {
		far->stamp = i % 2 ? 100 : 9000;
		ports[i] = far_open(far);
	}
	far_end_all(far, EGRESS_FATE_DEAD);
	KUNIT_ASSERT_EQ(test, far->ring.cursor % 2, 0);
	far->stamp = 5000;
	next = ports[far->ring.cursor + 1];
	KUNIT_EXPECT_EQ(test, far_open(far), next);
	far->now += EGRESS_RING_MEMORY;
	next = ports[far->ring.cursor];
	KUNIT_EXPECT_EQ(test, far_open(far), next);
	KUNIT_EXPECT_EQ(test, far_fill(far), 1022);
	expect_sound(test, far);
}

static void limit_counts_no_place_the_far_end_would_not_want(struct kunit *test)
{
	struct far *far = test->priv;
	unsigned int i;

	far_init(far, 10, false, 13);
	KUNIT_ASSERT_EQ(test, far_fill(far), 1024);
	while (far->n_live > 9) {
		far->port[far->live[0]].unfit = true;
		far_end(far, far->live[0], EGRESS_FATE_CLOSED);
	}
	far->limit = 10;
	far_rest(far);
	KUNIT_EXPECT_GE(test, far_open(far), 0);
	KUNIT_EXPECT_EQ(test, far_open(far), -EAGAIN);
	for (i = 0; i < 9; i++) {
		far_end(far, far->live[0], EGRESS_FATE_CLOSED);
		KUNIT_EXPECT_GE(test, far_open(far), 0);
	}
	expect_sound(test, far);
}

static void fruitless_looks_have_a_pace(struct kunit *test)
{
	struct far *far = test->priv;
	unsigned int i;

	far_init(far, 10, false, 6);
	for (i = 0; i < 1024; i++)
		far_open(far);
	for (i = 0; i < EGRESS_RING_BURST; i++) {
		far->asked = 0;
		KUNIT_EXPECT_EQ(test, far_open(far), -EAGAIN);
		KUNIT_EXPECT_EQ(test, far->asked, 1024);
	}
	far->asked = 0;
	KUNIT_EXPECT_EQ(test, far_open(far), -EAGAIN);
	far->now += EGRESS_RING_PACE - 1;
	KUNIT_EXPECT_EQ(test, far_open(far), -EAGAIN);
	KUNIT_EXPECT_EQ(test, far->asked, 0);
	/* One more when it is time, and the clock wraps about here. */
	far->now++;
	KUNIT_EXPECT_EQ(test, far_open(far), -EAGAIN);
	KUNIT_EXPECT_EQ(test, far->asked, 1024);
	KUNIT_EXPECT_EQ(test, far_open(far), -EAGAIN);
	KUNIT_EXPECT_EQ(test, far->asked, 1024);
	/* They don't add up beyond a burst. */
	far->now += 1000 * EGRESS_RING_PACE;
	far->asked = 0;
	for (i = 0; i < 2 * EGRESS_RING_BURST; i++)
		far_open(far);
	KUNIT_EXPECT_EQ(test, far->asked, EGRESS_RING_BURST * 1024);
	/* A look that finds something costs none. */
	far->now += EGRESS_RING_PACE;
	for (i = 0; i < 500; i++) {
		far_end(far, far->live[i * 13 % 1024], EGRESS_FATE_DEAD);
		KUNIT_ASSERT_GE(test, far_open(far), 0);
	}
	expect_sound(test, far);
}

static void budget_bounds_a_look(struct kunit *test)
{
	struct far *far = test->priv;
	int i, port, last = 0;

	far_init(far, 10, false, 8);
	for (i = 0; i < 1024; i++)
		last = far_open(far);
	far->asked = 0;
	KUNIT_EXPECT_EQ(test, far_open_within(far, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, far->asked, 0);
	KUNIT_EXPECT_EQ(test, far_open_within(far, 100), -EAGAIN);
	KUNIT_EXPECT_EQ(test, far->asked, 100);
	KUNIT_EXPECT_EQ(test, far->ring.looks, EGRESS_RING_BURST);
	/* The next goes on where this one gave up. */
	far_end(far, last, EGRESS_FATE_DEAD);
	for (i = 100; i < 1024; i++) {
		port = far_open_within(far, 1);
		if (port >= 0)
			break;
	}
	KUNIT_EXPECT_EQ(test, port, last);
	expect_sound(test, far);
}

static void packet_looks_at_1024_places_at_most(struct kunit *test)
{
	struct far *far = test->priv;
	unsigned int i, port;

	far_init(far, 14, false, 9);
	for (i = 0; i < PORTS_MAX; i++)
		port = far_open(far);
	far_end(far, port, EGRESS_FATE_DEAD);
	for (i = 0; i < PORTS_MAX / EGRESS_RING_LOOK - 1; i++) {
		far_rest(far);
		far->asked = 0;
		KUNIT_EXPECT_EQ(test, far_open(far), -EAGAIN);
		/* And at two before, as long as a place may be free. */
		KUNIT_EXPECT_LE(test, far->asked, EGRESS_RING_LOOK + 2);
	}
	far_rest(far);
	KUNIT_EXPECT_EQ(test, far_open(far), port);
	expect_sound(test, far);
}

static void no_memory_is_survived(struct kunit *test)
{
	static const u16 at[] = { 4, 8, 512, 1024, 1536, 8192 };
	struct far *far = test->priv;
	unsigned int i;

	far_init(far, 14, false, 10);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		starved = true;
		while (far->n_live < at[i])
			if (far_open(far) < 0)
				starved = !starved;
		KUNIT_ASSERT_EQ(test, far->ring.size, at[i]);
		starved = true;
		KUNIT_EXPECT_EQ(test, far_open(far), -ENOMEM);
		KUNIT_EXPECT_EQ(test, far->ring.taken, at[i]);
		KUNIT_EXPECT_EQ(test, far_sweep(far, 300), at[i]);
		starved = false;
		KUNIT_EXPECT_GE(test, far_open(far), 0);
	}
	expect_sound(test, far);
}

static void sweep_counts_each_end_once(struct kunit *test)
{
	struct far *far = test->priv;
	unsigned int i, closed = 0;

	far_init(far, 10, true, 11);
	far_fill(far);
	for (i = 0; i < 300; i++)
		far_end(far, far->live[i], i % 3 ? EGRESS_FATE_DEAD : EGRESS_FATE_CLOSED);
	KUNIT_EXPECT_EQ(test, far_sweep(far, 1), 723);
	KUNIT_EXPECT_EQ(test, far->probe.freed, 300);
	KUNIT_EXPECT_EQ(test, far_sweep(far, 64), 723);
	KUNIT_EXPECT_EQ(test, far->probe.freed, 300);
	/* A closed one's entry has timed out. */
	for (i = 0; i < 1024; i++) {
		if (far->port[i].fate != EGRESS_FATE_CLOSED)
			continue;
		far->port[i].fate = EGRESS_FATE_DEAD;
		closed++;
	}
	KUNIT_EXPECT_EQ(test, closed, 100);
	KUNIT_EXPECT_EQ(test, far_sweep(far, UINT_MAX), 723);
	KUNIT_EXPECT_EQ(test, far->probe.freed, 300);
	KUNIT_EXPECT_EQ(test, far->ring.taken, 723);
	/* One whose packet is late: neither live nor at its end. */
	far->port[far->live[0]].fate = EGRESS_FATE_LATE;
	KUNIT_EXPECT_EQ(test, far_sweep(far, UINT_MAX), 722);
	KUNIT_EXPECT_EQ(test, far->probe.freed, 300);
	KUNIT_EXPECT_EQ(test, far->ring.taken, 723);
	expect_sound(test, far);
}

/*
 * What can be said without knowing how the ring works: a port that is in use
 * isn't given (expect_sound()), no more than the limit at once, a refusal only
 * if so many live or a look wasn't due, and accounts that add up.
 */
static void walk(struct kunit *test, struct rnd_state *rnd, unsigned int steps)
{
	struct far *far = test->priv;
	unsigned int order = 6 + prandom_u32_state(rnd) % 3, most, dice, i;
	bool zero = prandom_u32_state(rnd) & 1, may_look;
	unsigned int bias = prandom_u32_state(rnd) % 50;
	int port;

	far_init(far, order, zero, random64(rnd));
	far->now -= prandom_u32_state(rnd) % 4000;
	for (i = 0; i < steps; i++) {
		if (!(i % 2048)) {
			bias = prandom_u32_state(rnd) % 50;
			far->limit = 1 + prandom_u32_state(rnd) % (1u << order);
			if (prandom_u32_state(rnd) & 1)
				far->limit = 1u << order;
			cond_resched();
		}
		far->now += !(prandom_u32_state(rnd) & 3);
		dice = prandom_u32_state(rnd) % 100;
		if (dice < 25 + bias) {
			most = min(far->limit, (1u << order) - zero);
			may_look = far->ring.looks ||
				far->now - far->ring.looked >= EGRESS_RING_PACE;
			port = far_open(far);
			if (port >= 0)
				KUNIT_ASSERT_LE(test, far->n_live, most);
			else if (may_look)
				KUNIT_ASSERT_GE(test, far->n_live, most);
			KUNIT_ASSERT_TRUE(test, port || !zero);
		} else if (dice < 98 && far->n_live) {
			far_end(far, far->live[prandom_u32_state(rnd) % far->n_live],
				dice & 1 ? EGRESS_FATE_DEAD : EGRESS_FATE_CLOSED);
			far->port[prandom_u32_state(rnd) % (1u << order)].unfit = dice & 2;
		} else if (dice == 98) {
			port = prandom_u32_state(rnd) % (1u << order);
			if (far->port[port].fate == EGRESS_FATE_CLOSED)
				far->port[port].fate = EGRESS_FATE_DEAD;
		} else if (dice == 99) {
			KUNIT_ASSERT_EQ(test, far_sweep(far, 1 + dice % 17), far->n_live);
			KUNIT_ASSERT_EQ(test, far->opened, far->n_live + far->probe.freed);
		}
	}
	far_end_all(far, EGRESS_FATE_CLOSED);
	KUNIT_EXPECT_EQ(test, far_sweep(far, 100), 0);
	KUNIT_EXPECT_EQ(test, far->opened, far->probe.freed);
	expect_sound(test, far);
}

static void million_random_steps(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, 20240229);
	for (i = 0; i < 50; i++)
		walk(test, &rnd, 20000);
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(ports_are_a_permutation),
	KUNIT_CASE(port_is_renewed_for_its_connection_alone),
	KUNIT_CASE(memory_grows_with_the_connections),
	KUNIT_CASE(every_port_is_used_then_refused),
	KUNIT_CASE(port_0_is_never_given),
	KUNIT_CASE(ports_in_use_are_passed_over),
	KUNIT_CASE(idle_flows_go_before_ports_in_use),
	KUNIT_CASE(port_of_another_table_is_not_passed_over),
	KUNIT_CASE(port_that_rested_longest_comes_first),
	KUNIT_CASE(short_connections_take_no_memory),
	KUNIT_CASE(ring_grows_when_two_in_turn_are_in_use),
	KUNIT_CASE(idle_flow_ends_at_the_limit),
	KUNIT_CASE(free_port_goes_before_an_idle_flow),
	KUNIT_CASE(limit_below_the_block),
	KUNIT_CASE(limit_lowered_keeps_what_is_there),
	KUNIT_CASE(closed_places_are_taken_only_at_the_limit),
	KUNIT_CASE(places_the_far_end_would_not_want_are_passed_over),
	KUNIT_CASE(unfit_places_cost_no_round),
	KUNIT_CASE(free_places_are_passed_over_for_a_minute),
	KUNIT_CASE(limit_counts_no_place_the_far_end_would_not_want),
	KUNIT_CASE(fruitless_looks_have_a_pace),
	KUNIT_CASE(budget_bounds_a_look),
	KUNIT_CASE(packet_looks_at_1024_places_at_most),
	KUNIT_CASE(no_memory_is_survived),
	KUNIT_CASE(sweep_counts_each_end_once),
	KUNIT_CASE(million_random_steps),
	{}
};

struct kunit_suite ring_suite = {
	.name = "egress_ring",
	.init = ring_suite_init,
	.exit = ring_suite_exit,
	.test_cases = ring_cases,
};
