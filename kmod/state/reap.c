// SPDX-License-Identifier: GPL-2.0
/*
 * The reaper: it sweeps destination tables, to free what ended connections take. In a round it
 * goes through all tables, which is to take less than a minute; each second it does a part of
 * the round, a stretch. The work in a stretch is counted in tables and in places taken in them: a
 * table with a thousand connections takes as long to sweep as a thousand tables with one each,
 * and packets of its machine to this destination wait for the table's lock meanwhile.
 */
#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "counters.h"
#include "net.h"
#include "packet/destination.h"
#include "state/block.h"
#include "state/change.h"
#include "state/lease.h"
#include "state/pair.h"
#include "state/reap.h"

#define PERIOD		HZ	/* jiffies from a stretch to the next */
#define ROUND		40	/* stretches in a round */
#define LEAST		256	/* tables and places in a stretch, if there are few in all */
#define RETIRE_ROUNDS	16	/* times that egress_leases_retire() is called at most */
#define LOOKUPS		4096	/* steps of a stretch beyond its budget; each pair takes one */

/*
 * How many tables and places a stretch has to sweep, for all to be swept in ROUND stretches: the
 * tables there are, and the connections that have a port and are not known to have ended.
 */
static unsigned int stretch(struct egress_net *en)
{
	u64 sum[EGRESS_C_MAX], work;

	egress_counters_sum(en->counters, sum);
	work = sum[EGRESS_C_OPENED] - sum[EGRESS_C_CLOSED];
	/* The counters of the CPUs are not read at one moment: an end may be seen too early. */
	if ((s64)work < 0)
		work = 0;
	work += atomic_read(&en->dests.nelems);
	return min_t(u64, work / ROUND + LEAST, INT_MAX);
}

/*
 * End a round, and let the next one begin with stretches long enough for all that this one met:
 * that is more than stretch() knows of, as closed connections keep their places for a while.
 */
static void end_round(struct egress_reaper *reaper)
{
	reaper->budget = reaper->met / ROUND;
	reaper->met = 0;
	reaper->pair = 0;
	reaper->slot = 0;
	reaper->left = 0;
}

/*
 * Find the block that the reaper is to go on with, in the pair it is at or, if that is gone, in
 * the next one. Return: block that has tables; NULL at the end of the pair, and after the last
 * pair with @end set, too.
 */
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
	if (reaper->pair != id) {	/* the pair is gone, and this is the next one */
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

/* Sweep some tables of a block, or go on to the next pair. Return: whether the round goes on. */
static bool sweep_some(struct egress_net *en, struct egress_reaper *reaper, int *budget)
{
	int before = *budget, piece;
	unsigned int done;
	struct egress_block *block;
	bool end = false;

	lockdep_assert_held(&en->reap);
	block = next_block(en, reaper, &end);
	if (!block)
		return !end;

	piece = min(*budget, EGRESS_SWEEP_PIECE);
	*budget -= piece;
	done = egress_dests_sweep_some(en, &block->ports, reaper->left, &piece);
	*budget += piece;
	reaper->met += before - *budget;
	/*
	 * If fewer tables were there than expected, and not for want of budget, others have swept
	 * away some that @left counts: the block is done.
	 */
	reaper->left = piece > 0 ? 0 : reaper->left - done;
	if (!reaper->left)
		reaper->slot++;
	return true;
}

static bool any_restless(struct egress_net *en)
{
	struct egress_block *block;

	list_for_each_entry(block, &en->lingering, linger)
		if (!block->ports.quiet && !poll_state_synchronize_rcu_full(&block->gp))
			return true;
	return false;
}

/**
 * egress_reap_lingering() - free lingering blocks whose last connection has ended
 * @en: namespace, not locked
 * @now: also those that have lingered for less than a grace period, for which this waits
 *
 * Pairs that have drained go, too. The lock is let go again and again. Context: process. Return: 0;
 * -EINTR if the task is to die.
 */
int egress_reap_lingering(struct egress_net *en, bool now)
{
	unsigned int rounds = RETIRE_ROUNDS;
	struct egress_change ch;
	bool left;

	if (now) {
		if (mutex_lock_killable(&en->lock))
			return -EINTR;
		now = any_restless(en);
		mutex_unlock(&en->lock);
	}
	if (now)
		synchronize_rcu_expedited();
	do {
		if (egress_change_begin_killable(&ch, en))
			return -EINTR;
		left = egress_leases_retire(&ch);
		egress_pair_drain(&ch);
		egress_change_end(&ch);
		cond_resched();
	} while (left && --rounds);
	return 0;
}

static void reap(struct work_struct *work)
{
	struct egress_net *en = container_of(to_delayed_work(work), struct egress_net,
					     reaper.work);
	struct egress_reaper *reaper = &en->reaper;
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

	/* A worker is never about to die. */
	egress_reap_lingering(en, false);
	if (READ_ONCE(en->hooks))
		queue_delayed_work(system_power_efficient_wq, &reaper->work, PERIOD);
}

/**
 * egress_reaper_init() - prepare the reaper of a new namespace; it does not run yet
 * @en: namespace
 */
void egress_reaper_init(struct egress_net *en)
{
	INIT_DELAYED_WORK(&en->reaper.work, reap);
}

/**
 * egress_reaper_start() - let the reaper do a stretch each second, until the hooks are gone
 * @en: namespace, locked
 */
void egress_reaper_start(struct egress_net *en)
{
	queue_delayed_work(system_power_efficient_wq, &en->reaper.work, PERIOD);
}

/**
 * egress_reaper_stop() - stop the reaper for good, and wait until it has stopped
 * @en: namespace, without hooks, so that the reaper does not start itself again
 *
 * Context: process, egress_net.lock not held, as the reaper takes it.
 */
void egress_reaper_stop(struct egress_net *en)
{
	cancel_delayed_work_sync(&en->reaper.work);
}
