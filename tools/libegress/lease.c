// SPDX-License-Identifier: GPL-2.0
#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/lease.h"
#include "libegress/netlink.h"
#include "libegress/request.h"

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

int leases_load_of(struct leases *leases, const char *machine)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_LEASE_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_string(msg, EGRESS_A_MACHINE, machine);
	return exchange_glance(msg, append, leases);
}

int leases_load(struct leases *leases, dump_fn dump, const char *app, const char *region)
{
	return exchange_table(EGRESS_CMD_LEASE_GET, dump, app, region, append, leases);
}
