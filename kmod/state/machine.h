/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_MACHINE_H
#define EGRESS_MACHINE_H

#include <linux/rhashtable.h>
#include <linux/egress.h>

#include "packet/objects.h"

struct egress_change;
struct egress_device;
struct egress_group;
struct egress_sets;
struct egress_net;

/**
 * struct egress_machine - a machine
 * @sender: as packets see it
 * @device: its packets come in by this, NULL for any
 * @node: in egress_net.machine_ids
 * @id: id
 * @serial: in egress_net.machines
 * @group: app and region
 * @peer: in egress_group.machines; of those that go, in the request's list
 * @leases: struct egress_lease, one for each set of destinations
 * @changed: in egress_change.machines
 * @blocks: struct egress_block, leased and lingering
 * @pairs: struct egress_pair of its own, in any region
 * @own: the sets of those, NULL while it never had any
 * @sources: its inside addresses
 * @n_sources: how many
 * @waits: for a lease
 * @rcu: freed after packets that saw it
 *
 * Under egress_net.lock but for @sender.
 */
struct egress_machine {
	struct egress_sender sender;
	struct egress_device *device;
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
int egress_machine_add(struct egress_change *ch, const struct egress_machine_request *req);
int egress_machine_set(struct egress_change *ch, const struct egress_machine_request *req);
int egress_machine_del(struct egress_change *ch, const char **ids, unsigned int n);
u64 egress_machine_connections(struct egress_net *en, struct egress_machine *machine);
void egress_machines_flush(struct egress_change *ch);

int egress_machines_net_init(struct egress_net *en);
void egress_machines_net_exit(struct egress_net *en);

#endif
