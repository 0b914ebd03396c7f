// SPDX-License-Identifier: GPL-2.0
/* The blocks of a pair, and which of them this host hands out. */
#include <kunit/test.h>
#include <linux/slab.h>

#include "test.h"
#include "../../kmod/state/pair_allocate.c"

static unsigned int length(const struct list_head *list)
{
	const struct list_head *pos;
	unsigned int n = 0;

	list_for_each(pos, list)
		n++;
	return n;
}

static struct egress_pair *make_blocks(struct kunit *test, unsigned int order,
				       unsigned int slot_first, unsigned int slot_last)
{
	struct egress_region region = { .slot_first = slot_first, .slot_last = slot_last };
	struct egress_pair *pair = kunit_kzalloc(test, struct_size(pair, blocks, 65536u >> order),
						 GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pair);
	pair->nat.order = order;
	INIT_LIST_HEAD(&pair->free);
	init_blocks(pair, &region);
	return pair;
}

static void blocks_are_all_ports_once(struct kunit *test)
{
	struct egress_pair *pair;
	unsigned int order, i;

	for (order = 6; order <= 14; order++) {
		pair = make_blocks(test, order, 0, EGRESS_SLOTS - 1);
		KUNIT_EXPECT_EQ(test, egress_pair_slots(pair) << order, 65536);
		KUNIT_EXPECT_EQ(test, pair->n_slots, egress_pair_slots(pair));
		KUNIT_EXPECT_EQ(test, pair->n_free, pair->n_slots);
		for (i = 0; i < pair->n_slots; i++) {
			KUNIT_EXPECT_EQ(test, egress_block_slot(&pair->blocks[i]), i);
			KUNIT_EXPECT_EQ(test, pair->blocks[i].ports.first, i << order);
			KUNIT_EXPECT_PTR_EQ(test, egress_block_pair(&pair->blocks[i]), pair);
			KUNIT_EXPECT_EQ(test, pair->blocks[i].ports.state, EGRESS_BLOCK_FREE);
		}
	}
}

/* Every range of slots and every size: exactly the blocks that lie in it. */
static void other_hosts_ports_are_not_handed_out(struct kunit *test)
{
	unsigned int order, first, last, i;
	struct egress_pair *pair;
	bool ours, free;

	for (order = 6; order <= 14; order += 2) {
		for (first = 0; first < EGRESS_SLOTS; first += 7) {
			for (last = first; last < EGRESS_SLOTS; last += 5) {
				unsigned int n = 0;

				pair = make_blocks(test, order, first, last);
				for (i = 0; i < egress_pair_slots(pair); i++) {
					ours = i << order >= first * 1024 &&
						(i + 1) << order <= (last + 1) * 1024;
					free = pair->blocks[i].ports.state == EGRESS_BLOCK_FREE;
					n += ours;
					KUNIT_EXPECT_EQ_MSG(test, free, ours, "%u of slots %u-%u",
							    i, first, last);
				}
				KUNIT_EXPECT_EQ(test, pair->n_slots, n);
				KUNIT_EXPECT_EQ(test, length(&pair->free), n);
				kunit_kfree(test, pair);
			}
		}
	}
}

static struct kunit_case pair_cases[] = {
	KUNIT_CASE(blocks_are_all_ports_once),
	KUNIT_CASE(other_hosts_ports_are_not_handed_out),
	{}
};

struct kunit_suite pair_suite = {
	.name = "egress_pair",
	.test_cases = pair_cases,
};
