// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "atomic.h"
#include "change.h"
#include "commands.h"
#include "confirm.h"
#include "dry_run.h"
#include "exists.h"
#include "output.h"
#include "warn.h"
#include "libegress/app.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/lease.h"
#include "libegress/netlink.h"
#include "libegress/parse.h"
#include "libegress/request.h"

/* Members of an object. */
static void app_json(struct json *j, const struct app *app)
{
	char text[PREFIX_TEXT];

	json_add_string(j, "app", app->name);
	json_add_string_or_null(j, "org", app->org);
	json_add_unsigned(j, "limit", app->limit);
	json_add_string(j, "on-limit", on_limit_text(app->on_limit));
	json_add_string(j, "on-none", on_none_text(app->on_none));
	json_add_string(j, "on-none-v6", on_none_text(app->on_none_v6));
	json_add_bool(j, "exclude-default", app->exclude_default);
	json_begin_array(j, "exclude");
	for (size_t i = 0; i < app->exclude.n; i++)
		json_add_string(j, NULL, prefix_text(&app->exclude.v[i], text));
	json_end_array(j);
	json_add_unsigned(j, "pairs", app->pairs);
	json_add_unsigned(j, "machines", app->machines);
	json_add_unsigned(j, "waiting", app->waiting);
}

static int app_changed(const struct answer *answer, struct json *j)
{
	struct apps apps = {};
	int rc = apps_of_answer(&apps, answer);

	if (j && apps.n)
		app_json(j, &apps.v[0]);
	apps_free(&apps);
	return rc;
}

static int org_changed(const struct answer *answer, struct json *j)
{
	struct apps apps = {};
	int rc = apps_of_answer(&apps, answer);

	for (size_t i = 0; i < apps.n; i++) {
		warn_about(apps.v[i].name, "");
		if (*apps.v[i].org)
			warn_about_org(apps.v[i].org, "");
	}
	apps_free(&apps);
	return rc ?: app_changed(answer, j);
}

/* An app that leaves an org loses what its machines have of the org's pairs. */
static int confirm_leaving(const char *app, const char *org)
{
	const struct view view = { .app = app };
	unsigned long long connections = 0;
	struct leases leases = {};
	struct apps apps = {};
	size_t machines = 0;
	int rc = apps_get(&apps, exchange_find, app);

	if (rc || !apps.n || !*apps.v[0].org || !strcmp(apps.v[0].org, org))
		goto out;
	rc = leases_load(&leases, exchange_glance, &view);
	for (size_t i = 0; i < leases.n; i++) {
		if (leases.v[i].block.scope != EGRESS_SCOPE_ORG)
			continue;
		machines += leases.v[i].state == EGRESS_LEASE_STATE_LEASED &&
			!leases.v[i].block.set;
		connections += leases.v[i].connections;
	}
	if (rc)
		goto out;
	confirm_say("This takes app '%s' out of org '%s'", app, apps.v[0].org);
	confirm_say(", whose pairs %zu machine%s of it use%s", machines, plural(machines),
		    machines == 1 ? "s" : "");
	confirm_say(", and cuts %llu connection%s.\n", connections, plural(connections));
	rc = confirm();
out:
	free(leases.v);
	apps_free(&apps);
	return rc;
}

int app_set(const struct command *command, int argc, char **argv)
{
	struct number limit = {}, on_limit = {}, on_none = {}, on_none_v6 = {};
	bool dry_run = false, yes = false;
	const char *org = NULL;
	struct prefixes exclude = {};
	const struct option opts[] = {
		{ "--limit", "N", parse_limit, &limit,
		  "connections of a machine to one destination; 0: its block size" },
		{ "--on-limit", "reject|drop", parse_on_limit, &on_limit,
		  "what becomes of a connection beyond that" },
		{ "--on-none", "pass|drop|reject", parse_on_none, &on_none,
		  "what becomes of one that there is no egress address for" },
		{ "--on-none-v6", "pass|drop|reject", parse_on_none, &on_none_v6,
		  "the same for IPv6; without it, --on-none sets both" },
		{ "--exclude", "PREFIX,...", parse_exclude, &exclude,
		  "destinations to leave alone, or 'default': private and local ones" },
		{ "--org", "ORG", parse_org_or_none, &org,
		  "the org whose pairs its machines use besides, or 'none'" },
		{ "--dry-run", NULL, NULL, &dry_run, DRY_RUN_HELP },
		{ "-y", NULL, NULL, &yes, "do not ask, on a terminal" },
		{}
	};
	bool none;
	struct nl_msg *msg;
	const char *app;
	int rc;

	rc = args_parse(command, opts, 1, 1, &argc, argv) ?: parse_app("APP", argv[0], &app);
	if (!rc && !limit.given && !on_limit.given && !on_none.given && !on_none_v6.given &&
	    !exclude.given && !org)
		rc = args_missing(command, "what to set");
	none = org && !strcmp(org, "none");
	if (!rc && org && confirm_wanted(yes || dry_run))
		rc = confirm_leaving(app, org);
	if (rc)
		goto out;
	rc = STATUS_FAILED;
	msg = atomic_part(EGRESS_CMD_APP_SET);
	if (!msg)
		goto out;
	put_string(msg, EGRESS_A_APP, app);
	put_number_if(msg, EGRESS_A_LIMIT, &limit);
	put_number_if(msg, EGRESS_A_ON_LIMIT, &on_limit);
	put_number_if(msg, EGRESS_A_ON_NONE, &on_none);
	put_number_if(msg, EGRESS_A_ON_NONE_V6, &on_none_v6);
	put_flag_if(msg, EGRESS_A_EXCLUDE_DEFAULT, exclude.given && !exclude.n);
	put_prefixes(msg, EGRESS_A_EXCLUDE, &exclude);
	put_string_if(msg, EGRESS_A_ORG, none ? NULL : org);
	put_flag_if(msg, EGRESS_A_ORG_NONE, none);
	put_flag_if(msg, EGRESS_A_DRY_RUN, dry_run);
	rc = atomic_on() ? atomic_part_end() :
	     change(msg, dry_run ? would_move : org ? org_changed : app_changed,
		    1 + exclude.n / 64);
out:
	free(exclude.v);
	return rc;
}

static void list_json(const struct apps *apps)
{
	struct json j = json_to(stdout);

	json_begin_array(&j, NULL);
	for (size_t i = 0; i < apps->n; i++) {
		json_begin_object(&j, NULL);
		app_json(&j, &apps->v[i]);
		json_add_unsigned(&j, "generation", apps->v[i].generation);
		json_end_object(&j);
	}
	json_end_array(&j);
}

static void list_table(const struct apps *apps)
{
	static const char *const columns[] = {
		"APP", ">LIMIT", "ON-LIMIT", "ON-NONE", "EXCLUDE", ">PAIRS",
		">MACHINES", ">WAITING", NULL
	};
	static const char *const columns_org[] = {
		"APP", ">LIMIT", "ON-LIMIT", "ON-NONE", "EXCLUDE", ">PAIRS",
		">MACHINES", ">WAITING", "ORG", NULL
	};
	bool with_org = false;
	struct table *t;

	for (size_t i = 0; i < apps->n; i++)
		with_org |= *apps->v[i].org;
	t = table_new(with_org ? columns_org : columns);
	for (size_t i = 0; i < apps->n; i++) {
		const struct app *a = &apps->v[i];

		table_row(t);
		table_text(t, a->name);
		if (a->limit)
			table_number(t, a->limit);
		else
			table_text(t, "block");
		table_text(t, on_limit_text(a->on_limit));
		if (a->on_none == a->on_none_v6)
			table_text(t, on_none_text(a->on_none));
		else
			table_cell(t, "%s, IPv6 %s", on_none_text(a->on_none),
				   on_none_text(a->on_none_v6));
		if (a->exclude_default)
			table_text(t, "default");
		else
			table_cell(t, "%zu prefixes", a->exclude.n);
		table_number(t, a->pairs);
		table_number(t, a->machines);
		table_number(t, a->waiting);
		if (with_org)
			table_text(t, or_dash(a->org));
	}
	table_print(t);
}

int app_list(const struct command *command, int argc, char **argv)
{
	struct view view = {};
	bool exact = false;
	const struct option opts[] = {
		{ "--org", "ORG", parse_org, &view.org, "only apps of this org" },
		{ "--exact", NULL, NULL, &exact, EXACT_HELP },
		{}
	};
	struct apps apps = {};
	int rc;

	rc = args_parse(command, opts, 0, 0, &argc, argv);
	exchange_exact(exact);
	rc = rc ?: must_exist(&view) ?: apps_load(&apps, exchange_dump, view.org);
	if (!rc && output.json)
		list_json(&apps);
	else if (!rc)
		list_table(&apps);
	if (!rc)
		warn_interrupted();
	apps_free(&apps);
	return rc;
}

static void show_text(const struct app *app)
{
	char text[PREFIX_TEXT];

	printf("app       %s\n", app->name);
	if (*app->org)
		printf("org       %s\n", app->org);
	if (app->limit)
		printf("limit     %u\n", app->limit);
	else
		printf("limit     the block size\n");
	printf("on-limit  %s\n", on_limit_text(app->on_limit));
	printf("on-none   %s\n", on_none_text(app->on_none));
	if (app->on_none_v6 != app->on_none)
		printf("          IPv6: %s\n", on_none_text(app->on_none_v6));
	printf("pairs     %u\n", app->pairs);
	printf("machines  %u\n", app->machines);
	printf("waiting   %u\n", app->waiting);
	if (app->exclude_default)
		printf("exclude   default\n");
	for (size_t i = 0; i < app->exclude.n; i++)
		printf("exclude   %s\n", prefix_text(&app->exclude.v[i], text));
}

int app_show(const struct command *command, int argc, char **argv)
{
	const struct option opts[] = { {} };
	struct json j = json_to(stdout);
	struct apps apps = {};
	const char *app;
	int rc;

	rc = args_parse(command, opts, 1, 1, &argc, argv) ?: parse_app("APP", argv[0], &app);
	if (rc)
		return rc;
	rc = apps_get(&apps, exchange_get, app);
	if (!rc && apps.n && output.json) {
		json_begin_object(&j, NULL);
		app_json(&j, &apps.v[0]);
		json_add_unsigned(&j, "generation", apps.v[0].generation);
		json_end_object(&j);
	} else if (!rc && apps.n) {
		show_text(&apps.v[0]);
	}
	apps_free(&apps);
	return rc;
}
