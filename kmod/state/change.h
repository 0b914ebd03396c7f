/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_CHANGE_H
#define EGRESS_CHANGE_H

#include <linux/list.h>
#include <linux/types.h>

#include "error.h"

struct egress_group;
struct egress_machine;
struct egress_net;

/* What a change did, and to what kind of object. */
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
};

/**
 * struct egress_change - a transaction: what it has done, and what is due at its end
 * @en: namespace, locked from egress_change_begin() to egress_change_end()
 * @answer: tells an object to who asked for the change, or NULL if nobody did
 * @error: why it was refused; then nothing has changed
 * @machines: struct egress_machine that have another lease: an event each is due
 * @groups: struct egress_group whose pairs or machines are others: warnings are due
 * @counted: it is counted in egress_net.generation
 * @quiet: nobody is told of single objects, as all of them go
 *
 * Who changes something begins one: a request, the reaper, a namespace that goes.
 * It may hold several of the functions of state/ that take it. Each of these
 * either fills @error, returns its code and has changed nothing, or tells with
 * egress_change_did() what it did, before it frees anything of that.
 */
struct egress_change {
	struct egress_net *en;
	void (*answer)(struct egress_change *ch, enum egress_change_event event, void *object);
	struct egress_error error;
	struct list_head machines;
	struct list_head groups;
	bool counted;
	bool quiet;
};

/**
 * struct egress_teller - who tells of changes to all who listen; netlink/ is it
 * @listened: does anybody listen in this namespace
 * @event: something happened to an object; its change counts already, and the
 *	object stays as it is until this returns
 *
 * Context: process, the namespace locked.
 */
struct egress_teller {
	bool (*listened)(struct egress_net *en);
	void (*event)(struct egress_net *en, enum egress_change_event event, void *object);
};

void egress_change_tell_by(const struct egress_teller *teller);

void egress_change_begin(struct egress_change *ch, struct egress_net *en);
void egress_change_end(struct egress_change *ch);
void egress_change_begin_locked(struct egress_change *ch, struct egress_net *en);
void egress_change_end_locked(struct egress_change *ch);

void egress_change_count(struct egress_change *ch);
void egress_change_did(struct egress_change *ch, enum egress_change_event event, void *object);
void egress_change_answer(struct egress_change *ch, enum egress_change_event event, void *object);
void egress_change_tell(struct egress_change *ch, enum egress_change_event event, void *object);
void egress_change_machine(struct egress_change *ch, struct egress_machine *machine);
void egress_change_group(struct egress_change *ch, struct egress_group *group);

#endif
