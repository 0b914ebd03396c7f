// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "args.h"
#include "commands.h"
#include "exists.h"
#include "lease.h"
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
	return lease->state == EGRESS_LEASE_STATE_LINGERING ? "lingering" : "leased";
}

void set_json(struct json *j, unsigned long long set)
{
	if (set)
		json_add_unsigned(j, "set-id", set);
	else
		json_add_null(j, "set-id");
}

void block_json(struct json *j, const struct block *block)
{
	char text[ADDR_TEXT];

	json_add_unsigned(j, "pair-id", block->pair_id);
	json_add_string_or_null(j, "v4", addr_text(&block->v4, text));
	json_add_string_or_null(j, "v6", addr_text(&block->v6, text));
	json_add_string(j, "scope", scope_text(block->scope));
	json_add_unsigned(j, "slot", block->slot);
	json_add_unsigned(j, "block-size", block->block_size);
	json_add_unsigned(j, "port-first", block->port_first);
	json_add_unsigned(j, "port-last", block->port_last);
	json_add_string(j, "ports", ports_text(block, text));
	set_json(j, block->set);
	json_add_bool(j, "pinned", block->pinned);
}

static void print_json(const struct leases *leases)
{
	struct json j = json_to(stdout);

	json_begin_array(&j, NULL);
	for (size_t i = 0; i < leases->n; i++) {
		const struct lease *l = &leases->v[i];

		json_begin_object(&j, NULL);
		block_json(&j, &l->block);
		json_add_string_or_null(&j, "machine", l->machine);
		json_add_string_or_null(&j, "app", l->app);
		json_add_string_or_null(&j, "org", l->org);
		json_add_string_or_null(&j, "region", l->region);
		json_add_string(&j, "state", state_text(l));
		if (l->counted)
			json_add_unsigned(&j, "connections", l->connections);
		json_add_unsigned(&j, "generation", l->generation);
		json_end_object(&j);
	}
	json_end_array(&j);
}

static void print_table(const struct leases *leases, bool brief)
{
	static const char *const columns[] = {
		"PAIR", "PORTS", "MACHINE", "APP", "STATE", ">CONNECTIONS", NULL
	};
	static const char *const columns_brief[] = {
		"PAIR", "PORTS", "MACHINE", "APP", "STATE", NULL
	};
	struct table *t = table_new(brief ? columns_brief : columns);
	char text[2 * ADDR_TEXT];

	for (size_t i = 0; i < leases->n; i++) {
		const struct lease *l = &leases->v[i];

		table_row(t);
		table_text(t, pair_text(&l->block.v4, &l->block.v6, text));
		table_text(t, ports_text(&l->block, text));
		table_text(t, or_dash(l->machine));
		table_text(t, or_dash(l->app));
		table_text(t, state_text(l));
		if (!brief)
			table_number(t, l->connections);
	}
	table_print(t);
}

int lease_list(const struct command *command, int argc, char **argv)
{
	struct view view = {};
	bool exact = false;
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &view.app, "only leases of this app's machines" },
		{ "--org", "ORG", parse_org, &view.org,
		  "only leases of this org's pairs, and of its apps'" },
		{ "--region", "REGION", parse_region, &view.region, "only leases in this region" },
		{ "--brief", NULL, NULL, &view.brief, BRIEF_HELP },
		{ "--exact", NULL, NULL, &exact, EXACT_HELP },
		{}
	};
	struct leases leases = {};
	int rc;

	rc = args_parse(command, opts, 0, 0, &argc, argv);
	exchange_exact(exact);
	rc = rc ?: must_exist(&view) ?: leases_load(&leases, exchange_dump, &view);
	if (!rc && output.json)
		print_json(&leases);
	else if (!rc)
		print_table(&leases, view.brief);
	if (!rc)
		warn_interrupted();
	free(leases.v);
	return rc;
}
