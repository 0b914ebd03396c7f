// SPDX-License-Identifier: GPL-2.0
/*
 * Destination tables: the live connections of one block to one address. Found
 * by a hash, so that a table outlives the lease; each is a port ring under a
 * lock of its own, which only packets of one machine take.
 *
 * Conntrack tells nobody when a connection ends, so a table asks: about the
 * places in its way when a port is wanted, about all of them when the reaper
 * comes by or somebody wants a number.
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
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/tcp.h>

#include "addr.h"
#include "net.h"
#include "packet/destination.h"
#include "packet/objects.h"
#include "packet/ring.h"
#include "packet/stamp.h"

/* A look costs 700 instructions a place: so many places a jiffy and CPU, all tables together. */
#define LOOK_BUDGET	1024
#define SWEEP_PLACES	64		/* under a table's lock */
#define SHOW_TABLES	256		/* before others have a turn */
#define EVENT_PERIOD	HZ		/* between two events about a table */
#define QUEUE_TIME	HZ		/* the same by way of a queue, if nobody wants its port */

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
 * @key: block, address after DNAT, zone of the reply direction
 * @list: in egress_dests.list
 * @lock: @ring and @dead
 * @dead: has left the hash
 * @ring: the ports
 * @refused: connections refused at the limit
 * @held_back: of those, since the last event
 * @told: jiffies of the last event
 * @rcu: freed after packets that found it
 */
struct egress_dest {
	struct rhash_head node;
	struct egress_dest_key key;
	struct list_head list;
	/* The ring and @dead; softirq */
	spinlock_t lock;
	bool dead;
	struct egress_ring ring;
	unsigned long refused;
	unsigned int held_back;
	u32 told;
	struct rcu_head rcu;
};

static struct kmem_cache *dest_cache;

/* The machine chooses the address: hence all of it, under the table's seed. */
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

struct look_budget {
	u32 jiffy;
	unsigned int left;
};

static DEFINE_PER_CPU(struct look_budget, look_budget);

struct conn_probe {
	struct egress_probe probe;
	struct net *net;
	const struct egress_ports *ports;
	const struct egress_dest_key *key;
	bool cut;
	const struct nf_conn *ct;	/* that wants a place, unconfirmed, or NULL */
	struct egress_place want;
};

/**
 * egress_tcp_closed() - is a TCP connection over, and only its entry still there
 * @ct: connection
 */
bool egress_tcp_closed(const struct nf_conn *ct)
{
	/* A byte that conntrack writes under a lock of its own. */
	u8 state = data_race(READ_ONCE(ct->proto.tcp.state));

	return state == TCP_CONNTRACK_TIME_WAIT || state == TCP_CONNTRACK_CLOSE;
}

/*
 * Would the far end have this SYN from the port that @old closed? If it closed
 * first it is in TIME_WAIT, and takes one that is later than what it saw last
 * (RFC 6191): by timestamps, whose start may depend on the ports, else by
 * sequence numbers.
 */
static bool is_fit(const struct conn_probe *cp, const struct nf_conn *old,
		   const struct egress_place *place)
{
	const struct ip_ct_tcp *tcp = &old->proto.tcp;
	const struct egress_place *want = &cp->want;
	bool waits;
	u32 seen;

	/* Conntrack has a lock for it; what it writes once we have looked is too late. */
	waits = data_race(tcp->state == TCP_CONNTRACK_TIME_WAIT &&
			  tcp->seen[IP_CT_DIR_REPLY].flags & IP_CT_TCP_FLAG_CLOSE_INIT);
	if (!waits || want->proto != IPPROTO_TCP || want->peer != place->peer)
		return true;
	if (want->stamp && place->stamp)
		return egress_stamp_later(want->stamp, place->stamp);
	/* Likewise. */
	seen = data_race(READ_ONCE(tcp->seen[IP_CT_DIR_ORIGINAL].td_end));
	return after(cp->ct->proto.tcp.seen[IP_CT_DIR_ORIGINAL].td_end - 1, seen);
}

/* The connection's tuple as its replies have it. */
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
		 * Taken, but its packet has not reached confirmation yet? One
		 * that takes longer asks for its port again: egress_dest_renew().
		 */
		u32 age = egress_place_age(place, probe->now);

		if (cp->cut || place->seen)
			return EGRESS_FATE_DEAD;
		if (age <= EGRESS_CONFIRM_TIME)
			return EGRESS_FATE_UNCONFIRMED;
		return age <= QUEUE_TIME && !cp->ct ? EGRESS_FATE_LATE : EGRESS_FATE_DEAD;
	}
	ct = nf_ct_tuplehash_to_ctrack(h);
	if (NF_CT_DIRECTION(h) != IP_CT_DIR_REPLY) {
		/* One from outside that looks the same: not ours to end. */
		if (cp->cut)
			fate = EGRESS_FATE_DEAD;
	} else if (cp->cut) {
		nf_ct_kill(ct);
		fate = EGRESS_FATE_DEAD;
	} else if (place->proto == IPPROTO_TCP && egress_tcp_closed(ct)) {
		fate = EGRESS_FATE_CLOSED;
		if (end == EGRESS_END_FIT && !is_fit(cp, ct, place))
			fate = EGRESS_FATE_UNFIT;
		else if (end != EGRESS_END_NONE)
			nf_ct_kill(ct);
	}
	nf_ct_put(ct);
	return fate;
}

static void probe_init(struct conn_probe *cp, struct egress_net *en,
		       const struct egress_ports *ports, const struct egress_dest_key *key)
{
	/* Each by itself: an initializer would clear the whole first. */
	cp->probe.fate = conn_fate;
	cp->probe.freed = 0;
	cp->probe.memcg = ports->nat->memcg;
	cp->net = en->net;
	cp->ports = ports;
	cp->key = key;
	cp->probe.now = jiffies;
	cp->cut = false;
	cp->ct = NULL;
}

static void count_closed(struct egress_net *en, const struct egress_ports *ports, unsigned int n)
{
	struct egress_sender *sender;

	if (!n)
		return;
	this_cpu_add(en->counters->count[EGRESS_C_CLOSED], n);
	rcu_read_lock();
	sender = READ_ONCE(ports->sender);
	if (sender)
		atomic64_add(n, &sender->counters.count[EGRESS_C_CLOSED]);
	rcu_read_unlock();
}

static struct egress_dest *dest_new(struct egress_net *en, struct egress_ports *ports,
				    const struct egress_dest_key *key)
{
	struct egress_dest *dest, *old;
	struct mem_cgroup *memcg;

	/*
	 * As much as a block takes has to be left for others, so that a scan ends at
	 * half of all, and two at a third each.
	 */
	if (atomic_read(&en->dests.nelems) + READ_ONCE(ports->dests.n) >=
	    READ_ONCE(max_destinations))
		return NULL;
	memcg = set_active_memcg(ports->nat->memcg);
	/* Not GFP_ATOMIC, which no cgroup's limit holds. */
	dest = kmem_cache_alloc(dest_cache, GFP_NOWAIT | __GFP_NOWARN);
	set_active_memcg(memcg);
	if (!dest)
		return NULL;
	dest->key = *key;
	dest->dead = false;
	dest->refused = 0;
	dest->held_back = 0;
	dest->told = jiffies - EVENT_PERIOD;
	spin_lock_init(&dest->lock);
	egress_ring_init(&dest->ring, ports->nat->order, !ports->first, get_random_u64(),
			 jiffies);

	/* Another CPU may have met the same destination just now. */
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

/* No fresh place, or the limit is reached: others are asked after first. */
static noinline int take_slow(struct egress_net *en, struct egress_dest *dest,
			      const struct egress_place *want, const struct nf_conn *ct,
			      unsigned int limit, struct egress_refusal *refusal,
			      unsigned int *freed)
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
	*freed = cp.probe.freed;
	return ret;
}

/* What table a connection's place is in, and what the place looks like. */
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
 * @ports: the machine's lease
 * @skb: its first packet
 * @ct: connection, unconfirmed, after destination NAT
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @limit: connections to a destination
 * @refusal: filled if it is reached
 *
 * Context: softirq, or process with bottom halves off; under RCU.
 *
 * Return: port in host order, -EAGAIN if the limit is reached, -ENOMEM if
 * there is no memory or there are too many destinations.
 */
int egress_dest_take(struct egress_net *en, struct egress_ports *ports, const struct sk_buff *skb,
		     const struct nf_conn *ct, u8 pf, unsigned int limit,
		     struct egress_refusal *refusal)
{
	struct egress_dest_key key;
	struct egress_place want;
	struct egress_dest *dest;
	unsigned int freed = 0;
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
		if (likely(!dest->dead)) {
			want.taken = jiffies;
			ret = egress_ring_take_fresh(&dest->ring, &want, limit);
			if (unlikely(ret < 0))
				ret = take_slow(en, dest, &want, ct, limit, refusal, &freed);
			spin_unlock_bh(&dest->lock);
			count_closed(en, ports, freed);
			return ret < 0 ? ret : ports->first + ret;
		}
		spin_unlock_bh(&dest->lock);
	} while (--tries);
	return -ENOMEM;
}

/**
 * egress_dest_renew() - has a connection on its way to confirmation its port still
 * @en: namespace
 * @ports: the machine's lease, which the port is of
 * @ct: connection, unconfirmed, after source NAT
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * If so, nobody else gets it for another while. Context: any, under RCU.
 */
bool egress_dest_renew(struct egress_net *en, const struct egress_ports *ports,
		       const struct nf_conn *ct, u8 pf)
{
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	struct egress_dest_key key;
	struct egress_place place;
	struct egress_dest *dest;
	__be16 port;
	bool held;

	place_of(ct, ports, pf, &key, &place);
	if (place.proto == IPPROTO_ICMP || place.proto == IPPROTO_ICMPV6)
		port = reply->src.u.icmp.id;
	else
		port = reply->dst.u.all;
	dest = rhashtable_lookup(&en->dests, &key, dest_params);
	if (!dest)
		return false;
	spin_lock_bh(&dest->lock);
	place.taken = jiffies;
	held = !dest->dead &&
		egress_ring_renew(&dest->ring, ntohs(port) - ports->first, &place);
	spin_unlock_bh(&dest->lock);
	return held;
}

/* Not kfree_rcu(): the cache is to be empty before it goes. */
static void dest_free(struct rcu_head *rcu)
{
	kmem_cache_free(dest_cache, container_of(rcu, struct egress_dest, rcu));
}

/* Sweep one table; it is gone afterwards if nothing lives in it. */
static unsigned int dest_sweep(struct egress_net *en, struct egress_ports *ports,
			       struct egress_dest *dest, bool cut)
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
		from = egress_ring_sweep(&dest->ring, &cp.probe, from, SWEEP_PLACES, &live);
		empty = !from && !dest->ring.taken;
		if (empty) {
			/* Out of the hash before a packet can find it dead. */
			dest->dead = true;
			rhashtable_remove_fast(&en->dests, &dest->node, dest_params);
		}
		spin_unlock_bh(&dest->lock);
		if (!from)
			break;
		cond_resched();
	}
	count_closed(en, ports, cp.probe.freed);

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

/* Take the next table and put it behind all others: so each has its turn. */
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

static u64 dests_walk(struct egress_net *en, struct egress_ports *ports, unsigned int n, bool cut)
{
	struct egress_dest *dest;
	u64 live = 0;

	while (n-- && (dest = dests_next(&ports->dests)))
		live += dest_sweep(en, ports, dest, cut);
	return live;
}

/**
 * egress_dests_sweep_some() - go on retiring dead connections of a block
 * @en: namespace
 * @ports: leased, lingering or free
 * @n: tables at most
 * @budget: tables and places that may be asked after, counted down, below 0
 *	by the last table
 *
 * Context: process, egress_net.reap held. Return: tables looked at.
 */
unsigned int egress_dests_sweep_some(struct egress_net *en, struct egress_ports *ports,
				     unsigned int n, int *budget)
{
	struct egress_dest *dest;
	unsigned int done = 0;

	while (done < n && *budget > 0 && (dest = dests_next(&ports->dests))) {
		/* Packets take places: as many as there were will do. */
		*budget -= 1 + data_race(READ_ONCE(dest->ring.taken));
		dest_sweep(en, ports, dest, false);
		done++;
	}
	return done;
}

/**
 * egress_dests_sweep() - retire dead connections of a block, count the others
 * @en: namespace
 * @ports: leased or lingering
 *
 * Context: process; takes egress_net.reap. Return: live connections.
 */
u64 egress_dests_sweep(struct egress_net *en, struct egress_ports *ports)
{
	u64 live;

	if (!READ_ONCE(ports->dests.n))
		return 0;
	mutex_lock(&en->reap);
	live = dests_walk(en, ports, READ_ONCE(ports->dests.n), false);
	mutex_unlock(&en->reap);
	return live;
}

/**
 * egress_dests_cut() - end every connection of a block
 * @en: namespace
 * @ports: unpublished, and a grace period has passed: no packet can take a
 *	port of it any more, and those that did are confirmed or dropped
 *
 * Context: process; takes egress_net.reap.
 */
void egress_dests_cut(struct egress_net *en, struct egress_ports *ports)
{
	mutex_lock(&en->reap);
	while (ports->dests.n)
		dests_walk(en, ports, ports->dests.n, true);
	mutex_unlock(&en->reap);
}

/* Under RCU: what is to be shown of a table. Return: whether it lives. */
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
		from = egress_ring_sweep(&dest->ring, &cp.probe, from, SWEEP_PLACES, &state->live);
		state->refused = dest->refused;
		spin_unlock_bh(&dest->lock);
	} while (from);
	count_closed(en, dest->key.ports, cp.probe.freed);
	return true;
}

/**
 * egress_dest_look() - one destination table
 * @en: namespace
 * @ports: whose
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @to: destination, in the default zone
 * @state: what there is to show; no connections if there is no such table
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
 * egress_dests_show() - go on through all destination tables
 * @en: namespace, locked: the blocks of all tables stay
 * @iter: where to go on, from rhashtable_walk_enter()
 * @show: called for each, under RCU; an error ends the walk, and the next one
 *	begins with this table
 * @arg: for @show
 *
 * While tables come and go, one may be shown twice. Context: process. Return:
 * 0 at the end, the error of @show, or -EINTR if others should have a turn.
 */
int egress_dests_show(struct egress_net *en, struct rhashtable_iter *iter,
		      int (*show)(const struct egress_dest_state *state, void *arg), void *arg)
{
	struct egress_dest_state state;
	struct egress_dest *dest;
	unsigned int n = 0;
	int err = 0;

	rhashtable_walk_start(iter);
	for (dest = rhashtable_walk_peek(iter); dest; dest = rhashtable_walk_next(iter)) {
		if (IS_ERR(dest)) {	/* the table is resized: go on in the new one */
			err = -EINTR;
			break;
		}
		if (!look_at(en, dest, &state))
			continue;
		err = show(&state, arg);
		if (err)
			break;
		if (++n == SHOW_TABLES) {
			/* Where the walk stops now, it begins the next time. */
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

/* The pairs are gone, and the tables with them. */
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
	rcu_barrier();
	kmem_cache_destroy(dest_cache);
}
