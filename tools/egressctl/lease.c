// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "alloc.h"
#include "app.h"
#include "commands.h"
#include "lease.h"
#include "machine.h"
#include "output.h"
#include "pair.h"

static int append(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct leases *leases = arg;
	struct lease *l;

	leases->v = array_grow(leases->v, leases->n, sizeof(*leases->v));
	l = &leases->v[leases->n++];
	*l = (struct lease){
		.pair_id = get_u64(attrs, EGRESS_A_PAIR_ID),
		.slot = get_u32(attrs, EGRESS_A_SLOT),
		.port_first = get_u16(attrs, EGRESS_A_PORT_FIRST),
		.port_last = get_u16(attrs, EGRESS_A_PORT_LAST),
		.lingering = attrs[EGRESS_A_LINGERING],
		.connections = get_u64(attrs, EGRESS_A_CONNECTIONS),
	};
	get_addr(attrs[EGRESS_A_V4], &l->v4);
	get_addr(attrs[EGRESS_A_V6], &l->v6);
	get_string(attrs, EGRESS_A_MACHINE, l->machine, sizeof(l->machine));
	get_string(attrs, EGRESS_A_APP, l->app, sizeof(l->app));
	get_string(attrs, EGRESS_A_REGION, l->region, sizeof(l->region));
	return 0;
}

int leases_load(struct leases *leases, dump_fn dump, const char *app, const char *region)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_LEASE_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_string_if(msg, EGRESS_A_APP, app);
	put_string_if(msg, EGRESS_A_REGION, region);
	return dump(msg, append, leases);
}

static const char *state_text(const struct lease *lease)
{
	return lease->lingering ? "lingering" : "leased";
}

static void print_json(const struct leases *leases)
{
	struct json j = json_to(stdout);
	char text[ADDR_TEXT];

	json_array(&j, NULL);
	for (size_t i = 0; i < leases->n; i++) {
		const struct lease *l = &leases->v[i];

		json_object(&j, NULL);
		json_unsigned(&j, "pair-id", l->pair_id);
		json_string_or_null(&j, "v4", addr_text(&l->v4, text));
		json_string_or_null(&j, "v6", addr_text(&l->v6, text));
		json_unsigned(&j, "slot", l->slot);
		json_unsigned(&j, "port-first", l->port_first);
		json_unsigned(&j, "port-last", l->port_last);
		json_string(&j, "ports", ports_text(l->port_first, l->port_last, text));
		json_string_or_null(&j, "machine", l->machine);
		json_string_or_null(&j, "app", l->app);
		json_string_or_null(&j, "region", l->region);
		json_string(&j, "state", state_text(l));
		json_unsigned(&j, "connections", l->connections);
		json_object_end(&j);
	}
	json_array_end(&j);
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
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &app, "only leases of this app's machines" },
		{ "--region", "REGION", parse_region, &region, "only leases in this region" },
		{}
	};
	struct leases leases = {};
	int rc;

	rc = args_parse(command, opts, 0, 0, &argc, argv) ?:
	     app_must_exist(app) ?:
	     leases_load(&leases, exchange_dump, app, region);
	if (!rc && output.json)
		print_json(&leases);
	else if (!rc)
		print_table(&leases);
	free(leases.v);
	return rc;
}
