// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "commands.h"
#include "machine.h"
#include "output.h"
#include "pair.h"

/* What is asked. */
struct packet {
	struct endpoint from;
	struct endpoint to;
	uint8_t proto;
	const char *dev;
};

/* The answer. */
struct route {
	const struct packet *packet;
	struct machine machine;		/* what of it the answer says */
	struct addr source;
	uint16_t port;
	uint32_t verdict;
	uint32_t rule;
	struct prefix excluded;
	bool has_table;
	uint32_t limit;
	unsigned long long connections;
	unsigned long long rejects;
};

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
	get_addr(attrs[EGRESS_A_SOURCE], &r->source);
	r->port = get_u16(attrs, EGRESS_A_SOURCE_PORT);
	if (attrs[EGRESS_A_EXCLUDE])
		get_prefix(attrs[EGRESS_A_EXCLUDE], prefix, &r->excluded);
	r->has_table = attrs[EGRESS_A_LIMIT];
	r->limit = get_u32(attrs, EGRESS_A_LIMIT);
	r->connections = get_u64(attrs, EGRESS_A_CONNECTIONS);
	r->rejects = get_u64(attrs, EGRESS_A_REFUSED);

	get_string(attrs, EGRESS_A_MACHINE, m->id, sizeof(m->id));
	get_string(attrs, EGRESS_A_APP, m->app, sizeof(m->app));
	get_string(attrs, EGRESS_A_REGION, m->region, sizeof(m->region));
	get_string(attrs, EGRESS_A_DEV, m->dev, sizeof(m->dev));
	get_addr(attrs[EGRESS_A_V4], &m->v4);
	get_addr(attrs[EGRESS_A_V6], &m->v6);
	m->leased = attrs[EGRESS_A_PAIR_ID];
	m->scope = get_u32(attrs, EGRESS_A_SCOPE);
	m->slot = get_u32(attrs, EGRESS_A_SLOT);
	m->block_size = get_u32(attrs, EGRESS_A_BLOCK_SIZE);
	m->port_first = get_u16(attrs, EGRESS_A_PORT_FIRST);
	m->port_last = get_u16(attrs, EGRESS_A_PORT_LAST);
	return 0;
}

/* A sentence without its full stop. */
static void print_why(FILE *to, const struct route *r)
{
	const char *verdict = verdicts[r->verdict];
	const struct machine *m = &r->machine;
	char text[PREFIX_TEXT], pair[2 * ADDR_TEXT], proto[4];

	switch (r->rule) {
	case EGRESS_RULE_FOREIGN:
		fprintf(to, "%s is no machine's address", addr_text(&r->packet->from.addr, text));
		break;
	case EGRESS_RULE_CONNECTION:
		fputs("it belongs to a connection that is there and keeps its address", to);
		break;
	case EGRESS_RULE_SPOOFED:
		if (r->packet->dev)
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
		fprintf(to, "machine '%s' waits for a pair of '%s' in region '%s', on-none is %s",
			m->id, m->app, m->region, verdict);
		break;
	case EGRESS_RULE_NO_FAMILY:
		fprintf(to, "the pair %s of machine '%s' has no %s address, on-none is %s",
			pair_text(&m->v4, &m->v6, pair), m->id,
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
		fprintf(to, "machine '%s' has slot %u of a pair of the %s", m->id, m->slot,
			scope_text(m->scope));
		break;
	}
}

static void print_json(const struct route *r)
{
	const struct machine *m = &r->machine;
	char text[PREFIX_TEXT], *why = NULL;
	struct json j = json_to(stdout);
	size_t length;
	FILE *to = open_memstream(&why, &length);

	if (!to)
		out_of_memory();
	print_why(to, r);
	fclose(to);
	json_object(&j, NULL);
	json_string(&j, "verdict", verdicts[r->verdict]);
	json_string(&j, "rule", rules[r->rule]);
	json_string(&j, "why", why);
	json_string_or_null(&j, "source", addr_text(&r->source, text));
	if (r->port)
		json_unsigned(&j, "source-port", r->port);
	else
		json_null(&j, "source-port");
	json_string_or_null(&j, "machine", m->id);
	json_string_or_null(&j, "app", m->app);
	json_string_or_null(&j, "region", m->region);
	json_string_or_null(&j, "dev", m->dev);
	json_string_or_null(&j, "egress-v4", addr_text(&m->v4, text));
	json_string_or_null(&j, "egress-v6", addr_text(&m->v6, text));
	json_string_or_null(&j, "ports",
			    m->leased ? ports_text(m->port_first, m->port_last, text) : NULL);
	json_string_or_null(&j, "exclude",
			    r->excluded.addr.len ? prefix_text(&r->excluded, text) : NULL);
	if (m->leased) {
		json_unsigned(&j, "slot", m->slot);
		json_unsigned(&j, "block-size", m->block_size);
	} else {
		json_null(&j, "slot");
		json_null(&j, "block-size");
	}
	if (r->has_table) {
		json_unsigned(&j, "connections", r->connections);
		json_unsigned(&j, "limit", r->limit);
		json_unsigned(&j, "rejects", r->rejects);
	} else {
		json_null(&j, "connections");
		json_null(&j, "limit");
		json_null(&j, "rejects");
	}
	json_object_end(&j);
	free(why);
}

static void print_text(const struct route *r)
{
	const struct machine *m = &r->machine;
	char text[ADDR_TEXT];

	printf("verdict       %s\nwhy           ", verdicts[r->verdict]);
	print_why(stdout, r);
	putchar('\n');
	if (r->source.len)
		printf("source        %s\n", addr_text(&r->source, text));
	if (r->port)
		printf("port          %u\n", r->port);
	if (!*m->id)
		return;
	printf("machine       %s\n", m->id);
	printf("app           %s\n", m->app);
	printf("region        %s\n", m->region);
	if (m->leased) {
		printf("egress-v4     %s\n", or_dash(addr_text(&m->v4, text)));
		printf("egress-v6     %s\n", or_dash(addr_text(&m->v6, text)));
		printf("ports         %s\n", ports_text(m->port_first, m->port_last, text));
	}
	if (r->has_table) {
		printf("connections   %llu of %u\n", r->connections, r->limit);
		printf("rejects       %llu\n", r->rejects);
	}
}

/* "from" or "to", whichever comes first, is a word of its own: what follows has its place. */
static int parse_first(const struct command *command, char **argv, struct packet *packet)
{
	if (!strcmp(argv[0], "from"))
		return parse_endpoint("from", argv[1], &packet->from);
	if (!strcmp(argv[0], "to"))
		return parse_endpoint("to", argv[1], &packet->to);
	return args_missing(command, "from ADDR or to ADDR");
}

int get_route(const struct command *command, int argc, char **argv)
{
	struct packet packet = { .proto = IPPROTO_TCP };
	struct route route = { .packet = &packet };
	const struct option opts[] = {
		{ "from", "ADDR[:PORT]", parse_endpoint, &packet.from,
		  "where it comes from: an inside address of a machine" },
		{ "to", "ADDR[:PORT]", parse_endpoint, &packet.to,
		  "where it goes, after the host's own destination NAT" },
		{ "proto", "P", parse_proto, &packet.proto,
		  "tcp (unless given), udp, icmp (an echo request) ... or a number" },
		{ "iif", "DEV", parse_dev, &packet.dev,
		  "the device it comes in by, the machine's own unless given" },
		{}
	};
	struct nl_msg *msg;
	int rc;

	rc = args_parse(command, opts, 2, 2, &argc, argv) ?: parse_first(command, argv, &packet);
	if (rc)
		return rc;
	if (!packet.from.addr.len || !packet.to.addr.len)
		return args_missing(command, packet.from.addr.len ? "to ADDR" : "from ADDR");
	if (packet.proto == IPPROTO_ICMP && packet.to.addr.len == 16)
		packet.proto = IPPROTO_ICMPV6;
	msg = netlink_message(EGRESS_CMD_ROUTE_GET, 0);
	if (!msg)
		return STATUS_FAILED;
	put_addr_if(msg, EGRESS_A_SOURCE, &packet.from.addr);
	put_u16_if(msg, EGRESS_A_SOURCE_PORT, &packet.from.port);
	put_addr_if(msg, EGRESS_A_DESTINATION, &packet.to.addr);
	put_u16_if(msg, EGRESS_A_DESTINATION_PORT, &packet.to.port);
	put_u8(msg, EGRESS_A_PROTO, packet.proto);
	put_string_if(msg, EGRESS_A_DEV, packet.dev);
	rc = exchange_get(msg, read_route, &route);
	if (!rc && output.json)
		print_json(&route);
	else if (!rc)
		print_text(&route);
	return rc;
}
