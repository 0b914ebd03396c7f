// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "machine.h"
#include "output.h"
#include "libegress/counters.h"
#include "libegress/json.h"
#include "libegress/machine.h"
#include "libegress/pair.h"
#include "libegress/parse.h"

void machine_json(struct json *j, const struct machine *machine)
{
	char text[ADDR_TEXT], ports[PORTS_TEXT];
	const struct {
		const char *key;
		unsigned long long value;
	} lease[] = {
		{ "pair-id", machine->pair_id }, { "slot", machine->slot },
		{ "port-first", machine->port_first }, { "port-last", machine->port_last },
		{ "block-size", machine->block_size },
	};

	json_add_string(j, "machine", machine->id);
	json_add_string_or_null(j, "app", machine->app);
	json_add_string_or_null(j, "region", machine->region);
	json_begin_array(j, "addresses");
	for (size_t i = 0; i < machine->n_addrs; i++)
		json_add_string(j, NULL, addr_text(&machine->addrs[i], text));
	json_end_array(j);
	json_add_string_or_null(j, "dev", machine->dev);
	json_add_string_or_null(j, "egress-v4", addr_text(&machine->v4, text));
	json_add_string_or_null(j, "egress-v6", addr_text(&machine->v6, text));
	ports_text(machine->port_first, machine->port_last, ports);
	json_add_string_or_null(j, "ports", machine->leased ? ports : NULL);
	json_add_unsigned(j, "connections", machine->connections);
	json_add_bool(j, "waiting", machine->waiting);
	json_add_bool(j, "cordoned", machine->cordoned);
	json_add_bool(j, "pinned", machine->pinned);
	json_add_string_or_null(j, "scope", machine->leased ? scope_text(machine->scope) : NULL);
	for (size_t i = 0; i < sizeof(lease) / sizeof(*lease); i++) {
		if (machine->leased)
			json_add_unsigned(j, lease[i].key, lease[i].value);
		else
			json_add_null(j, lease[i].key);
	}
	counters_json(j, &machine->counters);
}

