/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_STAMP_H
#define EGRESS_STAMP_H

#include <linux/types.h>

struct sk_buff;

#define EGRESS_STAMPS	((1u << 14) - 1)	/* for the bits it has in a place; 0 is none */

u16 egress_stamp(const struct sk_buff *skb, u8 pf);

/**
 * egress_stamp_later() - is one timestamp later than the other?
 * @a: the one, not 0
 * @b: the other, not 0; at most some minutes older by the same clock
 *
 * They are on a circle: later is up to half of it ahead. Where the two are the
 * same, the clock has gone on.
 */
static inline bool egress_stamp_later(u16 a, u16 b)
{
	return (a + EGRESS_STAMPS - b) % EGRESS_STAMPS < EGRESS_STAMPS / 2;
}

#endif
