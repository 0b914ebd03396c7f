/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_MACHINE_H
#define EGRESS_MACHINE_H

#include <linux/rhashtable.h>
#include <linux/egress.h>

#include "addr.h"
#include "counters.h"
#include "table.h"

struct egress_device;
struct egress_group;
struct egress_sets;
struct egress_view;
struct egress_net;
struct genl_info;

/**
 * struct egress_machine - a machine
 * @view: RCU: its leases of its app's pairs
 * @own_view: RCU: its leases of pairs of its own, which win; or NULL
 * @device: RCU: its packets come in by this, NULL for any
 * @counters: what became of its packets
 * @node: in egress_net.machine_ids
 * @id: id
 * @serial: in egress_net.machines
 * @group: app and region
 * @peer: in egress_group.machines; of those that go, in the request's list
 * @leases: struct egress_lease, one for each set of destinations
 * @blocks: struct egress_block, leased and lingering
 * @pairs: struct egress_pair of its own, in any region
 * @own: the sets of those, NULL while it never had any
 * @sources: its inside addresses
 * @n_sources: how many
 * @waits: for a lease
 * @changed: in egress_net.changed
 * @rcu: freed after packets that saw it
 *
 * Under egress_net.lock but for what is said to be RCU's.
 */
struct egress_machine {
	struct egress_view __rcu *view;
	struct egress_view __rcu *own_view;
	struct egress_device __rcu *device;
	struct egress_machine_counters counters;

	struct rhash_head node;
	char id[EGRESS_NAME_MAX + 1];
	unsigned long serial;
	struct egress_group *group;
	struct list_head peer;
	struct list_head leases;
	struct list_head changed;
	struct list_head blocks;
	struct list_head pairs;
	struct egress_sets *own;
	struct egress_source *sources[EGRESS_MACHINE_ADDRS];
	unsigned int n_sources;
	bool waits;
	struct rcu_head rcu;
};

/**
 * struct egress_source - an inside address of a machine
 * @node: in egress_net.sources
 * @addr: address
 * @machine: RCU: whose; NULL until the machine has its lease
 * @rcu: freed after packets that found it
 */
struct egress_source {
	struct rhash_head node;
	struct in6_addr addr;
	struct egress_machine __rcu *machine;
	struct rcu_head rcu;
};

static const struct rhashtable_params egress_source_params =
	EGRESS_TABLE_PARAMS(struct egress_source);

/* Under RCU. Return: the machine with this inside address, or NULL. */
static inline struct egress_machine *egress_machine_by_source(struct rhashtable *sources,
							      const struct in6_addr *addr)
{
	const struct egress_source *source;

	source = rhashtable_lookup(sources, addr, egress_source_params);
	return source ? rcu_dereference(source->machine) : NULL;
}

struct egress_machine_request {
	const char *id;
	const char *app;	/* NULL: as it is */
	const char *region;	/* likewise */
	const char *device;	/* likewise; "": any */
	const struct in6_addr *addrs;
	unsigned int n_addrs;	/* 0: as they are */
	const struct in6_addr *pair;	/* to pin it to, or NULL */
	int slot;		/* or -1 */
};

struct egress_machine *egress_machine_find(struct egress_net *en, const char *id);
int egress_machine_add(struct egress_net *en, const struct egress_machine_request *req,
		       struct genl_info *info);
int egress_machine_set(struct egress_net *en, const struct egress_machine_request *req,
		       struct genl_info *info);
int egress_machine_del(struct egress_net *en, const char **ids, unsigned int n,
		       struct genl_info *info);
u64 egress_machine_connections(struct egress_net *en, struct egress_machine *machine);
void egress_flush(struct egress_net *en);

int egress_machines_net_init(struct egress_net *en);
void egress_machines_net_exit(struct egress_net *en);

#endif
