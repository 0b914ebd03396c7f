// SPDX-License-Identifier: GPL-2.0
/*
 * Changes: a change is a transaction under the namespace's lock. Between its beginning and its
 * end, functions of state/ do their work and note in the change what they did. When the change
 * has ended, the generation has grown by one if anything changed, all listeners have been told,
 * and the hooks are gone if nothing needs them any more.
 */
#include <linux/lockdep.h>

#include "net.h"
#include "state/change.h"
#include "state/cut.h"
#include "state/group.h"
#include "state/hooks_use.h"
#include "state/machine.h"
#include "state/machine_cut.h"
#include "state/pair.h"
#include "state/pool.h"
#include "state/warning.h"

static const struct egress_teller *told_by __read_mostly;

/**
 * egress_change_tell_by() - set the function that tells listeners of changes
 * @teller: the function, or NULL to tell nobody
 *
 * No lock: this is called while the module is loaded or removed, when there can be no change.
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
	/* Set each member by itself: an initializer would also clear the error's long text. */
	ch->en = en;
	ch->answer = NULL;
	ch->error.code = 0;
	ch->error.entry = 0;
	ch->error.text[0] = '\0';
	INIT_LIST_HEAD(&ch->machines);
	INIT_LIST_HEAD(&ch->groups);
	ch->drains = false;
	ch->cuts = false;
	ch->cut_stale = false;
	INIT_LIST_HEAD(&ch->cut);
	INIT_LIST_HEAD(&ch->regions);
	ch->dry = false;
	ch->counted = false;
	ch->quiet = false;
}

/**
 * egress_change_begin() - lock a namespace and begin a change of it
 * @ch: change
 * @en: namespace
 *
 * Context: process. To be followed by egress_change_end(), even if the change is refused.
 */
void egress_change_begin(struct egress_change *ch, struct egress_net *en)
{
	mutex_lock(&en->lock);
	egress_change_begin_locked(ch, en);
}

/**
 * egress_change_begin_killable() - the same, for a task that may be killed while it waits
 * @ch: change
 * @en: namespace
 *
 * Context: process. Return: 0; -EINTR if the task is to die, then nothing is locked.
 */
int egress_change_begin_killable(struct egress_change *ch, struct egress_net *en)
{
	if (mutex_lock_killable(&en->lock))
		return -EINTR;
	egress_change_begin_locked(ch, en);
	return 0;
}

/**
 * egress_change_end_locked() - end a change, but keep the namespace locked
 * @ch: change
 */
void egress_change_end_locked(struct egress_change *ch)
{
	struct egress_machine *machine, *tmp;

	lockdep_assert_held(&ch->en->lock);
	list_for_each_entry_safe(machine, tmp, &ch->machines, changed) {
		list_del_init(&machine->changed);
		egress_change_did(ch, EGRESS_EVENT_MACHINE_CHANGED, machine);
		if (ch->cut_stale)
			egress_machine_cut_leased(ch, machine);
	}
	egress_warn_now(ch);
	egress_hooks_put(ch->en);
}

/**
 * egress_change_end() - end a change and unlock the namespace
 * @ch: change
 *
 * What takes long is done now, while others may have the lock: the connections of machines and
 * pairs that are gone are cut. What comes of it is another change, with a generation of its own.
 *
 * Context: process; waits for a grace period if something is cut or drains.
 */
void egress_change_end(struct egress_change *ch)
{
	struct egress_net *en = ch->en;

	egress_change_end_locked(ch);
	ch->generation = en->generation;
	mutex_unlock(&en->lock);
	if (ch->drains)
		egress_pair_settle(ch);
	if (ch->cuts)
		egress_cut_finish(en, &ch->generation);
}

/**
 * egress_change_count() - let the generation grow, as nothing can fail any more
 * @ch: change
 *
 * However often this is called, the generation grows by one for a change. It grows before
 * anybody is told of the change.
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
 * egress_change_did() - tell all listeners what happened to an object
 * @ch: change, counted already
 * @event: what happened
 * @object: object of the type that @event says
 */
void egress_change_did(struct egress_change *ch, enum egress_change_event event, void *object)
{
	lockdep_assert_held(&ch->en->lock);
	if (!ch->quiet && told_by)
		told_by->event(ch->en, event, object);
}

/**
 * egress_change_answer() - send an object to the sender of the request, if there is one
 * @ch: change
 * @event: what happened
 * @object: object of the type that @event says
 */
void egress_change_answer(struct egress_change *ch, enum egress_change_event event, void *object)
{
	lockdep_assert_held(&ch->en->lock);
	if (ch->answer)
		ch->answer(ch, event, object);
}

/**
 * egress_change_tell() - tell the sender of the request, and all listeners
 * @ch: change, counted already
 * @event: what happened
 * @object: object of the type that @event says
 */
void egress_change_tell(struct egress_change *ch, enum egress_change_event event, void *object)
{
	egress_change_answer(ch, event, object);
	egress_change_did(ch, event, object);
}

/**
 * egress_change_machine() - have listeners told of a machine at the end of the change
 * @ch: change
 * @machine: machine whose leases or settings have changed; it is told once, however often this
 *	is called
 */
void egress_change_machine(struct egress_change *ch, struct egress_machine *machine)
{
	lockdep_assert_held(&ch->en->lock);
	if (list_empty(&machine->changed))
		list_add_tail(&machine->changed, &ch->machines);
}

/**
 * egress_change_group() - have the warnings about a group told at the end of the change
 * @ch: change
 * @group: app and region whose pairs or machines have changed, which warnings count
 */
void egress_change_group(struct egress_change *ch, struct egress_group *group)
{
	lockdep_assert_held(&ch->en->lock);
	if (list_empty(&group->warn))
		list_add_tail(&group->warn, &ch->groups);
}

/**
 * egress_change_region() - have the warnings about a pool told at the end of the change
 * @ch: change
 * @region: region whose pool has other addresses in use, or other prefixes
 */
void egress_change_region(struct egress_change *ch, struct egress_region *region)
{
	lockdep_assert_held(&ch->en->lock);
	if (list_empty(&region->warn))
		list_add_tail(&region->warn, &ch->regions);
}
