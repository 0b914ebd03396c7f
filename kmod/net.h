/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_NET_H
#define EGRESS_NET_H

#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/rhashtable.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "counters.h"
#include "reap.h"

/**
 * struct egress_net - all there is in a network namespace
 * @net: the namespace
 * @lock: everything below but what is said to be RCU's; process context only,
 *	taken inside rtnl_lock, outside @reap
 * @generation: counts changes: egress_changed(); packets read it, too
 * @regions: struct egress_region, pool.c
 * @addrs: struct egress_addr by address; RCU readers, changed under @lock
 * @apps: struct egress_app by serial number
 * @pairs: struct egress_pair by id
 * @machines: struct egress_machine by serial number
 * @machine_ids: struct egress_machine by id; under @lock
 * @app_names: struct egress_app by name; under @lock
 * @sources: struct egress_source by address; RCU readers, changed under @lock
 * @devices: struct egress_device by name; under @lock
 * @n_devices: how many; read anywhere
 * @device_index: struct egress_device by ifindex, of those that are there; under @lock
 * @lingering: struct egress_block given up whose connections live on
 * @warn: struct egress_group that warnings are due about, until @lock is let go
 * @last_app: serial number given last
 * @last_pair: pair id given last
 * @last_machine: serial number given last
 * @n_prefixes: of destination sets
 * @prefix_bytes: memory they take
 * @n_pairs: pairs there are
 * @n_machines: machines there are
 * @n_waiting: machines that lack a lease
 * @hooks: the netfilter hooks, registered; NULL while there are none; read anywhere
 * @reap: one sweep of destination tables at a time; they go away under it only
 * @dests: struct egress_dest; RCU readers, each changed under its own lock
 * @reaper: retires destination tables of dead connections
 * @changed: struct egress_machine that the change at work gave another lease
 * @flushing: the events of all that goes would say nothing that a flush doesn't
 * @draining: struct egress_pair released that wait for their last connection
 * @claims: struct egress_claim to be made
 * @unclaims: struct egress_claim to be let go
 * @counters: one for each CPU
 */
struct egress_net {
	struct net *net;

	/* All of the control plane */
	struct mutex lock;
	u64 generation;
	struct list_head regions;
	struct rhashtable addrs;
	struct xarray apps;
	struct xarray pairs;
	struct xarray machines;
	struct rhashtable machine_ids;
	struct rhashtable app_names;
	struct rhashtable sources;
	struct rhashtable devices;
	atomic_t n_devices;
	DECLARE_HASHTABLE(device_index, 8);
	struct list_head lingering;
	struct list_head warn;
	unsigned long last_app;
	unsigned long last_pair;
	unsigned long last_machine;
	unsigned int n_prefixes;
	size_t prefix_bytes;
	unsigned int n_pairs;
	unsigned int n_machines;
	unsigned int n_waiting;
	struct nf_hook_ops *hooks;

	/* One sweep at a time */
	struct mutex reap;
	struct rhashtable dests;
	struct egress_reaper reaper;

	struct list_head changed;
	bool flushing;
	struct list_head draining;
	struct list_head claims;
	struct list_head unclaims;

	struct egress_counters __percpu *counters;
};

extern unsigned int egress_net_id;

static inline struct egress_net *egress_net(const struct net *net)
{
	return net_generic(net, egress_net_id);
}

/* Count a change: nothing can fail any more, and nobody has been told yet. */
static inline void egress_changed(struct egress_net *en)
{
	lockdep_assert_held(&en->lock);
	WRITE_ONCE(en->generation, en->generation + 1);
}

#endif
