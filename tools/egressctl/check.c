// SPDX-License-Identifier: GPL-2.0
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "inside.h"
#include "output.h"
#include "reach.h"
#include "warn.h"
#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/machine.h"
#include "libegress/parse.h"
#include "libegress/pool.h"

#define PORT	"443"

/* Always there, and known to answer; README.md names them. */
static char *const well_known[] = { "1.1.1.1", "2606:4700:4700::1111" };

struct targets {
	struct reach *v;
	size_t n;
};

static void add(struct targets *targets, const char *name, const struct addrinfo *info)
{
	const struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)info->ai_addr;
	const struct sockaddr_in *sin = (struct sockaddr_in *)info->ai_addr;
	struct reach *to;

	targets->v = array_grow(targets->v, targets->n, sizeof(*targets->v));
	to = &targets->v[targets->n++];
	*to = (struct reach){ .target = name };
	if (info->ai_family == AF_INET) {
		to->addr.len = 4;
		to->port = ntohs(sin->sin_port);
		memcpy(to->addr.bytes, &sin->sin_addr, 4);
	} else {
		to->addr.len = 16;
		to->port = ntohs(sin6->sin6_port);
		memcpy(to->addr.bytes, &sin6->sin6_addr, 16);
	}
}

static int bad_target(const char *target)
{
	return fail_usage("TARGET '%s' is none of ADDR[:PORT], [ADDR]:PORT, NAME[:PORT]", target);
}

/* Take apart HOST, HOST:PORT, [ADDR]:PORT or a bare IPv6 address, over the text itself. */
static int split(const char *target, char *text, const char **host, const char **port)
{
	char *colon = strchr(text, ':');
	struct number number;

	*host = text;
	*port = PORT;
	if (*text == '[') {
		char *end = strchr(text, ']');

		if (!end || (end[1] && end[1] != ':'))
			return bad_target(target);
		*host = text + 1;
		*end = '\0';
		colon = end[1] ? end + 1 : NULL;
	} else if (colon && strchr(colon + 1, ':')) {
		colon = NULL;
	}
	if (colon) {
		*colon = '\0';
		*port = colon + 1;
	}
	return **host && **port ? parse_port("TARGET's port", *port, &number) : bad_target(target);
}

/* A name is asked for on the host; one address of each family is tried. */
static int resolve(struct targets *targets, const char *target, bool v4, bool v6)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	char *text = xstrdup(target);
	const char *host, *port;
	struct addrinfo *infos;
	int rc, error;

	rc = split(target, text, &host, &port);
	if (rc)
		goto out;
	error = getaddrinfo(host, port, &hints, &infos);
	if (error) {
		rc = fail("not-found", "'%s': %s", target, gai_strerror(error));
		goto out;
	}
	for (const struct addrinfo *i = infos; i; i = i->ai_next) {
		bool *wanted = i->ai_family == AF_INET ? &v4 : &v6;

		if ((i->ai_family != AF_INET && i->ai_family != AF_INET6) ||
		    (!*wanted && infos->ai_next))
			continue;
		add(targets, target, i);
		*wanted = false;
	}
	freeaddrinfo(infos);
out:
	free(text);
	return rc;
}

static void print_text(const struct reach *to)
{
	char text[ADDR_TEXT];

	addr_text(&to->addr, text);
	printf(to->addr.len == 4 ? "%s:%u" : "[%s]:%u", text, to->port);
	if (strncmp(to->target, text, strlen(text)) && *to->target != '[')
		printf(" (%s)", to->target);
	putchar('\n');
	for (size_t i = 0; i < to->n; i++)
		printf("  %-9s %-7s %s\n", to->steps[i].name, to->steps[i].ok ? "ok" : "FAILED",
		       to->steps[i].text);
	fflush(stdout);
}

static void print_json(struct json *j, const struct reach *to)
{
	char text[ADDR_TEXT];

	json_begin_object(j, NULL);
	json_add_string(j, "target", to->target);
	json_add_string(j, "address", addr_text(&to->addr, text));
	json_add_unsigned(j, "port", to->port);
	json_add_bool(j, "ok", !reach_failed(to));
	json_add_string_or_null(j, "failed", reach_failed(to) ? to->steps[to->n - 1].name : NULL);
	json_add_string_or_null(j, "sees", addr_text(&to->seen, text));
	if (to->seen_port)
		json_add_unsigned(j, "sees-port", to->seen_port);
	else
		json_add_null(j, "sees-port");
	json_begin_array(j, "steps");
	for (size_t i = 0; i < to->n; i++) {
		json_begin_object(j, NULL);
		json_add_string(j, "step", to->steps[i].name);
		json_add_bool(j, "ok", to->steps[i].ok);
		json_add_string(j, "text", to->steps[i].text);
		json_end_object(j);
	}
	json_end_array(j);
	json_end_object(j);
}

static int check_all(struct targets *targets, const char *id, const struct inside *inside,
		     const char *dev)
{
	struct json j = json_to(stdout);
	bool failed = false;
	int rc = 0;

	if (output.json)
		json_begin_array(&j, NULL);
	else
		printf("%s, in network namespace %s\n", id, inside->name);
	for (size_t i = 0; i < targets->n && !rc; i++) {
		struct reach *to = &targets->v[i];
		struct machines machines = {};

		/* Each time anew: its counters tell what became of a packet. */
		rc = machines_get(&machines, exchange_get, id);
		if (!rc && machines.n)
			rc = reach(to, &machines.v[0], inside, dev);
		machines_free(&machines);
		if (rc)
			break;
		failed |= reach_failed(to);
		if (output.json)
			print_json(&j, to);
		else
			print_text(to);
	}
	if (output.json)
		json_end_array(&j);
	return rc ?: failed ? STATUS_FAILED : 0;
}

int check(const struct command *command, int argc, char **argv)
{
	const char *id, *netns = NULL;
	const struct option opts[] = {
		{ "--netns", "NETNS", parse_netns, &netns,
		  "the network namespace it is in, unless its address tells" },
		{}
	};
	struct inside inside = { .fd = -1 };
	struct machines machines = {};
	struct targets targets = {};
	char dev[IF_NAMESIZE] = "";
	int rc;

	rc = args_parse(command, opts, 1, -1, &argc, argv) ?: parse_machine("ID", argv[0], &id);
	if (rc)
		return rc;
	rc = machines_get(&machines, exchange_get, id);
	if (!rc && machines.n)
		rc = inside_find(&inside, &machines.v[0], netns);
	/* A machine that waits may be where there is no pool. */
	if (!rc && machines.n && machines.v[0].leased)
		rc = pool_dev(machines.v[0].region, dev);
	for (int i = 1; i < argc && !rc; i++)
		rc = resolve(&targets, argv[i], inside.v4.len, inside.v6.len);
	for (size_t i = 0; i < 2 && argc == 1 && !rc; i++)
		if (i ? inside.v6.len : inside.v4.len)
			rc = resolve(&targets, well_known[i], true, true);
	if (!rc)
		rc = check_all(&targets, id, &inside, dev);
	if (machines.n) {
		rc = worse_status(rc, warn_check_machine(machines.v[0].app, id));
		warn_text();
	}
	for (size_t i = 0; i < targets.n; i++)
		reach_free(&targets.v[i]);
	free(targets.v);
	machines_free(&machines);
	if (inside.fd >= 0)
		close(inside.fd);
	return rc;
}
