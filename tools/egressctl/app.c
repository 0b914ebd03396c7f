// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "atomic.h"
#include "change.h"
#include "commands.h"
#include "output.h"
#include "warn.h"
#include "libegress/app.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/netlink.h"
#include "libegress/parse.h"
#include "libegress/request.h"

/* Members of an object. */
static void app_json(struct json *j, const struct app *app)
{
	char text[PREFIX_TEXT];

	json_add_string(j, "app", app->name);
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

int app_set(const struct command *command, int argc, char **argv)
{
	struct number limit = {}, on_limit = {}, on_none = {}, on_none_v6 = {};
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
		{}
	};
	struct nl_msg *msg;
	const char *app;
	int rc;

	rc = args_parse(command, opts, 1, 1, &argc, argv) ?: parse_app("APP", argv[0], &app);
	if (!rc && !limit.given && !on_limit.given && !on_none.given && !on_none_v6.given &&
	    !exclude.given)
		rc = args_missing(command, "what to set");
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
	rc = atomic_on() ? atomic_part_end() : change(msg, app_changed, 1 + exclude.n / 64);
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
	struct table *t = table_new(columns);

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
	}
	table_print(t);
}

int app_list(const struct command *command, int argc, char **argv)
{
	bool exact = false;
	const struct option opts[] = {
		{ "--exact", NULL, NULL, &exact, EXACT_HELP },
		{}
	};
	struct apps apps = {};
	int rc;

	rc = args_parse(command, opts, 0, 0, &argc, argv);
	exchange_exact(exact);
	rc = rc ?: apps_load(&apps, exchange_dump);
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
