/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_STAMP_H
#define EGRESS_STAMP_H

#include <linux/types.h>

struct sk_buff;

#define EGRESS_STAMPS	63	/* it has six bits in a place, and 0 is none */

u8 egress_stamp(const struct sk_buff *skb, u8 pf);

/**
 * egress_stamp_later() - is one timestamp later than the other?
 * @a: the one, not 0
 * @b: the other, not 0; at most some minutes older by the same clock
 *
 * They are on a circle: later is up to half of it ahead. Where the two are the
 * same, the clock has gone on.
 */
static inline bool egress_stamp_later(u8 a, u8 b)
{
	return (a + EGRESS_STAMPS - b) % EGRESS_STAMPS < EGRESS_STAMPS / 2;
}

#endif
