/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_PAIR_H
#define EGRESS_PAIR_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/time64.h>
#include <linux/egress.h>

#include "packet/objects.h"
#include "state/block.h"
#include "state/warning.h"

struct egress_change;
struct egress_claim;
struct egress_group;
struct egress_set;
struct egress_machine;
struct egress_net;

/**
 * struct egress_pair - an egress pair
 * @nat: what packets read of the pair: addresses, block size, slots that this host hands out
 * @id: key in egress_net.pairs, counted up; no later pair gets the same
 * @scope: who may use the pair: all machines of an app or of an org's apps, or one machine
 * @dying: the pair or its machine is about to go: nobody gets a lease on the pair any more
 * @promoted: egress_promote() is at work and will move this pair from its machine to its app or org
 * @gone: the pair has been destroyed for everybody but cut.c, which ends its connections
 * @released: a release request succeeded: @dying stays set, whatever a later request does
 * @drain: entry in egress_net.draining, in egress_net.coming, or in the list of the release request
 *	at work; empty otherwise
 * @deadline: when the pair's last connections are cut, in seconds of boot time; 0: never
 * @addrs: the address of each family; NULL for a family that the pair lacks
 * @claims: memory for the claim of each address, NULL if none is needed; the claims are
 *	given away when the pair is published
 * @group: app or org and region of the pair; packets that tell of a refusal read it without a lock
 * @machine: the machine that alone uses the pair, if @scope is machine; else NULL
 * @set: the destinations that the pair is for
 * @list: entry in egress_set.pairs
 * @own: entry in egress_machine.pairs, if @scope is machine
 * @free: struct egress_block that can be leased; the block freed longest ago comes first
 * @n_slots: number of blocks that this host hands out
 * @n_free: number of blocks in @free
 * @n_leased: number of blocks that are leased
 * @n_cutting: number of blocks whose connections are being ended
 * @roomy: one more than the pair's place in egress_set.roomy; 0 if it has none there
 * @left_behind: what listeners know of the warning that the pair's machine has left its region
 * @looked_at: slots that the rebalance at work has looked at
 * @created: when the pair was allocated, in seconds since the epoch
 * @rcu: frees the pair after the packets that saw it
 * @blocks: all blocks by slot, those of other hosts too
 *
 * egress_net.lock protects all of it but @nat, which never changes once packets can see it.
 */
struct egress_pair {
	struct egress_nat nat;
	unsigned long id;
	enum egress_scope scope;
	bool dying;
	bool promoted;
	bool gone;
	bool released;
	struct list_head drain;
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
	unsigned int n_cutting;
	unsigned int roomy;
	struct egress_told left_behind;
	unsigned int looked_at;
	time64_t created;
	struct rcu_head rcu;
	struct egress_block blocks[];
};

/* The pair that a block is part of. */
static inline struct egress_pair *egress_block_pair(const struct egress_block *block)
{
	return container_of(block->ports.nat, struct egress_pair, nat);
}

static inline unsigned int egress_pair_slots(const struct egress_pair *pair)
{
	return egress_nat_slots(&pair->nat);
}

/* The address by which messages name a pair: IPv4 if the pair has one, else IPv6. */
static inline const struct in6_addr *egress_pair_name(const struct egress_pair *pair)
{
	return pair->nat.has[EGRESS_V4] ? &pair->nat.v4 : &pair->nat.v6;
}

struct egress_pair_request {
	const char *app;	/* for all machines of this app; one of the three is given */
	const char *machine;	/* for this machine alone */
	const char *org;	/* for all machines of this org's apps */
	const char *region;
	unsigned int count;
	bool ensure;		/* pairs that exist already count as made */
	bool given[EGRESS_FAMILIES];	/* take @addr; if no family is given, addresses are drawn */
	struct in6_addr addr[EGRESS_FAMILIES];
	unsigned int block_size;	/* ports in a block */
	bool has_block_size;	/* the request named @block_size; else it is the usual one */
	struct egress_cidr *to;		/* destinations; egress_pair_add() sorts the array */
	unsigned int n_to;		/* 0: all destinations that no other set has */
};

struct egress_release_request {
	const struct in6_addr *addrs;	/* of each pair either address, or both */
	unsigned int n;
	const char *app;		/* refuse if a pair is not this app's; NULL: any */
	const char *org;		/* likewise, an org's */
	bool drain;			/* let connections end instead of cutting them now */
	u32 seconds;			/* with @drain: cut what is left then; 0: never */
	bool missing_ok;		/* an address that is not allocated is no error */
};

/**
 * struct egress_allocation - pairs that are about to be allocated
 * @machine: the machine that they are for; NULL if for an app
 * @group: app and region
 * @set: set of destinations that they are for
 * @new_set: @set was made for them
 * @pairs: the pairs, those that were there already first
 * @have: number of pairs that were there already
 * @n: number of pairs
 */
struct egress_allocation {
	struct egress_machine *machine;
	struct egress_group *group;
	struct egress_set *set;
	bool new_set;
	struct egress_pair **pairs;
	unsigned int have;
	unsigned int n;
};

struct egress_pair *egress_pair_alloc(unsigned int order);
void egress_pair_free(struct egress_pair *pair);
int egress_pairs_init_cache(void);
void egress_pairs_exit_cache(void);
struct egress_pair *egress_pair_find(struct egress_net *en, const struct in6_addr *addr);
int egress_pair_add(struct egress_change *ch, const struct egress_pair_request *req);
int egress_allocation_prepare(struct egress_change *ch, const struct egress_pair_request *req,
			      struct egress_allocation *made);
void egress_allocation_leave(struct egress_change *ch, struct egress_allocation *made);
void egress_allocation_forget(struct egress_change *ch, struct egress_allocation *made);
void egress_allocation_publish(struct egress_change *ch, struct egress_allocation *made);
void egress_allocation_begin(struct egress_change *ch, struct egress_allocation *made);
void egress_allocation_finish(struct egress_change *ch, struct egress_allocation *made);
int egress_pair_del(struct egress_change *ch, const struct egress_release_request *req);
int egress_release_mark(struct egress_change *ch, const struct egress_release_request *req,
			struct list_head *release);
int egress_release_prepare(struct egress_change *ch, struct list_head *release);
void egress_release_undo(struct egress_net *en, struct list_head *release);
void egress_release_lean(struct egress_change *ch, struct list_head *release);
void egress_release_close(struct egress_change *ch, struct list_head *release);
void egress_release_finish(struct egress_change *ch, const struct egress_release_request *req,
			   struct list_head *release);
bool egress_pair_drained(const struct egress_pair *pair);
int egress_pair_set(struct egress_change *ch, const struct in6_addr *addr, struct egress_cidr *to,
		    unsigned int n_to);
int egress_promote(struct egress_change *ch, const char *id, const char *org);
void egress_pair_drain(struct egress_change *ch);
void egress_pair_settle(struct egress_change *ch);
void egress_pair_destroy(struct egress_change *ch, struct egress_pair *pair);
void egress_pair_put(struct egress_net *en, struct egress_pair *pair);
u64 egress_pair_connections(const struct egress_pair *pair);

#endif
