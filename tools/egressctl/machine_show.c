// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "exists.h"
#include "machine.h"
#include "output.h"
#include "pair.h"
#include "warn.h"
#include "libegress/app.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/machine.h"
#include "libegress/pair.h"
#include "libegress/parse.h"
#include "libegress/set.h"

static void print_json(const struct machines *machines)
{
	struct json j = json_to(stdout);

	json_begin_array(&j, NULL);
	for (size_t i = 0; i < machines->n; i++) {
		json_begin_object(&j, NULL);
		machine_json(&j, &machines->v[i], false);
		json_add_unsigned(&j, "generation", machines->v[i].generation);
		json_end_object(&j);
	}
	json_end_array(&j);
}

static void print_table(const struct machines *machines, bool brief)
{
	static const char *const columns[] = {
		"MACHINE", "APP", "REGION", "ADDRESSES", "EGRESS-V4", "EGRESS-V6",
		"PORTS", ">CONNECTIONS", NULL
	};
	static const char *const columns_brief[] = {
		"MACHINE", "APP", "REGION", "ADDRESSES", "EGRESS-V4", "EGRESS-V6",
		"PORTS", NULL
	};
	struct table *t = table_new(brief ? columns_brief : columns);
	char text[ADDRS_TEXT];

	for (size_t i = 0; i < machines->n; i++) {
		const struct machine *m = &machines->v[i];

		table_row(t);
		table_text(t, m->id);
		table_text(t, m->app);
		table_text(t, m->region);
		table_text(t, machine_addrs_text(m, text));
		table_text(t, or_dash(addr_text(&m->lease.v4, text)));
		table_text(t, or_dash(addr_text(&m->lease.v6, text)));
		if (m->leased)
			table_text(t, ports_text(&m->lease, text));
		else
			table_text(t, m->waiting ? "waiting" : "-");
		if (!brief)
			table_number(t, m->connections);
	}
	table_print(t);
}

static void keep_waiting(struct machines *machines)
{
	size_t n = 0;

	for (size_t i = 0; i < machines->n; i++) {
		if (machines->v[i].waiting)
			machines->v[n++] = machines->v[i];
		else
			free(machines->v[i].others);
	}
	machines->n = n;
}

int machine_list(const struct command *command, int argc, char **argv)
{
	struct view view = {};
	bool exact = false, waiting = false;
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &view.app, "only machines of this app" },
		{ "--org", "ORG", parse_org, &view.org,
		  "only machines of this org's apps" },
		{ "--region", "REGION", parse_region, &view.region,
		  "only machines in this region" },
		{ "--waiting", NULL, NULL, &waiting, "only machines that wait for a pair" },
		{ "--brief", NULL, NULL, &view.brief, BRIEF_HELP },
		{ "--exact", NULL, NULL, &exact, EXACT_HELP },
		{}
	};
	struct machines machines = {};
	int rc = args_parse(command, opts, 0, 0, &argc, argv);

	if (rc)
		return rc;
	exchange_exact(exact);
	rc = must_exist(&view) ?: machines_load(&machines, exchange_dump, &view);
	if (rc)
		return rc;
	if (waiting)
		keep_waiting(&machines);
	if (output.json)
		print_json(&machines);
	else
		print_table(&machines, view.brief);
	warn_interrupted();
	machines_free(&machines);
	return 0;
}

/* Leases for some destinations only; the other one is among the machine's members. */
static int show_others(const struct machine *m)
{
	char text[TO_TEXT], ports[PORTS_TEXT], addrs[2 * ADDR_TEXT];
	const struct prefixes *to;
	int rc = 0;

	for (size_t i = 0; i < m->n_others && !rc; i++) {
		const struct block *b = &m->others[i];

		rc = set_get(b->set, &to);
		if (!rc)
			printf("to            %s: %s ports %s%s\n", to_text(to, text),
			       pair_text(&b->v4, &b->v6, addrs),
			       ports_text(b, ports),
			       b->pinned ? ", pinned" : "");
	}
	return rc;
}

static int print_one(const struct machine *m)
{
	char text[ADDRS_TEXT];
	int rc;

	printf("machine       %s\n", m->id);
	printf("app           %s\n", m->app);
	if (*m->org)
		printf("org           %s\n", m->org);
	printf("region        %s\n", m->region);
	printf("addresses     %s\n", machine_addrs_text(m, text));
	printf("dev           %s\n", *m->dev ? m->dev : "any");
	printf("egress-v4     %s\n", or_dash(addr_text(&m->lease.v4, text)));
	printf("egress-v6     %s\n", or_dash(addr_text(&m->lease.v6, text)));
	if (m->leased)
		printf("ports         %s, slot %u of a pair of the %s%s\n",
		       ports_text(&m->lease, text), m->lease.slot,
		       scope_text(m->lease.scope), m->lease.pinned ? ", pinned" : "");
	else
		printf("ports         %s\n", !m->waiting ? "-" :
		       m->cordoned ? "waiting, as the host is cordoned" : "waiting");
	rc = show_others(m);
	printf("connections   %llu\n", m->connections);
	for (int i = 0; i <= EGRESS_STATS_A_MAX; i++)
		if (counter_names[i])
			printf("%-13s %llu\n", counter_names[i], m->counters.value[i]);
	return rc;
}

int machine_show(const struct command *command, int argc, char **argv)
{
	const struct option opts[] = { {} };
	struct json j = json_to(stdout);
	struct machines machines = {};
	const char *id;
	int rc;

	rc = args_parse(command, opts, 1, 1, &argc, argv) ?: parse_machine("ID", argv[0], &id);
	if (rc)
		return rc;
	rc = machines_get(&machines, exchange_get, id);
	for (size_t i = 0; i < machines.n && !rc; i++) {
		if (!output.json) {
			rc = print_one(&machines.v[i]);
			continue;
		}
		json_begin_object(&j, NULL);
		rc = machine_json(&j, &machines.v[i], true);
		json_add_unsigned(&j, "generation", machines.v[i].generation);
		json_end_object(&j);
	}
	machines_free(&machines);
	return rc;
}
