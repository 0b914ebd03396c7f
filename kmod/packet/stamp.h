/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_STAMP_H
#define EGRESS_STAMP_H

#include <linux/types.h>

struct sk_buff;

/* A stamp has the 14 bits of egress_place.stamp, and 0 means that there is no timestamp. */
#define EGRESS_STAMPS	((1u << 14) - 1)

u16 egress_stamp(const struct sk_buff *skb, u8 pf);

/**
 * egress_stamp_later() - is stamp @a later than stamp @b?
 * @a: stamp of a newer packet, not 0
 * @b: stamp of a packet that was sent at most some minutes before, not 0
 *
 * Timestamps wrap around, so stamps lie on a circle: @a is later if it is less than half of the
 * circle ahead of @b. Equal stamps count as later: they are coarse, and the sender's clock has
 * gone on between the two packets.
 */
static inline bool egress_stamp_later(u16 a, u16 b)
{
	return (a + EGRESS_STAMPS - b) % EGRESS_STAMPS < EGRESS_STAMPS / 2;
}

#endif
