// SPDX-License-Identifier: GPL-2.0
/*
 * Destination tables: a table knows the connections of one block to one address. A table is a
 * port ring under a lock of its own, which only packets of one machine take. Packets find a table
 * by a hash of block and address, not through the lease, so that a table can outlive the lease.
 *
 * Conntrack tells nobody when a connection ends, so the table has to ask conntrack. When a packet
 * wants a port, the table asks about the places that the search meets. When the reaper sweeps the
 * table, or somebody wants to know the number of connections, it asks about all places.
 */
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/memcontrol.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_timeout.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/tcp.h>

#include "addr.h"
#include "net.h"
#include "packet/classify.h"
#include "packet/destination.h"
#include "packet/objects.h"
#include "packet/ring.h"
#include "packet/stamp.h"

/*
 * To ask conntrack about one place costs about 700 instructions. So that machines at their limit
 * cannot use up a CPU, the packets on a CPU may ask about only this many places in a jiffy,
 * in all tables together.
 */
#define LOOK_BUDGET	1024
#define SWEEP_PLACES	64		/* places to sweep before a table's lock is let go */
#define SHOW_BUDGET	2048		/* tables and places to show before others have a turn */
#define EVENT_PERIOD	HZ		/* least time between two events about a table */
#define IDLE_TIME	HZ		/* silence after which an answered UDP flow is idle */

/*
 * How long a packet may wait in an NFQUEUE between source NAT and confirmation without losing its
 * port. The port is lost earlier if another connection needs it.
 */
#define QUEUE_TIME	HZ

static unsigned int max_destinations = 4 << 20;
module_param(max_destinations, uint, 0644);
MODULE_PARM_DESC(max_destinations, "Destination tables in a namespace at most; as many as a block has are left for others");

struct egress_dest_key {
	const struct egress_ports *ports;
	struct in6_addr addr;
	u16 zone;
	u8 pf;
};

/**
 * struct egress_dest - a destination table
 * @node: in egress_net.dests
 * @key: the block; the address and family of the destination after destination NAT; the conntrack
 *	zone of the reply direction
 * @list: in egress_dests.list
 * @live: number of live connections that the last sweep found; changed under egress_net.reap
 * @lock: protects @dead, @ring, @refused, @held_back and @told
 * @dead: the table has left the hash: who finds it must look for another one
 * @ring: the block's ports as they are used to this destination
 * @refused: number of connections refused at the limit
 * @held_back: number of connections refused since the last event
 * @told: jiffies, the lower 32 bits, of the last event about a refusal
 * @rcu: delays the freeing until no packet reads this table any more
 */
struct egress_dest {
	struct rhash_head node;
	struct egress_dest_key key;
	struct list_head list;
	unsigned int live;
	/* Protects all that follows but @rcu; taken in softirq. */
	spinlock_t lock;
	bool dead;
	struct egress_ring ring;
	unsigned long refused;
	unsigned int held_back;
	u32 told;
	struct rcu_head rcu;
};

static struct kmem_cache *dest_cache;

/*
 * A machine chooses its destinations, and could choose many whose hashes collide. So the hash
 * takes all bits of the address and the table's random seed, which no machine knows.
 */
static u32 key_hash(const void *data, u32 len, u32 seed)
{
	const struct egress_dest_key *key = data;
	const u32 *addr = (const u32 *)&key->addr;
	u32 owner = hash_ptr(key->ports, 32);

	if (key->pf == NFPROTO_IPV6)
		owner = jhash_3words(addr[0], addr[1], owner, seed);
	return jhash_3words(addr[2], addr[3], owner ^ key->zone, seed);
}

static u32 dest_hash(const void *obj, u32 len, u32 seed)
{
	return key_hash(&((const struct egress_dest *)obj)->key, len, seed);
}

static int dest_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct egress_dest_key *a = arg->key, *b = &((const struct egress_dest *)obj)->key;

	return a->ports != b->ports || a->zone != b->zone || a->pf != b->pf ||
		!ipv6_addr_equal(&a->addr, &b->addr);
}

static const struct rhashtable_params dest_params = {
	.key_len = sizeof(struct egress_dest_key),
	.key_offset = offsetof(struct egress_dest, key),
	.head_offset = offsetof(struct egress_dest, node),
	.hashfn = key_hash,
	.obj_hashfn = dest_hash,
	.obj_cmpfn = dest_cmp,
	.automatic_shrinking = true,
};

/* The number of places about which packets on a CPU may still ask conntrack in this jiffy. */
struct look_budget {
	u32 jiffy;
	unsigned int left;
};

static DEFINE_PER_CPU(struct look_budget, look_budget);

/* Which connections a sweep ends. */
enum conn_cut {
	CUT_NONE,
	CUT_LIVE,	/* those that conntrack has confirmed and TCP has not closed */
	CUT_ALL,	/* all, as the block is taken from its machine */
};

/**
 * struct conn_probe - a probe that asks conntrack
 * @probe: what the ring sees of this struct
 * @net: the namespace of the connections
 * @ports: the block
 * @key: the key of the destination table
 * @cut: which connections are ended
 * @ended: number of connections that CUT_LIVE has ended
 * @ct: the connection that wants a place, not confirmed yet; NULL in a sweep
 * @want: the place as @ct wants it; not set in a sweep
 */
struct conn_probe {
	struct egress_probe probe;
	struct net *net;
	const struct egress_ports *ports;
	const struct egress_dest_key *key;
	enum conn_cut cut;
	unsigned int ended;
	const struct nf_conn *ct;
	struct egress_place want;
};

/**
 * egress_tcp_closed() - is a TCP connection over, although conntrack still has its entry?
 * @ct: a TCP connection
 */
bool egress_tcp_closed(const struct nf_conn *ct)
{
	/* Conntrack writes this byte under ct->lock. One byte can be read without the lock. */
	u8 state = data_race(READ_ONCE(ct->proto.tcp.state));

	return state == TCP_CONNTRACK_TIME_WAIT || state == TCP_CONNTRACK_CLOSE;
}

/*
 * Would the far end accept the SYN of the new connection from the port of @old, which is closed?
 * A far end that closed first is in TIME_WAIT, and accepts a SYN that is later than what it has
 * seen of @old (RFC 6191). It compares timestamps if both connections have them, else sequence
 * numbers. A machine's timestamps may start at another value for each port of its own, so the
 * timestamp of a new connection is not always the later one.
 */
static bool is_fit(const struct conn_probe *cp, const struct nf_conn *old,
		   const struct egress_place *place)
{
	const struct ip_ct_tcp *tcp = &old->proto.tcp;
	const struct egress_place *want = &cp->want;
	bool waits;
	u32 seen;

	/*
	 * Conntrack writes the state and the flags under ct->lock. Without the lock we may miss a
	 * change that happens just now. The worst result is a SYN that the far end refuses.
	 */
	waits = data_race(tcp->state == TCP_CONNTRACK_TIME_WAIT &&
			  tcp->seen[IP_CT_DIR_REPLY].flags & IP_CT_TCP_FLAG_CLOSE_INIT);
	if (!waits || want->proto != IPPROTO_TCP || want->peer != place->peer)
		return true;
	if (want->stamp && place->stamp)
		return egress_stamp_later(want->stamp, place->stamp);
	/*
	 * The same is true of the sequence number of @old. As a SYN takes one number, the SYN's
	 * own number is one below the td_end of the new connection.
	 */
	seen = data_race(READ_ONCE(tcp->seen[IP_CT_DIR_ORIGINAL].td_end));
	return after(cp->ct->proto.tcp.seen[IP_CT_DIR_ORIGINAL].td_end - 1, seen);
}

/* Conntrack's timeout for a UDP flow that it does not take for a stream, in jiffies. */
static unsigned int udp_timeout(const struct nf_conn *ct)
{
	const unsigned int *timeouts = nf_ct_timeout_lookup(ct);

	if (!timeouts)
		timeouts = nf_udp_pernet(nf_ct_net(ct))->timeouts;
	return READ_ONCE(timeouts[UDP_CT_UNREPLIED]);
}

/*
 * Does a UDP flow have its answer, and has it been silent since? Conntrack keeps the entry of such
 * a flow for another 30 seconds, though it is a query to a resolver nearly always, and over. A
 * flow that goes on for two seconds is taken for a stream (ASSURED) and is not idle, however long
 * it is silent. A flow whose timeout somebody else has set is none of our business either.
 *
 * Each packet sets the timeout anew, so what is left of the timeout tells when the last one came.
 */
static bool is_idle(const struct nf_conn *ct)
{
	/*
	 * Another CPU may be handling a packet of the flow right now. Then the flow counts as idle
	 * all the same, as if the packet had come a moment later.
	 */
	unsigned long status = data_race(READ_ONCE(ct->status));
	s32 left;
	bool idle;

	if ((status & (IPS_SEEN_REPLY | IPS_ASSURED | IPS_FIXED_TIMEOUT | IPS_OFFLOAD)) !=
	    IPS_SEEN_REPLY)
		return false;
	left = READ_ONCE(ct->timeout) - nfct_time_stamp;
	/* A sweep is under no RCU lock yet, which the timeout that a rule has set needs. */
	rcu_read_lock();
	idle = left < (s32)(udp_timeout(ct) - IDLE_TIME);
	rcu_read_unlock();
	return idle;
}

/* Makes the tuple by which conntrack finds the connection of @place: that of its replies. */
static void reply_tuple(struct nf_conntrack_tuple *tuple, const struct conn_probe *cp,
			unsigned int port, const struct egress_place *place)
{
	const struct egress_dest_key *key = cp->key;
	__be16 ours = htons(cp->ports->first + port);

	memset(tuple, 0, sizeof(*tuple));
	tuple->src.l3num = key->pf;
	tuple->dst.protonum = place->proto;
	tuple->dst.dir = IP_CT_DIR_REPLY;
	if (key->pf == NFPROTO_IPV4) {
		tuple->src.u3.ip = egress_addr_to_v4(&key->addr);
		tuple->dst.u3.ip = egress_addr_to_v4(&cp->ports->nat->v4);
	} else {
		tuple->src.u3.in6 = key->addr;
		tuple->dst.u3.in6 = cp->ports->nat->v6;
	}
	if (place->proto == IPPROTO_ICMP || place->proto == IPPROTO_ICMPV6) {
		tuple->src.u.icmp.id = ours;
		tuple->dst.u.all = place->peer;
	} else {
		tuple->src.u.all = place->peer;
		tuple->dst.u.all = ours;
	}
}

static enum egress_fate conn_fate(struct egress_probe *probe, unsigned int port,
				  const struct egress_place *place, enum egress_end end)
{
	struct conn_probe *cp = container_of(probe, struct conn_probe, probe);
	struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_tuple tuple;
	struct nf_conntrack_zone zone;
	enum egress_fate fate = EGRESS_FATE_LIVE;
	struct nf_conn *ct;

	reply_tuple(&tuple, cp, port, place);
	nf_ct_zone_init(&zone, cp->key->zone, NF_CT_DEFAULT_ZONE_DIR, 0);
	h = nf_conntrack_find_get(cp->net, &zone, &tuple);
	if (!h) {
		/*
		 * Conntrack has an entry only from confirmation on. So a place that was taken
		 * just now may belong to a connection that comes to confirmation later, from an
		 * NFQUEUE much later. A packet that comes too late does not use a port that
		 * another connection has meanwhile: the guard asks egress_dest_renew() first.
		 */
		u32 age = egress_place_age(place, probe->now);

		if (cp->cut == CUT_ALL || place->seen)
			return EGRESS_FATE_DEAD;
		if (age <= EGRESS_CONFIRM_TIME)
			return EGRESS_FATE_UNCONFIRMED;
		return age <= QUEUE_TIME && !cp->ct ? EGRESS_FATE_LATE : EGRESS_FATE_DEAD;
	}
	ct = nf_ct_tuplehash_to_ctrack(h);
	/* The bits of NAT do not change any more once there is an entry, as in guard.c. */
	if (NF_CT_DIRECTION(h) != IP_CT_DIR_REPLY || !data_race(ct->status & IPS_SRC_NAT)) {
		/*
		 * This is no connection of the machine: the far end began it, for example to a
		 * forwarded service, or the host speaks from the egress address. It does not
		 * count towards the machine's limit and is not ended when the machine's are cut.
		 * Whoever gets the port finds it in use, and passes it over; the connection that
		 * took the port just now is about to do so.
		 */
		fate = cp->cut != CUT_ALL && !place->seen &&
			egress_place_age(place, cp->probe.now) <= EGRESS_CONFIRM_TIME ?
			EGRESS_FATE_UNCONFIRMED : EGRESS_FATE_DEAD;
	} else if (cp->cut == CUT_ALL) {
		nf_ct_kill(ct);
		fate = EGRESS_FATE_DEAD;
	} else if (place->proto == IPPROTO_TCP && egress_tcp_closed(ct)) {
		fate = EGRESS_FATE_CLOSED;
		if ((end == EGRESS_END_FIT || end == EGRESS_END_IDLE) && !is_fit(cp, ct, place))
			fate = EGRESS_FATE_UNFIT;
		else if (end != EGRESS_END_NONE)
			nf_ct_kill(ct);
	} else if (cp->cut == CUT_LIVE) {
		/* It may be that somebody else ends it just now. */
		cp->ended += nf_ct_kill(ct);
		fate = EGRESS_FATE_DEAD;
	} else if ((place->proto == IPPROTO_UDP || place->proto == IPPROTO_UDPLITE) &&
		   is_idle(ct)) {
		fate = EGRESS_FATE_IDLE;
		if (end >= EGRESS_END_IDLE)
			nf_ct_kill(ct);
	}
	nf_ct_put(ct);
	return fate;
}

static void probe_init(struct conn_probe *cp, struct egress_net *en,
		       const struct egress_ports *ports, const struct egress_dest_key *key)
{
	/* An initializer of the whole struct would also clear cp->want, which costs time. */
	cp->probe.fate = conn_fate;
	cp->probe.freed = 0;
	cp->probe.dropped = 0;
	cp->probe.memcg = ports->nat->memcg;
	cp->net = en->net;
	cp->ports = ports;
	cp->key = key;
	cp->probe.now = jiffies;
	cp->cut = CUT_NONE;
	cp->ended = 0;
	cp->ct = NULL;
}

/* What a search has found to be over, has ended or has adopted, and has to be counted. */
struct ended {
	unsigned int adopted;
	unsigned int closed;	/* egress_probe.freed */
	unsigned int dropped;	/* egress_probe.dropped */
};

static void count(struct egress_net *en, const struct egress_ports *ports, unsigned int n,
		  enum egress_counter counter)
{
	struct egress_sender *sender;

	if (!n)
		return;
	this_cpu_add(en->counters->count[counter], n);
	/* A machine that gives up a block is freed after a grace period only. */
	rcu_read_lock();
	sender = READ_ONCE(ports->sender);
	if (sender)
		atomic64_add(n, &sender->counters.count[counter]);
	rcu_read_unlock();
}

static void count_closed(struct egress_net *en, const struct egress_ports *ports, unsigned int n)
{
	count(en, ports, n, EGRESS_C_CLOSED);
}

static struct egress_dest *dest_new(struct egress_net *en, struct egress_ports *ports,
				    const struct egress_dest_key *key)
{
	struct egress_dest *dest, *old;
	struct mem_cgroup *memcg;

	/*
	 * A machine that scans many addresses must not use up max_destinations. So a block may
	 * have only as many tables as are still left for all others: one scanning machine ends
	 * at half of all tables, two at a third each.
	 */
	if (atomic_read(&en->dests.nelems) + READ_ONCE(ports->dests.n) >=
	    READ_ONCE(max_destinations))
		return NULL;
	memcg = set_active_memcg(ports->nat->memcg);
	/* GFP_NOWAIT keeps to the memory limit of the cgroup; GFP_ATOMIC may exceed the limit. */
	dest = kmem_cache_alloc(dest_cache, GFP_NOWAIT | __GFP_NOWARN);
	set_active_memcg(memcg);
	if (!dest)
		return NULL;
	dest->key = *key;
	dest->live = 0;
	dest->dead = false;
	dest->refused = 0;
	dest->held_back = 0;
	dest->told = jiffies - EVENT_PERIOD;
	spin_lock_init(&dest->lock);
	egress_ring_init(&dest->ring, ports->nat->order, !ports->first, get_random_u64(),
			 jiffies);

	/* Another CPU may have made the table of this destination just now: then use that table. */
	old = rhashtable_lookup_get_insert_key(&en->dests, &dest->key, &dest->node, dest_params);
	if (old) {
		kmem_cache_free(dest_cache, dest);
		return IS_ERR(old) ? NULL : old;
	}
	spin_lock_bh(&ports->dests.lock);
	list_add_tail(&dest->list, &ports->dests.list);
	WRITE_ONCE(ports->dests.n, ports->dests.n + 1);
	spin_unlock_bh(&ports->dests.lock);
	return dest;
}

static unsigned int *this_cpu_look_budget(u32 now)
{
	struct look_budget *budget = this_cpu_ptr(&look_budget);

	if (budget->jiffy != now) {
		budget->jiffy = now;
		budget->left = LOOK_BUDGET;
	}
	return &budget->left;
}

static void refuse(struct egress_dest *dest, u32 now, struct egress_refusal *refusal)
{
	dest->refused++;
	refusal->tell = now - dest->told >= EVENT_PERIOD;
	if (!refusal->tell) {
		dest->held_back++;
		return;
	}
	refusal->held_back = dest->held_back;
	dest->held_back = 0;
	dest->told = now;
}

/*
 * There is no place that was never used, or the limit is reached. Ask what became of the older
 * connections before a connection is refused. This is not inlined, so that the usual case does
 * not pay for the stack frame.
 */
static noinline int take_slow(struct egress_net *en, struct egress_dest *dest,
			      const struct egress_place *want, const struct nf_conn *ct,
			      unsigned int limit, struct egress_refusal *refusal,
			      struct ended *ended)
{
	struct conn_probe cp;
	int ret;

	lockdep_assert_held(&dest->lock);

	probe_init(&cp, en, dest->key.ports, &dest->key);
	cp.want = *want;
	cp.ct = ct;
	ret = egress_ring_take(&dest->ring, &cp.probe, want, limit,
			       this_cpu_look_budget(cp.probe.now));
	if (ret == -EAGAIN)
		refuse(dest, cp.probe.now, refusal);
	ended->closed = cp.probe.freed;
	ended->dropped = cp.probe.dropped;
	return ret;
}

/*
 * Fills in the key of the destination table for a connection, and what the connection's place
 * in the table looks like, but for egress_place.taken and .stamp.
 */
static __always_inline void place_of(const struct nf_conn *ct, const struct egress_ports *ports,
				     u8 pf, struct egress_dest_key *key,
				     struct egress_place *place)
{
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;

	*key = (struct egress_dest_key) {
		.ports = ports,
		.zone = nf_ct_zone_id(nf_ct_zone(ct), IP_CT_DIR_REPLY),
		.pf = pf,
	};
	egress_addr_inet(&key->addr, pf, &reply->src.u3);
	*place = (struct egress_place) { .proto = reply->dst.protonum };
	if (place->proto == IPPROTO_ICMP || place->proto == IPPROTO_ICMPV6)
		place->peer = reply->dst.u.all;
	else
		place->peer = reply->src.u.all;
}

/**
 * egress_dest_take() - take a port for a new connection
 * @en: namespace
 * @ports: the block that the machine leases for the destination
 * @skb: the connection's first packet
 * @ct: the connection, not confirmed yet, after destination NAT
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @limit: connections that the machine may have to a destination at a time
 * @refusal: filled in if the result is -EAGAIN
 *
 * Context: softirq, or process for a packet that the host itself sends; under RCU.
 *
 * Return: the port in host order; -EAGAIN if the limit is reached or no free port was found;
 * -ENOMEM if there is no memory, or if there are too many destination tables.
 */
int egress_dest_take(struct egress_net *en, struct egress_ports *ports, const struct sk_buff *skb,
		     const struct nf_conn *ct, u8 pf, unsigned int limit,
		     struct egress_refusal *refusal)
{
	struct egress_dest_key key;
	struct egress_place want;
	struct egress_dest *dest;
	struct ended ended = {};
	int tries = 3, ret;

	place_of(ct, ports, pf, &key, &want);
	if (want.proto == IPPROTO_TCP)
		want.stamp = egress_stamp(skb, pf);

	do {
		dest = rhashtable_lookup(&en->dests, &key, dest_params);
		if (!dest)
			dest = dest_new(en, ports, &key);
		if (!dest)
			return -ENOMEM;

		spin_lock_bh(&dest->lock);
		/* A sweep may have removed the table since it was found: then look again. */
		if (likely(!dest->dead)) {
			want.taken = jiffies;
			ret = egress_ring_take_fresh(&dest->ring, &want, limit);
			if (unlikely(ret < 0))
				ret = take_slow(en, dest, &want, ct, limit, refusal, &ended);
			spin_unlock_bh(&dest->lock);
			count_closed(en, ports, ended.closed);
			count(en, ports, ended.dropped, EGRESS_C_EARLY_DROP);
			return ret < 0 ? ret : ports->first + ret;
		}
		spin_unlock_bh(&dest->lock);
	} while (--tries);
	return -ENOMEM;
}

/*
 * Under RCU: is a confirmed connection, whose replies go to a port of the block, one of the machine
 * that leases the block, or leased it last? It has been translated to the pair's address, and
 * nobody's helper has asked for it.
 */
static bool is_own(struct egress_net *en, const struct egress_ports *ports,
		   const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct egress_sender *sender;
	struct in6_addr from;

	/* The bits of NAT do not change any more once there is an entry, as in guard.c. */
	if (!data_race(ct->status & IPS_SRC_NAT) || ct->master || !egress_shareable(orig))
		return false;
	egress_addr_inet(&from, orig->src.l3num, &orig->src.u3);
	sender = egress_sender_find(&en->sources, &from);
	return sender && sender == READ_ONCE(ports->sender);
}

/*
 * A connection has just taken a port with which conntrack has an entry. If that is of the machine's
 * own, it is adopted: the port is its own, and it counts. Else the port is passed over. Return:
 * whether a connection was adopted.
 */
static bool give_up(struct egress_net *en, struct egress_dest *dest, unsigned int port,
		    const struct egress_place *want, const struct nf_conntrack_tuple *tuple)
{
	struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_zone zone;
	struct nf_conn *ct;
	bool own = false;

	nf_ct_zone_init(&zone, dest->key.zone, NF_CT_DEFAULT_ZONE_DIR, 0);
	h = nf_conntrack_find_get(en->net, &zone, tuple);
	if (h) {
		ct = nf_ct_tuplehash_to_ctrack(h);
		own = NF_CT_DIRECTION(h) == IP_CT_DIR_REPLY && is_own(en, dest->key.ports, ct);
		nf_ct_put(ct);
	}
	if (own)
		egress_ring_leave(&dest->ring, port, want);
	else
		egress_ring_pass_over(&dest->ring, port, want);
	return own;
}

/*
 * Take ports until one is found with which conntrack has no entry yet. As many are tried as the
 * block has, at most, and each try is taken from the CPU's budget. @port, counted from the block's
 * first port, is one that was tried before.
 */
static int take_unused(struct egress_net *en, struct egress_dest *dest, unsigned int port,
		       const struct egress_place *want, const struct nf_conn *ct,
		       unsigned int limit, struct egress_refusal *refusal, struct ended *ended)
{
	unsigned int left = 1u << dest->ring.order, *budget;
	struct nf_conntrack_tuple tuple;
	struct conn_probe cp;
	int ret = -EAGAIN;

	lockdep_assert_held(&dest->lock);

	probe_init(&cp, en, dest->key.ports, &dest->key);
	cp.want = *want;
	cp.ct = ct;
	budget = this_cpu_look_budget(cp.probe.now);
	reply_tuple(&tuple, &cp, port, want);
	ended->adopted += give_up(en, dest, port, want, &tuple);
	while (left-- && *budget) {
		--*budget;
		ret = egress_ring_take(&dest->ring, &cp.probe, want, limit, budget);
		if (ret < 0)
			break;
		reply_tuple(&tuple, &cp, ret, want);
		if (!nf_conntrack_tuple_taken(&tuple, ct))
			break;
		ended->adopted += give_up(en, dest, ret, want, &tuple);
		ret = -EAGAIN;
	}
	if (ret == -EAGAIN)
		refuse(dest, cp.probe.now, refusal);
	ended->closed = cp.probe.freed;
	ended->dropped = cp.probe.dropped;
	return ret;
}

/**
 * egress_dest_take_other() - take another port than one that turned out to be in use
 * @en: namespace
 * @ports: the block that the machine leases for the destination
 * @skb: the connection's first packet
 * @ct: the connection, not confirmed yet, after destination NAT
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @limit: connections that the machine may have to a destination at a time
 * @port: the port that egress_dest_take() returned. Conntrack has an entry of somebody else's with
 *	it: of the host itself, or older than the pair, for example
 * @refusal: filled in if the result is -EAGAIN
 *
 * An entry of the machine's own is adopted. Context and return as those of egress_dest_take();
 * conntrack has no entry with the new port.
 */
int egress_dest_take_other(struct egress_net *en, struct egress_ports *ports,
			   const struct sk_buff *skb, const struct nf_conn *ct, u8 pf,
			   unsigned int limit, unsigned int port,
			   struct egress_refusal *refusal)
{
	struct egress_dest_key key;
	struct egress_place want;
	struct egress_dest *dest;
	struct ended ended = {};
	int ret = -ENOMEM;

	place_of(ct, ports, pf, &key, &want);
	if (want.proto == IPPROTO_TCP)
		want.stamp = egress_stamp(skb, pf);
	dest = rhashtable_lookup(&en->dests, &key, dest_params);
	if (!dest)
		return -ENOMEM;
	spin_lock_bh(&dest->lock);
	if (!dest->dead) {
		want.taken = jiffies;
		ret = take_unused(en, dest, port - ports->first, &want, ct, limit, refusal,
				  &ended);
	}
	spin_unlock_bh(&dest->lock);
	count_closed(en, ports, ended.closed);
	count(en, ports, ended.dropped, EGRESS_C_EARLY_DROP);
	count(en, ports, ended.adopted, EGRESS_C_OPENED);
	return ret < 0 ? ret : ports->first + ret;
}

/**
 * egress_dest_adopt() - give a connection that conntrack has its place, unless it has one
 * @en: namespace
 * @ports: a block that a machine leases, or leased last. It stays so during the call
 * @ct: a confirmed connection whose replies go to a port of the block
 *
 * Context: process. Return: 0; -EEXIST if the connection has its place; -ESRCH if it is not the
 * machine's; -ENOSPC if there is no room for it; -ENOMEM if there is no memory, or if there are too
 * many destination tables.
 */
int egress_dest_adopt(struct egress_net *en, struct egress_ports *ports, const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	u8 pf = reply->src.l3num;
	struct egress_dest_key key;
	struct egress_place want;
	struct egress_dest *dest;
	struct conn_probe cp;
	int tries = 3, ret = -ESRCH;

	rcu_read_lock();
	if (!is_own(en, ports, ct))
		goto unlock;
	place_of(ct, ports, pf, &key, &want);
	want.seen = true;
	ret = -ENOMEM;
	while (tries--) {
		dest = rhashtable_lookup(&en->dests, &key, dest_params);
		if (!dest)
			dest = dest_new(en, ports, &key);
		if (!dest)
			break;

		spin_lock_bh(&dest->lock);
		/* A sweep may have removed the table since it was found: then look again. */
		if (dest->dead) {
			spin_unlock_bh(&dest->lock);
			continue;
		}
		probe_init(&cp, en, ports, &dest->key);
		want.taken = cp.probe.now;
		ret = egress_ring_adopt(&dest->ring, &cp.probe,
					egress_reply_port(reply) - ports->first, &want);
		spin_unlock_bh(&dest->lock);
		count_closed(en, ports, cp.probe.freed);
		if (!ret)
			count(en, ports, 1, EGRESS_C_OPENED);
		break;
	}
unlock:
	rcu_read_unlock();
	return ret;
}

/**
 * egress_dest_renew() - does a connection on its way to confirmation still have its port?
 * @en: namespace
 * @ports: the block that the machine leases, which contains the port
 * @ct: the connection, not confirmed yet, after source NAT
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * If so, the port counts as taken now: no other connection gets the port for EGRESS_CONFIRM_TIME.
 *
 * Context: softirq or process, under RCU. Return: whether the connection has its port.
 */
bool egress_dest_renew(struct egress_net *en, const struct egress_ports *ports,
		       const struct nf_conn *ct, u8 pf)
{
	struct egress_dest_key key;
	struct egress_place place;
	struct egress_dest *dest;
	unsigned int port;
	bool held;

	place_of(ct, ports, pf, &key, &place);
	port = egress_reply_port(&ct->tuplehash[IP_CT_DIR_REPLY].tuple) - ports->first;
	dest = rhashtable_lookup(&en->dests, &key, dest_params);
	if (!dest)
		return false;
	spin_lock_bh(&dest->lock);
	place.taken = jiffies;
	held = !dest->dead && egress_ring_renew(&dest->ring, port, &place);
	spin_unlock_bh(&dest->lock);
	return held;
}

/*
 * egress_dests_exit_cache() waits for this callback by rcu_barrier(), and then destroys the cache.
 * kfree_rcu() would not do, as rcu_barrier() does not wait for what kfree_rcu() frees.
 */
static void dest_free(struct rcu_head *rcu)
{
	kmem_cache_free(dest_cache, container_of(rcu, struct egress_dest, rcu));
}

/* Note how many live connections a sweep has found in a table of a block. */
static void note_live(struct egress_ports *ports, struct egress_dest *dest, unsigned int live)
{
	WRITE_ONCE(ports->live, ports->live - dest->live + live);
	dest->live = live;
}

/*
 * Free the places of a table whose connections are over, or are ended as @cut says. A table
 * without taken places is freed itself. Return: number of live connections. If @ended is not NULL,
 * it grows by conn_probe.ended.
 */
static unsigned int dest_sweep(struct egress_net *en, struct egress_ports *ports,
			       struct egress_dest *dest, enum conn_cut cut, unsigned int *ended)
{
	unsigned int from = 0, live = 0;
	struct conn_probe cp;
	bool empty;

	lockdep_assert_held(&en->reap);

	probe_init(&cp, en, ports, &dest->key);
	cp.cut = cut;
	for (;;) {
		spin_lock_bh(&dest->lock);
		cp.probe.now = jiffies;
		from = egress_ring_sweep(&dest->ring, &cp.probe, from, SWEEP_PLACES, &live,
					 NULL);
		empty = !from && !dest->ring.taken;
		if (empty) {
			/*
			 * The table leaves the hash before the lock is let go. A packet that
			 * waits for the lock sees @dead then, and its next look finds another
			 * table or none.
			 */
			dest->dead = true;
			rhashtable_remove_fast(&en->dests, &dest->node, dest_params);
		}
		spin_unlock_bh(&dest->lock);
		if (!from)
			break;
		cond_resched();
	}
	count_closed(en, ports, cp.probe.freed);
	note_live(ports, dest, live);
	if (ended)
		*ended += cp.ended;

	if (!empty)
		return live;
	spin_lock_bh(&ports->dests.lock);
	list_del(&dest->list);
	WRITE_ONCE(ports->dests.n, ports->dests.n - 1);
	spin_unlock_bh(&ports->dests.lock);
	egress_ring_free(&dest->ring);
	call_rcu(&dest->rcu, dest_free);
	return 0;
}

/* Return: the first table of the list, which is moved to the end, so that each has its turn. */
static struct egress_dest *dests_next(struct egress_dests *dests)
{
	struct egress_dest *dest;

	spin_lock_bh(&dests->lock);
	dest = list_first_entry_or_null(&dests->list, struct egress_dest, list);
	if (dest)
		list_move_tail(&dest->list, &dests->list);
	spin_unlock_bh(&dests->lock);
	return dest;
}

/*
 * What it costs to sweep a table: one, and one for each taken place. Packets may change the number
 * of places while it is read without the table's lock: an old number is good enough.
 */
static int cost(const struct egress_dest *dest)
{
	/* See above: an old number will do. */
	return 1 + data_race(READ_ONCE(dest->ring.taken));
}

/*
 * Sweep the next table of a block, and take its cost from @budget. Return: false if the block has
 * no table, or if a request that ends some of its connections has not come to the last table yet.
 */
static bool sweep_next(struct egress_net *en, struct egress_ports *ports, enum conn_cut cut,
		       int *budget, unsigned int *live)
{
	struct egress_dest *dest;

	lockdep_assert_held(&en->reap);
	dest = ports == en->ending ? NULL : dests_next(&ports->dests);
	if (!dest)
		return false;
	*budget -= cost(dest);
	*live = dest_sweep(en, ports, dest, cut, NULL);
	return true;
}

/**
 * egress_dests_sweep_some() - sweep the next tables of a block
 * @en: namespace
 * @ports: the block, in any state
 * @n: number of tables to sweep at most
 * @budget: number of tables and places that may be asked about, counted down; as a table is
 *	swept as a whole, the last one may bring the number below 0
 *
 * After a sweep of all tables, egress_ports.live is the number of live connections. Context:
 * process, egress_net.reap held. Return: number of tables swept.
 */
unsigned int egress_dests_sweep_some(struct egress_net *en, struct egress_ports *ports,
				     unsigned int n, int *budget)
{
	unsigned int done = 0, live;

	while (done < n && *budget > 0 && sweep_next(en, ports, CUT_NONE, budget, &live))
		done++;
	return done;
}

/**
 * egress_dests_retire() - free all tables of a block, unless a connection lives in one
 * @en: namespace
 * @ports: the block, as egress_dests_cut_some() needs it
 * @budget: number of tables and places that may be asked about, counted down
 *
 * A connection that TCP has closed does not count as living, but its conntrack entry is removed,
 * as the next machine that leases the block may need its port. The first living connection ends
 * the search. Context: process; takes egress_net.reap. Return: whether the block has no table
 * now; false also if @budget did not suffice.
 */
bool egress_dests_retire(struct egress_net *en, struct egress_ports *ports, int *budget)
{
	unsigned int left, live = 0;
	bool idle;

	if (!READ_ONCE(ports->dests.n))
		return true;
	mutex_lock(&en->reap);
	left = READ_ONCE(ports->dests.n);
	while (left && *budget > 0 && sweep_next(en, ports, CUT_NONE, budget, &live) && !live)
		left--;
	idle = !left;
	if (idle)
		while (ports->dests.n)
			sweep_next(en, ports, CUT_ALL, budget, &live);
	mutex_unlock(&en->reap);
	return idle;
}

/**
 * egress_dests_cut_some() - end connections of a block
 * @en: namespace
 * @ports: the block. No lease leads to it any more, and a grace period has passed since the
 *	last one did, so that no packet can take a port of the block now. A packet that took
 *	one is confirmed, dropped, or waits in an NFQUEUE
 * @budget: number of tables and places that may be cut, counted down
 *
 * Context: process, egress_net.reap held. Return: whether no connection is left.
 */
bool egress_dests_cut_some(struct egress_net *en, struct egress_ports *ports, int *budget)
{
	unsigned int live;

	lockdep_assert_held(&en->reap);
	while (*budget > 0 && sweep_next(en, ports, CUT_ALL, budget, &live))
		;
	return !READ_ONCE(ports->dests.n);
}

/**
 * egress_dests_end_some() - end connections of the next tables of a block, which may be leased
 * @en: namespace
 * @ports: the block, which is egress_net.ending until all tables are done, so that nobody else
 *	changes their order meanwhile
 * @n: number of tables to look at, no more
 * @budget: number of tables and places that may be asked about, counted down
 * @chosen: says of a destination address whether connections to it are to be ended
 * @ended: counted up by the number of connections that are ended
 *
 * A connection whose first packet is still on its way is not ended and keeps its place. One that
 * TCP has closed is none any more. Context: process, egress_net.reap held. Return: number of
 * tables looked at.
 */
unsigned int egress_dests_end_some(struct egress_net *en, struct egress_ports *ports,
				   unsigned int n, int *budget, egress_dest_chosen_fn chosen,
				   unsigned int *ended)
{
	struct egress_dest *dest;
	unsigned int done = 0;

	lockdep_assert_held(&en->reap);
	WARN_ON_ONCE(en->ending != ports);
	while (done < n && *budget > 0) {
		dest = dests_next(&ports->dests);
		if (!dest)
			break;
		done++;
		if (!chosen(en, ports, dest->key.pf, &dest->key.addr)) {
			--*budget;
			continue;
		}
		*budget -= cost(dest);
		dest_sweep(en, ports, dest, CUT_LIVE, ended);
	}
	return done;
}

/*
 * Under RCU: sweep a table and fill in what is shown of the table. Return: false if the table
 * has left the hash.
 */
static bool look_at(struct egress_net *en, struct egress_dest *dest,
		    struct egress_dest_state *state)
{
	unsigned int from = 0;
	struct conn_probe cp;

	*state = (struct egress_dest_state) {
		.ports = dest->key.ports,
		.addr = dest->key.addr,
	};
	probe_init(&cp, en, dest->key.ports, &dest->key);
	do {
		spin_lock_bh(&dest->lock);
		if (dest->dead) {
			spin_unlock_bh(&dest->lock);
			return false;
		}
		cp.probe.now = jiffies;
		from = egress_ring_sweep(&dest->ring, &cp.probe, from, SWEEP_PLACES, &state->live,
					 &state->idle);
		state->refused = dest->refused;
		spin_unlock_bh(&dest->lock);
	} while (from);
	count_closed(en, dest->key.ports, cp.probe.freed);
	return true;
}

/**
 * egress_dest_look() - what there is to show of one destination table
 * @en: namespace
 * @ports: the block whose table it is
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @to: the destination; its conntrack zone is the default zone
 * @state: filled in; if there is no such table, with no connections
 *
 * Context: process, under RCU.
 */
void egress_dest_look(struct egress_net *en, struct egress_ports *ports, u8 pf,
		      const struct in6_addr *to, struct egress_dest_state *state)
{
	const struct egress_dest_key key = { .ports = ports, .addr = *to, .pf = pf };
	struct egress_dest *dest = rhashtable_lookup(&en->dests, &key, dest_params);

	if (!dest || !look_at(en, dest, state))
		*state = (struct egress_dest_state) { .ports = ports, .addr = *to };
}

/**
 * egress_dests_show() - continue a walk through all destination tables
 * @en: namespace, locked, so that the blocks of the tables stay
 * @iter: where to go on; initialized by rhashtable_walk_enter()
 * @show: called for each table, under RCU; an error interrupts the walk, which then goes on with
 *	the same table when this function is called again
 * @arg: passed to @show
 *
 * While tables come and go, a table may be shown twice.
 *
 * Context: process. Return: 0 at the end of all tables; the error of @show; -EINTR if the caller
 * should let other tasks have a turn and then call again.
 */
int egress_dests_show(struct egress_net *en, struct rhashtable_iter *iter,
		      int (*show)(const struct egress_dest_state *state, void *arg), void *arg)
{
	struct egress_dest_state state;
	struct egress_dest *dest;
	int budget = SHOW_BUDGET, err = 0;

	rhashtable_walk_start(iter);
	for (dest = rhashtable_walk_peek(iter); dest; dest = rhashtable_walk_next(iter)) {
		if (IS_ERR(dest)) {	/* the hash table is resized: go on in the new one */
			err = -EINTR;
			break;
		}
		budget -= cost(dest);
		if (!look_at(en, dest, &state))
			continue;
		err = show(&state, arg);
		if (err)
			break;
		if (budget <= 0) {
			/* The next call begins where the walk stands: go past the table shown. */
			if (rhashtable_walk_next(iter))
				err = -EINTR;
			break;
		}
	}
	rhashtable_walk_stop(iter);
	return err;
}

void egress_dests_init(struct egress_dests *dests)
{
	spin_lock_init(&dests->lock);
	INIT_LIST_HEAD(&dests->list);
	dests->n = 0;
}

int egress_dests_net_init(struct egress_net *en)
{
	mutex_init(&en->reap);
	return rhashtable_init(&en->dests, &dest_params);
}

/* The namespace has no pairs any more, and no tables: a pair's tables are cut with the pair. */
void egress_dests_net_exit(struct egress_net *en)
{
	rhashtable_destroy(&en->dests);
}

int __init egress_dests_init_cache(void)
{
	dest_cache = KMEM_CACHE(egress_dest, SLAB_ACCOUNT);
	return dest_cache ? 0 : -ENOMEM;
}

void egress_dests_exit_cache(void)
{
	/* Wait for dest_free(): all tables must be back in the cache. */
	rcu_barrier();
	kmem_cache_destroy(dest_cache);
}
