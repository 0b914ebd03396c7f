// SPDX-License-Identifier: GPL-2.0
/*
 * Changes: a transaction under the namespace's lock. It is begun, filled with what
 * it did by the functions of state/, and ended: by then all who listen have been
 * told, the generation has grown by one if anything changed, the hooks are gone if
 * nothing needs them any more, and claims on the uplink are as the pairs are.
 */
#include <linux/lockdep.h>

#include "net.h"
#include "state/change.h"
#include "state/claim.h"
#include "state/group.h"
#include "state/hooks_use.h"
#include "state/machine.h"
#include "state/warning.h"

static const struct egress_teller *told_by __read_mostly;

/**
 * egress_change_tell_by() - say who tells of changes
 * @teller: who, or NULL for nobody
 *
 * Context: while the module is loaded or removed, and nobody can change anything.
 */
void egress_change_tell_by(const struct egress_teller *teller)
{
	told_by = teller;
}

/**
 * egress_change_begin_locked() - begin a change where the lock is held already
 * @ch: change
 * @en: namespace, locked
 *
 * To be followed by egress_change_end_locked() before the lock is let go.
 */
void egress_change_begin_locked(struct egress_change *ch, struct egress_net *en)
{
	lockdep_assert_held(&en->lock);
	/* Each by itself: an initializer would clear the error's text. */
	ch->en = en;
	ch->answer = NULL;
	ch->error.code = 0;
	ch->error.text[0] = '\0';
	INIT_LIST_HEAD(&ch->machines);
	INIT_LIST_HEAD(&ch->groups);
	ch->counted = false;
	ch->quiet = false;
}

/**
 * egress_change_begin() - lock a namespace and begin a change of it
 * @ch: change
 * @en: namespace
 *
 * Context: process. To be followed by egress_change_end(), whatever comes of it.
 */
void egress_change_begin(struct egress_change *ch, struct egress_net *en)
{
	mutex_lock(&en->lock);
	egress_change_begin_locked(ch, en);
}

static void warn(struct egress_change *ch, struct egress_warned *warned)
{
	egress_change_did(ch, EGRESS_EVENT_WARNING, warned);
}

/**
 * egress_change_end_locked() - tell what is due yet, and keep the lock
 * @ch: change
 *
 * Claims on the uplink wait for the next egress_change_end().
 */
void egress_change_end_locked(struct egress_change *ch)
{
	struct egress_machine *machine, *tmp;

	lockdep_assert_held(&ch->en->lock);
	list_for_each_entry_safe(machine, tmp, &ch->machines, changed) {
		list_del_init(&machine->changed);
		egress_change_did(ch, EGRESS_EVENT_MACHINE_CHANGED, machine);
	}
	if (!list_empty(&ch->groups))
		egress_warn_now(ch, told_by && told_by->listened(ch->en) ? warn : NULL);
	egress_hooks_put(ch->en);
}

/**
 * egress_change_end() - end a change and unlock the namespace
 * @ch: change
 *
 * Context: process; takes rtnl_lock if a claim on the uplink came or went.
 */
void egress_change_end(struct egress_change *ch)
{
	struct egress_net *en = ch->en;

	egress_change_end_locked(ch);
	mutex_unlock(&en->lock);
	egress_claims_sync(en);
}

/**
 * egress_change_count() - nothing can fail any more: the change counts
 * @ch: change
 *
 * The generation grows once for each change, before anybody is told of it.
 */
void egress_change_count(struct egress_change *ch)
{
	lockdep_assert_held(&ch->en->lock);
	if (ch->counted)
		return;
	ch->counted = true;
	WRITE_ONCE(ch->en->generation, ch->en->generation + 1);
}

/**
 * egress_change_did() - tell all who listen what happened to an object
 * @ch: change, counted
 * @event: what happened
 * @object: to what; @event says of what type it is
 */
void egress_change_did(struct egress_change *ch, enum egress_change_event event, void *object)
{
	lockdep_assert_held(&ch->en->lock);
	if (!ch->quiet && told_by)
		told_by->event(ch->en, event, object);
}

/**
 * egress_change_answer() - tell an object to who asked for the change
 * @ch: change
 * @event: what happened
 * @object: to what
 */
void egress_change_answer(struct egress_change *ch, enum egress_change_event event, void *object)
{
	lockdep_assert_held(&ch->en->lock);
	if (ch->answer)
		ch->answer(ch, event, object);
}

/**
 * egress_change_tell() - both: who asked for the change, and all who listen
 * @ch: change, counted
 * @event: what happened
 * @object: to what
 */
void egress_change_tell(struct egress_change *ch, enum egress_change_event event, void *object)
{
	egress_change_answer(ch, event, object);
	egress_change_did(ch, event, object);
}

/**
 * egress_change_machine() - a machine has another lease: an event is due at the end
 * @ch: change
 * @machine: machine
 */
void egress_change_machine(struct egress_change *ch, struct egress_machine *machine)
{
	lockdep_assert_held(&ch->en->lock);
	if (list_empty(&machine->changed))
		list_add_tail(&machine->changed, &ch->machines);
}

/**
 * egress_change_group() - what the warnings about a group count is another
 * @ch: change
 * @group: app and region
 */
void egress_change_group(struct egress_change *ch, struct egress_group *group)
{
	lockdep_assert_held(&ch->en->lock);
	if (list_empty(&group->warn))
		list_add_tail(&group->warn, &ch->groups);
}
