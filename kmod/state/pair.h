/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_PAIR_H
#define EGRESS_PAIR_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/time64.h>
#include <linux/egress.h>

#include "packet/objects.h"
#include "state/block.h"

struct egress_change;
struct egress_claim;
struct egress_group;
struct egress_set;
struct egress_machine;
struct egress_net;

/**
 * struct egress_pair - an egress pair
 * @nat: as packets see it: addresses, block size, slots that this host hands out
 * @id: never used again
 * @scope: app or machine
 * @dying: no new leases
 * @drain: in egress_net.draining, or empty
 * @promoted: it is being made its app's by the change at work
 * @released: by a request: @dying for good
 * @deadline: boot time in seconds when its connections are cut, 0: never
 * @addrs: the records of both addresses
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
 * @rcu: freed after packets that saw it
 * @blocks: all of them
 *
 * Under egress_net.lock but for @nat, which never changes.
 */
struct egress_pair {
	struct egress_nat nat;
	unsigned long id;
	enum egress_scope scope;
	bool dying;
	struct list_head drain;
	bool promoted;
	bool released;
	time64_t deadline;
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
	struct rcu_head rcu;
	struct egress_block blocks[];
};

static inline unsigned int egress_pair_slots(const struct egress_pair *pair)
{
	return egress_nat_slots(&pair->nat);
}

/* The address to call it by: it may have no IPv4 one. */
static inline const struct in6_addr *egress_pair_name(const struct egress_pair *pair)
{
	return pair->nat.has[EGRESS_V4] ? &pair->nat.v4 : &pair->nat.v6;
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
int egress_pair_add(struct egress_change *ch, const struct egress_pair_request *req);
int egress_pair_del(struct egress_change *ch, const struct egress_release_request *req);
bool egress_pair_drained(const struct egress_pair *pair);
int egress_pair_set(struct egress_change *ch, const struct in6_addr *addr, struct egress_cidr *to,
		    unsigned int n_to);
int egress_promote(struct egress_change *ch, const char *id);
void egress_pair_drain(struct egress_change *ch);
void egress_pair_destroy(struct egress_change *ch, struct egress_pair *pair);
u64 egress_pair_connections(struct egress_net *en, struct egress_pair *pair);

#endif
