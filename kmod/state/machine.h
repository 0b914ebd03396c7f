/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_MACHINE_H
#define EGRESS_MACHINE_H

#include <linux/rhashtable.h>
#include <linux/egress.h>

#include "packet/objects.h"
#include "state/block.h"
#include "state/lease.h"

struct egress_change;
struct egress_device;
struct egress_group;
struct egress_sets;
struct egress_net;

/**
 * struct egress_machine - a machine
 * @sender: what packets read of the machine, under RCU
 * @device: the device that packets from the machine must come in by; NULL for any
 * @node: entry in egress_net.machine_ids
 * @id: name that the operator gave the machine; zeros up to the end, as it is a table's key
 * @serial: key in egress_net.machines, counted up
 * @group: app and region of the machine; packets that tell of a refusal read it without a lock
 * @peer: entry in egress_group.machines; while the machine is deleted, in a list of those to go
 * @leases: struct egress_lease, one for each set of the group, of its org's group and of @own
 * @changed: entry in egress_change.machines if an event about the machine is due; empty otherwise
 * @cut: entry in egress_change.cut if connections of the machine are to end, or end; else empty
 * @blocks: struct egress_block that the machine has leased, or had until they lingered
 * @pairs: struct egress_pair of the machine's own, also in regions that it has left
 * @own: sets of the machine's own pairs; NULL if no pair was asked for the machine alone since
 *	it came to its app
 * @sources: inside addresses of the machine
 * @n_sources: number of inside addresses
 * @gone: the machine has been deleted for everybody but cut.c, which ends its connections
 * @waits: the machine is counted in egress_app.n_waiting and egress_net.n_waiting; see
 *	egress_lease_recount()
 * @named: the request at work is about to add, change or delete the machine, or, in a dry run, has
 *	told that it would go
 * @rcu: frees the machine after the packets that saw it
 *
 * egress_net.lock protects all of it but @sender.
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
	struct list_head cut;
	struct list_head blocks;
	struct list_head pairs;
	struct egress_sets *own;
	struct egress_source *sources[EGRESS_MACHINE_ADDRS];
	unsigned int n_sources;
	bool gone;
	bool waits;
	bool named;
	struct rcu_head rcu;
};

/*
 * The machine that has a block leased, or had it until it lingered; else NULL. A machine that is
 * deleted is freed only when it has no block any more.
 */
static inline struct egress_machine *egress_block_machine(const struct egress_block *block)
{
	struct egress_sender *sender = block->ports.sender;

	return sender ? container_of(sender, struct egress_machine, sender) : NULL;
}

struct egress_machine_request {
	const char *id;
	const char *app;	/* NULL: unchanged */
	const char *region;	/* NULL: unchanged */
	const char *device;	/* NULL: unchanged; "": any device */
	const struct in6_addr *addrs;	/* inside addresses */
	unsigned int n_addrs;	/* 0: unchanged */
	const struct in6_addr *pair;	/* pin the machine to the pair with this address, or NULL */
	int slot;		/* number of the block of that pair; -1: any block */
};

/**
 * struct egress_machine_edit - a machine that is about to be changed
 * @machine: the machine
 * @group: app and region that it is to be in
 * @moves: it is not in @group yet, but counts there already
 * @leases: its leases there, without blocks
 * @views: the views of @leases
 * @block: the one to pin it to, reserved for it unless it has it already; NULL for none
 * @new_pin: it is not pinned to @block yet
 * @reserved: @block has been reserved
 * @new_device: @device takes the place of the one it has
 * @device: its device from now on; NULL for any
 * @new_sources: its inside addresses are to be @addrs
 * @addrs: inside addresses
 * @n_addrs: number of inside addresses
 * @fresh: entries of those that it lacks
 * @n_fresh: number of these entries
 */
struct egress_machine_edit {
	struct egress_machine *machine;
	struct egress_group *group;
	bool moves;
	struct list_head leases;
	struct egress_views views;
	struct egress_block *block;
	bool new_pin;
	bool reserved;
	bool new_device;
	struct egress_device *device;
	bool new_sources;
	const struct in6_addr *addrs;
	unsigned int n_addrs;
	struct egress_source *fresh[EGRESS_MACHINE_ADDRS];
	unsigned int n_fresh;
};

struct egress_machine *egress_machine_find(struct egress_net *en, const char *id);
int egress_machine_add(struct egress_change *ch, const struct egress_machine_request *reqs,
		       unsigned int n);
int egress_machine_set(struct egress_change *ch, const struct egress_machine_request *req);
int egress_machine_replace(struct egress_change *ch, const struct egress_machine_request *req);
int egress_machine_del(struct egress_change *ch, const char **ids, unsigned int n,
		       bool missing_ok);
int egress_machine_prepare(struct egress_change *ch, const struct egress_machine_request *req,
			   struct egress_machine **made);
void egress_machine_unprepare(struct egress_change *ch, struct egress_machine *machine);
void egress_machine_publish(struct egress_change *ch, struct egress_machine *machine);
int egress_machine_set_prepare(struct egress_change *ch, const struct egress_machine_request *req,
			       struct egress_machine_edit *edit);
void egress_machine_set_undo(struct egress_change *ch, struct egress_machine_edit *edit);
void egress_machine_set_finish(struct egress_change *ch, struct egress_machine_edit *edit);
int egress_machine_mark(struct egress_change *ch, const char *id, bool missing_ok,
			struct egress_machine **marked);
int egress_machine_mark_of(struct egress_change *ch, const char *app, const char *region,
			   bool missing_ok);
void egress_machine_unmark_of(struct egress_net *en, const char *app, const char *region);
void egress_machine_unmark(struct egress_machine *machine);
void egress_machine_doom(struct egress_change *ch, struct egress_machine *machine,
			 struct list_head *gone);
void egress_machines_destroy(struct egress_change *ch, struct list_head *gone);
u64 egress_machine_connections(const struct egress_machine *machine);
void egress_machine_put(struct egress_machine *machine);
int egress_machine_del_of(struct egress_change *ch, const char *app, const char *region,
			  bool missing_ok);
unsigned int egress_machines_del_some(struct egress_change *ch, unsigned long last,
				      unsigned int max);
void egress_machines_flush(struct egress_change *ch);

int egress_machines_net_init(struct egress_net *en);
void egress_machines_net_exit(struct egress_net *en);

#endif
