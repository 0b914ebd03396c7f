// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "libegress/alloc.h"
#include "libegress/counters.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/machine.h"
#include "libegress/netlink.h"
#include "libegress/parse.h"
#include "libegress/request.h"

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
		.cordoned = attrs[EGRESS_A_CORDONED],
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

int machines_get(struct machines *machines, get_fn get, const char *id)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_MACHINE_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_string(msg, EGRESS_A_MACHINE, id);
	return get(msg, append, machines);
}

int machines_load(struct machines *machines, dump_fn dump, const char *app, const char *region)
{
	return exchange_table(EGRESS_CMD_MACHINE_GET, dump, app, region, append, machines);
}

int machines_load_counters(struct machines *machines, const char *app, const char *region)
{
	return exchange_table(EGRESS_CMD_STATS_GET, exchange_dump, app, region, append,
			      machines);
}

int machines_of_answer(struct machines *machines, const struct answer *answer)
{
	return answer_each(answer, append, machines);
}

int machines_add(struct nlattr **attrs, struct nlmsghdr *message, void *machines)
{
	return append(attrs, message, machines);
}

const char *machine_waits_text(const struct machine *machine, char text[WAITS_TEXT])
{
	if (machine->cordoned)
		snprintf(text, WAITS_TEXT, "until the host is not cordoned any more");
	else
		snprintf(text, WAITS_TEXT, "for a pair of app '%s' in region '%s'", machine->app,
			 machine->region);
	return text;
}

const char *ports_text(uint16_t first, uint16_t last, char text[PORTS_TEXT])
{
	snprintf(text, PORTS_TEXT, "%u-%u", first, last);
	return text;
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
