/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_RING_H
#define EGRESS_RING_H

#include <linux/param.h>
#include <linux/types.h>

struct mem_cgroup;

/* What has become of the connection that took a place. */
enum egress_fate {
	EGRESS_FATE_LIVE,
	EGRESS_FATE_UNCONFIRMED, /* there is no entry of it yet */
	EGRESS_FATE_LATE,	/* nor for a while; it keeps its place if nobody wants it */
	EGRESS_FATE_CLOSED,	/* TCP has closed it; its entry can be removed */
	EGRESS_FATE_UNFIT,	/* closed, but the far end would not want its port again yet */
	EGRESS_FATE_DEAD,
};

/* Which entries of closed connections to remove. */
enum egress_end {
	EGRESS_END_NONE,
	EGRESS_END_FIT,		/* those whose port the far end would take again */
	EGRESS_END_ANY,
};

/**
 * struct egress_place - one port of a block, to one destination
 * @taken: jiffies when it was taken, the lower bits
 * @peer: what names the connection besides our address and port: the far
 *	end's port, or the ICMP type and code of its reply; network order
 * @proto: IPPROTO_*, 0 for a free place, EGRESS_PLACE_RESERVED
 * @closed: TCP has closed it; it is counted as freed
 * @seen: its entry has been found: if there is none, it is dead
 * @stamp: egress_stamp() of its first packet, kept when the place is free
 */
struct egress_place {
	u32 taken:24;
	u32 proto:8;
	__be16 peer;
	u16 closed:1;
	u16 seen:1;
	u16 stamp:14;
};

#define EGRESS_PLACE_RESERVED	255	/* port 0, which does not exist */

#define EGRESS_RING_FIRST	4	/* places without further memory */
#define EGRESS_RING_CHUNK	512	/* places in the largest piece: a page */
#define EGRESS_RING_DOUBLING	8	/* pieces of 4, 4, 8 ... 512 places */
#define EGRESS_RING_BURST	8	/* fruitless looks a ring may have at once */
#define EGRESS_RING_PACE	4	/* jiffies until it may have one more */
#define EGRESS_RING_LOOK	1024	/* places a packet may look at */
#define EGRESS_RING_NEAR	16	/* places after one that the far end would not want */
#define EGRESS_RING_MEMORY	(60 * HZ)	/* of a far end that closed first */

/**
 * struct egress_ring - the ports of a block that are in use to one destination
 * @key: of the permutation from places to ports
 * @looked: jiffies when @looks was counted up last
 * @size: places there is memory for
 * @fresh: places below it have been handed out once
 * @cursor: the place to look at next
 * @ahead: places from the cursor on, a bit each, that were taken before their turn
 * @taken: places not known to be free
 * @order: the block has 2^order ports
 * @looks: fruitless looks left
 * @zero: the block's first port is port 0
 * @first: places 0 to 3
 * @chunk: places 4 to 1,023
 * @more: places 1,024 and up, in pieces of EGRESS_RING_CHUNK
 *
 * A place is a port, by a permutation with a key of its own for each ring, so
 * that one port does not tell the next. Places are handed out in turn: a port
 * rests as long as can be. No locks of its own: the owner's.
 */
struct egress_ring {
	u64 key;
	u32 looked;
	u32 ahead;
	u16 size;
	u16 fresh;
	u16 cursor;
	u16 taken;
	u8 order;
	u8 looks;
	bool zero;
	struct egress_place first[EGRESS_RING_FIRST];
	struct egress_place *chunk[EGRESS_RING_DOUBLING];
	struct egress_place **more;
};

/**
 * struct egress_probe - how a ring asks after its connections
 * @fate: what became of the connection of @place on port @port of the block;
 *	@end: if it is closed, remove its entry?
 * @now: jiffies, not before any place was taken
 * @freed: connections found closed or dead since, each once, counted up by the ring
 * @memcg: charged when the ring grows, or NULL
 */
struct egress_probe {
	enum egress_fate (*fate)(struct egress_probe *probe, unsigned int port,
				 const struct egress_place *place, enum egress_end end);
	u32 now;
	unsigned int freed;
	struct mem_cgroup *memcg;
};

/* Jiffies since a place was taken; after some hours it counts from 0 again. */
static inline u32 egress_place_age(const struct egress_place *place, u32 now)
{
	return (now - place->taken) & ((1u << 24) - 1);
}

void egress_ring_init(struct egress_ring *ring, unsigned int order, bool zero, u64 key, u32 now);
void egress_ring_free(struct egress_ring *ring);
int egress_ring_take_fresh(struct egress_ring *ring, const struct egress_place *want,
			   unsigned int limit);
int egress_ring_take(struct egress_ring *ring, struct egress_probe *probe,
		     const struct egress_place *want, unsigned int limit, unsigned int *budget);
bool egress_ring_renew(struct egress_ring *ring, unsigned int port,
		       const struct egress_place *place);
unsigned int egress_ring_sweep(struct egress_ring *ring, struct egress_probe *probe,
			       unsigned int from, unsigned int n, unsigned int *live);
unsigned int egress_ring_port(const struct egress_ring *ring, unsigned int i);

#endif
