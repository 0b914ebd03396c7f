// SPDX-License-Identifier: GPL-2.0
/*
 * Counting connections: conntrack tells nobody when a connection ends, so the destination tables
 * are swept before somebody is told a number. That may take long, and is done without
 * egress_net.lock: nobody is to wait for somebody who only reads. The numbers stay in
 * egress_ports.live, where whoever tells them finds them.
 *
 * A pair is looked up anew for each piece, under egress_net.reap: without that, no pair leaves
 * egress_net.pairs. All functions here return -EINTR if the task is to die while it waits.
 */
#include <linux/sched.h>
#include <linux/slab.h>

#include "net.h"
#include "packet/destination.h"
#include "state/app.h"
#include "state/block.h"
#include "state/count.h"
#include "state/group.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/pool.h"

/* Where a count goes on: a block, and how many of its tables are still to be swept. */
struct place {
	unsigned long pair;
	unsigned int slot;
	unsigned int left;
};

/*
 * Sweep tables of the block, and if there is budget left, of the blocks after it, up to but not
 * including slot @end. Return: 1 if there is more to sweep; 0 at the end, or if the pair is gone;
 * -EINTR.
 */
static int piece(struct egress_net *en, struct place *at, unsigned int end)
{
	int budget = EGRESS_SWEEP_PIECE;
	struct egress_ports *ports;
	struct egress_pair *pair;
	unsigned int done;

	if (mutex_lock_killable(&en->reap))
		return -EINTR;
	pair = xa_load(&en->pairs, at->pair);
	end = pair ? min(end, egress_pair_slots(pair)) : 0;
	while (at->slot < end && budget > 0) {
		ports = &pair->blocks[at->slot].ports;
		if (!at->left)
			at->left = READ_ONCE(ports->dests.n);
		done = egress_dests_sweep_some(en, ports, at->left, &budget);
		/* If fewer tables were there than expected, others have swept some away. */
		at->left = budget > 0 ? 0 : at->left - done;
		at->slot += !at->left;
	}
	mutex_unlock(&en->reap);
	return at->slot < end;
}

static int sweep(struct egress_net *en, unsigned long id, unsigned int first, unsigned int end)
{
	struct place at = { .pair = id, .slot = first };
	int more;

	do {
		more = piece(en, &at, end);
		cond_resched();
	} while (more > 0);
	return more;
}

/**
 * egress_count_pair() - count the live connections of a pair
 * @en: namespace, not locked
 * @addr: either address of the pair; there need not be such a pair
 *
 * Context: process. Return: 0 or -EINTR.
 */
int egress_count_pair(struct egress_net *en, const struct in6_addr *addr)
{
	const struct egress_pair *pair;
	unsigned long id;

	if (mutex_lock_killable(&en->lock))
		return -EINTR;
	pair = egress_pair_find(en, addr);
	id = pair ? pair->id : 0;
	mutex_unlock(&en->lock);
	return pair ? sweep(en, id, 0, UINT_MAX) : 0;
}

/* May a machine that a dump shows have a block of a group's pairs? */
static bool is_of(const struct egress_group *group, const struct egress_app *app,
		  const struct egress_app *org, const char *region)
{
	if (app && group->app != app && group->app != app->org)
		return false;
	if (org && group->app != org && group->app->org != org)
		return false;
	return !region || !strcmp(group->region->name, region);
}

/**
 * egress_count_pairs() - count the live connections of the pairs that an app uses in a region
 * @en: namespace, not locked
 * @app: name of the app, NULL for all
 * @org: name of the org that the app or the pair is to be of, NULL for all
 * @region: name of the region, NULL for all
 *
 * Context: process. Return: 0 or -EINTR.
 */
int egress_count_pairs(struct egress_net *en, const char *app, const char *org,
		       const char *region)
{
	const struct egress_app *of_app = NULL, *of_org = NULL;
	struct egress_pair *pair;
	unsigned long id = 0;
	int err;

	for (;;) {
		if (mutex_lock_killable(&en->lock))
			return -EINTR;
		if (app)
			of_app = egress_app_find(en, app);
		if (org)
			of_org = egress_org_find(en, org);
		pair = xa_find(&en->pairs, &id, ULONG_MAX, XA_PRESENT);
		while (pair && !is_of(pair->group, of_app, of_org, region))
			pair = xa_find_after(&en->pairs, &id, ULONG_MAX, XA_PRESENT);
		/* There is nothing of an app or an org that does not exist. */
		if ((app && !of_app) || (org && !of_org))
			pair = NULL;
		mutex_unlock(&en->lock);
		if (!pair)
			return 0;
		err = sweep(en, id, 0, UINT_MAX);
		if (err)
			return err;
		id++;
	}
}

/**
 * egress_count_machine() - count the live connections of a machine
 * @en: namespace, not locked
 * @id: id of the machine; it may be gone
 *
 * Context: process. Return: 0, -EINTR or -ENOMEM.
 */
int egress_count_machine(struct egress_net *en, const char *id)
{
	const struct egress_machine *machine;
	struct place *places = NULL;
	struct egress_block *block;
	unsigned int n = 0, i = 0;
	int err = 0;

	if (mutex_lock_killable(&en->lock))
		return -EINTR;
	machine = egress_machine_find(en, id);
	if (machine) {
		list_for_each_entry(block, &machine->blocks, node)
			n++;
		places = kvcalloc(n, sizeof(*places), GFP_KERNEL);
		if (!places && n)
			err = -ENOMEM;
		if (places)
			list_for_each_entry(block, &machine->blocks, node)
				places[i++] = (struct place){ .pair = egress_block_pair(block)->id,
							      .slot = egress_block_slot(block) };
	}
	mutex_unlock(&en->lock);
	while (i-- && !err)
		err = sweep(en, places[i].pair, places[i].slot, places[i].slot + 1);
	kvfree(places);
	return err;
}
