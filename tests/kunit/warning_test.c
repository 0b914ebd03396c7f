// SPDX-License-Identifier: GPL-2.0
/* When warnings hold, and that the number they ask for is the least that helps. */
#include <kunit/test.h>

#include "test.h"
#include "../../kmod/state/warning.h"

static struct egress_room room_of(unsigned int pairs, unsigned int each, unsigned int machines)
{
	return (struct egress_room) {
		.pairs = pairs,
		.v4 = pairs,
		.v6 = pairs,
		.slots = pairs * each,
		.each = each,
		.machines = machines,
	};
}

static bool holds(enum egress_warning kind, const struct egress_room *room)
{
	unsigned int need;

	return egress_warning_holds(kind, room, &need);
}

/* Return: pairs asked for, 0 if the warning doesn't hold. */
static unsigned int need(struct kunit *test, enum egress_warning kind,
			 const struct egress_room *room)
{
	unsigned int need, more;
	struct egress_room then;

	if (!egress_warning_holds(kind, room, &need))
		return 0;
	for (more = 1; more <= need; more++) {
		then = room_of(room->pairs + more, room->each, room->machines);
		KUNIT_EXPECT_EQ_MSG(test, more < need, kind == EGRESS_WARNING_NO_SLOTS ?
				    room->machines > then.slots : 2 * room->machines > then.slots,
				    "%u machines, %u slots, %u more pairs", room->machines,
				    room->slots, more);
	}
	return need;
}

static void numbers_of_64_slots(struct kunit *test)
{
	static const struct {
		unsigned int machines, pairs, missing, doubling;
		bool is_short;
	} table[] = {
		{ 0, 1, 0, 0, false }, { 1, 1, 0, 0, false }, { 32, 1, 0, 0, false },
		{ 33, 1, 0, 1, false }, { 40, 1, 0, 1, false }, { 41, 1, 0, 1, true },
		{ 64, 1, 0, 1, true }, { 65, 1, 1, 0, false }, { 128, 1, 1, 0, false },
		{ 129, 1, 2, 0, false }, { 64, 2, 0, 0, false }, { 65, 2, 0, 1, false },
		{ 80, 2, 0, 1, false }, { 81, 2, 0, 1, true }, { 128, 2, 0, 2, true },
		{ 129, 2, 1, 0, false }, { 200, 0, 0, 0, false },
	};
	struct egress_room room;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		room = room_of(table[i].pairs, 64, table[i].machines);
		KUNIT_EXPECT_EQ(test, need(test, EGRESS_WARNING_NO_SLOTS, &room),
				table[i].missing);
		KUNIT_EXPECT_EQ(test, need(test, EGRESS_WARNING_NO_DOUBLING, &room),
				table[i].doubling);
		KUNIT_EXPECT_EQ(test, holds(EGRESS_WARNING_SHORT, &room), table[i].is_short);
	}
}

/* Every block size: the same shares of the slots, and no number too many. */
static void every_size_in_proportion(struct kunit *test)
{
	unsigned int each, machines, slots;
	struct egress_room room;

	for (each = 4; each <= 1024; each *= 2) {
		slots = 3 * each;
		for (machines = 0; machines <= 8 * each; machines++) {
			room = room_of(3, each, machines);
			KUNIT_EXPECT_EQ(test, !!need(test, EGRESS_WARNING_NO_SLOTS, &room),
					machines > slots);
			KUNIT_EXPECT_EQ(test, !!need(test, EGRESS_WARNING_NO_DOUBLING, &room),
					machines > slots / 2 && machines <= slots);
			KUNIT_EXPECT_EQ(test, holds(EGRESS_WARNING_SHORT, &room),
					machines * 8 > slots * 5 && machines <= slots);
		}
	}
}

static void pairs_elsewhere(struct kunit *test)
{
	struct egress_room room = room_of(0, 64, 65);
	unsigned int need;

	KUNIT_EXPECT_FALSE(test, holds(EGRESS_WARNING_NO_PAIRS, &room));
	room.elsewhere = true;
	KUNIT_EXPECT_TRUE(test, egress_warning_holds(EGRESS_WARNING_NO_PAIRS, &room, &need));
	KUNIT_EXPECT_EQ(test, need, 2);
	KUNIT_EXPECT_FALSE(test, holds(EGRESS_WARNING_NO_SLOTS, &room));
	room.machines = 0;
	KUNIT_EXPECT_FALSE(test, holds(EGRESS_WARNING_NO_PAIRS, &room));
	KUNIT_EXPECT_FALSE(test, holds(EGRESS_WARNING_NO_MACHINES, &room));
}

static void families(struct kunit *test)
{
	struct egress_room room = room_of(2, 64, 1);

	KUNIT_EXPECT_FALSE(test, holds(EGRESS_WARNING_FAMILIES, &room));
	room.v6 = 1;
	KUNIT_EXPECT_TRUE(test, holds(EGRESS_WARNING_FAMILIES, &room));
	room.machines = 0;
	KUNIT_EXPECT_TRUE(test, holds(EGRESS_WARNING_NO_MACHINES, &room));
}

/* From 1 to 2,000 and back: told at the beginning, by tenths, and at the end. */
static void told_by_tenths(struct kunit *test)
{
	enum egress_warning_phase phase = EGRESS_WARNING_PHASE_HOLDS;
	const enum egress_warning kind = EGRESS_WARNING_NO_SLOTS;
	struct egress_told told = {};
	u32 last = 0, n, times = 0;

	KUNIT_EXPECT_FALSE(test, egress_told_update(&told, kind, false, 0, &phase));
	for (n = 1; n <= 2000; n++) {
		if (!egress_told_update(&told, kind, true, n, &phase)) {
			KUNIT_EXPECT_LT(test, n * 10, last * 11);
			continue;
		}
		KUNIT_EXPECT_EQ(test, phase, last ? EGRESS_WARNING_PHASE_GROWS :
						    EGRESS_WARNING_PHASE_BEGINS);
		KUNIT_EXPECT_GE(test, n * 10, last * 11);
		last = n;
		times++;
	}
	KUNIT_EXPECT_LE(test, times, 70);
	for (n = 2000; n; n--)
		KUNIT_EXPECT_FALSE(test, egress_told_update(&told, kind, true, n, &phase));
	KUNIT_EXPECT_TRUE(test, egress_told_update(&told, kind, false, 0, &phase));
	KUNIT_EXPECT_EQ(test, phase, EGRESS_WARNING_PHASE_ENDS);
	KUNIT_EXPECT_FALSE(test, egress_told_update(&told, kind, false, 0, &phase));
	KUNIT_EXPECT_TRUE(test, egress_told_update(&told, kind, true, 5, &phase));
	KUNIT_EXPECT_EQ(test, phase, EGRESS_WARNING_PHASE_BEGINS);
}

/* Of the addresses that a pool has left, fewer are worse, down to none. */
static void fewer_left_is_worse(struct kunit *test)
{
	enum egress_warning_phase phase = EGRESS_WARNING_PHASE_HOLDS;
	const enum egress_warning kind = EGRESS_WARNING_POOL_SHORT;
	struct egress_told told = {};

	KUNIT_EXPECT_TRUE(test, egress_told_update(&told, kind, true, 31, &phase));
	KUNIT_EXPECT_EQ(test, phase, EGRESS_WARNING_PHASE_BEGINS);
	KUNIT_EXPECT_FALSE(test, egress_told_update(&told, kind, true, 28, &phase));
	KUNIT_EXPECT_TRUE(test, egress_told_update(&told, kind, true, 27, &phase));
	KUNIT_EXPECT_EQ(test, phase, EGRESS_WARNING_PHASE_GROWS);
	KUNIT_EXPECT_FALSE(test, egress_told_update(&told, kind, true, 31, &phase));
	KUNIT_EXPECT_TRUE(test, egress_told_update(&told, kind, true, 0, &phase));
	KUNIT_EXPECT_FALSE(test, egress_told_update(&told, kind, true, 0, &phase));
	KUNIT_EXPECT_TRUE(test, egress_told_update(&told, kind, false, 14, &phase));
	KUNIT_EXPECT_EQ(test, phase, EGRESS_WARNING_PHASE_ENDS);
}

static void short_pools(struct kunit *test)
{
	static const struct {
		u64 size;
		u64 begins;	/* addresses free when it becomes short */
		u64 ends;	/* the same when it is no longer so */
	} table[] = {
		{ 1, 0, 1 }, { 2, 0, 1 }, { 6, 1, 2 }, { 14, 3, 5 }, { 30, 3, 7 }, { 254, 31, 63 },
		{ 65534, 8191, 16383 }, { 1ULL << 32, (1ULL << 29) - 1, 1ULL << 30 },
	};
	unsigned int i;
	u64 size;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		size = table[i].size;
		KUNIT_EXPECT_TRUE(test, egress_pool_is_short(size, size - table[i].begins, false));
		KUNIT_EXPECT_TRUE(test, egress_pool_is_short(size, size, false));
		KUNIT_EXPECT_TRUE(test, egress_pool_is_short(size, size + 1, false));
		KUNIT_EXPECT_FALSE(test, egress_pool_is_short(size, size - table[i].begins - 1,
							      false));
		KUNIT_EXPECT_FALSE(test, egress_pool_is_short(size, size - table[i].ends, true));
		if (table[i].ends < size)
			KUNIT_EXPECT_TRUE(test, egress_pool_is_short(size, size - table[i].ends + 1,
								     true));
		KUNIT_EXPECT_FALSE(test, egress_pool_is_short(size, 0, true));
	}
	KUNIT_EXPECT_FALSE(test, egress_pool_is_short(0, 0, false));
	KUNIT_EXPECT_FALSE(test, egress_pool_is_short(0, 3, true));
}

static struct kunit_case warning_cases[] = {
	KUNIT_CASE(numbers_of_64_slots),
	KUNIT_CASE(every_size_in_proportion),
	KUNIT_CASE(pairs_elsewhere),
	KUNIT_CASE(families),
	KUNIT_CASE(told_by_tenths),
	KUNIT_CASE(fewer_left_is_worse),
	KUNIT_CASE(short_pools),
	{}
};

struct kunit_suite warning_suite = {
	.name = "egress_warning",
	.test_cases = warning_cases,
};
