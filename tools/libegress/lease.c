// SPDX-License-Identifier: GPL-2.0
#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/lease.h"
#include "libegress/netlink.h"
#include "libegress/request.h"

void block_read(struct block *block, struct nlattr **attrs)
{
	*block = (struct block){
		.pair_id = get_uint(attrs, EGRESS_A_PAIR_ID),
		.scope = get_u32(attrs, EGRESS_A_SCOPE),
		.slot = get_u32(attrs, EGRESS_A_SLOT),
		.block_size = get_u32(attrs, EGRESS_A_BLOCK_SIZE),
		.port_first = get_u16(attrs, EGRESS_A_PORT_FIRST),
		.port_last = get_u16(attrs, EGRESS_A_PORT_LAST),
		.set = get_uint(attrs, EGRESS_A_SET_ID),
		.pinned = attrs[EGRESS_A_PINNED],
	};
	get_addr(attrs[EGRESS_A_V4], &block->v4);
	get_addr(attrs[EGRESS_A_V6], &block->v6);
}

static int append(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct leases *leases = arg;
	struct lease *l;

	leases->v = array_grow(leases->v, leases->n, sizeof(*leases->v));
	l = &leases->v[leases->n++];
	*l = (struct lease){
		.generation = get_uint(attrs, EGRESS_A_GENERATION),
		.counted = attrs[EGRESS_A_CONNECTIONS],
		.state = get_u32(attrs, EGRESS_A_STATE),
		.connections = get_uint(attrs, EGRESS_A_CONNECTIONS),
	};
	block_read(&l->block, attrs);
	get_string(attrs, EGRESS_A_MACHINE, l->machine, sizeof(l->machine));
	get_string(attrs, EGRESS_A_APP, l->app, sizeof(l->app));
	get_string(attrs, EGRESS_A_ORG, l->org, sizeof(l->org));
	get_string(attrs, EGRESS_A_REGION, l->region, sizeof(l->region));
	return 0;
}

int leases_load(struct leases *leases, dump_fn dump, const struct view *view)
{
	return exchange_table(EGRESS_CMD_LEASE_GET, dump, view, append, leases);
}

const char *ports_text(const struct block *block, char text[PORTS_TEXT])
{
	char *to = number_text(block->port_first, text);

	*to++ = '-';
	number_text(block->port_last, to);
	return text;
}
