// SPDX-License-Identifier: GPL-2.0
/*
 * The port ring: the choice of a port and the limit on connections in one.
 * Pure: knows no conntrack, no lock, no clock.
 *
 *            fresh                  size          2^order
 *   [TTTTTT.TT|. . . . . . . . . . .]- - - - - - - - - |
 *      ^cursor                       memory not taken yet
 *
 * A connection gets the next fresh place; when there is none, the place under
 * the cursor, if its connection has gone; when that and the next are in use,
 * the ring grows. Full grown, it is looked through from the cursor on, as far
 * as the first place that can be had. Only a whole round without one costs a
 * token, and tokens come one a jiffy.
 *
 * A far end that closed first remembers the connection for a minute, and may
 * not want its port for the next one: one of the next few is taken then.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/memcontrol.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "packet/ring.h"
#include "packet/stamp.h"

#define DOUBLED		(EGRESS_RING_CHUNK * 2)	/* places before pieces of one size */
#define GFP_RING	(GFP_NOWAIT | __GFP_NOWARN | __GFP_ZERO | __GFP_ACCOUNT)

static struct egress_place *place_at(struct egress_ring *ring, unsigned int i)
{
	unsigned int k;

	if (i < EGRESS_RING_FIRST)
		return &ring->first[i];
	if (i < DOUBLED) {
		k = fls(i) - 1;
		return &ring->chunk[k - 2][i - (1u << k)];
	}
	i -= DOUBLED;
	return &ring->more[i / EGRESS_RING_CHUNK][i % EGRESS_RING_CHUNK];
}

/* One round of a Feistel network: a few well-mixed bits of @x under @key. */
static u32 mix(u32 x, u32 key)
{
	x = (x + key) * 0x9e3779b1u;
	x ^= x >> 15;
	x *= 0x85ebca77u;
	return x >> 16;
}

/**
 * egress_ring_port() - the port of a place
 * @ring: ring
 * @i: place, below 2^order
 *
 * A Feistel network of four rounds on two halves that need not be of one
 * length, so a permutation for every order.
 *
 * Return: port, from the block's first.
 */
unsigned int egress_ring_port(const struct egress_ring *ring, unsigned int i)
{
	unsigned int low_bits = ring->order / 2;
	unsigned int high_mask = (1u << (ring->order - low_bits)) - 1;
	unsigned int low_mask = (1u << low_bits) - 1;
	u32 k0 = ring->key, k1 = ring->key >> 32;
	u32 low = i & low_mask, high = i >> low_bits;

	low ^= mix(high, k0) & low_mask;
	high ^= mix(low, k1) & high_mask;
	low ^= mix(high, rol32(k0, 13) ^ k1) & low_mask;
	high ^= mix(low, rol32(k1, 7) + k0) & high_mask;
	return high << low_bits | low;
}

/* The other way: the place of a port. */
static unsigned int place_of(const struct egress_ring *ring, unsigned int port)
{
	unsigned int low_bits = ring->order / 2;
	unsigned int high_mask = (1u << (ring->order - low_bits)) - 1;
	unsigned int low_mask = (1u << low_bits) - 1;
	u32 k0 = ring->key, k1 = ring->key >> 32;
	u32 low = port & low_mask, high = port >> low_bits;

	high ^= mix(low, rol32(k1, 7) + k0) & high_mask;
	low ^= mix(high, rol32(k0, 13) ^ k1) & low_mask;
	high ^= mix(low, k1) & high_mask;
	low ^= mix(high, k0) & low_mask;
	return high << low_bits | low;
}

/**
 * egress_ring_init() - an empty ring
 * @ring: ring
 * @order: the block has 2^order ports, 6 to 14
 * @zero: the block's first port is port 0, never to be handed out
 * @key: random
 * @now: jiffies
 */
void egress_ring_init(struct egress_ring *ring, unsigned int order, bool zero, u64 key, u32 now)
{
	memset(ring, 0, sizeof(*ring));
	ring->key = key;
	ring->order = order;
	ring->zero = zero;
	ring->looks = EGRESS_RING_BURST;
	ring->looked = now;
	ring->size = EGRESS_RING_FIRST;
}

/**
 * egress_ring_free() - give a ring's memory back
 * @ring: ring, unusable then
 */
void egress_ring_free(struct egress_ring *ring)
{
	unsigned int i;

	for (i = 0; i < EGRESS_RING_DOUBLING; i++)
		kfree(ring->chunk[i]);
	if (ring->more)
		for (i = 0; i < (1u << ring->order) / EGRESS_RING_CHUNK - 2; i++)
			kfree(ring->more[i]);
	kfree(ring->more);
}

static int grow(struct egress_ring *ring)
{
	unsigned int add = min_t(unsigned int, ring->size, EGRESS_RING_CHUNK);
	struct egress_place *chunk;

	if (ring->size >= DOUBLED && !ring->more) {
		ring->more = kcalloc((1u << ring->order) / EGRESS_RING_CHUNK - 2,
				     sizeof(*ring->more), GFP_RING);
		if (!ring->more)
			return -ENOMEM;
	}
	chunk = kmalloc_array(add, sizeof(*chunk), GFP_RING);
	if (!chunk)
		return -ENOMEM;
	if (ring->size < DOUBLED)
		ring->chunk[fls(ring->size) - 3] = chunk;
	else
		ring->more[(ring->size - DOUBLED) / EGRESS_RING_CHUNK] = chunk;
	ring->size += add;
	return 0;
}

static int take(struct egress_ring *ring, unsigned int i, const struct egress_place *want)
{
	*place_at(ring, i) = *want;
	ring->taken++;
	return egress_ring_port(ring, i);
}

static unsigned int advance(struct egress_ring *ring)
{
	unsigned int i = ring->cursor;

	ring->cursor = i + 1 < ring->fresh ? i + 1 : 0;
	ring->ahead >>= 1;
	return i;
}

static void release(struct egress_ring *ring, struct egress_probe *probe,
		    struct egress_place *place)
{
	probe->freed += !place->closed;
	place->proto = 0;
	ring->taken--;
}

static enum egress_fate ask(struct egress_ring *ring, struct egress_probe *probe,
			    unsigned int i, enum egress_end end)
{
	struct egress_place *place = place_at(ring, i);
	enum egress_fate fate = probe->fate(probe, egress_ring_port(ring, i), place, end);

	place->seen |= fate != EGRESS_FATE_UNCONFIRMED && fate != EGRESS_FATE_LATE;
	return fate;
}

/* Leaves @i a free place if its connection has gone, or is closed and @end. */
static enum egress_fate reclaim(struct egress_ring *ring, struct egress_probe *probe,
				unsigned int i, enum egress_end end)
{
	struct egress_place *place = place_at(ring, i);
	enum egress_fate fate;

	if (!place->proto)
		return EGRESS_FATE_DEAD;
	if (place->proto == EGRESS_PLACE_RESERVED)
		return EGRESS_FATE_LIVE;
	fate = ask(ring, probe, i, end);
	if (fate == EGRESS_FATE_DEAD || (fate == EGRESS_FATE_CLOSED && end != EGRESS_END_NONE))
		release(ring, probe, place);
	return fate;
}

/**
 * egress_ring_take_fresh() - take a port that none had yet, if there is memory for it
 * @ring: ring
 * @want: what the place shall be, taken now
 * @limit: connections at once
 *
 * Context: softirq, the owner's lock held.
 *
 * Return: port from the block's first, -EAGAIN if egress_ring_take() has to
 * look for one.
 */
int egress_ring_take_fresh(struct egress_ring *ring, const struct egress_place *want,
			   unsigned int limit)
{
	if (unlikely(ring->taken >= limit))
		return -EAGAIN;
	while (ring->fresh < ring->size) {
		unsigned int i = ring->fresh++;

		if (unlikely(ring->zero && !egress_ring_port(ring, i))) {
			place_at(ring, i)->proto = EGRESS_PLACE_RESERVED;
			continue;
		}
		return take(ring, i, want);
	}
	return -EAGAIN;
}

/*
 * Of a free place: may the far end be in TIME_WAIT with its last connection, and
 * find the wanted one to be older? The entry has gone, so there is no telling who
 * closed first: a machine that uses a port of its own again ends it.
 */
static bool is_remembered(const struct egress_place *place, const struct egress_place *want,
			  u32 now)
{
	return place->stamp && want->stamp && place->peer == want->peer &&
		egress_place_age(place, now) < EGRESS_RING_MEMORY &&
		!egress_stamp_later(want->stamp, place->stamp);
}

static bool is_free(enum egress_fate fate)
{
	return fate == EGRESS_FATE_DEAD || fate == EGRESS_FATE_CLOSED;
}

/* As reclaim(), and a free place may be unfit, too. */
static enum egress_fate reclaim_fit(struct egress_ring *ring, struct egress_probe *probe,
				    const struct egress_place *want, unsigned int i)
{
	enum egress_fate fate = reclaim(ring, probe, i, EGRESS_END_FIT);

	if (fate == EGRESS_FATE_DEAD && is_remembered(place_at(ring, i), want, probe->now))
		return EGRESS_FATE_UNFIT;
	return fate;
}

/*
 * The far end would not want the place under the cursor: take one of the next
 * that it would, ahead of its turn. If there is none, it gets what it does not
 * want.
 */
static int take_near(struct egress_ring *ring, struct egress_probe *probe,
		     const struct egress_place *want, unsigned int limit, unsigned int *budget)
{
	unsigned int n = min_t(unsigned int, ring->fresh - 1, EGRESS_RING_NEAR);
	unsigned int i = ring->cursor, k;

	for (k = 1; k <= n && *budget; k++) {
		i = i + 1 < ring->fresh ? i + 1 : 0;
		if (ring->ahead & 1u << k)
			continue;
		--*budget;
		if (is_free(reclaim_fit(ring, probe, want, i)) && ring->taken < limit) {
			ring->ahead |= 1u << k;
			return take(ring, i, want);
		}
	}
	i = advance(ring);
	return is_free(reclaim(ring, probe, i, EGRESS_END_ANY)) ? take(ring, i, want) : -EAGAIN;
}

/* From the cursor to the first place that can be had, at most once around. */
static int look(struct egress_ring *ring, struct egress_probe *probe,
		const struct egress_place *want, unsigned int limit, unsigned int *budget)
{
	unsigned int n = min_t(unsigned int, ring->fresh, EGRESS_RING_LOOK);
	u32 more = (probe->now - ring->looked) / EGRESS_RING_PACE;

	if (more) {
		ring->looks = min_t(u32, more, EGRESS_RING_BURST - ring->looks) + ring->looks;
		ring->looked = probe->now;
	}
	if (!ring->looks)
		return -EAGAIN;

	/* Those that had their turn ahead are asked last. */
	if (ring->ahead)
		n += EGRESS_RING_NEAR + 1;
	while (n--) {
		struct egress_place *place = place_at(ring, ring->cursor);
		unsigned int i = ring->cursor;
		enum egress_fate fate;
		int ret;

		if (ring->ahead & 1) {
			advance(ring);
			continue;
		}
		if (!*budget)
			return -EAGAIN;
		if (place->proto)
			--*budget;
		/* One in excess of the limit only has to go. */
		if (ring->taken > limit)
			fate = reclaim(ring, probe, i, EGRESS_END_ANY);
		else
			fate = reclaim_fit(ring, probe, want, i);
		if (fate == EGRESS_FATE_UNFIT && (place->proto || ring->taken < limit)) {
			ret = take_near(ring, probe, want, limit, budget);
			if (ret >= 0)
				return ret;
			continue;
		}
		advance(ring);
		if (is_free(fate) && ring->taken < limit)
			return take(ring, i, want);
	}
	ring->looks--;
	return -EAGAIN;
}

/**
 * egress_ring_take() - take a port for a new connection
 * @ring: ring
 * @probe: asks after older connections
 * @want: what the place shall be, taken now
 * @limit: connections at once
 * @budget: places that may still be looked at, counted down
 *
 * Context: softirq, the owner's lock held. Looks at no more than
 * EGRESS_RING_LOOK places, at two unless @limit is reached.
 *
 * Return: port from the block's first, -EAGAIN if there is none, -ENOMEM.
 */
int egress_ring_take(struct egress_ring *ring, struct egress_probe *probe,
		     const struct egress_place *want, unsigned int limit, unsigned int *budget)
{
	struct mem_cgroup *memcg;
	unsigned int tries = 2;
	int err, ret;

	if (ring->taken >= limit)
		return look(ring, probe, want, limit, budget);

	ret = egress_ring_take_fresh(ring, want, limit);
	if (ret >= 0)
		return ret;
	if (ring->size == 1u << ring->order)
		return look(ring, probe, want, limit, budget);
	while (tries--) {
		unsigned int i = advance(ring);

		if (reclaim(ring, probe, i, EGRESS_END_NONE) == EGRESS_FATE_DEAD)
			return take(ring, i, want);
	}

	memcg = set_active_memcg(probe->memcg);
	err = grow(ring);
	set_active_memcg(memcg);
	if (err) {
		/* No memory: a place that is there already will do. */
		ret = look(ring, probe, want, limit, budget);
		return ret == -EAGAIN ? -ENOMEM : ret;
	}
	return egress_ring_take_fresh(ring, want, limit);
}

/**
 * egress_ring_renew() - has a connection a port still
 * @ring: ring
 * @port: from the block's first
 * @place: what its place looks like; taken now, if so
 *
 * Or another that looks the same: conntrack lets only one of them pass. Context:
 * the owner's lock held.
 */
bool egress_ring_renew(struct egress_ring *ring, unsigned int port,
		       const struct egress_place *place)
{
	unsigned int i = place_of(ring, port);
	struct egress_place *held;

	if (i >= ring->fresh)
		return false;
	held = place_at(ring, i);
	if (held->proto != place->proto || held->peer != place->peer)
		return false;
	held->taken = place->taken;
	return true;
}

/**
 * egress_ring_sweep() - ask after a stretch of the ring
 * @ring: ring
 * @probe: asks
 * @from: first place
 * @n: places at most
 * @live: connections found, counted up; a closed one is none
 *
 * Context: the owner's lock held. Return: place to go on from, 0 at the end.
 */
unsigned int egress_ring_sweep(struct egress_ring *ring, struct egress_probe *probe,
			       unsigned int from, unsigned int n, unsigned int *live)
{
	for (; from < ring->fresh && n; from++, n--) {
		struct egress_place *place = place_at(ring, from);

		if (!place->proto || place->proto == EGRESS_PLACE_RESERVED)
			continue;
		switch (ask(ring, probe, from, EGRESS_END_NONE)) {
		case EGRESS_FATE_LIVE:
		case EGRESS_FATE_UNCONFIRMED:
			++*live;
			break;
		case EGRESS_FATE_LATE:
			break;
		case EGRESS_FATE_DEAD:
			release(ring, probe, place);
			break;
		case EGRESS_FATE_CLOSED:
		case EGRESS_FATE_UNFIT:
			probe->freed += !place->closed;
			place->closed = true;
			break;
		}
	}
	return from < ring->fresh ? from : 0;
}
