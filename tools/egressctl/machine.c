// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "machine.h"
#include "output.h"
#include "pair.h"

static void read_addrs(struct machine *machine, struct nlmsghdr *message)
{
	struct nlattr *attr;
	int left;

	nlmsg_for_each_attr(attr, message, GENL_HDRLEN, left)
		if (nla_type(attr) == EGRESS_A_ADDR && machine->n_addrs < EGRESS_MACHINE_ADDRS)
			get_addr_nest(attr, &machine->addrs[machine->n_addrs++]);
}

static int append(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct machines *machines = arg;
	struct machine *m;

	machines->v = array_grow(machines->v, machines->n, sizeof(*machines->v));
	m = &machines->v[machines->n++];
	*m = (struct machine){
		.leased = attrs[EGRESS_A_PAIR_ID],
		.waiting = get_u32(attrs, EGRESS_A_WAITING),
		.pinned = attrs[EGRESS_A_PINNED],
		.pair_id = get_u64(attrs, EGRESS_A_PAIR_ID),
		.scope = get_u32(attrs, EGRESS_A_SCOPE),
		.slot = get_u32(attrs, EGRESS_A_SLOT),
		.block_size = get_u32(attrs, EGRESS_A_BLOCK_SIZE),
		.port_first = get_u16(attrs, EGRESS_A_PORT_FIRST),
		.port_last = get_u16(attrs, EGRESS_A_PORT_LAST),
		.connections = get_u64(attrs, EGRESS_A_CONNECTIONS),
	};
	get_string(attrs, EGRESS_A_MACHINE, m->id, sizeof(m->id));
	get_string(attrs, EGRESS_A_APP, m->app, sizeof(m->app));
	get_string(attrs, EGRESS_A_REGION, m->region, sizeof(m->region));
	get_string(attrs, EGRESS_A_DEV, m->dev, sizeof(m->dev));
	get_addr(attrs[EGRESS_A_V4], &m->v4);
	get_addr(attrs[EGRESS_A_V6], &m->v6);
	read_addrs(m, message);
	counters_read(&m->counters, attrs[EGRESS_A_STATS]);
	return 0;
}

int machines_get(struct machines *machines, const char *id)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_MACHINE_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_string(msg, EGRESS_A_MACHINE, id);
	return exchange_get(msg, append, machines);
}

static int load(struct machines *machines, uint8_t cmd, dump_fn dump, const char *app,
		const char *region)
{
	struct nl_msg *msg = netlink_message(cmd, 0);

	if (!msg)
		return STATUS_FAILED;
	put_string_if(msg, EGRESS_A_APP, app);
	put_string_if(msg, EGRESS_A_REGION, region);
	return dump(msg, append, machines);
}

int machines_load(struct machines *machines, dump_fn dump, const char *app, const char *region)
{
	return load(machines, EGRESS_CMD_MACHINE_GET, dump, app, region);
}

int machines_load_counters(struct machines *machines, const char *app, const char *region)
{
	return load(machines, EGRESS_CMD_STATS_GET, exchange_dump, app, region);
}

int machines_of_answer(struct machines *machines, const struct answer *answer)
{
	return answer_each(answer, append, machines);
}

const char *ports_text(uint16_t first, uint16_t last, char text[PORTS_TEXT])
{
	snprintf(text, PORTS_TEXT, "%u-%u", first, last);
	return text;
}

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

	json_string(j, "machine", machine->id);
	json_string_or_null(j, "app", machine->app);
	json_string_or_null(j, "region", machine->region);
	json_array(j, "addresses");
	for (size_t i = 0; i < machine->n_addrs; i++)
		json_string(j, NULL, addr_text(&machine->addrs[i], text));
	json_array_end(j);
	json_string_or_null(j, "dev", machine->dev);
	json_string_or_null(j, "egress-v4", addr_text(&machine->v4, text));
	json_string_or_null(j, "egress-v6", addr_text(&machine->v6, text));
	ports_text(machine->port_first, machine->port_last, ports);
	json_string_or_null(j, "ports", machine->leased ? ports : NULL);
	json_unsigned(j, "connections", machine->connections);
	json_bool(j, "waiting", machine->waiting);
	json_bool(j, "pinned", machine->pinned);
	json_string_or_null(j, "scope", machine->leased ? scope_text(machine->scope) : NULL);
	for (size_t i = 0; i < sizeof(lease) / sizeof(*lease); i++) {
		if (machine->leased)
			json_unsigned(j, lease[i].key, lease[i].value);
		else
			json_null(j, lease[i].key);
	}
	counters_json(j, &machine->counters);
}

const char *machine_addrs_text(const struct machine *machine, char text[ADDRS_TEXT])
{
	*text = '\0';
	for (size_t i = 0; i < machine->n_addrs; i++) {
		if (i)
			strcat(text, ",");
		addr_text(&machine->addrs[i], text + strlen(text));
	}
	return text;
}
