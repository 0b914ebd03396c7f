// SPDX-License-Identifier: GPL-2.0
/*
 * The port ring chooses a port for a new connection and keeps the limit on connections. The code
 * here calls neither conntrack nor a lock nor a clock: the caller supplies all three.
 *
 *            fresh                  size          2^order
 *   [TTTTTT.TT|. . . . . . . . . . .]- - - - - - - - - |
 *      ^cursor                       memory not allocated yet
 *
 *   T is a place that is taken, a dot is a free place.
 *
 * A connection gets the next place that was never used. If all places that there is memory for
 * have been used, the connection gets the place under the cursor or the one after the cursor,
 * provided that the place's last connection is over. If both are in use, the ring grows. A ring
 * that has all its places is searched from the cursor on, up to the first place that can be had.
 * Only a whole round that finds no place costs a token (egress_ring.looks); a ring gets a new
 * token every EGRESS_RING_PACE jiffies.
 *
 * A far end that closed a connection first remembers the connection for a minute in TIME_WAIT,
 * and may refuse a new connection from the same port. Then the new connection gets one of the
 * places that follow.
 *
 * A UDP flow keeps its entry in conntrack for 30 seconds after its only answer. Such an idle flow
 * keeps its place as long as there is another one to be had. If the limit is reached, the search
 * ends the first idle flow that it meets: as the places are taken in turn, that is the oldest.
 *
 * A connection that conntrack knows already is adopted: it has its port, and so its place, which
 * need not have been used yet. To have memory up to that place for every such connection would
 * be too much, as most destinations have few. So the connection is noted aside, and moves to its
 * place when that place's turn comes. Where many are aside, the ring gets all of its memory, and
 * all of them their places. One whose place another connection
 * has, with the same port but another port of the far end, stays aside.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/memcontrol.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "packet/ring.h"
#include "packet/stamp.h"

#define DOUBLED		(EGRESS_RING_CHUNK * 2)	/* from this place on, all pieces have one size */
/* The code runs in softirq, so it cannot sleep. The memory is charged to egress_probe.memcg. */
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

/*
 * The round function of the Feistel network: 16 well-mixed bits of @x under @key. The two odd
 * multipliers are customary in hash functions, as they spread each input bit over many bits.
 */
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
 * The permutation is a Feistel network of four rounds. Its two halves need not have the same
 * length, so there is a permutation for every order, odd ones too.
 *
 * Return: the port, counted from the block's first port.
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

/* The inverse of egress_ring_port(): the rounds in reverse order give the place of a port. */
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
 * egress_ring_init() - make an empty ring
 * @ring: ring
 * @order: the block has 2^order ports, 6 to 14
 * @zero: the block's first port is port 0, which must never be handed out
 * @key: a random number, the key of the permutation from places to ports
 * @now: the lower 32 bits of jiffies
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
 * egress_ring_free() - free a ring's memory
 * @ring: ring, which must not be used afterwards
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
	kfree(ring->aside);
}

/* Doubles the ring up to DOUBLED places, then adds EGRESS_RING_CHUNK places at a time. */
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

static void forget_aside(struct egress_ring *ring, unsigned int k)
{
	ring->n_aside--;
	memmove(&ring->aside[k], &ring->aside[k + 1],
		(ring->n_aside - k) * sizeof(*ring->aside));
	if (ring->n_aside)
		return;
	kfree(ring->aside);
	ring->aside = NULL;
}

/* Does the connection whose place is @i wait aside? Then it moves to its place. */
static bool come_in(struct egress_ring *ring, unsigned int i)
{
	struct egress_aside *next;

	if (likely(!ring->n_aside))
		return false;
	next = &ring->aside[ring->n_aside - 1];
	if (next->turn != i)
		return false;
	*place_at(ring, i) = next->place;
	forget_aside(ring, ring->n_aside - 1);
	return true;
}

static int take(struct egress_ring *ring, unsigned int i, const struct egress_place *want)
{
	*place_at(ring, i) = *want;
	ring->taken++;
	return egress_ring_port(ring, i);
}

/* Moves the cursor on. Return: the place where the cursor was. */
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

static enum egress_fate ask(struct egress_probe *probe, struct egress_place *place,
			    unsigned int port, enum egress_end end)
{
	enum egress_fate fate = probe->fate(probe, port, place, end);

	place->seen |= fate != EGRESS_FATE_UNCONFIRMED && fate != EGRESS_FATE_LATE;
	return fate;
}

/*
 * Frees place @i if the place's connection is over, or if TCP has closed the connection or it is
 * an idle flow, and @end allows to remove its entry. Return: EGRESS_FATE_DEAD or
 * EGRESS_FATE_CLOSED if @i is free now, except that with EGRESS_END_NONE a closed connection keeps
 * its place.
 */
static enum egress_fate reclaim(struct egress_ring *ring, struct egress_probe *probe,
				unsigned int i, enum egress_end end)
{
	struct egress_place *place = place_at(ring, i);
	enum egress_fate fate;

	if (!place->proto)
		return EGRESS_FATE_DEAD;
	if (place->proto == EGRESS_PLACE_RESERVED)
		return EGRESS_FATE_LIVE;
	if (place->proto == EGRESS_PLACE_IN_USE) {
		/* It is tried again only if there is no other: see look(). */
		if (end != EGRESS_END_ANY)
			return EGRESS_FATE_LIVE;
		place->proto = 0;
		return EGRESS_FATE_DEAD;
	}
	fate = ask(probe, place, egress_ring_port(ring, i), end);
	if (fate == EGRESS_FATE_IDLE && end >= EGRESS_END_IDLE) {
		probe->dropped++;
		fate = EGRESS_FATE_CLOSED;
	}
	if (fate == EGRESS_FATE_DEAD || (fate == EGRESS_FATE_CLOSED && end != EGRESS_END_NONE))
		release(ring, probe, place);
	return fate;
}

static int take_fresh(struct egress_ring *ring, const struct egress_place *want)
{
	while (ring->fresh < ring->size) {
		unsigned int i = ring->fresh++;

		if (come_in(ring, i))
			continue;
		if (unlikely(ring->zero && !egress_ring_port(ring, i))) {
			place_at(ring, i)->proto = EGRESS_PLACE_RESERVED;
			continue;
		}
		return take(ring, i, want);
	}
	return -EAGAIN;
}

/**
 * egress_ring_take_fresh() - take a port that no connection has used, without allocating memory
 * @ring: ring
 * @want: the new contents of the place; @want->taken is the present time
 * @limit: connections that there may be at a time
 *
 * Context: the lock of the ring's owner held, bottom halves off.
 *
 * Return: the port, counted from the block's first port, or -EAGAIN if egress_ring_take() has to
 * look for a port.
 */
int egress_ring_take_fresh(struct egress_ring *ring, const struct egress_place *want,
			   unsigned int limit)
{
	if (unlikely(ring->taken >= limit || ring->n_aside))
		return -EAGAIN;
	return take_fresh(ring, want);
}

/*
 * May the far end still be in TIME_WAIT with the last connection of this free place, and take the
 * new connection @want for an older one, by its timestamp? The last connection has no entry in
 * conntrack any more, so nobody can tell which end closed first. Its entry may be gone before the
 * far end's TIME_WAIT ends, because conntrack removes the entry of a closed connection when the
 * machine uses the same port of its own again.
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

/*
 * Does the same as reclaim() for a place that @want is to have, with EGRESS_END_FIT or
 * EGRESS_END_IDLE. A place whose connection the far end may remember is EGRESS_FATE_UNFIT, also
 * if the place is free.
 */
static enum egress_fate reclaim_fit(struct egress_ring *ring, struct egress_probe *probe,
				    const struct egress_place *want, unsigned int i,
				    enum egress_end end)
{
	enum egress_fate fate = reclaim(ring, probe, i, end);

	if (fate == EGRESS_FATE_DEAD && is_remembered(place_at(ring, i), want, probe->now))
		return EGRESS_FATE_UNFIT;
	return fate;
}

/*
 * The far end may refuse the new connection from the port under the cursor. So take one of the
 * EGRESS_RING_NEAR places that follow, before its turn. If none of these can be had either, take
 * the place under the cursor: the far end may accept the connection after all, or after a retry.
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
		if (is_free(reclaim_fit(ring, probe, want, i, EGRESS_END_FIT)) &&
		    ring->taken < limit) {
			ring->ahead |= 1u << k;
			return take(ring, i, want);
		}
	}
	i = advance(ring);
	return is_free(reclaim(ring, probe, i, EGRESS_END_ANY)) ? take(ring, i, want) : -EAGAIN;
}

/* May the ring make a round, or look for a place otherwise, which takes as long? */
static bool has_look(struct egress_ring *ring, const struct egress_probe *probe)
{
	u32 more = (probe->now - ring->looked) / EGRESS_RING_PACE;

	if (more) {
		ring->looks = min_t(u32, more, EGRESS_RING_BURST - ring->looks) + ring->looks;
		ring->looked = probe->now;
	}
	return ring->looks;
}

/*
 * Search from the cursor on for the first place that can be had, at most once around the ring.
 *
 * If the limit is not reached, some places are free, or their ports were found in use. The search
 * prefers a free place to the first idle flow that it has passed, but does not go on for long. A
 * port that was found in use is tried again if there is nothing else, and costs a round each time.
 */
static int look(struct egress_ring *ring, struct egress_probe *probe,
		const struct egress_place *want, unsigned int limit, unsigned int *budget)
{
	unsigned int n = min_t(unsigned int, ring->fresh, EGRESS_RING_LOOK);
	unsigned int passed = 0, idle = 0;
	bool whole = true;
	int spare = -1;

	if (!has_look(ring, probe))
		return -EAGAIN;

	/*
	 * The places taken before their turn are skipped, which costs a step each. With as many
	 * more steps as there may be such places, the search asks about them last.
	 */
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
		if (!*budget) {
			whole = false;
			break;
		}
		if (place->proto)
			--*budget;
		if (place->proto == EGRESS_PLACE_IN_USE && spare < 0)
			spare = i;
		/*
		 * When the operator has lowered the limit, there are too many connections. Then
		 * a closed connection is removed and nobody gets its place, so it does not matter
		 * whether the far end would accept a new connection from that port.
		 */
		if (ring->taken > limit)
			fate = reclaim(ring, probe, i, EGRESS_END_ANY);
		else
			fate = reclaim_fit(ring, probe, want, i, ring->taken < limit ?
					   EGRESS_END_FIT : EGRESS_END_IDLE);
		if (fate == EGRESS_FATE_UNFIT && (place->proto || ring->taken < limit)) {
			ret = take_near(ring, probe, want, limit, budget);
			if (ret >= 0)
				return ret;
			continue;
		}
		advance(ring);
		if (is_free(fate) && ring->taken < limit)
			return take(ring, i, want);
		if (fate == EGRESS_FATE_IDLE && !passed) {
			idle = i;
			passed = 1;
		} else if (passed && ++passed > EGRESS_RING_NEAR) {
			if (is_free(reclaim(ring, probe, idle, EGRESS_END_IDLE)))
				return take(ring, idle, want);
			passed = 0;
		}
	}
	if (passed && is_free(reclaim(ring, probe, idle, EGRESS_END_IDLE)))
		return take(ring, idle, want);
	if (whole)
		ring->looks--;
	if (spare >= 0 && ring->taken < limit) {
		/* The next search begins after this port, which may still be in use. */
		ring->cursor = spare + 1 < ring->fresh ? spare + 1 : 0;
		ring->ahead = 0;
		return take(ring, spare, want);
	}
	return -EAGAIN;
}

static int grow_for(struct egress_ring *ring, const struct egress_probe *probe)
{
	struct mem_cgroup *memcg = set_active_memcg(probe->memcg);
	int err = grow(ring);

	set_active_memcg(memcg);
	return err;
}

/*
 * The limit is reached, and look() does not see who is aside. Ask about these, until a connection
 * is over or can be ended, as look() would end it.
 */
static void reclaim_aside(struct egress_ring *ring, struct egress_probe *probe,
			  unsigned int limit, unsigned int *budget)
{
	unsigned int k = ring->n_aside;

	while (k-- && *budget && ring->taken >= limit) {
		struct egress_aside *aside = &ring->aside[k];
		enum egress_fate fate = ask(probe, &aside->place, aside->port, EGRESS_END_ANY);

		--*budget;
		probe->dropped += fate == EGRESS_FATE_IDLE;
		if (fate != EGRESS_FATE_IDLE && !is_free(fate))
			continue;
		release(ring, probe, &aside->place);
		forget_aside(ring, k);
	}
}

static int find(struct egress_ring *ring, struct egress_probe *probe,
		const struct egress_place *want, unsigned int limit, unsigned int *budget)
{
	unsigned int tries = 2;
	int err, ret;

	if (unlikely(ring->taken >= limit && ring->n_aside)) {
		if (!has_look(ring, probe))
			return -EAGAIN;
		reclaim_aside(ring, probe, limit, budget);
	}
	if (ring->taken >= limit)
		return look(ring, probe, want, limit, budget);

	for (;;) {
		ret = take_fresh(ring, want);
		if (ret >= 0)
			return ret;
		if (ring->size == 1u << ring->order)
			return look(ring, probe, want, limit, budget);
		while (tries) {
			unsigned int i = advance(ring);

			tries--;
			if (reclaim(ring, probe, i, EGRESS_END_NONE) == EGRESS_FATE_DEAD)
				return take(ring, i, want);
		}
		err = grow_for(ring, probe);
		if (err) {
			/* Without memory to grow, search the places that there are. */
			ret = look(ring, probe, want, limit, budget);
			return ret == -EAGAIN ? -ENOMEM : ret;
		}
		/* All new places may be those of connections that waited aside: then once more. */
	}
}

static bool is_same(const struct egress_place *a, const struct egress_place *b)
{
	return a->proto == b->proto && a->peer == b->peer;
}

/*
 * A connection has got a port. Conntrack could not tell it from one that is aside with the same
 * port, protocol and peer: that one is over, or the new one will learn that the port is in use. In
 * both cases the place stands for what there is, and nothing else.
 */
static void replace_aside(struct egress_ring *ring, struct egress_probe *probe, unsigned int port,
			  const struct egress_place *want)
{
	unsigned int k = ring->n_aside;

	while (k--) {
		struct egress_aside *aside = &ring->aside[k];

		if (aside->port != port || !is_same(&aside->place, want))
			continue;
		release(ring, probe, &aside->place);
		forget_aside(ring, k);
	}
}

/**
 * egress_ring_take() - take a port for a new connection
 * @ring: ring
 * @probe: says what became of older connections
 * @want: the new contents of the place; @want->taken is the present time
 * @limit: connections that there may be at a time
 * @budget: number of places whose connections a search may still ask about, counted down
 *
 * Context: the lock of the ring's owner held, bottom halves off. While the ring can grow and
 * @limit is not reached, two places are asked about, and @budget is not used. A search asks
 * about as many places as @budget says, at most.
 *
 * Return: the port, counted from the block's first port; -EAGAIN if no port was found: all are in
 * use, or @budget or the ring's tokens are used up; -ENOMEM.
 */
int egress_ring_take(struct egress_ring *ring, struct egress_probe *probe,
		     const struct egress_place *want, unsigned int limit, unsigned int *budget)
{
	int port = find(ring, probe, want, limit, budget);

	if (unlikely(port >= 0 && ring->n_aside))
		replace_aside(ring, probe, port, want);
	return port;
}

/* Return: the place that a connection has just taken, or NULL. */
static struct egress_place *held_by(struct egress_ring *ring, unsigned int port,
				    const struct egress_place *place)
{
	unsigned int i = place_of(ring, port);
	struct egress_place *held;

	/*
	 * A sweep may have freed the place meanwhile, and another connection may have it. The
	 * sweep may even have freed the table, and this ring is another one's.
	 */
	if (i >= ring->fresh)
		return NULL;
	held = place_at(ring, i);
	return held->proto == place->proto && held->peer == place->peer &&
	       held->stamp == place->stamp ? held : NULL;
}

/**
 * egress_ring_pass_over() - note that a port which a connection has just taken cannot be used
 * @ring: ring
 * @port: the port, counted from the block's first port
 * @place: protocol, peer and stamp of the connection
 *
 * The connection does not count any more. The port is tried again when no other is left.
 *
 * Context: the lock of the ring's owner held, bottom halves off.
 */
void egress_ring_pass_over(struct egress_ring *ring, unsigned int port,
			   const struct egress_place *place)
{
	struct egress_place *held = held_by(ring, port, place);

	if (!held)
		return;
	*held = (struct egress_place) { .proto = EGRESS_PLACE_IN_USE };
	ring->taken--;
}

/**
 * egress_ring_leave() - leave a port that a connection has just taken to an older connection
 * @ring: ring
 * @port: the port, counted from the block's first port
 * @place: protocol, peer and stamp of the new connection; the older one has the same protocol and
 *	peer
 *
 * The older connection is adopted thereby, and counts instead of the new one. Context: the lock of
 * the ring's owner held, bottom halves off.
 */
void egress_ring_leave(struct egress_ring *ring, unsigned int port,
		       const struct egress_place *place)
{
	struct egress_place *held = held_by(ring, port, place);

	if (!held)
		return;
	held->seen = true;
	held->stamp = 0;
}

/* Give the ring all of its memory, so that nobody who has a turn is aside. */
static int unfold(struct egress_ring *ring, const struct egress_probe *probe)
{
	unsigned int zero = ring->zero ? place_of(ring, 0) : EGRESS_NO_TURN;
	int err;

	while (ring->size < 1u << ring->order) {
		err = grow_for(ring, probe);
		if (err)
			return err;
	}
	for (; ring->fresh < ring->size; ring->fresh++)
		if (!come_in(ring, ring->fresh) && ring->fresh == zero)
			place_at(ring, zero)->proto = EGRESS_PLACE_RESERVED;
	return 0;
}

static int set_aside(struct egress_ring *ring, const struct egress_probe *probe,
		     unsigned int turn, unsigned int port, const struct egress_place *want)
{
	unsigned int n = ring->n_aside, k = n;
	struct mem_cgroup *memcg;
	struct egress_aside *more;

	if (!n || (n >= 4 && is_power_of_2(n))) {
		memcg = set_active_memcg(probe->memcg);
		more = krealloc_array(ring->aside, max(2 * n, 4u), sizeof(*more), GFP_RING);
		set_active_memcg(memcg);
		if (!more)
			return -ENOMEM;
		ring->aside = more;
	}
	while (k && ring->aside[k - 1].turn < turn)
		k--;
	memmove(&ring->aside[k + 1], &ring->aside[k], (n - k) * sizeof(*ring->aside));
	ring->aside[k] = (struct egress_aside) { .place = *want, .turn = turn, .port = port };
	ring->n_aside++;
	ring->taken++;
	return 0;
}

/**
 * egress_ring_adopt() - give a connection that has its port already its place
 * @ring: ring
 * @probe: says what became of the connection that has the place
 * @port: the port, counted from the block's first port
 * @want: the connection: protocol, peer, and the present time in @taken; it has been seen
 *
 * Context: the lock of the ring's owner held, bottom halves off. The limit does not matter: the
 * connection is there already.
 *
 * Return: 0; -EEXIST if the ring knows the connection; -ENOSPC if there are as many connections
 * as ports, or if too many have the same port as another one; -ENOMEM.
 */
int egress_ring_adopt(struct egress_ring *ring, struct egress_probe *probe, unsigned int port,
		      const struct egress_place *want)
{
	unsigned int i = place_of(ring, port), turn = i, k;
	unsigned int room = min(EGRESS_RING_ASIDE, 1 << ring->order >> 4);
	int err;

	for (k = 0; k < ring->n_aside; k++) {
		if (ring->aside[k].port != port)
			continue;
		if (is_same(&ring->aside[k].place, want))
			return -EEXIST;
		turn = EGRESS_NO_TURN;
	}
	if (i < ring->fresh) {
		if (is_same(place_at(ring, i), want))
			return -EEXIST;
		/* A port that somebody else was found to use is this connection's, then. */
		if (place_at(ring, i)->proto == EGRESS_PLACE_IN_USE)
			place_at(ring, i)->proto = 0;
		if (reclaim(ring, probe, i, EGRESS_END_NONE) != EGRESS_FATE_DEAD)
			turn = EGRESS_NO_TURN;
	}
	if (ring->taken >= (1u << ring->order) - ring->zero)
		return -ENOSPC;
	/* Port 0, which an ICMP echo may have, is never handed out: it has no place. */
	if (ring->zero && !port)
		turn = EGRESS_NO_TURN;

	if (ring->n_aside >= room && i >= ring->fresh) {
		err = unfold(ring, probe);
		if (err)
			return err;
	}
	if (turn == i && i < ring->fresh) {
		take(ring, i, want);
		return 0;
	}
	if (ring->n_aside >= room)
		return -ENOSPC;
	return set_aside(ring, probe, turn, port, want);
}

/**
 * egress_ring_renew() - does a connection still have its port?
 * @ring: ring
 * @port: the port, counted from the block's first port
 * @place: protocol and peer of the connection, and the present time in @taken
 *
 * If so, the place counts as taken now. The answer is also true if the place has gone to another
 * connection with the same protocol and peer. This does no harm: both connections have the same
 * tuple, so conntrack confirms only one of them and drops the other one's packet.
 *
 * Context: the lock of the ring's owner held, bottom halves off.
 *
 * Return: whether the place of @port is held by such a connection.
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

/* Return: whether the connection of @place is over: it has been released. */
static bool sweep(struct egress_ring *ring, struct egress_probe *probe,
		  struct egress_place *place, unsigned int port, unsigned int *live,
		  unsigned int *idle)
{
	switch (ask(probe, place, port, EGRESS_END_NONE)) {
	case EGRESS_FATE_IDLE:
		if (idle)
			++*idle;
		fallthrough;
	case EGRESS_FATE_LIVE:
	case EGRESS_FATE_UNCONFIRMED:
		++*live;
		break;
	case EGRESS_FATE_LATE:
		break;
	case EGRESS_FATE_DEAD:
		release(ring, probe, place);
		return true;
	case EGRESS_FATE_CLOSED:
	case EGRESS_FATE_UNFIT:
		probe->freed += !place->closed;
		place->closed = true;
		break;
	}
	return false;
}

/**
 * egress_ring_sweep() - ask about the connections in a part of the ring, free dead ones' places
 * @ring: ring
 * @probe: says what became of the connections
 * @from: the first place of the part
 * @n: length of the part, in places, at most
 * @live: counted up by the number of live connections; connections that TCP has closed, and
 *	those that are EGRESS_FATE_LATE, are not counted
 * @idle: counted up by the number of these that are idle flows, unless NULL
 *
 * Context: the lock of the ring's owner held, bottom halves off.
 *
 * Return: the place to go on from, 0 at the end of the ring.
 */
unsigned int egress_ring_sweep(struct egress_ring *ring, struct egress_probe *probe,
			       unsigned int from, unsigned int n, unsigned int *live,
			       unsigned int *idle)
{
	unsigned int k;

	/* Who is aside is asked about with the first places. */
	for (k = from ? 0 : ring->n_aside; k--;) {
		struct egress_aside *aside = &ring->aside[k];

		if (sweep(ring, probe, &aside->place, aside->port, live, idle))
			forget_aside(ring, k);
	}
	for (; from < ring->fresh && n; from++, n--) {
		struct egress_place *place = place_at(ring, from);

		if (place->proto && place->proto < EGRESS_PLACE_IN_USE)
			sweep(ring, probe, place, egress_ring_port(ring, from), live, idle);
	}
	return from < ring->fresh ? from : 0;
}
