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
 * struct egress_reaper - what goes from table to table, round after round
 * @work: a stretch of a round; all else is changed under egress_net.reap
 * @pair: the pair it is at
 * @slot: the slot of it
 * @left: tables of it that are to be swept yet
 * @budget: tables and places in a stretch; never less in a round, though tables go
 * @met: tables and places met in this round
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
 * struct egress_net - all there is in a network namespace
 * @net: the namespace
 * @sources: struct egress_source by address; RCU readers, changed under @lock
 * @addrs: struct egress_public by address; RCU readers, changed under @lock
 * @dests: struct egress_dest; RCU readers, each changed under its own lock
 * @counters: one for each CPU
 * @hooks: the netfilter hooks, registered; NULL while there are none; changed under
 *	@lock, read anywhere
 * @reap: one sweep of destination tables at a time; they go away under it only
 * @lock: all that follows; process context only, taken inside rtnl_lock, outside @reap
 * @generation: counts changes: egress_change_count(); packets read it, too
 * @regions: struct egress_region
 * @apps: struct egress_app by serial number
 * @pairs: struct egress_pair by id; an entry goes under @reap, too
 * @machines: struct egress_machine by serial number
 * @machine_ids: struct egress_machine by id
 * @app_names: struct egress_app by name
 * @devices: struct egress_device by name
 * @n_devices: how many; read anywhere
 * @device_index: struct egress_device by ifindex, of those that are there
 * @lingering: struct egress_block given up whose connections live on
 * @draining: struct egress_pair released that wait for their last connection
 * @claims: struct egress_claim to be made
 * @unclaims: struct egress_claim to be let go
 * @last_app: serial number given last
 * @last_pair: pair id given last
 * @last_machine: serial number given last
 * @n_prefixes: of destination sets
 * @prefix_bytes: memory they take
 * @n_pairs: pairs there are
 * @n_machines: machines there are
 * @n_waiting: machines that lack a lease
 * @reaper: retires destination tables of dead connections
 */
struct egress_net {
	/* What packets read */
	struct net *net;
	struct rhashtable sources;
	struct rhashtable addrs;
	struct rhashtable dests;
	struct egress_counters __percpu *counters;
	struct nf_hook_ops *hooks;

	/* One sweep of destination tables at a time */
	struct mutex reap;

	/* All of the control plane */
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
	struct list_head draining;
	struct list_head claims;
	struct list_head unclaims;
	unsigned long last_app;
	unsigned long last_pair;
	unsigned long last_machine;
	unsigned int n_prefixes;
	size_t prefix_bytes;
	unsigned int n_pairs;
	unsigned int n_machines;
	unsigned int n_waiting;

	struct egress_reaper reaper;
};

extern unsigned int egress_net_id;

static inline struct egress_net *egress_net(const struct net *net)
{
	return net_generic(net, egress_net_id);
}

#endif
