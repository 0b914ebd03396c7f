// SPDX-License-Identifier: GPL-2.0
/*
 * Several commands as one change, all or none. A command can be a part if it can be split into a
 * step that may fail and can be undone, and a step that can't fail and shows.
 *
 * What is to go is marked first, in whatever order the parts stand. So no part adds a machine to a
 * pair that another part releases, and none has an id or an address that another one gives up.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "error.h"
#include "net.h"
#include "state/batch.h"
#include "state/change.h"
#include "state/hooks_use.h"

/* Mark what goes. Return: 0 or an error, then the caller undoes what has been marked. */
static int mark(struct egress_change *ch, struct egress_batch_part *part,
		struct egress_machine **machine)
{
	int err = 0;

	if (part->does == EGRESS_BATCH_RELEASE) {
		err = egress_release_mark(ch, &part->release, &part->pairs);
	} else if (part->does == EGRESS_BATCH_DEL) {
		err = egress_machine_mark(ch, part->id, part->missing_ok, machine);
		if (err)
			ch->error.index = part->index;
	}
	return err;
}

/* Prepare all parts. Return: 0 or an error, then the caller undoes what has been prepared. */
static int prepare(struct egress_change *ch, struct egress_batch_part *parts, unsigned int n,
		   struct egress_machine **going, struct list_head *made)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < n && !err; i++) {
		err = mark(ch, &parts[i], &going[i]);
		ch->error.entry = parts[i].entry;
		cond_resched();
	}
	for (i = 0; i < n && !err; i++) {
		if (parts[i].does != EGRESS_BATCH_ADD)
			continue;
		err = egress_machine_prepare(ch, &parts[i].add, made);
		ch->error.entry = parts[i].entry;
		cond_resched();
	}
	/* Only now: a map leaves out all sets that lose their last pair. */
	for (i = 0; i < n && !err; i++)
		if (parts[i].does == EGRESS_BATCH_RELEASE)
			err = egress_release_prepare(ch, &parts[i].pairs);
	if (!err && !list_empty(made))
		err = egress_hooks_get(ch->en, &ch->error);
	return err;
}

/* Undo prepare(), also where it has failed half-way. */
static void undo(struct egress_change *ch, struct egress_batch_part *parts, unsigned int n,
		 struct egress_machine **going, struct list_head *made)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (parts[i].does == EGRESS_BATCH_RELEASE)
			egress_release_undo(ch->en, &parts[i].pairs);
		if (going[i])
			egress_machine_unmark(going[i]);
	}
	/* Last, as this may offer a block to machines that wait: no pair is marked any more. */
	egress_machines_unprepare(ch, made);
}

/*
 * Do what has been prepared. Those go first who give something up, so that no machine moves which
 * is deleted then; and machines that lose their pair choose before the new ones do.
 */
static void commit(struct egress_change *ch, struct egress_batch_part *parts, unsigned int n,
		   struct egress_machine **going, struct list_head *made)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (parts[i].does == EGRESS_BATCH_RELEASE)
			egress_release_close(ch, &parts[i].pairs);
	/* Their own pairs go with them, and leave the lists. */
	egress_machines_del_marked(ch, going, n);
	for (i = 0; i < n; i++)
		if (parts[i].does == EGRESS_BATCH_RELEASE && !list_empty(&parts[i].pairs))
			egress_release_finish(ch, &parts[i].release, &parts[i].pairs);
	if (list_empty(made))
		return;
	egress_change_count(ch);
	egress_machines_publish(ch, made);
}

/**
 * egress_batch() - add and delete machines and release pairs, all or none
 * @ch: change, not a dry run
 * @parts: what to do
 * @n: how many parts
 *
 * Each part is checked against what there is before the change. Context: process; may wait for a
 * grace period. Return: 0; or what egress_machine_add(), egress_machine_del() and
 * egress_pair_del() return, then nothing has changed, and ch->error.entry is the number of the
 * command that is to blame.
 */
int egress_batch(struct egress_change *ch, struct egress_batch_part *parts, unsigned int n)
{
	struct egress_machine **going;
	LIST_HEAD(made);
	unsigned int i;
	int err;

	going = kvcalloc(n, sizeof(*going), GFP_KERNEL);
	if (!going)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		INIT_LIST_HEAD(&parts[i].pairs);
	err = prepare(ch, parts, n, going, &made);
	if (err)
		undo(ch, parts, n, going, &made);
	else
		commit(ch, parts, n, going, &made);
	kvfree(going);
	return err;
}
