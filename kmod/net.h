/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_NET_H
#define EGRESS_NET_H

#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/rhashtable.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "counters.h"

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
 * struct egress_net - all that the module has in a network namespace
 * @net: the namespace
 * @sources: struct egress_source by inside address; read under RCU, changed under @lock
 * @addrs: struct egress_public by egress address; read under RCU, changed under @lock
 * @dests: struct egress_dest by block and destination; read under RCU, inserted by packets
 *	without a lock of ours, removed under @reap
 * @counters: one set for each CPU
 * @hooks: the registered netfilter hooks, or NULL; changed under @lock, read without it
 * @reap: mutex; held by whoever sweeps destination tables, and no table is freed without it
 * @cuts: mutex; held by whoever ends the connections of blocks: see cut.c
 * @lock: mutex of all members below but @reaper, and of the objects of state/. The order of
 *	locks is @cuts, rtnl_lock, @lock, @reap. Process context only
 * @generation: number of changes so far, counted by egress_change_count(); changed under
 *	@lock, read without it for the event of a refused connection
 * @regions: struct egress_region
 * @apps: struct egress_app by serial number
 * @pairs: struct egress_pair by id; an entry is removed under @lock and @reap, as the
 *	reaper looks pairs up under @reap alone
 * @machines: struct egress_machine by serial number
 * @machine_ids: struct egress_machine by id
 * @app_names: struct egress_app by name
 * @devices: struct egress_device by name
 * @n_devices: entries of @devices; read by the device notifier without @lock
 * @device_index: struct egress_device by ifindex; only those whose device exists now
 * @lingering: struct egress_block that no lease has any more and that may have connections
 * @cutting: struct egress_block whose connections are to be ended after the change
 * @draining: struct egress_pair released that waits for its last connection or its deadline
 * @claims: struct egress_claim that egress_claims_sync() has to announce
 * @unclaims: struct egress_claim that egress_claims_sync() has to free
 * @last_app: the newest app's serial number
 * @last_region: the newest region's serial number
 * @last_pair: the newest pair's id
 * @last_set: the newest destination set's id
 * @last_machine: the newest machine's serial number
 * @n_prefixes: prefixes in all destination sets
 * @prefix_bytes: memory that these prefixes take
 * @n_pairs: number of pairs
 * @n_machines: number of machines
 * @n_cutting: number of blocks in @cutting, and of those that are being cut; read without @lock
 * @n_left_behind: number of pairs of one machine alone that is in another region
 * @n_waiting: number of machines that wait for a lease
 * @reaper: frees the places of dead connections, and destination tables without any
 */
struct egress_net {
	/* What packets read */
	struct net *net;
	struct rhashtable sources;
	struct rhashtable addrs;
	struct rhashtable dests;
	struct egress_counters __percpu *counters;
	struct nf_hook_ops *hooks;

	/* Sweeps of destination tables, one at a time */
	struct mutex reap;

	/* Cuts of connections, for one change after the other */
	struct mutex cuts;

	/* Everything that requests change */
	struct mutex lock;
	u64 generation;
	struct list_head regions;
	struct xarray apps;
	struct xarray pairs;
	struct xarray machines;
	struct rhashtable machine_ids;
	struct rhashtable app_names;
	struct rhashtable devices;
	atomic_t n_devices;
	DECLARE_HASHTABLE(device_index, 8);
	struct list_head lingering;
	struct list_head cutting;
	struct list_head draining;
	struct list_head claims;
	struct list_head unclaims;
	unsigned long last_app;
	unsigned long last_region;
	unsigned long last_pair;
	unsigned long last_set;
	unsigned long last_machine;
	unsigned int n_prefixes;
	size_t prefix_bytes;
	unsigned int n_pairs;
	unsigned int n_machines;
	unsigned int n_cutting;
	unsigned int n_left_behind;
	unsigned int n_waiting;

	struct egress_reaper reaper;
};

extern unsigned int egress_net_id;

static inline struct egress_net *egress_net(const struct net *net)
{
	return net_generic(net, egress_net_id);
}

#endif
