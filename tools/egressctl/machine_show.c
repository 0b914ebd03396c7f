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
#include "libegress/lease.h"
#include "libegress/machine.h"
#include "libegress/pair.h"
#include "libegress/parse.h"

static void print_json(const struct machines *machines)
{
	struct json j = json_to(stdout);

	json_begin_array(&j, NULL);
	for (size_t i = 0; i < machines->n; i++) {
		json_begin_object(&j, NULL);
		machine_json(&j, &machines->v[i]);
		json_end_object(&j);
	}
	json_end_array(&j);
}

static void print_table(const struct machines *machines)
{
	static const char *const columns[] = {
		"MACHINE", "APP", "REGION", "ADDRESSES", "EGRESS-V4", "EGRESS-V6",
		"PORTS", ">CONNECTIONS", NULL
	};
	struct table *t = table_new(columns);
	char text[ADDRS_TEXT];

	for (size_t i = 0; i < machines->n; i++) {
		const struct machine *m = &machines->v[i];

		table_row(t);
		table_cell(t, "%s", m->id);
		table_cell(t, "%s", m->app);
		table_cell(t, "%s", m->region);
		table_cell(t, "%s", machine_addrs_text(m, text));
		table_cell(t, "%s", or_dash(addr_text(&m->v4, text)));
		table_cell(t, "%s", or_dash(addr_text(&m->v6, text)));
		ports_text(m->port_first, m->port_last, text);
		table_cell(t, "%s", m->leased ? text : or_dash(m->waiting ? "waiting" : ""));
		table_cell(t, "%llu", m->connections);
	}
	table_print(t);
}

static void keep_waiting(struct machines *machines)
{
	size_t n = 0;

	for (size_t i = 0; i < machines->n; i++)
		if (machines->v[i].waiting)
			machines->v[n++] = machines->v[i];
	machines->n = n;
}

int machine_list(const struct command *command, int argc, char **argv)
{
	const char *app = NULL, *region = NULL;
	bool exact = false, waiting = false;
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &app, "only machines of this app" },
		{ "--region", "REGION", parse_region, &region, "only machines in this region" },
		{ "--waiting", NULL, NULL, &waiting, "only machines that wait for a pair" },
		{ "--exact", NULL, NULL, &exact, EXACT_HELP },
		{}
	};
	struct machines machines = {};
	int rc = args_parse(command, opts, 0, 0, &argc, argv);

	if (rc)
		return rc;
	exchange_exact(exact);
	rc = must_exist(app, region) ?: machines_load(&machines, exchange_dump, app, region);
	if (rc)
		return rc;
	if (waiting)
		keep_waiting(&machines);
	if (output.json)
		print_json(&machines);
	else
		print_table(&machines);
	warn_interrupted();
	free(machines.v);
	return 0;
}

/* Leases for some destinations only; the other one is among the machine's members. */
static void show_leases(const struct machine *m, const struct leases *leases,
			const struct pairs *pairs, struct json *j)
{
	char text[TO_TEXT], ports[PORTS_TEXT], addrs[2 * ADDR_TEXT];

	for (size_t i = 0; i < leases->n; i++) {
		const struct lease *l = &leases->v[i];
		const struct pair *p = pairs_find(pairs, l->pair_id);

		if (l->lingering || strcmp(l->machine, m->id) || !p || !p->to.n)
			continue;
		ports_text(l->port_first, l->port_last, ports);
		if (!j) {
			printf("to            %s: %s ports %s\n", to_text(&p->to, text),
			       pair_text(&l->v4, &l->v6, addrs), ports);
			continue;
		}
		json_begin_object(j, NULL);
		json_add_unsigned(j, "pair-id", l->pair_id);
		json_add_string_or_null(j, "v4", addr_text(&l->v4, text));
		json_add_string_or_null(j, "v6", addr_text(&l->v6, text));
		json_add_unsigned(j, "slot", l->slot);
		json_add_string(j, "ports", ports);
		to_json(j, &p->to);
		json_end_object(j);
	}
}

static void print_one(const struct machine *m, const struct leases *leases,
		      const struct pairs *pairs)
{
	char text[ADDRS_TEXT];

	printf("machine       %s\n", m->id);
	printf("app           %s\n", m->app);
	printf("region        %s\n", m->region);
	printf("addresses     %s\n", machine_addrs_text(m, text));
	printf("dev           %s\n", *m->dev ? m->dev : "any");
	printf("egress-v4     %s\n", or_dash(addr_text(&m->v4, text)));
	printf("egress-v6     %s\n", or_dash(addr_text(&m->v6, text)));
	if (m->leased)
		printf("ports         %s, slot %u of a pair of the %s%s\n",
		       ports_text(m->port_first, m->port_last, text), m->slot, scope_text(m->scope),
		       m->pinned ? ", pinned" : "");
	else
		printf("ports         %s\n", !m->waiting ? "-" :
		       m->cordoned ? "waiting, as the host is cordoned" : "waiting");
	show_leases(m, leases, pairs, NULL);
	printf("connections   %llu\n", m->connections);
	for (int i = 0; i <= EGRESS_STATS_A_MAX; i++)
		if (counter_names[i])
			printf("%-13s %llu\n", counter_names[i], m->counters.value[i]);
}

int machine_show(const struct command *command, int argc, char **argv)
{
	const struct option opts[] = { {} };
	struct json j = json_to(stdout);
	struct machines machines = {};
	struct leases leases = {};
	struct pairs pairs = {};
	const char *id;
	int rc;

	rc = args_parse(command, opts, 1, 1, &argc, argv) ?: parse_machine("ID", argv[0], &id);
	if (rc)
		return rc;
	rc = machines_get(&machines, exchange_get, id) ?: leases_load_of(&leases, id);
	/* The pairs whose destinations are to be shown. One that has gone is left out. */
	for (size_t i = 0; i < leases.n && !rc && machines.n; i++)
		if (!leases.v[i].lingering && leases.v[i].pair_id != machines.v[0].pair_id)
			rc = pairs_get(&pairs, exchange_find, leases.v[i].v4.len ?
				       &leases.v[i].v4 : &leases.v[i].v6);
	for (size_t i = 0; i < machines.n && !rc; i++) {
		if (!output.json) {
			print_one(&machines.v[i], &leases, &pairs);
			continue;
		}
		json_begin_object(&j, NULL);
		machine_json(&j, &machines.v[i]);
		json_begin_array(&j, "leases");
		show_leases(&machines.v[i], &leases, &pairs, &j);
		json_end_array(&j);
		json_end_object(&j);
	}
	pairs_free(&pairs);
	free(leases.v);
	free(machines.v);
	return rc;
}
