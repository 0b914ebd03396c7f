// SPDX-License-Identifier: GPL-2.0
/* Apps and their settings, and the names of orgs. */
#include <linux/slab.h>

#include "addr.h"
#include "error.h"
#include "net.h"
#include "table.h"
#include "packet/classify.h"
#include "packet/exclude.h"
#include "packet/objects.h"
#include "state/app.h"
#include "state/change.h"
#include "state/group.h"
#include "state/org.h"
#include "state/pair.h"

static const struct rhashtable_params name_params = {
	/* The name and the byte after it. */
	.key_len = offsetof(struct egress_app, is_org) + sizeof(bool) -
		   offsetof(struct egress_app, name),
	.key_offset = offsetof(struct egress_app, name),
	.head_offset = offsetof(struct egress_app, node),
	.automatic_shrinking = true,
};

static struct egress_conf *conf_of(const struct egress_app *app)
{
	/* All callers hold egress_net.lock, under which alone the settings change. */
	return rcu_dereference_protected(app->conf, true);
}

static void conf_free(struct egress_conf *conf)
{
	if (conf->own_exclude)
		kvfree_rcu(conf->exclude, rcu);
	kfree_rcu(conf, rcu);
}

static struct egress_conf *conf_new(const struct egress_conf *old)
{
	struct egress_conf *conf = kzalloc(sizeof(*conf), GFP_KERNEL_ACCOUNT);

	if (!conf)
		return NULL;
	if (old)
		*conf = *old;
	else
		conf->exclude = egress_exclude_default;
	return conf;
}

static struct egress_app *find(struct egress_net *en, const char *name, bool is_org)
{
	char key[EGRESS_NAME_MAX + 2] = {};

	lockdep_assert_held(&en->lock);
	strscpy(key, name, EGRESS_NAME_MAX + 1);
	key[EGRESS_NAME_MAX + 1] = is_org;
	return rhashtable_lookup_fast(&en->app_names, key, name_params);
}

/**
 * egress_app_find() - find an app by name
 * @en: namespace, locked
 * @name: name of the app
 *
 * Return: app or NULL.
 */
struct egress_app *egress_app_find(struct egress_net *en, const char *name)
{
	return find(en, name, false);
}

/**
 * egress_org_find() - find an org by name
 * @en: namespace, locked
 * @name: name of the org
 *
 * Return: org or NULL.
 */
struct egress_app *egress_org_find(struct egress_net *en, const char *name)
{
	return find(en, name, true);
}

static struct egress_app *get(struct egress_net *en, const char *name, bool is_org)
{
	struct egress_app *app = find(en, name, is_org);
	struct egress_conf *conf;

	if (app)
		return app;
	app = kzalloc(sizeof(*app), GFP_KERNEL_ACCOUNT);
	if (!app)
		return NULL;
	strscpy(app->name, name, sizeof(app->name));
	app->is_org = is_org;
	INIT_LIST_HEAD(&app->groups);
	conf = conf_new(NULL);
	if (!conf)
		goto free;
	RCU_INIT_POINTER(app->conf, conf);
	app->serial = ++en->last_app;
	if (xa_err(xa_store(&en->apps, app->serial, app, GFP_KERNEL_ACCOUNT)))
		goto free_conf;
	if (egress_table_insert(&en->app_names, &app->node, name_params))
		goto erase;
	return app;

erase:
	xa_erase(&en->apps, app->serial);
free_conf:
	kfree(conf);
free:
	kfree(app);
	return NULL;
}

/**
 * egress_app_get() - find an app by name, or make it
 * @en: namespace, locked
 * @name: name of the app
 *
 * To be followed by egress_app_put() if neither a group nor settings come into the app. Return:
 * app, or NULL if there is no memory.
 */
struct egress_app *egress_app_get(struct egress_net *en, const char *name)
{
	return get(en, name, false);
}

/**
 * egress_org_get() - find an org by name, or make it
 * @en: namespace, locked
 * @name: name of the org
 *
 * To be followed by egress_app_put() if neither a group nor an app comes into the org. Return:
 * org, or NULL if there is no memory.
 */
struct egress_app *egress_org_get(struct egress_net *en, const char *name)
{
	return get(en, name, true);
}

/**
 * egress_app_is_default() - has an app the default settings and no others
 * @app: app, egress_net locked
 */
bool egress_app_is_default(const struct egress_app *app)
{
	const struct egress_conf *conf = conf_of(app);

	return !app->org && !conf->limit && !conf->own_exclude &&
		conf->on_limit == EGRESS_ON_LIMIT_REJECT &&
		conf->on_none[EGRESS_V4] == EGRESS_ON_NONE_PASS &&
		conf->on_none[EGRESS_V6] == EGRESS_ON_NONE_PASS;
}

static void app_free(struct egress_net *en, struct egress_app *app)
{
	rhashtable_remove_fast(&en->app_names, &app->node, name_params);
	xa_erase(&en->apps, app->serial);
	conf_free(conf_of(app));
	kfree_rcu(app, rcu);
}

/**
 * egress_app_put() - free an app that has nothing in any region, and no settings of its own
 * @en: namespace, locked
 * @app: app or org; nothing happens if it has groups, settings or apps, or is about to get
 *	settings
 */
void egress_app_put(struct egress_net *en, struct egress_app *app)
{
	if (list_empty(&app->groups) && !app->n_apps && !app->next &&
	    egress_app_is_default(app))
		app_free(en, app);
}

/**
 * struct limits - the limit and the org that an app would have
 * @app: app; NULL if it does not exist yet
 * @org: org, NULL for none
 * @limit: limit
 */
struct limits {
	const struct egress_app *app;
	const struct egress_app *org;
	u32 limit;
};

/* Refuse a limit that a block of the pair can't hold, if the pair is the app's or its org's. */
static int check_pair(struct egress_change *ch, const struct egress_app_request *req,
		      const struct limits *would, const struct egress_pair *pair)
{
	const struct egress_app *owner = pair->group->app;
	unsigned int need = EGRESS_BLOCK_SIZE_MIN;
	char text[EGRESS_ADDR_STR];

	if ((owner != would->app && owner != would->org) ||
	    would->limit <= 1u << pair->nat.order)
		return 0;
	while (need < would->limit)
		need *= 2;
	egress_refuse(&ch->error, req->has_limit ? EGRESS_ABOUT_LIMIT : EGRESS_ABOUT_ORG, -ERANGE,
		      "a limit of %u is more than the blocks of %s have, %u ports: it takes blocks of %u",
		      would->limit, egress_addr_str(text, egress_pair_name(pair)),
		      1u << pair->nat.order, need);
	return egress_refuse_reason(&ch->error, EGRESS_REASON_BLOCK_SIZE);
}

static int check_limit(struct egress_change *ch, const struct egress_app_request *req)
{
	struct limits would = { .app = egress_app_find(ch->en, req->app), .limit = req->limit };
	struct egress_pair *pair;
	unsigned long id;
	int err;

	if (!req->has_limit)
		would.limit = would.app ? egress_app_limit(would.app) : 0;
	if (would.limit > EGRESS_BLOCK_SIZE_MAX)
		return egress_refuse(&ch->error, EGRESS_ABOUT_LIMIT, -ERANGE,
				     "a limit of %u is more than the largest block has, %u",
				     would.limit, EGRESS_BLOCK_SIZE_MAX);
	if (req->org)
		would.org = egress_org_find(ch->en, req->org);
	else if (would.app && !req->no_org)
		would.org = would.app->org;
	xa_for_each(&ch->en->pairs, id, pair) {
		err = check_pair(ch, req, &would, pair);
		if (err)
			return err;
	}
	list_for_each_entry(pair, &ch->en->coming, drain) {
		err = check_pair(ch, req, &would, pair);
		if (err)
			return err;
	}
	return 0;
}

static bool same_prefixes(const struct egress_exclude *list, const struct egress_app_request *req)
{
	unsigned int i;

	if (list->n_prefixes != req->n_exclude)
		return false;
	for (i = 0; i < req->n_exclude; i++)
		if (!egress_cidr_equal(&list->prefixes[i], &req->exclude[i]))
			return false;
	return true;
}

/* Is the app in the org already, or in none, as a request wants it? */
static bool is_in(const struct egress_app *app, const struct egress_app_request *req)
{
	if (req->no_org)
		return !app->org;
	return !req->org || (app->org && !strcmp(app->org->name, req->org));
}

/* Are the settings already as a request wants them? */
static bool is_as_asked(const struct egress_app *app, const struct egress_app_request *req)
{
	const struct egress_conf *conf = conf_of(app);
	unsigned int i;

	if (!is_in(app, req))
		return false;
	if ((req->has_limit && req->limit != conf->limit) ||
	    (req->has_on_limit && req->on_limit != conf->on_limit))
		return false;
	for (i = 0; i < EGRESS_FAMILIES; i++)
		if (req->has_on_none[i] && req->on_none[i] != conf->on_none[i])
			return false;
	if (req->default_exclude)
		return !conf->own_exclude;
	return !req->has_exclude || (conf->own_exclude && same_prefixes(conf->exclude, req));
}

/**
 * egress_app_set_undo() - undo egress_app_set_prepare()
 * @en: namespace, locked
 * @app: from egress_app_set_prepare()
 */
void egress_app_set_undo(struct egress_net *en, struct egress_app *app)
{
	struct egress_conf *conf = app->next, *old = conf_of(app);

	app->next = NULL;
	if (conf != old) {
		if (conf->own_exclude && conf->exclude != old->exclude)
			kvfree(conf->exclude);
		kfree(conf);
	}
	egress_app_put(en, app);
}

/**
 * egress_app_set_prepare() - do all that can fail of changing an app's settings
 * @ch: change
 * @req: settings to change; what is not given stays as it is
 * @prepared: set to the app
 *
 * Packets don't see the new settings. To be followed by egress_app_set_finish(), or by
 * egress_app_set_undo(). Return: 0; -EINVAL also if another part of the request is about to change
 * the settings, or what egress_app_set() returns, then nothing has changed.
 */
int egress_app_set_prepare(struct egress_change *ch, const struct egress_app_request *req,
			   struct egress_app **prepared)
{
	struct egress_conf *conf, *old;
	char text[EGRESS_ADDR_STR];
	struct egress_app *app;
	unsigned int i;
	int err;

	if (req->has_limit || req->org) {
		err = check_limit(ch, req);
		if (err)
			return err;
	}
	for (i = 0; i < req->n_exclude; i++)
		if (!egress_cidr_clean(&req->exclude[i]))
			return egress_refuse_nth(&ch->error, EGRESS_ABOUT_EXCLUDE, i,
					     -EINVAL, "prefix %s has host bits set",
					     egress_cidr_str(text, &req->exclude[i]));

	app = egress_app_get(ch->en, req->app);
	if (!app)
		return -ENOMEM;
	if (app->next)
		return egress_refuse(&ch->error, EGRESS_ABOUT_APP, -EINVAL,
				     "app '%s' is given twice", req->app);
	old = conf_of(app);
	conf = is_as_asked(app, req) ? old : conf_new(old);
	if (!conf)
		goto nomem;
	app->next = conf;
	if (conf == old)
		goto done;
	if (req->has_limit)
		conf->limit = req->limit;
	if (req->has_on_limit)
		conf->on_limit = req->on_limit;
	for (i = 0; i < EGRESS_FAMILIES; i++)
		if (req->has_on_none[i])
			conf->on_none[i] = req->on_none[i];
	if (req->default_exclude) {
		conf->exclude = egress_exclude_default;
		conf->own_exclude = false;
	} else if (req->has_exclude) {
		conf->exclude = egress_exclude_make(req->exclude, req->n_exclude);
		if (!conf->exclude) {
			app->next = NULL;
			kfree(conf);
			goto nomem;
		}
		conf->own_exclude = true;
	}
done:
	*prepared = app;
	return 0;

nomem:
	egress_app_put(ch->en, app);
	return -ENOMEM;
}

/**
 * egress_app_set_finish() - let packets go by settings that egress_app_set_prepare() has prepared
 * @ch: change
 * @app: from egress_app_set_prepare()
 */
void egress_app_set_finish(struct egress_change *ch, struct egress_app *app)
{
	struct egress_conf *conf = app->next, *old = conf_of(app);

	app->next = NULL;
	if (conf != old) {
		rcu_assign_pointer(app->conf, conf);
		/* A list that the new settings have taken over must not be freed with the old. */
		if (old->exclude == conf->exclude)
			old->own_exclude = false;
		conf_free(old);
		egress_change_count(ch);
		egress_change_did(ch, EGRESS_EVENT_APP_CHANGED, app);
	}
	egress_change_answer(ch, EGRESS_EVENT_APP_CHANGED, app);
	egress_app_put(ch->en, app);
}

/**
 * egress_app_set() - change an app's settings
 * @ch: change
 * @req: settings to change; what is not given stays as it is
 *
 * New connections go by the settings from their next packet on. Where the app leaves an org, its
 * machines lose what they have of that one's pairs, and connections on these are cut. Context:
 * process; may wait for a grace period. Return: 0; -ERANGE, -EINVAL, -ENOMEM, then nothing has
 * changed.
 */
int egress_app_set(struct egress_change *ch, const struct egress_app_request *req)
{
	struct egress_join join = {};
	struct egress_app *app;
	bool moves;
	int err;

	err = egress_app_set_prepare(ch, req, &app);
	if (err)
		return err;
	moves = !is_in(app, req);
	if (moves)
		err = egress_join_prepare(ch, app, req->org, &join);
	if (err || ch->dry) {
		if (!err && moves)
			egress_join_plan(ch, app, &join);
		egress_join_abort(ch, &join);
		egress_app_set_undo(ch->en, app);
		return err;
	}
	if (moves) {
		egress_change_count(ch);
		egress_join_commit(ch, app, &join);
	}
	egress_app_set_finish(ch, app);
	return 0;
}

/**
 * egress_app_limit() - the limit of an app, or the one that the request at work is about to set
 * @app: app, egress_net locked
 */
u32 egress_app_limit(const struct egress_app *app)
{
	const struct egress_conf *conf = app->next ?: conf_of(app);

	return conf->limit;
}

/**
 * egress_app_free_all() - free all apps that are left, as they have settings of their own
 * @en: namespace, locked, without pairs and machines
 */
void egress_app_free_all(struct egress_net *en)
{
	struct egress_app *app;
	unsigned long serial;

	xa_for_each(&en->apps, serial, app)
		app_free(en, app);
}

int egress_apps_net_init(struct egress_net *en)
{
	xa_init(&en->apps);
	return rhashtable_init(&en->app_names, &name_params);
}

void egress_apps_net_exit(struct egress_net *en)
{
	xa_destroy(&en->apps);
	rhashtable_destroy(&en->app_names);
}
