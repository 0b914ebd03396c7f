// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "app.h"
#include "commands.h"
#include "exchange.h"
#include "output.h"
#include "request.h"

struct app {
	char name[EGRESS_NAME_MAX + 1];
	uint32_t limit;
	uint32_t on_limit;
	uint32_t on_none;
	uint32_t pairs;
	uint32_t machines;
	uint32_t waiting;
	bool exclude_default;
	struct prefixes exclude;
};

struct apps {
	struct app *v;
	size_t n;
};

/* An app with a long exclude list comes in several messages. */
static int append(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	char name[EGRESS_NAME_MAX + 1];
	struct apps *apps = arg;
	struct app *app;

	get_string(attrs, EGRESS_A_APP, name, sizeof(name));
	if (!apps->n || strcmp(apps->v[apps->n - 1].name, name)) {
		apps->v = array_grow(apps->v, apps->n, sizeof(*apps->v));
		app = &apps->v[apps->n++];
		*app = (struct app){
			.limit = get_u32(attrs, EGRESS_A_LIMIT),
			.on_limit = get_u32(attrs, EGRESS_A_ON_LIMIT),
			.on_none = get_u32(attrs, EGRESS_A_ON_NONE),
			.pairs = get_u32(attrs, EGRESS_A_PAIRS),
			.machines = get_u32(attrs, EGRESS_A_MACHINES),
			.waiting = get_u32(attrs, EGRESS_A_WAITING),
			.exclude_default = attrs[EGRESS_A_EXCLUDE_DEFAULT],
		};
		memcpy(app->name, name, sizeof(name));
	}
	get_prefixes(message, EGRESS_A_EXCLUDE, &apps->v[apps->n - 1].exclude);
	return 0;
}

static void apps_free(struct apps *apps)
{
	for (size_t i = 0; i < apps->n; i++)
		free(apps->v[i].exclude.v);
	free(apps->v);
}

/* Members of an object. */
static void app_json(struct json *j, const struct app *app)
{
	char text[PREFIX_TEXT];

	json_string(j, "app", app->name);
	json_unsigned(j, "limit", app->limit);
	json_string(j, "on-limit", on_limit_text(app->on_limit));
	json_string(j, "on-none", on_none_text(app->on_none));
	json_bool(j, "exclude-default", app->exclude_default);
	json_array(j, "exclude");
	for (size_t i = 0; i < app->exclude.n; i++)
		json_string(j, NULL, prefix_text(&app->exclude.v[i], text));
	json_array_end(j);
	json_unsigned(j, "pairs", app->pairs);
	json_unsigned(j, "machines", app->machines);
	json_unsigned(j, "waiting", app->waiting);
}

static int get(struct apps *apps, const char *app)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_APP_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_string(msg, EGRESS_A_APP, app);
	return exchange_get(msg, append, apps);
}

int app_must_exist(const char *app)
{
	struct apps apps = {};
	int rc = app ? get(&apps, app) : 0;

	apps_free(&apps);
	return rc;
}

/* One that does not exist yet will begin with the usual settings. */
int app_drops_on_none(const char *app, bool *drops)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_APP_GET, 0);
	struct apps apps = {};
	int rc;

	if (!msg)
		return STATUS_FAILED;
	put_string(msg, EGRESS_A_APP, app);
	rc = exchange_glance(msg, append, &apps);
	*drops = apps.n && apps.v[0].on_none == EGRESS_ON_NONE_DROP;
	apps_free(&apps);
	return rc;
}

static int app_changed(const struct answer *answer, struct json *j)
{
	struct apps apps = {};
	int rc = answer_each(answer, append, &apps);

	if (j && apps.n)
		app_json(j, &apps.v[0]);
	apps_free(&apps);
	return rc;
}

int app_set(const struct command *command, int argc, char **argv)
{
	struct number limit = {}, on_limit = {}, on_none = {};
	struct prefixes exclude = {};
	const struct option opts[] = {
		{ "--limit", "N", parse_limit, &limit,
		  "connections of a machine to one destination; 0: its block size" },
		{ "--on-limit", "reject|drop", parse_on_limit, &on_limit,
		  "what becomes of a connection beyond that" },
		{ "--on-none", "pass|drop", parse_on_none, &on_none,
		  "what becomes of one that there is no egress address for" },
		{ "--exclude", "PREFIX,...", parse_exclude, &exclude,
		  "destinations to leave alone, or 'default': private and local ones" },
		{}
	};
	struct nl_msg *msg;
	const char *app;
	int rc;

	rc = args_parse(command, opts, 1, 1, &argc, argv) ?: parse_app("APP", argv[0], &app);
	if (!rc && !limit.given && !on_limit.given && !on_none.given && !exclude.given)
		rc = args_missing(command, "what to set");
	if (rc)
		goto out;
	rc = STATUS_FAILED;
	msg = netlink_message(EGRESS_CMD_APP_SET, 0);
	if (!msg)
		goto out;
	put_string(msg, EGRESS_A_APP, app);
	put_number_if(msg, EGRESS_A_LIMIT, &limit);
	put_number_if(msg, EGRESS_A_ON_LIMIT, &on_limit);
	put_number_if(msg, EGRESS_A_ON_NONE, &on_none);
	put_flag_if(msg, EGRESS_A_EXCLUDE_DEFAULT, exclude.given && !exclude.n);
	put_prefixes(msg, EGRESS_A_EXCLUDE, &exclude);
	rc = exchange_change(msg, app_changed, 1 + exclude.n / 64);
out:
	free(exclude.v);
	return rc;
}

static void list_json(const struct apps *apps)
{
	struct json j = json_to(stdout);

	json_array(&j, NULL);
	for (size_t i = 0; i < apps->n; i++) {
		json_object(&j, NULL);
		app_json(&j, &apps->v[i]);
		json_object_end(&j);
	}
	json_array_end(&j);
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
		table_cell(t, "%s", a->name);
		if (a->limit)
			table_cell(t, "%u", a->limit);
		else
			table_cell(t, "block");
		table_cell(t, "%s", on_limit_text(a->on_limit));
		table_cell(t, "%s", on_none_text(a->on_none));
		if (a->exclude_default)
			table_cell(t, "default");
		else
			table_cell(t, "%zu prefixes", a->exclude.n);
		table_cell(t, "%u", a->pairs);
		table_cell(t, "%u", a->machines);
		table_cell(t, "%u", a->waiting);
	}
	table_print(t);
}

int app_list(const struct command *command, int argc, char **argv)
{
	const struct option opts[] = { {} };
	struct apps apps = {};
	int rc;

	rc = args_parse(command, opts, 0, 0, &argc, argv) ?:
	     exchange_dump(netlink_message(EGRESS_CMD_APP_GET, 0), append, &apps);
	if (!rc && output.json)
		list_json(&apps);
	else if (!rc)
		list_table(&apps);
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
	rc = get(&apps, app);
	if (!rc && apps.n && output.json) {
		json_object(&j, NULL);
		app_json(&j, &apps.v[0]);
		json_object_end(&j);
	} else if (!rc && apps.n) {
		show_text(&apps.v[0]);
	}
	apps_free(&apps);
	return rc;
}
