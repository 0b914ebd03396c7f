// SPDX-License-Identifier: GPL-2.0
/* Releasing pairs: their connections are cut, or drained first. */
#include <linux/ktime.h>

#include "app.h"
#include "error.h"
#include "lease.h"
#include "machine.h"
#include "net.h"
#include "pair.h"
#include "snat.h"
#include "tell.h"
#include "warning.h"

/* No new connection takes a port of it: its machines are leased elsewhere, or wait. */
static void unpublish(struct egress_net *en, struct egress_pair *pair)
{
	unsigned int i;

	for (i = 0; i < egress_pair_slots(pair); i++)
		if (pair->blocks[i].state == EGRESS_BLOCK_LEASED)
			egress_leases_settle(en, pair->blocks[i].machine, NULL);
}

static int check_release(struct egress_net *en, const struct egress_release_request *req,
			 struct genl_info *info)
{
	char text[EGRESS_ADDR_STR];
	struct egress_pair *pair;
	unsigned int i;

	for (i = 0; i < req->n; i++) {
		egress_addr_str(text, &req->addrs[i]);
		pair = egress_pair_find(en, &req->addrs[i]);
		if (!pair)
			return egress_refuse(info, EGRESS_AT(EGRESS_A_ADDR, i), -ENOENT,
					     "%s is not an allocated egress address",
					     text);
		if (req->app && strcmp(pair->group->app->name, req->app))
			return egress_refuse(info, EGRESS_AT(EGRESS_A_ADDR, i), -EINVAL,
					     "%s belongs to app '%s', not '%s'", text,
					     pair->group->app->name, req->app);
	}
	return 0;
}

/* The last of it; nothing can see it any more. */
static void pair_finish(struct egress_net *en, struct egress_pair *pair)
{
	struct egress_group *group = pair->group;

	egress_pair_destroy(en, pair);
	egress_group_put(en, group);
}

/**
 * egress_pair_drained() - has a released pair no connection any more
 * @pair: pair, egress_net locked
 */
bool egress_pair_drained(const struct egress_pair *pair)
{
	return pair->n_free == pair->n_slots;
}

/**
 * egress_pair_drain() - let go of released pairs whose time has come
 * @en: namespace, locked
 *
 * Context: process; waits for one grace period if a pair's time is up.
 */
void egress_pair_drain(struct egress_net *en)
{
	time64_t now = ktime_get_boottime_seconds();
	struct egress_pair *pair, *tmp;
	bool gone = false;

	lockdep_assert_held(&en->lock);
	list_for_each_entry_safe(pair, tmp, &en->draining, drain) {
		if (!egress_pair_drained(pair)) {
			/* the second it began in was not a whole one */
			if (!pair->deadline || now <= pair->deadline)
				continue;
			egress_lease_synchronize(en);
		}
		egress_changed(en);
		pair_finish(en, pair);
		gone = true;
	}
	if (gone)
		egress_hooks_put(en);
}

static void unrelease(struct egress_net *en, struct list_head *release)
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
		pair->set->n_live++;
	}
}

/* Destinations of sets that have no other pair go back to the rest. */
static int close_sets(struct egress_net *en, struct list_head *release, struct genl_info *info)
{
	struct egress_pair *pair;
	int err;

	list_for_each_entry(pair, release, drain) {
		struct egress_set *set = pair->set;

		if (!set->index || set->n_live || set->sets->changing || pair->released)
			continue;
		err = egress_sets_prepare(en, set->sets, NULL, info);
		if (err)
			return err;
	}
	list_for_each_entry(pair, release, drain)
		egress_sets_commit(en, pair->set->sets);
	list_for_each_entry(pair, release, drain)
		if (pair->set->index && !pair->set->n_live)
			egress_leases_detach(en, pair->group, pair->set);
	return 0;
}

/**
 * egress_pair_del() - release pairs
 * @en: namespace, locked
 * @req: which, and how
 * @info: request, to say why not
 *
 * Context: process; waits for one grace period. Return: 0; -ENOENT, -EINVAL,
 * -ENOMEM, then nothing has changed.
 */
int egress_pair_del(struct egress_net *en, const struct egress_release_request *req,
		    struct genl_info *info)
{
	struct egress_pair *pair, *tmp;
	LIST_HEAD(release);
	unsigned int i;
	int err;

	err = check_release(en, req, info);
	if (err)
		return err;
	/* All of them before a machine is leased elsewhere: not to one of them. */
	for (i = 0; i < req->n; i++) {
		pair = egress_pair_find(en, &req->addrs[i]);
		pair->set->n_live -= !pair->dying;
		pair->dying = true;
		list_move_tail(&pair->drain, &release);
	}
	err = close_sets(en, &release, info);
	if (err) {
		unrelease(en, &release);
		return err;
	}
	egress_changed(en);
	list_for_each_entry(pair, &release, drain) {
		pair->released = true;
		pair->deadline = req->seconds ? ktime_get_boottime_seconds() + req->seconds : 0;
		unpublish(en, pair);
		if (!pair->set->n_live)
			egress_leases_recount(en, pair->group);
		egress_warn_later(en, pair->group);
		egress_tell_sender(en, info, pair);
		if (req->drain)
			egress_tell_all(en, EGRESS_CMD_PAIR_NEW, pair);
	}
	egress_lease_synchronize(en);
	if (req->drain) {
		list_for_each_entry(pair, &release, drain)
			egress_lease_retire_pair(en, pair);
		list_splice_tail(&release, &en->draining);
		egress_pair_drain(en);
	} else {
		list_for_each_entry_safe(pair, tmp, &release, drain)
			pair_finish(en, pair);
		egress_hooks_put(en);
	}
	return 0;
}
