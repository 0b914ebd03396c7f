/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_NET_H
#define EGRESS_NET_H

#include <linux/hashtable.h>
#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "counters.h"

struct egress_map;

/**
 * struct egress_reaper - how far the reaper has come in its round of all destination tables
 * @work: sweeps a part of the round, once a second
 * @pair: id of the pair at which the round goes on
 * @slot: slot of that pair at which the round goes on
 * @left: tables of that slot's block that are still to be swept
 * @budget: sum of tables and places that one run of @work sweeps; within a round it may
 *	grow but never shrinks, so that tables that go do not make the round longer
 * @met: sum of tables and places swept in this round so far, from which the next round's
 *	@budget is taken
 *
 * All but @work is changed under egress_net.reap.
 */
struct egress_reaper {
	struct delayed_work work;
	unsigned long pair;
	unsigned int slot;
	unsigned int left;
	unsigned int budget;
	unsigned int met;
};

/**
 * struct egress_adopter - when connections are adopted, as leases have begun
 * @work: adopts all that can be
 * @rest: @work does not run before this time, in jiffies
 */
struct egress_adopter {
	struct delayed_work work;
	unsigned long rest;
};

#define EGRESS_CLAIM_WAITS	8	/* different times that a claim waits for what is next */
#define EGRESS_RIVALS		16	/* noted until the claims' work item runs */

/**
 * struct egress_rival - another host that speaks as an address that is claimed
 * @at: the address
 * @ifindex: the device by which it was heard
 * @mac: the other host's hardware address
 * @probe: it only asks whether anybody has the address
 */
struct egress_rival {
	struct in6_addr at;
	int ifindex;
	u8 mac[ETH_ALEN] __aligned(2);
	bool probe;
};

/**
 * struct egress_rivals - other hosts that packets have told of
 * @lock: spinlock, taken with bottom halves off, and inside all other locks of ours
 * @n: number of them
 * @v: each for another address. What has no room is not noted: it will be heard again
 */
struct egress_rivals {
	spinlock_t lock;	/* of @n and @v */
	unsigned int n;
	struct egress_rival v[EGRESS_RIVALS];
};

/**
 * struct egress_claimer - what is to be done about claims
 * @work: joins multicast groups, leaves them, probes and announces; it takes rtnl_lock, and never
 *	egress_net.lock
 * @tell: tells of conflicts that have begun or ended; it takes egress_net.lock, and never rtnl_lock
 * @rest: @work does not run before this time, in jiffies, so that it does not send too much at once
 * @devices: struct egress_device with claims that are due
 * @waits: struct egress_claim that wait for what is next: by how long they wait, and in the order
 *	of their time, as all of one list wait equally long
 * @ended: struct egress_claim that are to leave their groups and to be freed
 * @told: struct egress_claim of which @tell is to tell
 * @groups: struct egress_groups, one for each device on which groups are joined; under rtnl_lock
 * @rivals: what packets have noted for @work
 *
 * egress_net.device_lock protects all but the work items, @groups and @rivals. Packets read @rest
 * without it.
 */
struct egress_claimer {
	struct delayed_work work;
	struct work_struct tell;
	unsigned long rest;
	struct list_head devices;
	struct list_head waits[EGRESS_CLAIM_WAITS];
	struct list_head ended;
	struct list_head told;
	struct list_head groups;
	struct egress_rivals rivals;
};

/**
 * struct egress_net - all that the module has in a network namespace
 * @net: the namespace
 * @sources: struct egress_source by inside address; read under RCU, changed under @lock
 * @addrs: struct egress_public by egress address; read under RCU, changed under @lock
 * @pools: RCU: the prefixes of all pools, with enum egress_pool_label; NULL if there is no pool.
 *	Each egress address is in one. Changed under @lock
 * @dests: struct egress_dest by block and destination; read under RCU, inserted by packets
 *	without a lock of ours, removed under @reap
 * @counters: one set for each CPU
 * @hooks_in: the registered netfilter hooks for what comes in, or NULL; changed under @lock
 * @hooks: the other registered netfilter hooks, or NULL; not without @hooks_in. Changed under
 *	@lock, read without it
 * @reap: mutex; held by whoever sweeps destination tables, and no table is freed without it
 * @ending: the block in which a request is ending connections, NULL for none: until all of its
 *	tables have had their turn, nobody else sweeps them; changed and read under @reap
 * @cuts: mutex; held by whoever ends the connections of blocks or machines: see cut.c and
 *	machine_cut.c
 * @device_lock: spinlock of @device_index, @claimer, and of the members of struct egress_device
 *	that name it; held for a few instructions only, in process context, by the device
 *	notifier too
 * @device_index: struct egress_device by ifindex; only those whose device exists now
 * @claimer: what is to be done about claims
 * @lock: mutex of all members below but @reaper, and of the objects of state/. The order of
 *	locks is @cuts, @lock, @reap, and @device_lock inside all others. Nobody waits for @lock
 *	with rtnl_lock held, nor for rtnl_lock with @lock held. Process context only
 * @generation: number of changes so far, counted by egress_change_count(); changed under
 *	@lock, read without it for the event of a refused connection
 * @regions: struct egress_region
 * @apps: struct egress_app by serial number
 * @pairs: struct egress_pair by id; an entry is removed under @lock and @reap, as the
 *	reaper looks pairs up under @reap alone
 * @sets: struct egress_set by id, all but those of the rest
 * @machines: struct egress_machine by serial number
 * @machine_ids: struct egress_machine by id
 * @app_names: struct egress_app by name
 * @devices: struct egress_device by name; an entry is removed under @device_lock, too, so that the
 *	device notifier may look one up under that alone
 * @lingering: struct egress_block that no lease has any more and that may have connections
 * @cutting: struct egress_block whose connections are to be ended after the change
 * @coming: struct egress_pair that the request at work is about to allocate
 * @draining: struct egress_pair released that waits for its last connection or its deadline
 * @last_app: the newest app's serial number
 * @last_region: the newest region's serial number
 * @last_pair: the newest pair's id
 * @last_set: the newest destination set's id
 * @last_machine: the newest machine's serial number
 * @readdressed: how often a machine that was there got other inside addresses
 * @n_prefixes: prefixes in all destination sets
 * @prefix_bytes: memory that these prefixes take
 * @n_pairs: number of pairs
 * @n_machines: number of machines
 * @n_cutting: number of blocks in @cutting, and of those that are being cut; read without @lock
 * @n_left_behind: number of pairs of one machine alone that is in another region
 * @n_conflicts: number of allocated addresses that another host has, too
 * @n_waiting: number of machines that wait for a lease
 * @cordoned: machines without a lease get none
 * @adopter: finds connections that are older than a lease; its @rest is written by its work item
 *	and read under @lock
 * @reaper: frees the places of dead connections, and destination tables without any
 */
struct egress_net {
	/* What packets read */
	struct net *net;
	struct rhashtable sources;
	struct rhashtable addrs;
	struct egress_map __rcu *pools;
	struct rhashtable dests;
	struct egress_counters __percpu *counters;
	struct nf_hook_ops *hooks_in;
	struct nf_hook_ops *hooks;

	/* Sweeps of destination tables, one at a time */
	struct mutex reap;
	const struct egress_ports *ending;

	/* Cuts of connections, for one change after the other */
	struct mutex cuts;

	/* Devices by name, as the device notifier sees them */
	spinlock_t device_lock;
	DECLARE_HASHTABLE(device_index, 8);
	struct egress_claimer claimer;

	/* Everything that requests change */
	struct mutex lock;
	u64 generation;
	struct list_head regions;
	struct xarray apps;
	struct xarray pairs;
	struct xarray sets;
	struct xarray machines;
	struct rhashtable machine_ids;
	struct rhashtable app_names;
	struct rhashtable devices;
	struct list_head lingering;
	struct list_head cutting;
	struct list_head draining;
	struct list_head coming;
	unsigned long last_app;
	unsigned long last_region;
	unsigned long last_pair;
	unsigned long last_set;
	unsigned long last_machine;
	unsigned long readdressed;
	unsigned int n_prefixes;
	size_t prefix_bytes;
	unsigned int n_pairs;
	unsigned int n_machines;
	unsigned int n_cutting;
	unsigned int n_left_behind;
	unsigned int n_conflicts;
	unsigned int n_waiting;
	bool cordoned;

	struct egress_adopter adopter;
	struct egress_reaper reaper;
};

extern unsigned int egress_net_id;

static inline struct egress_net *egress_net(const struct net *net)
{
	return net_generic(net, egress_net_id);
}

#endif
