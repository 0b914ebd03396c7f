// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "output.h"
#include "uplink.h"
#include "warn.h"
#include "libegress/json.h"
#include "libegress/machine.h"
#include "libegress/parse.h"
#include "libegress/pool.h"
#include "libegress/route.h"

static void print_json(const struct route *r)
{
	const struct machine *m = &r->machine;
	char text[PREFIX_TEXT], *why = route_why(r);
	struct json j = json_to(stdout);

	json_begin_object(&j, NULL);
	json_add_string(&j, "verdict", route_verdict(r));
	json_add_string(&j, "rule", route_rule(r));
	json_add_string(&j, "why", why);
	json_add_string_or_null(&j, "source", addr_text(&r->source, text));
	if (r->port)
		json_add_unsigned(&j, "source-port", r->port);
	else
		json_add_null(&j, "source-port");
	json_add_string_or_null(&j, "machine", m->id);
	json_add_string_or_null(&j, "app", m->app);
	json_add_string_or_null(&j, "org", m->org);
	json_add_string_or_null(&j, "region", m->region);
	json_add_string_or_null(&j, "dev", m->dev);
	json_add_string_or_null(&j, "egress-v4", addr_text(&m->lease.v4, text));
	json_add_string_or_null(&j, "egress-v6", addr_text(&m->lease.v6, text));
	json_add_string_or_null(&j, "ports",
				m->leased ? ports_text(&m->lease, text) : NULL);
	json_add_bool(&j, "cordoned", m->cordoned);
	json_add_string_or_null(&j, "exclude",
				r->excluded.addr.len ? prefix_text(&r->excluded, text) : NULL);
	if (m->leased) {
		json_add_unsigned(&j, "slot", m->lease.slot);
		json_add_unsigned(&j, "block-size", m->lease.block_size);
	} else {
		json_add_null(&j, "slot");
		json_add_null(&j, "block-size");
	}
	if (r->has_table) {
		json_add_unsigned(&j, "connections", r->connections);
		json_add_unsigned(&j, "idle", r->idle);
		json_add_unsigned(&j, "limit", r->limit);
		json_add_unsigned(&j, "refused", r->rejects);
	} else {
		json_add_null(&j, "connections");
		json_add_null(&j, "idle");
		json_add_null(&j, "limit");
		json_add_null(&j, "refused");
	}
	json_end_object(&j);
	free(why);
}

static void print_text(const struct route *r)
{
	const struct machine *m = &r->machine;
	char text[ADDR_TEXT], *why = route_why(r);

	printf("verdict       %s\n", route_verdict(r));
	printf("why           %s\n", why);
	free(why);
	if (r->source.len)
		printf("source        %s\n", addr_text(&r->source, text));
	if (r->port)
		printf("port          %u\n", r->port);
	if (!*m->id)
		return;
	printf("machine       %s\n", m->id);
	printf("app           %s\n", m->app);
	if (*m->org)
		printf("org           %s\n", m->org);
	printf("region        %s\n", m->region);
	if (m->leased) {
		printf("egress-v4     %s\n", or_dash(addr_text(&m->lease.v4, text)));
		printf("egress-v6     %s\n", or_dash(addr_text(&m->lease.v6, text)));
		printf("ports         %s\n", ports_text(&m->lease, text));
	}
	if (r->has_table) {
		printf("connections   %llu of %u", r->connections, r->limit);
		if (r->idle)
			printf(", %u of them idle", r->idle);
		putchar('\n');
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

/* Does the packet leave by the device that its egress address belongs to? */
static int beware_of_route(const struct route *r)
{
	char dev[IF_NAMESIZE] = "";
	int rc = pool_dev(r->machine.region, dev);

	if (rc)
		return rc;
	uplink_beware(&r->packet->from.addr, r->packet->dev ?: r->machine.dev,
		      &r->packet->to.addr, &r->source, dev);
	warn_text();
	return 0;
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
	int rc;

	rc = args_parse(command, opts, 2, 2, &argc, argv) ?: parse_first(command, argv, &packet);
	if (rc)
		return rc;
	if (!packet.from.addr.len || !packet.to.addr.len)
		return args_missing(command, packet.from.addr.len ? "to ADDR" : "from ADDR");
	if (packet.proto == IPPROTO_ICMP && packet.to.addr.len == 16)
		packet.proto = IPPROTO_ICMPV6;
	rc = route_get(&route);
	if (!rc && output.json)
		print_json(&route);
	else if (!rc)
		print_text(&route);
	if (!rc && route.rule == EGRESS_RULE_LEASED)
		rc = beware_of_route(&route);
	return rc;
}
