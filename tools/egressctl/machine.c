// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "lease.h"
#include "machine.h"
#include "output.h"
#include "pair.h"
#include "libegress/counters.h"
#include "libegress/json.h"
#include "libegress/machine.h"
#include "libegress/pair.h"
#include "libegress/parse.h"
#include "libegress/set.h"

static int lease_json(struct json *j, const struct block *block, bool with_to)
{
	const struct prefixes *to;
	int rc = 0;

	json_begin_object(j, NULL);
	block_json(j, block);
	if (with_to && block->set) {
		rc = set_get(block->set, &to);
		if (!rc)
			to_json(j, to);
	}
	json_end_object(j);
	return rc;
}

int machine_json(struct json *j, const struct machine *machine, bool with_to)
{
	const struct block *lease = &machine->lease;
	char text[ADDR_TEXT], ports[PORTS_TEXT];
	const struct {
		const char *key;
		unsigned long long value;
	} numbers[] = {
		{ "pair-id", lease->pair_id }, { "slot", lease->slot },
		{ "port-first", lease->port_first }, { "port-last", lease->port_last },
		{ "block-size", lease->block_size },
	};
	int rc = 0;

	json_add_string(j, "machine", machine->id);
	json_add_string_or_null(j, "app", machine->app);
	json_add_string_or_null(j, "org", machine->org);
	json_add_string_or_null(j, "region", machine->region);
	json_begin_array(j, "addresses");
	for (size_t i = 0; i < machine->n_addrs; i++)
		json_add_string(j, NULL, addr_text(&machine->addrs[i], text));
	json_end_array(j);
	json_add_string_or_null(j, "dev", machine->dev);
	json_add_string_or_null(j, "egress-v4", addr_text(&lease->v4, text));
	json_add_string_or_null(j, "egress-v6", addr_text(&lease->v6, text));
	ports_text(lease, ports);
	json_add_string_or_null(j, "ports", machine->leased ? ports : NULL);
	if (machine->counted)
		json_add_unsigned(j, "connections", machine->connections);
	json_add_bool(j, "waiting", machine->waiting);
	json_add_bool(j, "cordoned", machine->cordoned);
	json_add_bool(j, "pinned", lease->pinned);
	json_add_string_or_null(j, "scope", machine->leased ? scope_text(lease->scope) : NULL);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (machine->leased)
			json_add_unsigned(j, numbers[i].key, numbers[i].value);
		else
			json_add_null(j, numbers[i].key);
	}
	json_begin_array(j, "leases");
	if (machine->leased)
		rc = lease_json(j, lease, with_to);
	for (size_t i = 0; i < machine->n_others && !rc; i++)
		rc = lease_json(j, &machine->others[i], with_to);
	json_end_array(j);
	if (machine->measured)
		counters_json(j, &machine->counters);
	return rc;
}

