// SPDX-License-Identifier: GPL-2.0
/*
 * Objects as netlink messages. Each egress_msg_*() function adds one message to msg->skb, with
 * egress_net.lock held unless its comment says otherwise. Return: 0, or -EMSGSIZE if there is
 * no room for the message; then nothing of it is left in msg->skb.
 */
#include <linux/ktime.h>

#include "addr.h"
#include "counters.h"
#include "net.h"
#include "netlink/family.h"
#include "netlink/message.h"
#include "netlink/uint.h"
#include "packet/classify.h"
#include "packet/destination.h"
#include "packet/exclude.h"
#include "packet/objects.h"
#include "state/address.h"
#include "state/adopt.h"
#include "state/app.h"
#include "state/block.h"
#include "state/device.h"
#include "state/explain.h"
#include "state/group.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/plan.h"
#include "state/pool.h"
#include "state/set.h"
#include "state/warning.h"

/* Begin a message. Each has the generation: a later request can say what its sender has seen. */
static void *start(struct egress_net *en, const struct egress_msg *msg)
{
	void *hdr = genlmsg_put(msg->skb, msg->portid, msg->seq, &egress_family, msg->flags,
				msg->cmd);

	if (!hdr)
		return NULL;
	if (msg->cb)
		genl_dump_check_consistent(msg->cb, hdr);
	if (nla_put_uint(msg->skb, EGRESS_A_GENERATION, READ_ONCE(en->generation)) ||
	    (msg->dry_run && nla_put_flag(msg->skb, EGRESS_A_DRY_RUN))) {
		genlmsg_cancel(msg->skb, hdr);
		return NULL;
	}
	return hdr;
}

static int finish(const struct egress_msg *msg, void *hdr, int err)
{
	if (err) {
		genlmsg_cancel(msg->skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg->skb, hdr);
	return 0;
}

/* Put an address as the attribute @v4 or @v6, whichever is for its family. */
static int put_either(struct sk_buff *skb, int v4, int v6, const struct in6_addr *addr)
{
	if (egress_addr_is_v4(addr))
		return nla_put_in_addr(skb, v4, egress_addr_to_v4(addr));
	return nla_put_in6_addr(skb, v6, addr);
}

static int put_addr(struct sk_buff *skb, int attr, const struct in6_addr *addr)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest)
		return -EMSGSIZE;
	if (put_either(skb, EGRESS_ADDRESS_A_V4, EGRESS_ADDRESS_A_V6, addr)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/* Put a prefix. @prefix is NULL, or the same prefix in a pool, of which the use is told, too. */
static int put_prefix(struct sk_buff *skb, int attr, const struct egress_cidr *cidr,
		      const struct egress_prefix *prefix)
{
	u8 len = egress_addr_is_v4(&cidr->addr) ? cidr->len - EGRESS_V4_BITS : cidr->len;
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest)
		return -EMSGSIZE;
	if (put_either(skb, EGRESS_PREFIX_A_V4, EGRESS_PREFIX_A_V6, &cidr->addr) ||
	    nla_put_u8(skb, EGRESS_PREFIX_A_LEN, len))
		goto cancel;
	if (prefix &&
	    (nla_put_uint(skb, EGRESS_PREFIX_A_USED, prefix->used) ||
	     nla_put_uint(skb, EGRESS_PREFIX_A_FREE, egress_prefix_free(prefix)) ||
	     (prefix->draining && nla_put_flag(skb, EGRESS_PREFIX_A_DRAINING))))
		goto cancel;
	nla_nest_end(skb, nest);
	return 0;

cancel:
	nla_nest_cancel(skb, nest);
	return -EMSGSIZE;
}

static int counters_put(struct sk_buff *skb, const u64 sum[EGRESS_C_MAX])
{
	struct nlattr *nest;
	int i;

	/*
	 * Counter number i is the attribute EGRESS_STATS_A_OPENED + i. This compares only how
	 * many there are of both. Whoever adds one must see to it that the order is the same.
	 */
	BUILD_BUG_ON(EGRESS_STATS_A_OPENED + EGRESS_C_MAX != EGRESS_STATS_A_MAX + 1);

	nest = nla_nest_start(skb, EGRESS_A_STATS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < EGRESS_C_MAX; i++) {
		if (nla_put_uint(skb, EGRESS_STATS_A_OPENED + i, sum[i])) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int machine_counters_put(struct sk_buff *skb,
				const struct egress_machine_counters *machine)
{
	u64 sum[EGRESS_C_MAX];
	int i;

	for (i = 0; i < EGRESS_C_MAX; i++)
		sum[i] = atomic64_read(&machine->count[i]);
	return counters_put(skb, sum);
}

static int put_pair_addrs(struct sk_buff *skb, const struct egress_pair *pair)
{
	return nla_put_uint(skb, EGRESS_A_PAIR_ID, pair->id) ||
		(pair->nat.has[EGRESS_V4] &&
		 nla_put_in_addr(skb, EGRESS_A_V4, egress_addr_to_v4(&pair->nat.v4))) ||
		(pair->nat.has[EGRESS_V6] && nla_put_in6_addr(skb, EGRESS_A_V6, &pair->nat.v6));
}

static int put_block(struct sk_buff *skb, const struct egress_block *block)
{
	unsigned int size = 1u << egress_block_pair(block)->nat.order;

	/* No connection can have port 0, so the first block's ports begin with 1. */
	return nla_put_u32(skb, EGRESS_A_SLOT, egress_block_slot(block)) ||
		nla_put_u32(skb, EGRESS_A_BLOCK_SIZE, size) ||
		nla_put_u16(skb, EGRESS_A_PORT_FIRST, block->ports.first ?: 1) ||
		nla_put_u16(skb, EGRESS_A_PORT_LAST, block->ports.first + size - 1);
}

static int put_cordoned(struct sk_buff *skb, const struct egress_net *en)
{
	return en->cordoned ? nla_put_flag(skb, EGRESS_A_CORDONED) : 0;
}

/* Put the name of an app or of an org, whose pair or set it is. */
static int put_owner(struct sk_buff *skb, const struct egress_app *app)
{
	return nla_put_string(skb, app->is_org ? EGRESS_A_ORG : EGRESS_A_APP, app->name);
}

static int put_group(struct sk_buff *skb, const struct egress_group *group)
{
	return put_owner(skb, group->app) ||
		nla_put_string(skb, EGRESS_A_REGION, group->region->name);
}

/* Put the org that an app is in, if there is one. */
static int put_org(struct sk_buff *skb, const struct egress_app *app)
{
	return app->org ? nla_put_string(skb, EGRESS_A_ORG, app->org->name) : 0;
}

/*
 * Put whose a block is: the pair's app or org, and its region; where that is an org, also the app
 * of the machine, which may be NULL.
 */
static int put_place(struct sk_buff *skb, const struct egress_block *block,
		     const struct egress_machine *machine)
{
	const struct egress_group *group = READ_ONCE(egress_block_pair(block)->group), *of;

	if (put_group(skb, group))
		return -EMSGSIZE;
	/* A machine that is gone may have outlived its group. */
	if (!group->app->is_org || !machine || data_race(machine->gone))
		return 0;
	of = READ_ONCE(machine->group);
	return nla_put_string(skb, EGRESS_A_APP, of->app->name);
}

/*
 * Put the number of a set of destinations; nothing for the set of the rest. A pair that has gone
 * has no @set.
 */
static int put_set_id(struct sk_buff *skb, const struct egress_set *set)
{
	return set && set->id ? nla_put_uint(skb, EGRESS_A_SET_ID, set->id) : 0;
}

/*
 * A region's pool. The message has as many of its prefixes, from number msg->from on, as there
 * is room for. msg->from becomes the number of the first one without room, or 0.
 */
int egress_msg_pool(struct egress_net *en, struct egress_msg *msg, struct egress_region *region)
{
	const struct egress_prefix *prefix;
	struct sk_buff *skb = msg->skb;
	unsigned int n = 0, next = 0;
	void *hdr = start(en, msg);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = nla_put_string(skb, EGRESS_A_REGION, region->name) ||
		(region->device && nla_put_string(skb, EGRESS_A_DEV, region->device->name)) ||
		nla_put_u32(skb, EGRESS_A_SLOT_FIRST, region->slot_first) ||
		nla_put_u32(skb, EGRESS_A_SLOT_LAST, region->slot_last) ||
		nla_put_u32(skb, EGRESS_A_ON_UNALLOCATED, egress_pool_on_unallocated(region)) ||
		nla_put_u32(skb, EGRESS_A_PAIRS, region->n_pairs);
	list_for_each_entry(prefix, &region->prefixes, list) {
		/* What pool-del is about to take away is marked: its dry run tells what is left. */
		if (err || (msg->dry_run && msg->cmd == EGRESS_CMD_POOL_DEL && prefix->doomed) ||
		    n++ < msg->from)
			continue;
		if (put_prefix(skb, EGRESS_A_PREFIX, &prefix->cidr, prefix)) {
			next = n - 1;
			err = next == msg->from;	/* no room for a single prefix */
			break;
		}
	}
	err = finish(msg, hdr, err);
	if (!err)
		msg->from = next;
	return err;
}

/* Put that a pair drains and, if that ends at some time, the seconds until then. */
static int put_drain(struct sk_buff *skb, const struct egress_pair *pair)
{
	time64_t left = pair->deadline - ktime_get_boottime_seconds();

	return nla_put_flag(skb, EGRESS_A_DRAINING) ||
		(pair->deadline && nla_put_u32(skb, EGRESS_A_DRAIN, max_t(time64_t, left, 0)));
}

/*
 * Where a list of @n goes on. It may have become shorter since the last part of a dump, which
 * tells user space that it was interrupted: then the list begins anew.
 */
static unsigned int resume_at(const struct egress_msg *msg, unsigned int n)
{
	return msg->from < n ? msg->from : 0;
}

/*
 * A set of destinations. The message has as many of its prefixes, from number msg->from on, as
 * there is room for. msg->from becomes the number of the first one without room, or 0.
 */
int egress_msg_set(struct egress_net *en, struct egress_msg *msg, const struct egress_set *set)
{
	const struct egress_machine *machine = set->sets->machine;
	const struct egress_group *group = container_of(set->sets, struct egress_group, sets);
	unsigned int i = msg->from;
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	/* Only the sets that are not a machine's are part of a group. */
	err = put_set_id(skb, set) || put_owner(skb, set->app) ||
		(machine ? nla_put_string(skb, EGRESS_A_MACHINE, machine->id) :
			   nla_put_string(skb, EGRESS_A_REGION, group->region->name)) ||
		nla_put_u32(skb, EGRESS_A_PAIRS, set->n_pairs) ||
		nla_put_uint(skb, EGRESS_A_PREFIXES, set->n_cidrs);
	while (!err && i < set->n_cidrs && !put_prefix(skb, EGRESS_A_TO, &set->cidrs[i], NULL))
		i++;
	/* Its prefixes never change, so that msg->from is always that of one of them. */
	err = finish(msg, hdr, err || i == msg->from);
	if (!err)
		msg->from = i < set->n_cidrs ? i : 0;
	return err;
}

/* Put who else has an address of a pair, if somebody has. */
static int put_conflict(struct sk_buff *skb, int attr, const struct egress_addr *addr)
{
	return addr && addr->conflict.holds ? nla_put(skb, attr, ETH_ALEN, addr->owner) : 0;
}

static int put_conflicts(struct sk_buff *skb, const struct egress_pair *pair)
{
	return put_conflict(skb, EGRESS_A_CONFLICT_V4, pair->addrs[EGRESS_V4]) ||
		put_conflict(skb, EGRESS_A_CONFLICT_V6, pair->addrs[EGRESS_V6]);
}

/* A pair. */
int egress_msg_pair(struct egress_net *en, const struct egress_msg *msg,
		    struct egress_pair *pair)
{
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = put_pair_addrs(skb, pair) || put_group(skb, pair->group) ||
		nla_put_u32(skb, EGRESS_A_SCOPE, pair->scope) ||
		(pair->machine && nla_put_string(skb, EGRESS_A_MACHINE, pair->machine->id)) ||
		nla_put_u32(skb, EGRESS_A_BLOCK_SIZE, 1u << pair->nat.order) ||
		nla_put_u32(skb, EGRESS_A_SLOTS, pair->n_slots) ||
		nla_put_u32(skb, EGRESS_A_SLOTS_LINGERING,
			    pair->n_slots - pair->n_free - pair->n_leased) ||
		nla_put_u32(skb, EGRESS_A_MACHINES, pair->n_leased) ||
		nla_put_uint(skb, EGRESS_A_CREATED, pair->created) ||
		put_set_id(skb, pair->set) ||
		(pair->set->index && nla_put_uint(skb, EGRESS_A_PREFIXES, pair->set->n_cidrs)) ||
		(pair->left_behind.holds && nla_put_flag(skb, EGRESS_A_LEFT_BEHIND)) ||
		put_conflicts(skb, pair) ||
		((msg->dry_run ? pair->released : pair->dying) && put_drain(skb, pair)) ||
		(!msg->brief &&
		 nla_put_uint(skb, EGRESS_A_CONNECTIONS, egress_pair_connections(pair)));
	return finish(msg, hdr, err);
}

/* The ports of a block, and what pair they are of. */
static int put_lease(struct sk_buff *skb, const struct egress_block *block)
{
	return put_pair_addrs(skb, egress_block_pair(block)) || put_block(skb, block) ||
		nla_put_u32(skb, EGRESS_A_SCOPE, egress_block_pair(block)->scope) ||
		put_set_id(skb, egress_block_pair(block)->set);
}

static int put_lease_nest(struct sk_buff *skb, const struct egress_lease *lease,
			  const struct egress_block *block)
{
	struct nlattr *nest = nla_nest_start(skb, EGRESS_A_LEASE);

	if (!nest)
		return -EMSGSIZE;
	if (put_lease(skb, block) || (lease->pinned && nla_put_flag(skb, EGRESS_A_PINNED))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * Put those of a machine's leases that have a block, from number msg->from on, as many as there
 * is room for. Return: the number of the first one without room, 0 if there is none;
 * -EMSGSIZE if there is no room for a single one.
 */
static int put_leases(struct egress_net *en, const struct egress_msg *msg,
		      const struct egress_machine *machine)
{
	const struct egress_lease *lease;
	const struct egress_block *block;
	unsigned int n = 0;

	list_for_each_entry(lease, &machine->leases, list) {
		block = egress_lease_block(en, lease);
		if (!block || n++ < msg->from)
			continue;
		if (put_lease_nest(msg->skb, lease, block))
			return n - 1 == msg->from ? -EMSGSIZE : n - 1;
	}
	return 0;
}

/*
 * A machine. The message has as many of its leases, from number msg->from on, as there is room
 * for. msg->from becomes the number of the first one without room, or 0.
 */
int egress_msg_machine(struct egress_net *en, struct egress_msg *msg,
		       struct egress_machine *machine)
{
	const struct egress_device *device;
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err, next = 0;
	unsigned int i;

	if (!hdr)
		return -EMSGSIZE;
	device = machine->device;
	err = nla_put_string(skb, EGRESS_A_MACHINE, machine->id) ||
		put_group(skb, machine->group) || put_org(skb, machine->group->app) ||
		(device && nla_put_string(skb, EGRESS_A_DEV, device->name)) ||
		nla_put_u32(skb, EGRESS_A_WAITING, machine->waits) ||
		(machine->waits && put_cordoned(skb, en));
	for (i = 0; i < machine->n_sources; i++)
		err = err || put_addr(skb, EGRESS_A_ADDR, &machine->sources[i]->addr);
	if (!msg->brief && !msg->from)
		err = err || nla_put_uint(skb, EGRESS_A_CONNECTIONS,
				     egress_machine_connections(machine)) ||
			machine_counters_put(skb, &machine->sender.counters);
	if (!err) {
		next = put_leases(en, msg, machine);
		err = next < 0;
	}
	err = finish(msg, hdr, err);
	if (!err)
		msg->from = next;
	return err;
}

static enum egress_lease_state lease_state(const struct egress_block *block)
{
	switch (block->ports.state) {
	case EGRESS_BLOCK_LEASED:
		return EGRESS_LEASE_STATE_LEASED;
	case EGRESS_BLOCK_LINGERING:
	case EGRESS_BLOCK_CUTTING:
		return EGRESS_LEASE_STATE_LINGERING;
	default:
		return EGRESS_LEASE_STATE_FREE;
	}
}

/*
 * Whose the ports of a block are, or whose they were until it became free. A pair that has gone may
 * have outlived its group, as some of its blocks become free only then.
 */
static int put_holder(struct sk_buff *skb, const struct egress_block *block)
{
	const struct egress_pair *pair = egress_block_pair(block);

	return nla_put_u32(skb, EGRESS_A_STATE, lease_state(block)) || put_lease(skb, block) ||
		(!pair->gone && put_place(skb, block, egress_block_machine(block))) ||
		nla_put_string(skb, EGRESS_A_MACHINE, egress_block_machine(block)->id);
}

/* A block that is leased or lingers, with the machine that has it or had it last. */
int egress_msg_lease(struct egress_net *en, const struct egress_msg *msg,
		     struct egress_block *block)
{
	const struct egress_lease *lease;
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	lease = egress_lease_on(en, block);
	err = put_holder(skb, block) ||
		(lease && lease->pinned && nla_put_flag(skb, EGRESS_A_PINNED)) ||
		(!msg->brief &&
		 nla_put_uint(skb, EGRESS_A_CONNECTIONS, READ_ONCE(block->ports.live)));
	return finish(msg, hdr, err);
}

/* A block that has just been leased, begun to linger, or become free. */
int egress_msg_lease_event(struct egress_net *en, const struct egress_msg *msg,
			   const struct egress_block *block)
{
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = put_holder(skb, block) ||
		nla_put_uint(skb, EGRESS_A_TIME, ktime_get_real_ns());
	return finish(msg, hdr, err);
}

/*
 * An app. The message has as many prefixes of its exclude list, from number msg->from on, as
 * there is room for. msg->from becomes the number of the first one without room, or 0.
 */
int egress_msg_app(struct egress_net *en, struct egress_msg *msg, struct egress_app *app)
{
	const struct egress_conf *conf =
		rcu_dereference_protected(app->conf, lockdep_is_held(&en->lock));
	unsigned int n = conf->own_exclude ? conf->exclude->n_prefixes : 0;
	unsigned int i = resume_at(msg, n), from = i;
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = nla_put_string(skb, EGRESS_A_APP, app->name) ||
		nla_put_u32(skb, EGRESS_A_LIMIT, conf->limit) ||
		nla_put_u32(skb, EGRESS_A_ON_LIMIT, conf->on_limit) ||
		nla_put_u32(skb, EGRESS_A_ON_NONE, conf->on_none[EGRESS_V4]) ||
		nla_put_u32(skb, EGRESS_A_ON_NONE_V6, conf->on_none[EGRESS_V6]) ||
		put_org(skb, app) ||
		nla_put_u32(skb, EGRESS_A_PAIRS, app->n_pairs) ||
		nla_put_u32(skb, EGRESS_A_MACHINES, app->n_machines) ||
		nla_put_u32(skb, EGRESS_A_WAITING, app->n_waiting) ||
		(!conf->own_exclude && nla_put_flag(skb, EGRESS_A_EXCLUDE_DEFAULT));
	if (!err) {
		while (i < n &&
		       !put_prefix(skb, EGRESS_A_EXCLUDE, &conf->exclude->prefixes[i], NULL))
			i++;
		if (i == n)
			i = 0;
		else if (i == from)
			err = -EMSGSIZE;
	}
	err = finish(msg, hdr, err);
	if (!err)
		msg->from = i;
	return err;
}

/* A machine's counters. */
int egress_msg_machine_stats(struct egress_net *en, struct egress_msg *msg,
			     struct egress_machine *machine)
{
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = nla_put_string(skb, EGRESS_A_MACHINE, machine->id) ||
		put_group(skb, machine->group) ||
		(!msg->brief &&
		 nla_put_uint(skb, EGRESS_A_CONNECTIONS, egress_machine_connections(machine))) ||
		machine_counters_put(skb, &machine->sender.counters);
	return finish(msg, hdr, err);
}

/* The namespace's counters. The caller has counted the live @connections. */
int egress_msg_stats(struct egress_net *en, const struct egress_msg *msg, u64 connections)
{
	struct sk_buff *skb = msg->skb;
	u64 sum[EGRESS_C_MAX];
	void *hdr;
	int err;

	egress_counters_sum(en->counters, sum);

	hdr = start(en, msg);
	if (!hdr)
		return -EMSGSIZE;
	err = counters_put(skb, sum) ||
		nla_put_u32(skb, EGRESS_A_PAIRS, en->n_pairs) ||
		nla_put_u32(skb, EGRESS_A_MACHINES, en->n_machines) ||
		nla_put_u32(skb, EGRESS_A_WAITING, en->n_waiting) ||
		nla_put_uint(skb, EGRESS_A_DESTINATIONS, atomic_read(&en->dests.nelems)) ||
		nla_put_uint(skb, EGRESS_A_PREFIXES, en->n_prefixes) ||
		nla_put_uint(skb, EGRESS_A_MEMORY, en->prefix_bytes) ||
		put_cordoned(skb, en) ||
		(!msg->brief && nla_put_uint(skb, EGRESS_A_CONNECTIONS, connections));
	return finish(msg, hdr, err);
}

/* A destination table. */
int egress_msg_destination(struct egress_net *en, const struct egress_msg *msg,
			   const struct egress_dest_state *state)
{
	const struct egress_block *block = container_of(state->ports, struct egress_block, ports);
	const struct egress_machine *machine = egress_block_machine(block);
	const struct egress_pair *pair = egress_block_pair(block);
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err;

	lockdep_assert_held(&en->lock);
	if (!hdr)
		return -EMSGSIZE;
	err = put_addr(skb, EGRESS_A_DESTINATION, &state->addr) ||
		put_pair_addrs(skb, pair) || put_block(skb, block) ||
		put_place(skb, block, machine) ||
		(machine && nla_put_string(skb, EGRESS_A_MACHINE, machine->id)) ||
		nla_put_u32(skb, EGRESS_A_LIMIT, egress_block_limit(block)) ||
		nla_put_uint(skb, EGRESS_A_CONNECTIONS, state->live) ||
		nla_put_uint(skb, EGRESS_A_REFUSED, state->refused);
	return finish(msg, hdr, err);
}

/* What would happen to a packet, and why. */
int egress_msg_explained(struct egress_net *en, const struct egress_msg *msg,
			 const struct egress_explained *ex)
{
	const struct egress_machine *machine = ex->machine;
	const struct egress_block *block = ex->block;
	const struct egress_device *device;
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = nla_put_u32(skb, EGRESS_A_VERDICT, ex->verdict) ||
		nla_put_u32(skb, EGRESS_A_RULE, ex->rule);
	if (machine) {
		device = machine->device;
		err = err || nla_put_string(skb, EGRESS_A_MACHINE, machine->id) ||
			put_group(skb, machine->group) || put_org(skb, machine->group->app) ||
			(device && nla_put_string(skb, EGRESS_A_DEV, device->name));
	}
	if (block)
		err = err || put_pair_addrs(skb, egress_block_pair(block)) ||
			put_block(skb, block) ||
			nla_put_u32(skb, EGRESS_A_SCOPE, egress_block_pair(block)->scope);
	if (ex->rule == EGRESS_RULE_NO_LEASE && machine->waits)
		err = err || put_cordoned(skb, en);
	if (ex->excluded)
		err = err || put_prefix(skb, EGRESS_A_EXCLUDE, ex->excluded, NULL);
	if (ex->verdict == EGRESS_VERDICT_TRANSLATE)
		err = err || put_addr(skb, EGRESS_A_SOURCE, &ex->source);
	if (ex->port)
		err = err || nla_put_u16(skb, EGRESS_A_SOURCE_PORT, ex->port);
	if (ex->dest.ports)
		err = err || nla_put_u32(skb, EGRESS_A_LIMIT, egress_block_limit(block)) ||
			nla_put_uint(skb, EGRESS_A_CONNECTIONS, ex->dest.live) ||
			nla_put_uint(skb, EGRESS_A_REFUSED, ex->dest.refused) ||
			nla_put_u32(skb, EGRESS_A_IDLE, ex->dest.idle);
	return finish(msg, hdr, err);
}

/*
 * A connection to @to was refused at the limit, as were @held_back others of which nobody was
 * told. Context: softirq, under RCU and without egress_net.lock.
 */
int egress_msg_limit(struct egress_net *en, const struct egress_msg *msg,
		     const struct egress_packet *packet, const struct in6_addr *to,
		     unsigned int held_back)
{
	const struct egress_machine *machine = container_of(packet->sender, struct egress_machine,
							    sender);
	const struct egress_block *block = container_of(packet->ports, struct egress_block, ports);
	const struct egress_pair *pair = egress_block_pair(block);
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = nla_put_string(skb, EGRESS_A_MACHINE, machine->id) ||
		put_place(skb, block, machine) || put_pair_addrs(skb, pair) ||
		put_block(skb, block) ||
		put_addr(skb, EGRESS_A_DESTINATION, to) ||
		nla_put_uint(skb, EGRESS_A_HELD_BACK, held_back);
	return finish(msg, hdr, err);
}

/* A warning. */
int egress_msg_warning(struct egress_net *en, const struct egress_msg *msg,
		       const struct egress_warned *warned)
{
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = nla_put_string(skb, EGRESS_A_REGION, warned->region->name) ||
		(warned->group && put_owner(skb, warned->group->app)) ||
		nla_put_u32(skb, EGRESS_A_WARNING, warned->kind) ||
		nla_put_u32(skb, EGRESS_A_PHASE, warned->phase) ||
		nla_put_string(skb, EGRESS_A_TEXT, warned->text);
	if (warned->set)
		err = err || put_set_id(skb, warned->set) ||
			nla_put_u32(skb, EGRESS_A_MACHINES, warned->room.machines) ||
			nla_put_u32(skb, EGRESS_A_PAIRS, warned->room.pairs) ||
			nla_put_u32(skb, EGRESS_A_SLOTS, warned->room.slots) ||
			(warned->need && nla_put_u32(skb, EGRESS_A_COUNT, warned->need));
	if (warned->kind == EGRESS_WARNING_POOL_SHORT)
		err = err || nla_put_u32(skb, EGRESS_A_FAMILY, warned->family == EGRESS_V4 ?
					   EGRESS_ADDRESS_FAMILY_V4 : EGRESS_ADDRESS_FAMILY_V6) ||
			nla_put_uint(skb, EGRESS_A_FREE, warned->free);
	if (warned->pair)
		err = err || put_pair_addrs(skb, warned->pair) ||
			(warned->pair->machine &&
			 nla_put_string(skb, EGRESS_A_MACHINE, warned->pair->machine->id));
	if (warned->addr)
		err = err || nla_put(skb, egress_addr_is_v4(&warned->addr->public.addr) ?
				     EGRESS_A_CONFLICT_V4 : EGRESS_A_CONFLICT_V6, ETH_ALEN,
				     warned->addr->owner);
	return finish(msg, hdr, err);
}

/* What would become of a machine. */
int egress_msg_move(struct egress_net *en, const struct egress_msg *msg,
		    const struct egress_move *move)
{
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = nla_put_string(skb, EGRESS_A_MACHINE, move->machine->id) ||
		put_group(skb, move->group) || nla_put_flag(skb, EGRESS_A_MOVES) ||
		nla_put_u32(skb, EGRESS_A_WAITING, move->waits) ||
		(move->from && put_addr(skb, EGRESS_A_FROM, egress_pair_name(move->from))) ||
		(move->to && put_pair_addrs(skb, move->to)) ||
		(move->cut && nla_put_uint(skb, EGRESS_A_CONNECTIONS, move->connections));
	return finish(msg, hdr, err);
}

/* How many connections of a machine were ended, or would be. */
int egress_msg_cut(struct egress_net *en, const struct egress_msg *msg,
		   const struct egress_machine *machine)
{
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = nla_put_string(skb, EGRESS_A_MACHINE, machine->id) ||
		nla_put_uint(skb, EGRESS_A_CUT, machine->sender.n_cut);
	return finish(msg, hdr, err);
}

/* How many machines were moved. */
int egress_msg_rebalance(struct egress_net *en, const struct egress_msg *msg,
			 const struct egress_rebalance *done)
{
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = nla_put_string(skb, done->org ? EGRESS_A_ORG : EGRESS_A_APP,
			     done->org ?: done->app) ||
		(done->region && nla_put_string(skb, EGRESS_A_REGION, done->region)) ||
		nla_put_u32(skb, EGRESS_A_COUNT, done->moved);
	return finish(msg, hdr, err);
}

/* How many objects of a change have no message of their own. */
int egress_msg_untold(struct egress_net *en, const struct egress_msg *msg, unsigned int n)
{
	void *hdr = start(en, msg);

	return hdr ? finish(msg, hdr, nla_put_u32(msg->skb, EGRESS_A_UNTOLD, n)) : -EMSGSIZE;
}

/* Whether the host is cordoned. */
int egress_msg_cordon(struct egress_net *en, const struct egress_msg *msg)
{
	void *hdr = start(en, msg);

	return hdr ? finish(msg, hdr, put_cordoned(msg->skb, en)) : -EMSGSIZE;
}

/* What became of the connections that were to be adopted. */
int egress_msg_adopt(struct egress_net *en, const struct egress_msg *msg,
		     const struct egress_adopt *adopt)
{
	struct sk_buff *skb = msg->skb;
	void *hdr = start(en, msg);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = nla_put_u32(skb, EGRESS_A_ADOPTED, adopt->adopted) ||
		nla_put_u32(skb, EGRESS_A_KNOWN, adopt->known) ||
		nla_put_u32(skb, EGRESS_A_STRANGERS, adopt->strangers) ||
		nla_put_u32(skb, EGRESS_A_NO_ROOM, adopt->no_room) ||
		nla_put_u32(skb, EGRESS_A_NO_MEMORY, adopt->no_memory);
	return finish(msg, hdr, err);
}

/* An event without an object: its command says what happened. */
int egress_msg_nothing(struct egress_net *en, const struct egress_msg *msg)
{
	void *hdr = start(en, msg);

	return hdr ? finish(msg, hdr, 0) : -EMSGSIZE;
}
