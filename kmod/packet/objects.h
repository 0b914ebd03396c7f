/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of machines, pairs and apps that the packet path reads. Each struct here is embedded
 * in, or belongs to, an object of state/. Only the code of state/ changes these structs:
 *
 *   source address --> egress_source --> egress_sender (a machine)
 *                                          |  in: its device
 *                                          |  view, own_view, org_view: its leases
 *                                          v
 *                                        egress_view -- conf --> egress_conf (its app)
 *                                          |       `--- map ---> egress_map
 *                                          | ports[index that the map gives]
 *                                          v
 *                                        egress_ports (a block) -- nat --> egress_nat
 *                                                                           (a pair)
 *   egress address --> egress_public -------------------------------- nat --^
 *
 * The packet path follows the pointers under RCU. A member without __rcu never changes while a
 * packet can reach its struct, unless the member's description says otherwise.
 */
#ifndef EGRESS_PACKET_OBJECTS_H
#define EGRESS_PACKET_OBJECTS_H

#include <linux/rcupdate.h>
#include <linux/rhashtable.h>

#include "addr.h"
#include "counters.h"
#include "packet/destination.h"
#include "table.h"

struct egress_exclude;
struct egress_ingress;
struct egress_map;
struct mem_cgroup;

/**
 * struct egress_conf - an app's settings
 * @exclude: destinations whose packets keep their source: the app's own list, or the default list
 * @limit: connections that a machine may have to one destination address at a time;
 *	0: as many as its block has ports
 * @on_limit: enum egress_on_limit: what happens to a connection beyond @limit
 * @on_none: for each family, enum egress_on_none: what happens to a connection of a machine without
 *	a lease, or whose pair has no address of that family
 * @own_exclude: @exclude belongs to this app alone and is freed with these settings
 * @rcu: delays the freeing until no packet reads these settings any more
 *
 * Settings never change once they are published: new settings are a new struct.
 */
struct egress_conf {
	struct egress_exclude *exclude;
	u32 limit;
	u8 on_limit;
	u8 on_none[EGRESS_FAMILIES];
	bool own_exclude;
	struct rcu_head rcu;
};

/**
 * struct egress_nat - a pair: the addresses that its connections are translated to
 * @order: a block has 2^order ports
 * @has: for each family, whether the pair has an address of that family
 * @v4: IPv4 address, as an IPv4-mapped IPv6 address
 * @v6: IPv6 address
 * @slot_first: the first slot that this host hands out; other hosts hand out the slots below
 *	@slot_first and from @slot_end on
 * @slot_end: the slot after the last one that this host hands out
 * @memcg: the cgroup that is charged for the pair's destination tables, or NULL
 */
struct egress_nat {
	u8 order;
	bool has[EGRESS_FAMILIES];
	struct in6_addr v4;
	struct in6_addr v6;
	u16 slot_first;
	u16 slot_end;
	struct mem_cgroup *memcg;
};

/* The number of slots of a pair, other hosts' slots included. */
static inline unsigned int egress_nat_slots(const struct egress_nat *nat)
{
	return 65536u >> nat->order;
}

/* Do other hosts hand out slots of this pair, too? */
static inline bool egress_nat_is_shared(const struct egress_nat *nat)
{
	return nat->slot_end - nat->slot_first != egress_nat_slots(nat);
}

/* Does a port, in host order, belong to a slot that another host hands out? */
static inline bool egress_nat_is_foreign(const struct egress_nat *nat, unsigned int port)
{
	unsigned int slot = port >> nat->order;

	return slot < nat->slot_first || slot >= nat->slot_end;
}

/**
 * enum egress_pool_label - what egress_net.pools tells of an address
 * @EGRESS_POOL_NONE: it is in no pool
 * @EGRESS_POOL_PASSES: it is in a pool; what comes in for it is left alone unless a pair has it
 * @EGRESS_POOL_DROPS: it is in a pool; what comes in for it and would be forwarded to the side that
 *	it comes from is dropped, also if no pair has it
 */
enum egress_pool_label { EGRESS_POOL_NONE, EGRESS_POOL_PASSES, EGRESS_POOL_DROPS };

/**
 * struct egress_public - an egress address: allocated to a pair, or released and resting
 * @node: in egress_net.addrs
 * @addr: the address
 * @nat: RCU: the pair that has the address; NULL while the address rests
 * @claimed: RCU: the device on which the host claims the address, NULL for none
 * @answered: the host answers ARP requests and neighbour solicitations for the address there;
 *	written under egress_net.device_lock, read without a lock
 */
struct egress_public {
	struct rhash_head node;
	struct in6_addr addr;
	struct egress_nat __rcu *nat;
	struct egress_ingress __rcu *claimed;
	bool answered;
};

static const struct rhashtable_params egress_public_params =
	EGRESS_TABLE_PARAMS(struct egress_public);

/* Under RCU. Return: the record of an egress address, or NULL if @addr is none. */
static inline struct egress_public *egress_public_find(struct rhashtable *addrs,
						       const struct in6_addr *addr)
{
	return rhashtable_lookup(addrs, addr, egress_public_params);
}

/**
 * struct egress_ports - a block: ports of a pair that one machine has at a time
 * @nat: the pair
 * @first: the block's first port, in host order
 * @state: state/ alone: enum egress_block_state. This and @quiet are here for the sake of the
 *	room: a host may have a hundred thousand blocks
 * @quiet: state/ alone: no packet can take a port of the block any more, as far as is known
 * @live: number of live connections, as the last sweep of each table found them; changed under
 *	egress_net.reap, read without it
 * @sender: the machine that leases the block, or that leased it last while the block lingers;
 *	NULL while the block is free or another host's. Written under egress_net.lock; a
 *	reader holds the RCU read lock, as the machine is freed after a grace period
 * @dests: the destination tables, which know the connections that use the block's ports
 */
struct egress_ports {
	const struct egress_nat *nat;
	u16 first;
	u8 state;
	bool quiet;
	unsigned int live;
	struct egress_sender *sender;
	struct egress_dests dests;
};

/**
 * struct egress_view - the blocks that a machine leases, by destination
 * @rcu: delays the freeing until no packet reads this view any more
 * @conf: points to egress_app.conf, the RCU pointer to the settings of the machine's app; NULL in
 *	a view of the machine's own pairs or its org's, whose settings nobody asks for
 * @map: points to egress_sets.map, the RCU pointer to the map from destinations to indices of
 *	@ports. That pointer is NULL while ports[0] serves all destinations
 * @n: number of elements of @ports
 * @ports: RCU: the block for the destinations to which the map gives this index; NULL while the
 *	machine has no block for them
 *
 * Only the elements of @ports change after a view is published. An index that a packet finds in
 * the map has its place in @ports, because a set of destinations gets its places before the map
 * names the set, and its blocks are given up only after the map names the set no more.
 */
struct egress_view {
	struct rcu_head rcu;
	struct egress_conf __rcu **conf;
	struct egress_map __rcu **map;
	unsigned int n;
	struct egress_ports __rcu *ports[];
};

/**
 * struct egress_ingress - the device by which a machine's packets must come in, or on which
 *	addresses are claimed
 * @ifindex: index of the device that has the required name now, 0 while no device has that name;
 *	written under egress_net.device_lock, read without a lock
 */
struct egress_ingress {
	int ifindex;
};

/* Which of a machine's connections a request ends: see packet/end.c. */
enum egress_cut {
	EGRESS_CUT_NONE,
	EGRESS_CUT_STALE,
	EGRESS_CUT_ALL,
};

/**
 * struct egress_sender - a machine
 * @view: RCU: the blocks that the machine leases of its app's pairs; never NULL for a packet
 * @own_view: RCU: the blocks of the machine's own pairs, which are used before those in @view;
 *	NULL if the machine needs none, as it never had a pair of its own
 * @org_view: RCU: the blocks that the machine leases of its org's pairs, which are used after
 *	those in @view; NULL if its app is in no org
 * @in: RCU: the device by which the machine's packets must come in, NULL for any device
 * @cut: which of its connections a request is ending; this and @n_cut are of whoever holds
 *	egress_net.cuts
 * @n_cut: how many the request has ended
 * @counters: what became of the machine's packets
 */
struct egress_sender {
	struct egress_view __rcu *view;
	struct egress_view __rcu *own_view;
	struct egress_view __rcu *org_view;
	struct egress_ingress __rcu *in;
	enum egress_cut cut;
	unsigned int n_cut;
	struct egress_machine_counters counters;
};

/**
 * struct egress_source - an inside address of a machine
 * @node: in egress_net.sources
 * @addr: the address
 * @sender: RCU: the machine; NULL until the machine's leases are settled, so that a packet that
 *	finds the machine also finds the blocks that the machine got
 * @rcu: delays the freeing until no packet reads this record any more
 */
struct egress_source {
	struct rhash_head node;
	struct in6_addr addr;
	struct egress_sender __rcu *sender;
	struct rcu_head rcu;
};

static const struct rhashtable_params egress_source_params =
	EGRESS_TABLE_PARAMS(struct egress_source);

/* Under RCU. Return: the machine with this inside address, or NULL. */
static inline struct egress_sender *egress_sender_find(struct rhashtable *sources,
						       const struct in6_addr *addr)
{
	const struct egress_source *source;

	source = rhashtable_lookup(sources, addr, egress_source_params);
	return source ? rcu_dereference(source->sender) : NULL;
}

#endif
