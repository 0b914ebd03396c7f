/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_RING_H
#define EGRESS_RING_H

#include <linux/limits.h>
#include <linux/param.h>
#include <linux/types.h>

struct mem_cgroup;

/* What has become of the connection that took a place. "Entry" is its entry in conntrack. */
enum egress_fate {
	EGRESS_FATE_LIVE,	/* the entry is there, and TCP has not closed the connection */
	EGRESS_FATE_IDLE,	/* so is a UDP flow that has its answer and is silent now */
	EGRESS_FATE_UNCONFIRMED, /* no entry yet: the first packet is still on its way */
	EGRESS_FATE_LATE,	/* no entry after that time: the packet may wait in an NFQUEUE */
	EGRESS_FATE_CLOSED,	/* TCP has closed the connection; its entry can be removed */
	EGRESS_FATE_UNFIT,	/* closed, but the far end may refuse a new SYN from the port yet */
	EGRESS_FATE_DEAD,	/* there is no entry any more, or the packet is given up */
};

/* Which entries may be removed from conntrack to free their ports: none, or closed connections'. */
enum egress_end {
	EGRESS_END_NONE,
	EGRESS_END_FIT,		/* if the far end would accept the new connection from the port */
	EGRESS_END_IDLE,	/* the same, and entries of idle flows in any case */
	EGRESS_END_ANY,
};

/**
 * struct egress_place - one port of a block, to one destination
 * @taken: the lower 24 bits of jiffies when a connection took the place, or renewed it
 * @peer: what tells the connection from others that use the same address and port of ours: the
 *	far end's port, or the ICMP type and code of its reply; network order
 * @proto: IPPROTO_* of the connection, 0 if the place is free, or EGRESS_PLACE_*
 * @closed: TCP has closed the connection, and egress_probe.freed has counted it
 * @seen: conntrack had an entry of the connection once: when the entry is gone, the connection
 *	is over, and not just on its way to confirmation
 * @stamp: egress_stamp() of the connection's first packet, 0 for none; kept when the place is
 *	freed, for is_remembered() in ring.c
 */
struct egress_place {
	u32 taken:24;
	u32 proto:8;
	__be16 peer;
	u16 closed:1;
	u16 seen:1;
	u16 stamp:14;
};

/* egress_place.proto of port 0, which no connection can use. */
#define EGRESS_PLACE_RESERVED	255
/* egress_place.proto of a port that somebody else was found to use; it does not count. */
#define EGRESS_PLACE_IN_USE	254

#define EGRESS_RING_FIRST	4	/* places in struct egress_ring itself */
#define EGRESS_RING_CHUNK	512	/* places in the largest piece of memory: one page */
#define EGRESS_RING_DOUBLING	8	/* pieces of 4, 8, 16 ... 512 places */

/*
 * A round through a full ring is expensive. So a ring may make only a few rounds that find no
 * port, and gets a new try after some time.
 */
#define EGRESS_RING_BURST	8	/* rounds without a port that a ring may make at once */
#define EGRESS_RING_PACE	4	/* jiffies until the ring may make one more */

/* Adopted connections that may wait aside of their places, in a block of 1,024 ports or more. */
#define EGRESS_RING_ASIDE	64

#define EGRESS_RING_LOOK	1024	/* places in the longest round for one packet */
#define EGRESS_RING_NEAR	16	/* places tried instead of a place that is unfit */

/**
 * struct egress_aside - a connection that was adopted, and is not at the place of its port
 * @place: the connection, as in a place
 * @turn: the place of its port, which the connection takes when it is that place's turn to be
 *	handed out for the first time; EGRESS_NO_TURN if another connection has that place
 * @port: its port, counted from the block's first port
 */
struct egress_aside {
	struct egress_place place;
	u16 turn;
	u16 port;
};

#define EGRESS_NO_TURN	U16_MAX

/* A far end that closed first is in TIME_WAIT, for a minute if it is a Linux host. */
#define EGRESS_RING_MEMORY	(60 * HZ)

/**
 * struct egress_ring - the ports of a block that are in use to one destination
 * @key: key of the permutation from places to ports
 * @looked: jiffies, the lower 32 bits, when @looks was counted up last
 * @ahead: bit k is set if the place k after the cursor was taken before its turn; such a place
 *	is skipped once
 * @size: number of places that there is memory for
 * @fresh: the lowest place that has never been handed out
 * @cursor: the place to look at next
 * @taken: number of connections that are not known to be over, those in @aside included
 * @order: the block has 2^order ports
 * @looks: rounds without a port that the ring may still make
 * @zero: the block's first port is port 0
 * @n_aside: number of connections in @aside
 * @aside: adopted connections without a place, the one whose turn is next at the end; there is
 *	room for the next power of two, and for four at least; NULL if there are none
 * @first: places 0 to 3
 * @chunk: places 4 to 1,023
 * @more: places 1,024 and up, in pieces of EGRESS_RING_CHUNK
 *
 * Each place stands for a port. A permutation assigns the ports to the places. Its key is another
 * one in each ring, so that nobody can guess the next port from the last. Places are handed out in
 * turn, so that a port rests as long as possible before the next connection gets it. A ring has no
 * lock: the caller holds the lock of the object that the ring is in.
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
	u16 n_aside;
	struct egress_aside *aside;
	struct egress_place first[EGRESS_RING_FIRST];
	struct egress_place *chunk[EGRESS_RING_DOUBLING];
	struct egress_place **more;
};

/**
 * struct egress_probe - how a ring learns what became of its connections
 * @fate: says what became of the connection that took @place, on the port that is @port after the
 *	block's first; if TCP has closed the connection, or if it is an idle flow, @end says
 *	whether to remove its entry
 * @now: the lower 32 bits of jiffies, at or after the time when the newest place was taken
 * @freed: number of connections found closed or dead; the ring counts each connection once
 * @dropped: number of idle flows that were ended for the sake of a new connection
 * @memcg: the cgroup that is charged when the ring grows, or NULL
 */
struct egress_probe {
	enum egress_fate (*fate)(struct egress_probe *probe, unsigned int port,
				 const struct egress_place *place, enum egress_end end);
	u32 now;
	unsigned int freed;
	unsigned int dropped;
	struct mem_cgroup *memcg;
};

/* Jiffies since a place was taken. As @taken has 24 bits, the age wraps to 0 after some hours. */
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
void egress_ring_pass_over(struct egress_ring *ring, unsigned int port,
			   const struct egress_place *place);
void egress_ring_leave(struct egress_ring *ring, unsigned int port,
		       const struct egress_place *place);
int egress_ring_adopt(struct egress_ring *ring, struct egress_probe *probe, unsigned int port,
		      const struct egress_place *want);
bool egress_ring_renew(struct egress_ring *ring, unsigned int port,
		       const struct egress_place *place);
unsigned int egress_ring_sweep(struct egress_ring *ring, struct egress_probe *probe,
			       unsigned int from, unsigned int n, unsigned int *live,
			       unsigned int *idle);
unsigned int egress_ring_port(const struct egress_ring *ring, unsigned int i);

#endif
