/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_APP_H
#define EGRESS_APP_H

#include <linux/rhashtable.h>
#include <linux/egress.h>

#include "packet/objects.h"

struct egress_change;
struct egress_exclude;
struct egress_net;
struct egress_region;

/**
 * struct egress_app - an app, or an org: several apps that share pairs
 * @node: entry in egress_net.app_names
 * @name: its name; zeros up to the end, as it is a table's key
 * @is_org: it is an org; the second part of the key, as an app and an org may have one name
 * @serial: key in egress_net.apps, counted up
 * @conf: settings; packets read the pointer and the settings under RCU
 * @next: settings that the request at work is about to give it, @conf if they are the same; NULL if
 *	none
 * @groups: struct egress_group, one for each region where the app has something; of an org, where
 *	it or one of its apps has
 * @org: the org that the app is in, NULL for none
 * @n_apps: number of apps that are in the org
 * @n_pairs: pairs of the app, those of one machine alone too
 * @n_live: pairs that the app's machines share and that are not being released
 * @n_machines: machines of the app
 * @n_waiting: machines of the app that wait for a block: see egress_lease_recount()
 * @rcu: frees the app after the packets that saw it
 *
 * An app exists while it has pairs, machines or settings of its own; the org that it is in is one
 * of these. An org exists while it has pairs or apps. It has neither machines nor settings: its
 * pairs are used by the machines of its apps, each with the settings of its app.
 *
 * egress_net.lock protects all of it, and every change of @conf.
 */
struct egress_app {
	struct rhash_head node;
	char name[EGRESS_NAME_MAX + 1];
	bool is_org;
	unsigned long serial;
	struct egress_conf __rcu *conf;
	struct egress_conf *next;
	struct list_head groups;
	struct egress_app *org;
	unsigned int n_apps;
	unsigned int n_pairs;
	unsigned int n_live;
	unsigned int n_machines;
	unsigned int n_waiting;
	struct rcu_head rcu;
};

struct egress_app_request {
	const char *app;
	bool has_limit, has_on_limit, has_on_none[EGRESS_FAMILIES], has_exclude, default_exclude;
	u32 limit;			/* connections to a destination; 0: a block's ports */
	u32 on_limit;			/* enum egress_on_limit */
	u32 on_none[EGRESS_FAMILIES];	/* enum egress_on_none */
	const struct egress_cidr *exclude;	/* destinations to leave alone */
	unsigned int n_exclude;
	const char *org;		/* org that it is to be in; NULL: see @no_org */
	bool no_org;			/* it is to be in none; else it stays in its org */
};

/* What an app or an org is called in a sentence. */
static inline const char *egress_app_kind(const struct egress_app *app)
{
	return app->is_org ? "org" : "app";
}

struct egress_app *egress_app_find(struct egress_net *en, const char *name);
struct egress_app *egress_app_get(struct egress_net *en, const char *name);
struct egress_app *egress_org_find(struct egress_net *en, const char *name);
struct egress_app *egress_org_get(struct egress_net *en, const char *name);
void egress_app_put(struct egress_net *en, struct egress_app *app);
int egress_app_set(struct egress_change *ch, const struct egress_app_request *req);
int egress_app_set_prepare(struct egress_change *ch, const struct egress_app_request *req,
			   struct egress_app **prepared);
void egress_app_set_undo(struct egress_net *en, struct egress_app *app);
void egress_app_set_finish(struct egress_change *ch, struct egress_app *app);
u32 egress_app_limit(const struct egress_app *app);
void egress_app_free_all(struct egress_net *en);
bool egress_app_is_default(const struct egress_app *app);

int egress_apps_net_init(struct egress_net *en);
void egress_apps_net_exit(struct egress_net *en);

#endif
