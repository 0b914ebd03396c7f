/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_CHANGE_H
#define EGRESS_CHANGE_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "error.h"

struct egress_group;
struct egress_machine;
struct egress_net;
struct egress_region;

/* What a change did. Behind each event stands the type of the object it is told with. */
enum egress_change_event {
	EGRESS_EVENT_POOL_CHANGED,	/* struct egress_region */
	EGRESS_EVENT_POOL_GONE,
	EGRESS_EVENT_PAIR_CHANGED,	/* struct egress_pair */
	EGRESS_EVENT_PAIR_GONE,
	EGRESS_EVENT_MACHINE_CHANGED,	/* struct egress_machine */
	EGRESS_EVENT_MACHINE_GONE,
	EGRESS_EVENT_APP_CHANGED,	/* struct egress_app */
	EGRESS_EVENT_REBALANCED,	/* struct egress_rebalance */
	EGRESS_EVENT_FLUSHED,		/* NULL */
	EGRESS_EVENT_WARNING,		/* struct egress_warned */
	EGRESS_EVENT_CORDON,		/* NULL */
	EGRESS_EVENT_MOVE,		/* struct egress_move; the answer of a dry run only */
	EGRESS_EVENT_LEASE,		/* struct egress_block */
	EGRESS_EVENT_SET_NEW,		/* struct egress_set */
	EGRESS_EVENT_SET_GONE,
	EGRESS_EVENT_CUT,		/* struct egress_machine; the answer only */
};

/**
 * struct egress_change - a transaction: what it has done, and what is due at its end
 * @en: namespace, locked from egress_change_begin() to egress_change_end()
 * @answer: sends an object to the sender of the request; NULL if no request asked for the change
 * @error: why the change was refused; @error.code is 0 if it was not
 * @machines: struct egress_machine whose leases have changed: at the end of the change, an
 *	event tells of each of these machines
 * @groups: struct egress_group whose numbers of pairs or machines have changed: at the end of
 *	the change, the warnings about each of these groups are told
 * @gp: RCU cookie for @drains
 * @cuts: blocks are to be cut after the change
 * @cut: struct egress_machine whose connections, or some of them, are to end after the change:
 *	see machine_cut.c
 * @cut_stale: machines that have another lease because of the change come into @cut
 * @drains: pairs have been released to drain: after the change, those without connections go
 * @regions: struct egress_region whose pools have other addresses in use, or other prefixes: at
 *	the end of the change, the warnings about each of these pools are told
 * @dry: a dry run: functions of state/ check, answer what they would do, and change nothing
 * @generation: set when the change has ended: the generation then, and what came of the change
 *	after it, if nobody else has changed anything in between
 * @counted: egress_net.generation has grown by one for this change
 * @quiet: egress_change_did() tells nothing. It is set while everything in the namespace goes:
 *	one event is enough to tell of that
 *
 * A request, a dump that frees blocks, the reaper, a cut, and the end of a namespace each begin a
 * change and end it. In between they may call several functions of state/ with it. Each function
 * either changes nothing, fills @error and returns its code; or tells with egress_change_did() of
 * what it did to an object, before it frees the object.
 */
struct egress_change {
	struct egress_net *en;
	void (*answer)(struct egress_change *ch, enum egress_change_event event, void *object);
	struct egress_error error;
	struct list_head machines;
	struct list_head groups;
	struct rcu_gp_oldstate gp;
	bool drains;
	bool cuts;
	bool cut_stale;
	struct list_head cut;
	struct list_head regions;
	bool dry;
	u64 generation;
	bool counted;
	bool quiet;
};

/**
 * struct egress_teller - the function of netlink/ that tells all listeners of changes
 * @event: tells what happened to an object. The change is counted already, and the object stays
 *	as it is until the function returns
 *
 * Context: process, with egress_net.lock held.
 */
struct egress_teller {
	void (*event)(struct egress_net *en, enum egress_change_event event, void *object);
};

void egress_change_tell_by(const struct egress_teller *teller);

void egress_change_begin(struct egress_change *ch, struct egress_net *en);
int egress_change_begin_killable(struct egress_change *ch, struct egress_net *en);
void egress_change_end(struct egress_change *ch);
void egress_change_begin_locked(struct egress_change *ch, struct egress_net *en);
void egress_change_end_locked(struct egress_change *ch);

void egress_change_count(struct egress_change *ch);
void egress_change_did(struct egress_change *ch, enum egress_change_event event, void *object);
void egress_change_answer(struct egress_change *ch, enum egress_change_event event, void *object);
void egress_change_tell(struct egress_change *ch, enum egress_change_event event, void *object);
void egress_change_machine(struct egress_change *ch, struct egress_machine *machine);
void egress_change_group(struct egress_change *ch, struct egress_group *group);
void egress_change_region(struct egress_change *ch, struct egress_region *region);

#endif
