// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/machine.h"
#include "libegress/netlink.h"
#include "libegress/pair.h"
#include "libegress/parse.h"
#include "libegress/request.h"
#include "libegress/route.h"

static const char *const verdicts[] = {
	[EGRESS_VERDICT_TRANSLATE] = "translate",
	[EGRESS_VERDICT_PASS] = "pass",
	[EGRESS_VERDICT_REJECT] = "reject",
	[EGRESS_VERDICT_DROP] = "drop",
};

static const char *const rules[] = {
	[EGRESS_RULE_FOREIGN] = "foreign",
	[EGRESS_RULE_CONNECTION] = "connection",
	[EGRESS_RULE_SPOOFED] = "spoofed",
	[EGRESS_RULE_EXCLUDED] = "excluded",
	[EGRESS_RULE_NO_LEASE] = "no-lease",
	[EGRESS_RULE_NO_FAMILY] = "no-family",
	[EGRESS_RULE_UNSUPPORTED] = "unsupported",
	[EGRESS_RULE_LIMIT] = "limit",
	[EGRESS_RULE_LEASED] = "leased",
};

const char *route_verdict(const struct route *r)
{
	return verdicts[r->verdict];
}

const char *route_rule(const struct route *r)
{
	return rules[r->rule];
}

static int read_route(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct nlattr *prefix[EGRESS_PREFIX_A_MAX + 1];
	struct route *r = arg;
	struct machine *m = &r->machine;

	r->verdict = get_u32(attrs, EGRESS_A_VERDICT);
	r->rule = get_u32(attrs, EGRESS_A_RULE);
	if (r->verdict > EGRESS_VERDICT_DROP || r->rule > EGRESS_RULE_LEASED)
		return fail("invalid", "the module is newer than egressctl: %s",
			    "it gives an answer that egressctl does not know");
	get_addr_nest(attrs[EGRESS_A_SOURCE], &r->source);
	r->port = get_u16(attrs, EGRESS_A_SOURCE_PORT);
	if (attrs[EGRESS_A_EXCLUDE])
		get_prefix(attrs[EGRESS_A_EXCLUDE], prefix, &r->excluded);
	r->has_table = attrs[EGRESS_A_LIMIT];
	r->limit = get_u32(attrs, EGRESS_A_LIMIT);
	r->connections = get_uint(attrs, EGRESS_A_CONNECTIONS);
	r->rejects = get_uint(attrs, EGRESS_A_REFUSED);
	r->idle = get_u32(attrs, EGRESS_A_IDLE);

	get_string(attrs, EGRESS_A_MACHINE, m->id, sizeof(m->id));
	get_string(attrs, EGRESS_A_APP, m->app, sizeof(m->app));
	get_string(attrs, EGRESS_A_ORG, m->org, sizeof(m->org));
	get_string(attrs, EGRESS_A_REGION, m->region, sizeof(m->region));
	get_string(attrs, EGRESS_A_DEV, m->dev, sizeof(m->dev));
	m->cordoned = attrs[EGRESS_A_CORDONED];
	m->leased = attrs[EGRESS_A_PAIR_ID];
	block_read(&m->lease, attrs);
	return 0;
}

static void print_why(FILE *to, const struct route *r)
{
	const char *verdict = route_verdict(r);
	const struct machine *m = &r->machine;
	char text[PREFIX_TEXT], pair[2 * ADDR_TEXT], proto[4], waits[WAITS_TEXT];

	switch (r->rule) {
	case EGRESS_RULE_FOREIGN:
		fprintf(to, "%s is no machine's address", addr_text(&r->packet->from.addr, text));
		break;
	case EGRESS_RULE_CONNECTION:
		fputs("it belongs to a connection that is there and keeps its address", to);
		break;
	case EGRESS_RULE_SPOOFED:
		if (!*m->id)
			fprintf(to, "%s is an egress address: no packets from it may come in",
				addr_text(&r->packet->from.addr, text));
		else if (r->packet->dev)
			fprintf(to, "packets of machine '%s' come in by '%s', not by '%s'", m->id,
				m->dev, r->packet->dev);
		else
			fprintf(to, "machine '%s' is held to its device '%s', which is not there",
				m->id, m->dev);
		break;
	case EGRESS_RULE_EXCLUDED:
		fprintf(to, "destinations in %s are excluded for app '%s'",
			prefix_text(&r->excluded, text), m->app);
		break;
	case EGRESS_RULE_NO_LEASE:
		fprintf(to, "machine '%s' waits %s, on-none is %s", m->id,
			machine_waits_text(m, waits), verdict);
		break;
	case EGRESS_RULE_NO_FAMILY:
		fprintf(to, "the pair %s of machine '%s' has no %s address, on-none is %s",
			pair_text(&m->lease.v4, &m->lease.v6, pair), m->id,
			r->packet->to.addr.len == 4 ? "IPv4" : "IPv6", verdict);
		break;
	case EGRESS_RULE_UNSUPPORTED:
		fprintf(to, "%s has no ports or ids by which machines could share an address",
			proto_text(r->packet->proto, proto));
		break;
	case EGRESS_RULE_LIMIT:
		fprintf(to, "machine '%s' has all %u connections to %s that it may, on-limit is %s",
			m->id, r->limit, addr_text(&r->packet->to.addr, text), verdict);
		break;
	case EGRESS_RULE_LEASED:
		fprintf(to, "machine '%s' has slot %u of a pair of the %s", m->id, m->lease.slot,
			scope_text(m->lease.scope));
		break;
	}
}

char *route_why(const struct route *r)
{
	char *why = NULL;
	size_t length;
	FILE *to = open_memstream(&why, &length);

	if (!to)
		out_of_memory();
	print_why(to, r);
	if (fclose(to))
		out_of_memory();
	return why;
}

int route_get(struct route *route)
{
	const struct packet *packet = route->packet;
	struct nl_msg *msg = netlink_message(EGRESS_CMD_ROUTE_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_addr_nest_if(msg, EGRESS_A_SOURCE, &packet->from.addr);
	put_u16_if(msg, EGRESS_A_SOURCE_PORT, &packet->from.port);
	put_addr_nest_if(msg, EGRESS_A_DESTINATION, &packet->to.addr);
	put_u16_if(msg, EGRESS_A_DESTINATION_PORT, &packet->to.port);
	put_u8(msg, EGRESS_A_PROTO, packet->proto);
	put_string_if(msg, EGRESS_A_DEV, packet->dev);
	return exchange_get(msg, read_route, route);
}
