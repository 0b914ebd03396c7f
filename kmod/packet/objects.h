/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a packet reads of machines, pairs and apps. Each struct is embedded in, or
 * belongs to, an object of state/, which alone changes it:
 *
 *   source address --> egress_source --> egress_sender (a machine)
 *                                          |  in: its device
 *                                          |  view, own_view: its leases
 *                                          v
 *                                        egress_view -- conf --> egress_conf (its app)
 *                                          |       `--- map ---> egress_map
 *                                          | ports[index that the map gives]
 *                                          v
 *                                        egress_ports (a block) -- nat --> egress_nat
 *                                                                           (a pair)
 *   egress address --> egress_public -------------------------------- nat --^
 *
 * Packets follow the pointers under RCU. What has no __rcu never changes while a
 * packet can see it, or says otherwise.
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
struct egress_map;
struct mem_cgroup;

/**
 * struct egress_conf - an app's settings; they never change, others take their place
 * @exclude: destinations that are left alone: the app's own list, or the default
 * @limit: connections to a destination; 0: as many as a block has ports
 * @on_limit: enum egress_on_limit
 * @on_none: enum egress_on_none
 * @own_exclude: @exclude is freed with it
 * @rcu: freed after packets that saw it
 */
struct egress_conf {
	struct egress_exclude *exclude;
	u32 limit;
	u8 on_limit;
	u8 on_none;
	bool own_exclude;
	struct rcu_head rcu;
};

/**
 * struct egress_nat - a pair: what its connections are translated to
 * @order: a block has 2^order ports
 * @has: which families it has
 * @v4: IPv4 address, mapped
 * @v6: IPv6 address
 * @slot_first: first slot that this host hands out; the others are other hosts'
 * @slot_end: beyond the last
 * @memcg: charged with the tables of its connections, or NULL
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

/* Slots of a pair, those of other hosts too. */
static inline unsigned int egress_nat_slots(const struct egress_nat *nat)
{
	return 65536u >> nat->order;
}

/* Does another host hand out slots of it, too? */
static inline bool egress_nat_is_shared(const struct egress_nat *nat)
{
	return nat->slot_end - nat->slot_first != egress_nat_slots(nat);
}

/* Is a port, in host order, of a slot that another host hands out? */
static inline bool egress_nat_is_foreign(const struct egress_nat *nat, unsigned int port)
{
	unsigned int slot = port >> nat->order;

	return slot < nat->slot_first || slot >= nat->slot_end;
}

/**
 * struct egress_public - an address of a pair, or one that was and rests
 * @node: in egress_net.addrs
 * @addr: address
 * @nat: RCU: whose it is; NULL while it rests
 * @ifindex: the device on which the host answers for it, 0 for none; read anywhere
 */
struct egress_public {
	struct rhash_head node;
	struct in6_addr addr;
	struct egress_nat __rcu *nat;
	int ifindex;
};

static const struct rhashtable_params egress_public_params =
	EGRESS_TABLE_PARAMS(struct egress_public);

/* Under RCU. Return: what is known of an address, or NULL. */
static inline struct egress_public *egress_public_find(struct rhashtable *addrs,
						       const struct in6_addr *addr)
{
	return rhashtable_lookup(addrs, addr, egress_public_params);
}

/**
 * struct egress_ports - a block: the ports that a machine has of a pair
 * @nat: of which pair
 * @first: first port, in host order
 * @slot: number of the block, from 0
 * @sender: of the lease, and who had it while it lingers, or NULL; freed after RCU readers
 * @dests: the connections that use its ports
 */
struct egress_ports {
	const struct egress_nat *nat;
	u16 first;
	u16 slot;
	struct egress_sender *sender;
	struct egress_dests dests;
};

/**
 * struct egress_view - a machine's leases
 * @rcu: freed after readers
 * @conf: where its app's settings are
 * @map: where the map is that says which of @ports is for which destinations, NULL
 *	there while ports[0] is for all
 * @n: places in @ports
 * @ports: RCU: by the index that @map gives; NULL while the machine waits
 *
 * Only @ports change. A packet that finds an index in the map finds its lease
 * here: leases come before the map that names them, and go after it.
 */
struct egress_view {
	struct rcu_head rcu;
	struct egress_conf __rcu **conf;
	struct egress_map __rcu **map;
	unsigned int n;
	struct egress_ports __rcu *ports[];
};

/**
 * struct egress_ingress - the device that a machine's packets must come in by
 * @ifindex: of the device that has this name now, 0 for none; read anywhere
 */
struct egress_ingress {
	int ifindex;
};

/**
 * struct egress_sender - a machine
 * @view: RCU: its leases of its app's pairs
 * @own_view: RCU: its leases of pairs of its own, which win; or NULL
 * @in: RCU: its packets come in by this, NULL for any
 * @counters: what became of its packets
 */
struct egress_sender {
	struct egress_view __rcu *view;
	struct egress_view __rcu *own_view;
	struct egress_ingress __rcu *in;
	struct egress_machine_counters counters;
};

/**
 * struct egress_source - an inside address of a machine
 * @node: in egress_net.sources
 * @addr: address
 * @sender: RCU: whose; NULL until the machine has its lease
 * @rcu: freed after packets that found it
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
