// SPDX-License-Identifier: GPL-2.0
/*
 * Several commands as one change, all or none. A command can be a part if it can be split into a
 * step that may fail and can be undone, and a step that can't fail and shows.
 *
 * What is to go is marked first, in whatever order the parts stand. So no part adds a machine to a
 * pair that another part releases, and none has an id or an address that another one gives up. What
 * is undone is undone in reverse order, so that all lists are in the order of before.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "error.h"
#include "net.h"
#include "state/batch.h"
#include "state/change.h"
#include "state/hooks_use.h"
#include "state/lease.h"
#include "state/set.h"

/* Mark what goes. Return: 0 or an error, then the caller undoes what has been marked. */
static int mark(struct egress_change *ch, struct egress_batch_part *part)
{
	int err = 0;

	switch (part->does) {
	case EGRESS_BATCH_RELEASE:
		return egress_release_mark(ch, &part->release, &part->pairs);
	case EGRESS_BATCH_DEL:
		err = egress_machine_mark(ch, part->id, part->missing_ok, &part->machine);
		if (err)
			ch->error.index = part->index;
		return err;
	case EGRESS_BATCH_DEL_OF:
		return egress_machine_mark_of(ch, part->app, part->region, part->missing_ok);
	default:
		return 0;
	}
}

/* Prepare the change of a machine that is there. */
static int prepare_edit(struct egress_change *ch, const struct egress_machine_request *req,
			struct egress_batch_part *part)
{
	struct egress_machine_edit *edit = kmalloc(sizeof(*edit), GFP_KERNEL);
	int err;

	if (!edit)
		return -ENOMEM;
	err = egress_machine_set_prepare(ch, req, edit);
	if (err) {
		kfree(edit);
		return err;
	}
	part->edit = edit;
	return 0;
}

/* Prepare what machines may be pinned to or need, so that this stands in any line. */
static int prepare_first(struct egress_change *ch, struct egress_batch_part *part)
{
	switch (part->does) {
	case EGRESS_BATCH_ALLOCATE:
		return egress_allocation_prepare(ch, &part->allocate->request,
						 &part->allocate->made);
	case EGRESS_BATCH_APP:
		return egress_app_set_prepare(ch, &part->settings->request, &part->settings->app);
	default:
		return 0;
	}
}

/* Prepare what else comes or changes. Return: 0 or an error, then this part is as it was. */
static int prepare_part(struct egress_change *ch, struct egress_batch_part *part)
{
	struct egress_machine_request whole;

	switch (part->does) {
	case EGRESS_BATCH_ADD:
		return egress_machine_prepare(ch, &part->request, &part->machine);
	case EGRESS_BATCH_SET:
		return prepare_edit(ch, &part->request, part);
	case EGRESS_BATCH_REPLACE:
		if (!egress_machine_find(ch->en, part->request.id))
			return egress_machine_prepare(ch, &part->request, &part->machine);
		whole = part->request;
		whole.device = whole.device ?: "";
		return prepare_edit(ch, &whole, part);
	case EGRESS_BATCH_UNBIND:
		return egress_machine_mark(ch, part->request.id, false, &part->machine);
	default:
		return 0;
	}
}

/* How many parts have been marked and prepared, for undo(). */
struct progress {
	unsigned int marked;
	unsigned int first;
	unsigned int then;
};

/* Prepare all parts. Return: 0 or an error, then the caller undoes what has been prepared. */
static int prepare(struct egress_change *ch, struct egress_batch_part *parts, unsigned int n,
		   struct progress *done)
{
	struct egress_batch_part *part = parts;
	bool comes = false;
	unsigned int i;
	int err = 0;

	for (; done->marked < n && !err; done->marked++) {
		part = &parts[done->marked];
		err = mark(ch, part);
		cond_resched();
	}
	for (; done->first < n && !err; done->first++) {
		part = &parts[done->first];
		err = prepare_first(ch, part);
		comes |= part->does == EGRESS_BATCH_ALLOCATE;
		cond_resched();
	}
	while (done->then < n && !err) {
		part = &parts[done->then];
		err = prepare_part(ch, part);
		if (err)
			break;
		done->then++;
		comes |= part->does <= EGRESS_BATCH_REPLACE && part->machine;
		cond_resched();
	}
	ch->error.entry = part->entry;
	/* Only now: a map leaves out all sets that lose their last pair. */
	for (i = 0; i < n && !err; i++)
		if (parts[i].does == EGRESS_BATCH_RELEASE)
			err = egress_release_prepare(ch, &parts[i].pairs);
	if (!err && comes)
		err = egress_hooks_get(ch->en, &ch->error);
	return err;
}

static void undo_part(struct egress_change *ch, struct egress_batch_part *part)
{
	switch (part->does) {
	case EGRESS_BATCH_UNBIND:
		egress_machine_unmark(part->machine);
		break;
	case EGRESS_BATCH_ADD:
	case EGRESS_BATCH_SET:
	case EGRESS_BATCH_REPLACE:
		if (part->machine)
			egress_machine_unprepare(ch, part->machine);
		if (part->edit)
			egress_machine_set_undo(ch, part->edit);
		break;
	default:
		break;
	}
}

static void undo_first(struct egress_change *ch, struct egress_batch_part *part)
{
	if (part->does == EGRESS_BATCH_ALLOCATE)
		egress_allocation_leave(ch, &part->allocate->made);
	else if (part->does == EGRESS_BATCH_APP && part->settings->app)
		egress_app_set_undo(ch->en, part->settings->app);
}

static void unmark(struct egress_change *ch, struct egress_batch_part *part)
{
	if (part->does == EGRESS_BATCH_RELEASE)
		egress_release_undo(ch->en, &part->pairs);
	else if (part->does == EGRESS_BATCH_DEL && part->machine)
		egress_machine_unmark(part->machine);
	else if (part->does == EGRESS_BATCH_DEL_OF)
		egress_machine_unmark_of(ch->en, part->app, part->region);
}

/* Undo prepare(), also where it has failed half-way. */
static void undo(struct egress_change *ch, struct egress_batch_part *parts, unsigned int n,
		 const struct progress *done)
{
	unsigned int i;

	for (i = done->then; i--;)
		undo_part(ch, &parts[i]);
	for (i = done->first; i--;)
		undo_first(ch, &parts[i]);
	for (i = done->marked; i--;)
		unmark(ch, &parts[i]);
	/* All pairs are as before: whether a machine waits is found out anew by them. */
	for (i = done->first; i--;)
		if (parts[i].does == EGRESS_BATCH_ALLOCATE)
			egress_allocation_forget(ch, &parts[i].allocate->made);
	/* Last, as this may give a block to machines that wait. */
	for (i = 0; i < n; i++)
		if (parts[i].does <= EGRESS_BATCH_REPLACE)
			egress_bind_offer(ch, parts[i].request.pair);
}

static void finish_part(struct egress_change *ch, struct egress_batch_part *part)
{
	switch (part->does) {
	case EGRESS_BATCH_UNBIND:
		egress_machine_unmark(part->machine);
		/* It can't fail, as the machine is there. */
		egress_bind(ch, part->request.id, NULL, -1);
		break;
	case EGRESS_BATCH_APP:
		egress_app_set_finish(ch, part->settings->app);
		break;
	case EGRESS_BATCH_SET:
	case EGRESS_BATCH_REPLACE:
		if (part->edit)
			egress_machine_set_finish(ch, part->edit);
		break;
	default:
		break;
	}
}

/* Let new pairs come, and packets go by the maps of destinations as they will be. */
static void commit_pairs(struct egress_change *ch, struct egress_batch_part *parts, unsigned int n)
{
	struct egress_batch_part *part;
	struct egress_set *set;

	for (part = parts; part < parts + n; part++)
		if (part->does == EGRESS_BATCH_ALLOCATE)
			egress_allocation_publish(ch, &part->allocate->made);
	/* One map may have the new destinations of several parts. */
	for (part = parts; part < parts + n; part++)
		if (part->does == EGRESS_BATCH_ALLOCATE)
			egress_allocation_begin(ch, &part->allocate->made);
	/* A map that one part commits lacks the sets of all parts that release. */
	for (part = parts; part < parts + n; part++)
		if (part->does == EGRESS_BATCH_RELEASE)
			egress_release_lean(ch, &part->pairs);
	for (part = parts; part < parts + n; part++) {
		if (part->does != EGRESS_BATCH_ALLOCATE)
			continue;
		set = part->allocate->made.set;
		if (set)
			egress_sets_commit(ch->en, set->sets);
	}
	for (part = parts; part < parts + n; part++)
		if (part->does == EGRESS_BATCH_RELEASE)
			egress_release_close(ch, &part->pairs);
}

/*
 * Do what has been prepared. Machines go first, so that none moves which is deleted then. Those
 * that are to change their pair do so before new pairs are given to machines that wait, and before
 * any pair goes, so that they don't take another one in between. Those that lose their pair choose
 * before new machines do.
 */
static void commit(struct egress_change *ch, struct egress_batch_part *parts, unsigned int n)
{
	struct egress_batch_part *part;
	LIST_HEAD(gone);

	/* Their own pairs go with them, and leave the lists of those that are released. */
	for (part = parts; part < parts + n; part++) {
		if (part->does == EGRESS_BATCH_DEL && part->machine)
			egress_machine_doom(ch, part->machine, &gone);
		cond_resched();
	}
	egress_machines_destroy(ch, &gone);
	for (part = parts; part < parts + n; part++)
		if (part->does == EGRESS_BATCH_DEL_OF)
			egress_machine_del_of(ch, part->app, part->region, true);
	commit_pairs(ch, parts, n);
	for (part = parts; part < parts + n; part++) {
		finish_part(ch, part);
		cond_resched();
	}
	for (part = parts; part < parts + n; part++)
		if (part->does == EGRESS_BATCH_ALLOCATE)
			egress_allocation_finish(ch, &part->allocate->made);
	for (part = parts; part < parts + n; part++)
		if (part->does == EGRESS_BATCH_RELEASE && !list_empty(&part->pairs))
			egress_release_finish(ch, &part->release, &part->pairs);
	for (part = parts; part < parts + n; part++) {
		if (part->does != EGRESS_BATCH_ADD && part->does != EGRESS_BATCH_REPLACE)
			continue;
		if (!part->machine)
			continue;
		egress_change_count(ch);
		egress_machine_publish(ch, part->machine);
		cond_resched();
	}
}

/**
 * egress_batch() - carry out several commands, all or none
 * @ch: change, not a dry run
 * @parts: what to do
 * @n: how many parts
 *
 * Context: process; may wait for grace periods. Return: 0; or what the function returns that does
 * the same as a command of its own, then nothing has changed, and ch->error.entry is the number of
 * the command that is to blame.
 */
int egress_batch(struct egress_change *ch, struct egress_batch_part *parts, unsigned int n)
{
	struct progress done = {};
	unsigned int i;
	int err;

	for (i = 0; i < n; i++)
		if (parts[i].does == EGRESS_BATCH_RELEASE)
			INIT_LIST_HEAD(&parts[i].pairs);
	err = prepare(ch, parts, n, &done);
	if (err)
		undo(ch, parts, n, &done);
	else
		commit(ch, parts, n);
	for (i = 0; i < n; i++)
		if (parts[i].does == EGRESS_BATCH_SET || parts[i].does == EGRESS_BATCH_REPLACE)
			kfree(parts[i].edit);
	return err;
}
