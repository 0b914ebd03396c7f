// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "args.h"
#include "commands.h"
#include "exists.h"
#include "output.h"
#include "warn.h"
#include "libegress/app.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/lease.h"
#include "libegress/machine.h"
#include "libegress/pair.h"
#include "libegress/parse.h"

static const char *state_text(const struct lease *lease)
{
	return lease->lingering ? "lingering" : "leased";
}

static void print_json(const struct leases *leases)
{
	struct json j = json_to(stdout);
	char text[ADDR_TEXT];

	json_begin_array(&j, NULL);
	for (size_t i = 0; i < leases->n; i++) {
		const struct lease *l = &leases->v[i];

		json_begin_object(&j, NULL);
		json_add_unsigned(&j, "pair-id", l->pair_id);
		json_add_string_or_null(&j, "v4", addr_text(&l->v4, text));
		json_add_string_or_null(&j, "v6", addr_text(&l->v6, text));
		json_add_unsigned(&j, "slot", l->slot);
		json_add_unsigned(&j, "port-first", l->port_first);
		json_add_unsigned(&j, "port-last", l->port_last);
		json_add_string(&j, "ports", ports_text(l->port_first, l->port_last, text));
		json_add_string_or_null(&j, "machine", l->machine);
		json_add_string_or_null(&j, "app", l->app);
		json_add_string_or_null(&j, "region", l->region);
		json_add_string(&j, "state", state_text(l));
		json_add_unsigned(&j, "connections", l->connections);
		json_end_object(&j);
	}
	json_end_array(&j);
}

static void print_table(const struct leases *leases)
{
	static const char *const columns[] = {
		"PAIR", "PORTS", "MACHINE", "APP", "STATE", ">CONNECTIONS", NULL
	};
	struct table *t = table_new(columns);
	char text[2 * ADDR_TEXT];

	for (size_t i = 0; i < leases->n; i++) {
		const struct lease *l = &leases->v[i];

		table_row(t);
		table_cell(t, "%s", pair_text(&l->v4, &l->v6, text));
		table_cell(t, "%s", ports_text(l->port_first, l->port_last, text));
		table_cell(t, "%s", or_dash(l->machine));
		table_cell(t, "%s", or_dash(l->app));
		table_cell(t, "%s", state_text(l));
		table_cell(t, "%llu", l->connections);
	}
	table_print(t);
}

int lease_list(const struct command *command, int argc, char **argv)
{
	const char *app = NULL, *region = NULL;
	bool exact = false;
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &app, "only leases of this app's machines" },
		{ "--region", "REGION", parse_region, &region, "only leases in this region" },
		{ "--exact", NULL, NULL, &exact, EXACT_HELP },
		{}
	};
	struct leases leases = {};
	int rc;

	rc = args_parse(command, opts, 0, 0, &argc, argv);
	exchange_exact(exact);
	rc = rc ?: must_exist(app, region) ?: leases_load(&leases, exchange_dump, app, region);
	if (!rc && output.json)
		print_json(&leases);
	else if (!rc)
		print_table(&leases);
	if (!rc)
		warn_interrupted();
	free(leases.v);
	return rc;
}
