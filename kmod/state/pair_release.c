// SPDX-License-Identifier: GPL-2.0
/* Releasing pairs: their connections are cut, or are given time to end first. */
#include <linux/ktime.h>
#include <linux/rcupdate.h>

#include "addr.h"
#include "error.h"
#include "net.h"
#include "state/app.h"
#include "state/block.h"
#include "state/change.h"
#include "state/group.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/plan.h"
#include "state/set.h"

/*
 * Take all leases from a dying pair, so that no new connection takes a port of the pair. Its
 * machines get leases on other pairs, or wait.
 */
static void unpublish(struct egress_change *ch, struct egress_pair *pair)
{
	unsigned int i;

	for (i = 0; i < egress_pair_slots(pair); i++)
		if (pair->blocks[i].ports.state == EGRESS_BLOCK_LEASED)
			egress_leases_settle(ch, egress_block_machine(&pair->blocks[i]), NULL);
}

static int check_release(struct egress_change *ch, const struct egress_release_request *req)
{
	const struct egress_app *app;
	char text[EGRESS_ADDR_STR];
	struct egress_pair *pair;
	unsigned int i;

	for (i = 0; i < req->n; i++) {
		egress_addr_str(text, &req->addrs[i]);
		pair = egress_pair_find(ch->en, &req->addrs[i]);
		if (!pair && req->missing_ok)
			continue;
		if (!pair)
			return egress_refuse_nth(&ch->error, EGRESS_ABOUT_ADDR, i, -ENOENT,
					     "%s is not an allocated egress address",
					     text);
		app = pair->group->app;
		if ((req->app && (app->is_org || strcmp(app->name, req->app))) ||
		    (req->org && (!app->is_org || strcmp(app->name, req->org))))
			return egress_refuse_nth(&ch->error, EGRESS_ABOUT_ADDR, i, -EINVAL,
					     "%s belongs to %s '%s', not %s'%s'", text,
					     egress_app_kind(app), app->name,
					     !req->org == !app->is_org ? "" :
					     req->org ? "to org " : "to app ",
					     req->org ?: req->app);
	}
	return 0;
}

/* Destroy a pair without leases, and its group if that is empty then. */
static void pair_finish(struct egress_change *ch, struct egress_pair *pair)
{
	struct egress_group *group = pair->group;

	egress_pair_destroy(ch, pair);
	egress_group_put(ch, group);
}

/**
 * egress_pair_drained() - have all connections of a released pair ended
 * @pair: pair, egress_net locked
 *
 * A block with connections lingers, so none are left once all blocks are free.
 */
bool egress_pair_drained(const struct egress_pair *pair)
{
	return pair->n_free == pair->n_slots;
}

/**
 * egress_pair_drain() - destroy released pairs that have drained or whose time is up
 * @ch: change
 *
 * A pair whose time is up loses the connections that are left.
 */
void egress_pair_drain(struct egress_change *ch)
{
	time64_t now = ktime_get_boottime_seconds();
	struct egress_pair *pair, *tmp;

	lockdep_assert_held(&ch->en->lock);
	list_for_each_entry_safe(pair, tmp, &ch->en->draining, drain) {
		if (!egress_pair_drained(pair)) {
			/*
			 * The second of the deadline must be over, too: the deadline was counted
			 * from a second that had begun already, and connections are to have no
			 * less time than was asked for.
			 */
			if (!pair->deadline || now <= pair->deadline)
				continue;
		}
		egress_change_count(ch);
		pair_finish(ch, pair);
	}
}

/**
 * egress_pair_settle() - destroy pairs that were released to drain and have no connection
 * @ch: change that released them; it has ended, and its generation is that of what this does if
 *	nobody else has changed anything
 *
 * Context: process; waits for a grace period, as a packet may have taken a port just now.
 */
void egress_pair_settle(struct egress_change *ch)
{
	struct egress_net *en = ch->en;
	struct egress_change after;
	struct egress_pair *pair;
	bool next;

	/*
	 * egress_block_retire() is to see by its cookie that the grace period is over. On a
	 * kernel for one processor, cond_synchronize_rcu_expedited_full() would not let it.
	 */
	if (!poll_state_synchronize_rcu_full(&ch->gp))
		synchronize_rcu_expedited();
	egress_change_begin(&after, en);
	next = en->generation == ch->generation;
	list_for_each_entry(pair, &en->draining, drain)
		egress_blocks_retire_pair(&after, pair);
	egress_pair_drain(&after);
	egress_change_end(&after);
	if (next)
		ch->generation = after.generation;
}

/**
 * egress_release_undo() - undo egress_release_mark() and egress_release_prepare()
 * @en: namespace, locked
 * @release: the pairs
 *
 * Pairs that an earlier request released go on draining.
 */
void egress_release_undo(struct egress_net *en, struct list_head *release)
{
	struct egress_pair *pair, *tmp;

	list_for_each_entry_safe(pair, tmp, release, drain) {
		egress_sets_abort(pair->set->sets);
		if (pair->released) {
			list_move_tail(&pair->drain, &en->draining);
			continue;
		}
		list_del_init(&pair->drain);
		pair->dying = false;
		egress_set_roomy(pair);
		egress_set_count(pair->set, pair, 1);
	}
}

/**
 * egress_release_prepare() - do all that can fail of releasing pairs
 * @ch: change
 * @release: pairs of egress_release_mark(); all pairs that the request releases are marked already
 *
 * A set whose last live pair is released is to leave its map, so that its destinations belong
 * to the rest again: the map without it is made here. Return: 0, or -ENOMEM, then the caller
 * undoes it all.
 */
int egress_release_prepare(struct egress_change *ch, struct list_head *release)
{
	struct egress_pair *pair;
	int err;

	list_for_each_entry(pair, release, drain) {
		struct egress_set *set = pair->set;

		if (!set->index || set->n_live || set->sets->changing || pair->released)
			continue;
		err = egress_sets_prepare(ch, set->sets, NULL);
		if (err)
			return err;
	}
	return 0;
}

/**
 * egress_release_lean() - give machines other blocks for destinations whose last pair goes
 * @ch: change, which can't fail any more
 * @release: pairs of egress_release_prepare()
 *
 * Before packets go by any map without these destinations. Context: process; may wait for a grace
 * period.
 */
void egress_release_lean(struct egress_change *ch, struct list_head *release)
{
	struct egress_pair *pair;

	list_for_each_entry(pair, release, drain)
		if (pair->set->index && !pair->set->n_live)
			egress_leases_lean(ch, pair->group, pair->set);
}

/**
 * egress_release_close() - let packets go by the maps that egress_release_prepare() has made
 * @ch: change, which can't fail any more
 * @release: the pairs, after egress_release_lean()
 *
 * Machines lose their leases of the sets that are in no map any more.
 */
void egress_release_close(struct egress_change *ch, struct list_head *release)
{
	struct egress_pair *pair;

	list_for_each_entry(pair, release, drain)
		egress_sets_commit(ch->en, pair->set->sets);
	list_for_each_entry(pair, release, drain)
		if (pair->set->index && !pair->set->n_live)
			egress_leases_detach(ch, pair->group, pair->set);
}

/**
 * egress_release_mark() - mark pairs that are to be released
 * @ch: change
 * @req: which pairs
 * @release: list of egress_pair.drain, which gets them
 *
 * All pairs of a request are marked before a machine loses its lease, so that no machine is leased
 * on another pair of the same request. To be followed by egress_release_prepare(),
 * egress_release_close() and egress_release_finish(), or by egress_release_undo(). Return: 0;
 * -ENOENT or -EINVAL, then nothing is marked.
 */
int egress_release_mark(struct egress_change *ch, const struct egress_release_request *req,
			struct list_head *release)
{
	struct egress_pair *pair;
	unsigned int i;
	int err;

	err = check_release(ch, req);
	if (err)
		return err;
	for (i = 0; i < req->n; i++) {
		pair = egress_pair_find(ch->en, &req->addrs[i]);
		if (!pair)
			continue;
		if (!pair->dying)
			egress_set_count(pair->set, pair, -1);
		pair->dying = true;
		egress_set_roomy(pair);
		list_move_tail(&pair->drain, release);
	}
	return 0;
}

/**
 * egress_release_finish() - release pairs
 * @ch: change
 * @req: whether their connections are cut or drained
 * @release: pairs whose sets egress_release_close() has dealt with
 *
 * Their machines get leases on other pairs, or wait. Context: process.
 */
void egress_release_finish(struct egress_change *ch, const struct egress_release_request *req,
			   struct list_head *release)
{
	struct egress_pair *pair, *tmp;

	egress_change_count(ch);
	/* The deadline is in boot time, as somebody may set the wall clock. */
	list_for_each_entry(pair, release, drain) {
		pair->released = true;
		pair->deadline = req->seconds ? ktime_get_boottime_seconds() + req->seconds : 0;
		egress_warn_left(ch, pair, false);
		unpublish(ch, pair);
		if (!pair->set->n_live)
			egress_leases_recount(ch, pair->group);
		egress_change_group(ch, pair->group);
		egress_change_answer(ch, EGRESS_EVENT_PAIR_CHANGED, pair);
		if (req->drain)
			egress_change_did(ch, EGRESS_EVENT_PAIR_CHANGED, pair);
	}
	if (req->drain) {
		list_splice_tail_init(release, &ch->en->draining);
		ch->drains = true;
		get_state_synchronize_rcu_full(&ch->gp);
	} else {
		list_for_each_entry_safe(pair, tmp, release, drain)
			pair_finish(ch, pair);
	}
}

/**
 * egress_pair_del() - release pairs
 * @ch: change
 * @req: which pairs, and whether their connections are cut or drained
 *
 * A pair that drains already may be released again, with another deadline or to cut it now.
 * Connections are cut after the change. Context: process; may wait for a grace period. Return: 0;
 * -ENOENT, -EINVAL, -ENOMEM, then nothing has changed.
 */
int egress_pair_del(struct egress_change *ch, const struct egress_release_request *req)
{
	LIST_HEAD(release);
	int err;

	err = egress_release_mark(ch, req, &release);
	if (err || list_empty(&release))
		return err;
	if (ch->dry)
		egress_plan_release(ch, &release);
	else
		err = egress_release_prepare(ch, &release);
	if (err || ch->dry) {
		egress_release_undo(ch->en, &release);
		return err;
	}
	egress_release_lean(ch, &release);
	egress_release_close(ch, &release);
	egress_release_finish(ch, req, &release);
	return 0;
}
