/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_TEST_H
#define EGRESS_TEST_H

#include <kunit/test.h>
#include <linux/prandom.h>

extern struct kunit_suite ring_suite;
extern struct kunit_suite exclude_suite;
extern struct kunit_suite map_suite;
extern struct kunit_suite pool_suite;
extern struct kunit_suite pair_suite;
extern struct kunit_suite warning_suite;

/* Always the same numbers, so that a failure can be had again. */
static inline u64 random64(struct rnd_state *rnd)
{
	u64 high = prandom_u32_state(rnd);

	return high << 32 | prandom_u32_state(rnd);
}

#endif
