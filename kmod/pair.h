/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_PAIR_H
#define EGRESS_PAIR_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/time64.h>
#include <linux/egress.h>

#include "destination.h"
#include "pool.h"

struct egress_claim;
struct egress_group;
struct egress_set;
struct egress_machine;
struct egress_net;

enum egress_block_state {
	EGRESS_BLOCK_FOREIGN,	/* another host hands it out */
	EGRESS_BLOCK_FREE,
	EGRESS_BLOCK_LEASED,
	EGRESS_BLOCK_LINGERING,	/* given up, connections live on */
};

/**
 * struct egress_block - a block of ports of a pair; leased, it is the lease
 * @pair: whose
 * @first_port: in host order
 * @slot: number, from 0
 * @state: enum egress_block_state
 * @machine: of the lease, and who had it while it lingers; freed after RCU readers
 * @node: in egress_pair.free or egress_machine.blocks
 * @linger: in egress_net.lingering
 * @gp: RCU cookie: when no packet can take a port of a lease given up
 * @quiet: that time has come
 * @dests: its connections
 *
 * Under egress_net.lock; packets read @pair, @first_port, @slot, which never
 * change, whether @state is EGRESS_BLOCK_FOREIGN, which doesn't either, @machine
 * and @dests.
 */
struct egress_block {
	struct egress_pair *pair;
	u16 first_port;
	u16 slot;
	u8 state;
	struct egress_machine *machine;
	struct list_head node;
	struct list_head linger;
	unsigned long gp;
	bool quiet;
	struct egress_dests dests;
};

/**
 * struct egress_pair - an egress pair
 * @id: never used again
 * @scope: app or machine
 * @order: a block has 2^order ports
 * @has: which families it has
 * @dying: no new leases
 * @drain: in egress_net.draining, or empty
 * @promoted: at work
 * @released: by a request: @dying for good
 * @deadline: boot time in seconds when its connections are cut, 0: never
 * @v4: IPv4 address, mapped
 * @v6: IPv6 address
 * @addrs: the records of both
 * @claims: of both, until it is published
 * @group: app and region
 * @machine: whose, if @scope is machine
 * @set: for which destinations
 * @list: in egress_set.pairs
 * @own: in egress_machine.pairs, if @scope is machine
 * @free: struct egress_block that can be leased, freed longest ago first
 * @n_slots: blocks that this host hands out
 * @n_free: blocks in @free
 * @n_leased: leases
 * @created: seconds since the epoch
 * @memcg: of who allocated it, charged with the tables of its connections
 * @rcu: freed after packets that saw it
 * @blocks: all of them
 *
 * Under egress_net.lock; packets read @order, @has, @v4, @v6, @group, @n_slots,
 * @memcg, which never change.
 */
struct egress_pair {
	unsigned long id;
	enum egress_scope scope;
	u8 order;
	bool has[EGRESS_FAMILIES];
	bool dying;
	struct list_head drain;
	bool promoted;
	bool released;
	time64_t deadline;
	struct in6_addr v4;
	struct in6_addr v6;
	struct egress_addr *addrs[EGRESS_FAMILIES];
	struct egress_claim *claims[EGRESS_FAMILIES];
	struct egress_group *group;
	struct egress_machine *machine;
	struct egress_set *set;
	struct list_head list;
	struct list_head own;
	struct list_head free;
	unsigned int n_slots;
	unsigned int n_free;
	unsigned int n_leased;
	time64_t created;
	struct mem_cgroup *memcg;
	struct rcu_head rcu;
	struct egress_block blocks[];
};

static inline unsigned int egress_pair_slots(const struct egress_pair *pair)
{
	return 65536u >> pair->order;
}

/* The address to call it by: it may have no IPv4 one. */
static inline const struct in6_addr *egress_pair_name(const struct egress_pair *pair)
{
	return pair->has[EGRESS_V4] ? &pair->v4 : &pair->v6;
}

struct egress_pair_request {
	const char *app;	/* one of */
	const char *machine;	/* the two */
	const char *region;
	unsigned int count;
	bool ensure;
	bool given[EGRESS_FAMILIES];
	struct in6_addr addr[EGRESS_FAMILIES];
	unsigned int block_size;
	struct egress_cidr *to;		/* sorted here */
	unsigned int n_to;		/* 0: the rest */
};

struct egress_release_request {
	const struct in6_addr *addrs;	/* either one of each pair */
	unsigned int n;
	const char *app;		/* whose they must be, or NULL */
	bool drain;			/* instead of cutting connections now */
	u32 seconds;			/* do so then; 0: never */
};

struct egress_pair *egress_pair_find(struct egress_net *en, const struct in6_addr *addr);
int egress_pair_add(struct egress_net *en, const struct egress_pair_request *req,
		    struct genl_info *info);
int egress_pair_del(struct egress_net *en, const struct egress_release_request *req,
		    struct genl_info *info);
bool egress_pair_drained(const struct egress_pair *pair);
void egress_pair_drain(struct egress_net *en);
void egress_pair_destroy(struct egress_net *en, struct egress_pair *pair);
u32 egress_block_limit(const struct egress_block *block);
u64 egress_pair_connections(struct egress_net *en, struct egress_pair *pair);

#endif
