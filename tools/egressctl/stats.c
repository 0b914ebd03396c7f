// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "args.h"
#include "commands.h"
#include "exists.h"
#include "output.h"
#include "warn.h"
#include "libegress/app.h"
#include "libegress/counters.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/machine.h"
#include "libegress/netlink.h"
#include "libegress/parse.h"
#include "libegress/request.h"

static void print_counter(struct json *j, const char *name, unsigned long long value)
{
	if (output.json)
		json_add_unsigned(j, name, value);
	else
		printf("%-13s %llu\n", name, value);
}

static int print_totals(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct json j = json_to(stdout);
	struct counters counters;

	counters_read(&counters, attrs[EGRESS_A_STATS]);
	if (output.json)
		json_begin_object(&j, NULL);
	print_counter(&j, "generation", get_uint(attrs, EGRESS_A_GENERATION));
	print_counter(&j, "pairs", get_u32(attrs, EGRESS_A_PAIRS));
	print_counter(&j, "machines", get_u32(attrs, EGRESS_A_MACHINES));
	print_counter(&j, "waiting", get_u32(attrs, EGRESS_A_WAITING));
	print_counter(&j, "destinations", get_uint(attrs, EGRESS_A_DESTINATIONS));
	print_counter(&j, "prefixes", get_uint(attrs, EGRESS_A_PREFIXES));
	print_counter(&j, "memory", get_uint(attrs, EGRESS_A_MEMORY));
	if (attrs[EGRESS_A_CONNECTIONS])
		print_counter(&j, "connections", get_uint(attrs, EGRESS_A_CONNECTIONS));
	if (output.json) {
		json_add_bool(&j, "cordoned", attrs[EGRESS_A_CORDONED]);
		counters_json(&j, &counters);
		json_end_object(&j);
		return 0;
	}
	printf("cordoned      %s\n", attrs[EGRESS_A_CORDONED] ? "yes" : "no");
	for (int i = 0; i <= EGRESS_STATS_A_MAX; i++)
		if (counter_names[i])
			print_counter(&j, counter_names[i], counters.value[i]);
	return 0;
}

static int totals(bool brief)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_STATS_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_flag_if(msg, EGRESS_A_BRIEF, brief);
	return exchange_get(msg, print_totals, NULL);
}

static void print_json(const struct machines *machines)
{
	struct json j = json_to(stdout);

	json_begin_array(&j, NULL);
	for (size_t i = 0; i < machines->n; i++) {
		const struct machine *m = &machines->v[i];

		json_begin_object(&j, NULL);
		json_add_string(&j, "machine", m->id);
		json_add_string(&j, "app", m->app);
		json_add_string(&j, "region", m->region);
		if (m->counted)
			json_add_unsigned(&j, "connections", m->connections);
		counters_json(&j, &m->counters);
		json_add_unsigned(&j, "generation", m->generation);
		json_end_object(&j);
	}
	json_end_array(&j);
}

static void print_table(const struct machines *machines, bool brief)
{
	static const char *const columns[] = {
		"MACHINE", "APP", "REGION", ">CONNECTIONS", ">OPENED",
		">CLOSED", ">LIMIT", ">PASSED", ">UNBOUND",
		">SPOOFED", ">UNSUPPORTED", ">LEAK", ">NOMEM", ">EARLY-DROP", NULL
	};
	static const char *const columns_brief[] = {
		"MACHINE", "APP", "REGION", ">OPENED",
		">CLOSED", ">LIMIT", ">PASSED", ">UNBOUND",
		">SPOOFED", ">UNSUPPORTED", ">LEAK", ">NOMEM", ">EARLY-DROP", NULL
	};
	static const int shown[] = {
		EGRESS_STATS_A_OPENED, EGRESS_STATS_A_CLOSED, EGRESS_STATS_A_LIMIT,
		EGRESS_STATS_A_PASSED, EGRESS_STATS_A_UNBOUND, EGRESS_STATS_A_SPOOFED,
		EGRESS_STATS_A_UNSUPPORTED, EGRESS_STATS_A_LEAK, EGRESS_STATS_A_NOMEM,
		EGRESS_STATS_A_EARLY_DROP,
	};
	struct table *t = table_new(brief ? columns_brief : columns);

	for (size_t i = 0; i < machines->n; i++) {
		const struct machine *m = &machines->v[i];

		table_row(t);
		table_text(t, m->id);
		table_text(t, m->app);
		table_text(t, m->region);
		if (!brief)
			table_number(t, m->connections);
		for (size_t k = 0; k < sizeof(shown) / sizeof(*shown); k++)
			table_number(t, m->counters.value[shown[k]]);
	}
	table_print(t);
}

int stats(const struct command *command, int argc, char **argv)
{
	struct view view = {};
	bool exact = false;
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &view.app, "a row for each machine of this app" },
		{ "--org", "ORG", parse_org, &view.org,
		  "a row for each machine of this org's apps" },
		{ "--region", "REGION", parse_region, &view.region,
		  "a row for each machine in this region" },
		{ "--brief", NULL, NULL, &view.brief, BRIEF_HELP },
		{ "--exact", NULL, NULL, &exact, EXACT_HELP },
		{}
	};
	struct machines machines = {};
	int rc = args_parse(command, opts, 0, 0, &argc, argv);

	if (rc == STATUS_HELP)
		printf("\n%s", counters_help);
	if (rc)
		return rc;
	if (!view.app && !view.org && !view.region)
		return totals(view.brief);
	exchange_exact(exact);
	rc = must_exist(&view) ?: machines_load_counters(&machines, &view);
	if (rc)
		return rc;
	if (output.json)
		print_json(&machines);
	else
		print_table(&machines, view.brief);
	warn_interrupted();
	machines_free(&machines);
	return 0;
}
