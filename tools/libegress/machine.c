// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <stdlib.h>
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

static void read_lease(struct machine *machine, struct nlattr *nest)
{
	struct nlattr *attrs[EGRESS_A_MAX + 1];
	struct block block;

	if (!netlink_parse_nest(attrs, nest))
		return;
	block_read(&block, attrs);
	if (!block.set) {
		machine->leased = true;
		machine->lease = block;
		return;
	}
	machine->others = array_grow(machine->others, machine->n_others, sizeof(block));
	machine->others[machine->n_others++] = block;
}

static void read_leases(struct machine *machine, struct nlmsghdr *message)
{
	struct nlattr *attr;
	int left;

	nlmsg_for_each_attr(attr, message, GENL_HDRLEN, left)
		if (nla_type(attr) == EGRESS_A_LEASE)
			read_lease(machine, attr);
}

/* A machine with many leases comes in several messages. */
static int append(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct machines *machines = arg;
	char id[EGRESS_NAME_MAX + 1];
	struct machine *m;

	/* It tells of a machine's connections, beside the machine. */
	if (attrs[EGRESS_A_CUT])
		return 0;
	get_string(attrs, EGRESS_A_MACHINE, id, sizeof(id));
	if (machines->n && !strcmp(machines->v[machines->n - 1].id, id)) {
		read_leases(&machines->v[machines->n - 1], message);
		return 0;
	}
	machines->v = array_grow(machines->v, machines->n, sizeof(*machines->v));
	m = &machines->v[machines->n++];
	*m = (struct machine){
		.generation = get_uint(attrs, EGRESS_A_GENERATION),
		.counted = attrs[EGRESS_A_CONNECTIONS],
		.measured = attrs[EGRESS_A_STATS],
		.waiting = get_u32(attrs, EGRESS_A_WAITING),
		.cordoned = attrs[EGRESS_A_CORDONED],
		.connections = get_uint(attrs, EGRESS_A_CONNECTIONS),
	};
	memcpy(m->id, id, sizeof(id));
	get_string(attrs, EGRESS_A_APP, m->app, sizeof(m->app));
	get_string(attrs, EGRESS_A_ORG, m->org, sizeof(m->org));
	get_string(attrs, EGRESS_A_REGION, m->region, sizeof(m->region));
	get_string(attrs, EGRESS_A_DEV, m->dev, sizeof(m->dev));
	read_addrs(m, message);
	read_leases(m, message);
	counters_read(&m->counters, attrs[EGRESS_A_STATS]);
	return 0;
}

void machines_free(struct machines *machines)
{
	for (size_t i = 0; i < machines->n; i++)
		free(machines->v[i].others);
	free(machines->v);
}

int machines_get(struct machines *machines, get_fn get, const char *id)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_MACHINE_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_string(msg, EGRESS_A_MACHINE, id);
	return get(msg, append, machines);
}

int machines_load(struct machines *machines, dump_fn dump, const struct view *view)
{
	return exchange_table(EGRESS_CMD_MACHINE_GET, dump, view, append, machines);
}

int machines_load_counters(struct machines *machines, const struct view *view)
{
	return exchange_table(EGRESS_CMD_STATS_GET, exchange_dump, view, append, machines);
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
		snprintf(text, WAITS_TEXT, "for a pair of app '%s'%s%s%s in region '%s'",
			 machine->app, *machine->org ? " or org '" : "", machine->org,
			 *machine->org ? "'" : "", machine->region);
	return text;
}

const char *machine_addrs_text(const struct machine *machine, char text[ADDRS_TEXT])
{
	char *to = text;

	*to = '\0';
	for (size_t i = 0; i < machine->n_addrs; i++) {
		if (i)
			*to++ = ',';
		to += strlen(addr_text(&machine->addrs[i], to));
	}
	return text;
}
