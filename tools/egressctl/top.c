// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "exists.h"
#include "output.h"
#include "libegress/alloc.h"
#include "libegress/app.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/netlink.h"
#include "libegress/parse.h"
#include "libegress/request.h"

#define COUNT	10	/* rows, unless told */

struct destination {
	struct addr to;
	struct addr v4;
	struct addr v6;
	char machine[EGRESS_NAME_MAX + 1];
	char app[EGRESS_NAME_MAX + 1];
	char region[EGRESS_REGION_MAX + 1];
	uint32_t limit;
	unsigned long long connections;
	unsigned long long rejects;
};

/* The first ones so far, the nearest to its limit first. */
struct ranking {
	struct destination *v;
	size_t n;
	size_t room;
	bool by_rejects;
};

static int parse_by(const char *what, const char *text, void *to)
{
	bool *by_rejects = to;

	*by_rejects = !strcmp(text, "rejects");
	if (*by_rejects || !strcmp(text, "connections"))
		return STATUS_DONE;
	return fail_usage("%s '%s': write connections or rejects", what, text);
}

/* Is a to stand before b? */
static bool before(const struct ranking *r, const struct destination *a,
		   const struct destination *b)
{
	if (r->by_rejects && a->rejects != b->rejects)
		return a->rejects > b->rejects;
	/* By the share of the limit, without a division. */
	return a->connections * (b->limit ?: 1) > b->connections * (a->limit ?: 1);
}

/* The kernel may show a table twice while its hash grows. */
static bool is_ranked(const struct ranking *r, const struct destination *d)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(r->v[i].machine, d->machine) &&
		    !memcmp(&r->v[i].to, &d->to, sizeof(d->to)))
			return true;
	return false;
}

static int rank(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct ranking *r = arg;
	struct destination d = {
		.limit = get_u32(attrs, EGRESS_A_LIMIT),
		.connections = get_uint(attrs, EGRESS_A_CONNECTIONS),
		.rejects = get_uint(attrs, EGRESS_A_REFUSED),
	};
	size_t i = r->n;

	if (r->by_rejects ? !d.rejects : !d.connections)
		return 0;
	while (i && before(r, &d, &r->v[i - 1]))
		i--;
	if (i == r->room)
		return 0;
	get_addr_nest(attrs[EGRESS_A_DESTINATION], &d.to);
	get_addr(attrs[EGRESS_A_V4], &d.v4);
	get_addr(attrs[EGRESS_A_V6], &d.v6);
	get_string(attrs, EGRESS_A_MACHINE, d.machine, sizeof(d.machine));
	if (is_ranked(r, &d))
		return 0;
	get_string(attrs, EGRESS_A_APP, d.app, sizeof(d.app));
	get_string(attrs, EGRESS_A_REGION, d.region, sizeof(d.region));
	if (r->n < r->room)
		r->n++;
	memmove(&r->v[i + 1], &r->v[i], (r->n - 1 - i) * sizeof(*r->v));
	r->v[i] = d;
	return 0;
}

static void print_json(const struct ranking *r)
{
	struct json j = json_to(stdout);
	char text[ADDR_TEXT];

	json_begin_array(&j, NULL);
	for (size_t i = 0; i < r->n; i++) {
		const struct destination *d = &r->v[i];

		json_begin_object(&j, NULL);
		json_add_string_or_null(&j, "machine", d->machine);
		json_add_string(&j, "app", d->app);
		json_add_string(&j, "region", d->region);
		json_add_string(&j, "destination", addr_text(&d->to, text));
		json_add_string_or_null(&j, "v4", addr_text(&d->v4, text));
		json_add_string_or_null(&j, "v6", addr_text(&d->v6, text));
		json_add_unsigned(&j, "connections", d->connections);
		json_add_unsigned(&j, "limit", d->limit);
		json_add_unsigned(&j, "refused", d->rejects);
		json_end_object(&j);
	}
	json_end_array(&j);
}

static void print_table(const struct ranking *r)
{
	static const char *const columns[] = {
		"MACHINE", "APP", "REGION", "DESTINATION", ">CONNECTIONS", ">LIMIT", ">REJECTS",
		NULL
	};
	struct table *t = table_new(columns);
	char text[ADDR_TEXT];

	for (size_t i = 0; i < r->n; i++) {
		const struct destination *d = &r->v[i];

		table_row(t);
		table_text(t, or_dash(d->machine));
		table_text(t, d->app);
		table_text(t, d->region);
		table_text(t, addr_text(&d->to, text));
		table_number(t, d->connections);
		table_number(t, d->limit);
		table_number(t, d->rejects);
	}
	table_print(t);
}

int top(const struct command *command, int argc, char **argv)
{
	struct number count = { .value = COUNT };
	struct view view = {};
	struct ranking ranking = {};
	const struct option opts[] = {
		{ "--count", "N", parse_count, &count, "as many rows, 10 unless given" },
		{ "--by", "connections|rejects", parse_by, &ranking.by_rejects,
		  "what counts: the share of the limit in use, or connections refused" },
		{ "--app", "APP", parse_app, &view.app, "only this app's machines" },
		{ "--org", "ORG", parse_org, &view.org,
		  "only machines of this org's apps" },
		{ "--region", "REGION", parse_region, &view.region,
		  "only machines in this region" },
		{}
	};
	int rc;

	rc = args_parse(command, opts, 0, 0, &argc, argv) ?: must_exist(&view);
	if (rc)
		return rc;
	ranking.room = count.value;
	ranking.v = xrealloc(NULL, count.value * sizeof(*ranking.v));
	/* Traffic changes the table all the time: a glance will do. */
	rc = exchange_table(EGRESS_CMD_DESTINATION_GET, exchange_glance, &view, rank,
			    &ranking);
	if (!rc && output.json)
		print_json(&ranking);
	else if (!rc)
		print_table(&ranking);
	free(ranking.v);
	return rc;
}
