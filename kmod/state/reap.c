// SPDX-License-Identifier: GPL-2.0
/*
 * The reaper: once a second, a stretch of all destination tables, so that each
 * has its turn in a minute and the memory of what has ended comes back. What a
 * stretch costs goes by the connections, not by the tables: a full table takes
 * as long as a thousand with one connection, and its machine waits meanwhile.
 */
#include <linux/atomic.h>
#include <linux/sched.h>

#include "counters.h"
#include "net.h"
#include "packet/destination.h"
#include "state/block.h"
#include "state/change.h"
#include "state/lease.h"
#include "state/pair.h"
#include "state/reap.h"

#define PERIOD		HZ
#define ROUND		40	/* stretches in which each table has had its turn */
#define LEAST		256	/* tables and places in a stretch */
#define AT_ONCE		256	/* tables, before others may sweep */
#define LOOKUPS		4096	/* of pairs without tables in a stretch */

/* Tables and places in a stretch, for all there are now but the closed ones. */
static unsigned int stretch(struct egress_net *en)
{
	u64 sum[EGRESS_C_MAX], work;

	egress_counters_sum(en->counters, sum);
	work = sum[EGRESS_C_OPENED] - sum[EGRESS_C_CLOSED];
	if ((s64)work < 0)
		work = 0;
	work += atomic_read(&en->dests.nelems);
	return min_t(u64, work / ROUND + LEAST, INT_MAX);
}

/* The next one has as much to do, or more if more come. */
static void end_round(struct egress_reaper *reaper)
{
	reaper->budget = reaper->met / ROUND;
	reaper->met = 0;
	reaper->pair = 0;
	reaper->slot = 0;
	reaper->left = 0;
}

/* The next block that has tables. Return: NULL at the end of a pair or of all. */
static struct egress_block *next_block(struct egress_net *en, struct egress_reaper *reaper,
				       bool *end)
{
	unsigned long id = reaper->pair;
	struct egress_pair *pair;

	pair = xa_find(&en->pairs, &reaper->pair, ULONG_MAX, XA_PRESENT);
	if (!pair) {
		*end = true;
		return NULL;
	}
	if (reaper->pair != id) {	/* it has gone since */
		reaper->slot = 0;
		reaper->left = 0;
	}
	for (; reaper->slot < egress_pair_slots(pair); reaper->slot++) {
		struct egress_block *block = &pair->blocks[reaper->slot];

		if (!reaper->left)
			reaper->left = READ_ONCE(block->ports.dests.n);
		if (reaper->left)
			return block;
	}
	reaper->pair++;
	reaper->slot = 0;
	return NULL;
}

/* Return: whether the round goes on. */
static bool sweep_some(struct egress_net *en, struct egress_reaper *reaper, int *budget)
{
	int before = *budget;
	unsigned int n, done;
	struct egress_block *block;
	bool end = false;

	lockdep_assert_held(&en->reap);
	block = next_block(en, reaper, &end);
	if (!block)
		return !end;

	n = min_t(unsigned int, reaper->left, AT_ONCE);
	done = egress_dests_sweep_some(en, &block->ports, n, budget);
	reaper->met += before - *budget;
	/* Fewer than there were: some have gone since. */
	reaper->left = done < n && *budget > 0 ? 0 : reaper->left - done;
	if (!reaper->left)
		reaper->slot++;
	return true;
}

static void reap(struct work_struct *work)
{
	struct egress_net *en = container_of(to_delayed_work(work), struct egress_net,
					     reaper.work);
	struct egress_reaper *reaper = &en->reaper;
	struct egress_change ch;
	unsigned int lookups;
	int budget;

	mutex_lock(&en->reap);
	budget = max(reaper->budget, stretch(en));
	reaper->budget = budget;
	lookups = LOOKUPS + budget;
	while (budget > 0 && lookups--) {
		if (!sweep_some(en, reaper, &budget)) {
			end_round(reaper);
			break;
		}
		mutex_unlock(&en->reap);
		cond_resched();
		mutex_lock(&en->reap);
	}
	mutex_unlock(&en->reap);

	egress_change_begin(&ch, en);
	egress_leases_retire(&ch);
	egress_pair_drain(&ch);
	egress_change_end(&ch);
	if (READ_ONCE(en->hooks))
		queue_delayed_work(system_power_efficient_wq, &reaper->work, PERIOD);
}

/**
 * egress_reaper_init() - of a new namespace
 * @en: namespace
 */
void egress_reaper_init(struct egress_net *en)
{
	INIT_DELAYED_WORK(&en->reaper.work, reap);
}

/**
 * egress_reaper_start() - go round from now on, until the hooks are gone
 * @en: namespace, locked
 */
void egress_reaper_start(struct egress_net *en)
{
	queue_delayed_work(system_power_efficient_wq, &en->reaper.work, PERIOD);
}

/**
 * egress_reaper_stop() - stop for good
 * @en: namespace, without hooks
 *
 * Context: process, egress_net.lock not held.
 */
void egress_reaper_stop(struct egress_net *en)
{
	cancel_delayed_work_sync(&en->reaper.work);
}
