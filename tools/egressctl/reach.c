// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "args.h"
#include "confirm.h"
#include "inside.h"
#include "output.h"
#include "reach.h"
#include "uplink.h"
#include "libegress/alloc.h"
#include "libegress/counters.h"
#include "libegress/exchange.h"
#include "libegress/machine.h"
#include "libegress/pair.h"
#include "libegress/parse.h"
#include "libegress/route.h"

#define PATIENCE	3	/* seconds for a connection: one lost SYN */

/* How an attempt ended: 0, or an errno; ETIMEDOUT if nothing came back. */
struct attempt {
	int error;
	bool at_once;		/* the machine itself knew, no packet was sent */
	uint16_t port;		/* it had inside */
};

static bool __attribute__((format(printf, 4, 5)))
step(struct reach *to, const char *name, bool ok, const char *format, ...)
{
	struct step *s = &to->steps[to->n++];
	va_list args;

	s->name = name;
	s->ok = ok;
	va_start(args, format);
	if (vasprintf(&s->text, format, args) < 0)
		out_of_memory();
	va_end(args);
	return ok;
}

bool reach_failed(const struct reach *to)
{
	return !to->n || !to->steps[to->n - 1].ok;
}

void reach_free(struct reach *to)
{
	for (size_t i = 0; i < to->n; i++)
		free(to->steps[i].text);
}

static socklen_t sockaddr_of(const struct reach *to, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *sin = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (to->addr.len == 4) {
		sin->sin_family = AF_INET;
		sin->sin_port = htons(to->port);
		memcpy(&sin->sin_addr, to->addr.bytes, to->addr.len);
		return sizeof(*sin);
	}
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = htons(to->port);
	memcpy(&sin6->sin6_addr, to->addr.bytes, to->addr.len);
	return sizeof(*sin6);
}

static uint16_t own_port(int fd)
{
	struct sockaddr_storage ss = {};
	socklen_t length = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &length))
		return 0;
	return ntohs(ss.ss_family == AF_INET ? ((struct sockaddr_in *)&ss)->sin_port :
					       ((struct sockaddr_in6 *)&ss)->sin6_port);
}

/* The socket does not block. */
static struct attempt attempt(int fd, const struct reach *to)
{
	struct attempt a = { .error = ETIMEDOUT };
	struct pollfd poll_for = { .fd = fd, .events = POLLOUT };
	socklen_t length = sizeof(a.error);
	struct sockaddr_storage ss;

	if (connect(fd, (struct sockaddr *)&ss, sockaddr_of(to, &ss)) && errno != EINPROGRESS) {
		a.error = errno;
		a.at_once = true;
	} else if (poll(&poll_for, 1, PATIENCE * 1000) > 0) {
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &a.error, &length);
	}
	a.port = own_port(fd);
	return a;
}

/* Does the host itself get an answer from there? */
static bool host_reaches(const struct reach *to)
{
	int fd = socket(to->addr.len == 4 ? AF_INET : AF_INET6,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct attempt a = { .error = errno };

	if (fd >= 0) {
		a = attempt(fd, to);
		close(fd);
	}
	return !a.error || (a.error == ECONNREFUSED && !a.at_once);
}

static int ask(struct route *route, struct packet *packet, const struct machine *machine,
	       const struct inside *inside, const struct reach *to, uint16_t port)
{
	*packet = (struct packet){
		.from.addr = to->addr.len == 4 ? inside->v4 : inside->v6,
		.from.port = { .given = port, .value = port },
		.to.addr = to->addr,
		.to.port = { .given = true, .value = to->port },
		.proto = IPPROTO_TCP,
	};
	*route = (struct route){ .packet = packet };
	return route_get(route);
}

/* What the tables say, before anything is sent. */
static bool check_tables(struct reach *to, const struct route *route)
{
	const struct machine *m = &route->machine;
	const struct addr *egress = to->addr.len == 4 ? &m->lease.v4 : &m->lease.v6;
	char text[ADDR_TEXT], ports[PORTS_TEXT];
	char *why = route_why(route);
	bool ok = false;

	switch (route->rule) {
	case EGRESS_RULE_SPOOFED:
		step(to, "device", false, "%s", why);
		goto out;
	case EGRESS_RULE_EXCLUDED:
		step(to, "excluded", false, "%s", why);
		goto out;
	case EGRESS_RULE_LEASED:
	case EGRESS_RULE_LIMIT:
		break;
	default:
		step(to, "lease", false, "%s", why);
		goto out;
	}
	step(to, "excluded", true, "no");
	step(to, "lease", true, "%s ports %s", addr_text(egress, text),
	     ports_text(&m->lease, ports));
	if (route->rule == EGRESS_RULE_LIMIT)
		step(to, "limit", false, "%s", why);
	else
		ok = step(to, "limit", true, route->idle ?
			  "%llu of %u connections, %u of them idle" : "%llu of %u connections",
			  route->connections, route->limit, route->idle);
out:
	free(why);
	return ok;
}

/* Who else has an egress address? *mac is "" for nobody. */
static int find_owner(const struct addr *addr, char mac[MAC_TEXT])
{
	struct pairs pairs = {};
	int rc = pairs_get(&pairs, exchange_get, addr, true);

	*mac = '\0';
	if (!rc && pairs.n)
		strcpy(mac, conflict_text(&pairs.v[0], addr));
	pairs_free(&pairs);
	return rc;
}

static bool check_claim(struct reach *to, const char *dev, const char *egress, const char *owner)
{
	char trouble[TROUBLE_TEXT];

	if (!*dev)
		return step(to, "address", true, "%s is for you to route: its pool has no dev",
			    egress);
	if (uplink_trouble(dev, trouble))
		return step(to, "address", false, "nobody answers for %s: '%s' %s", egress, dev,
			    trouble);
	if (*owner)
		return step(to, "address", false, "%s is in use by %s on '%s'", egress, owner, dev);
	return step(to, "address", true, "%s is answered for on '%s'", egress, dev);
}

/* What was counted of the machine's packets meanwhile, "" if nothing was. */
static const char *dropped(const struct counters *before, const struct counters *after)
{
	static const struct {
		int counter;
		const char *text;
	} reasons[] = {
		{ EGRESS_STATS_A_SPOOFED, ": it came in by another device than the machine's" },
		{ EGRESS_STATS_A_LIMIT, ": the machine has as many connections there as it may" },
		{ EGRESS_STATS_A_UNBOUND, ": the machine has no lease any more" },
		{ EGRESS_STATS_A_UNSUPPORTED, ": it belongs to a helper's connection" },
		{ EGRESS_STATS_A_LEAK, ": it would have left under a wrong address or port" },
		{ EGRESS_STATS_A_NOMEM, ": there was no memory for it" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (after->value[reasons[i].counter] > before->value[reasons[i].counter])
			return reasons[i].text;
	return "";
}

/* The far end answers the host: so what was for the machine got lost on its way back. */
static void explain_return(struct reach *to, const struct addr *inside, const char *in,
			   const char *egress, const char *dev)
{
	char way[IF_NAMESIZE], home[IF_NAMESIZE], text[ADDR_TEXT], *why;
	int rc;

	if (!*uplink_of(inside, in, &to->addr, way))
		uplink_to(&to->addr, way);
	if (!strcmp(uplink_to(inside, home), way))
		rc = asprintf(&why, "the host's way to the machine, %s, leads by '%s' too",
			      addr_text(inside, text), home);
	else if (!*dev)
		rc = asprintf(&why, "route it to this host, or give its pool a dev");
	else if (strcmp(way, dev))
		rc = asprintf(&why, "it is answered for on '%s', and the way there leads by '%s'",
			      dev, way);
	else
		rc = asprintf(&why, "the router does not have it on the link of '%s'", dev);
	if (rc < 0)
		out_of_memory();
	step(to, "return", false, "the far end answers the host, but not %s: %s", egress, why);
	free(why);
}

/* Where did it come to? */
static int follow(struct reach *to, const struct attempt *a, const struct route *before,
		  const struct machine *machine, const struct inside *inside, const char *dev)
{
	char egress[ADDR_TEXT], text[ADDR_TEXT], way[IF_NAMESIZE];
	struct machines now = {};
	const char *why;
	struct packet packet;
	struct route route;
	bool opened;
	int rc;

	addr_text(&before->source, egress);
	rc = ask(&route, &packet, machine, inside, to, a->port) ?:
	     machines_get(&now, exchange_get, machine->id);
	if (rc || !now.n)
		goto out;
	opened = now.v[0].counters.value[EGRESS_STATS_A_OPENED] >
		 machine->counters.value[EGRESS_STATS_A_OPENED];
	to->seen = before->source;
	if (route.rule == EGRESS_RULE_CONNECTION) {
		to->seen = route.source.len ? route.source : packet.from.addr;
		to->seen_port = route.port;
	} else if (!opened) {
		to->seen = (struct addr){};
		why = dropped(&machine->counters, &now.v[0].counters);
		if (!*why)
			why = *uplink_to(&to->addr, way) ?
			      ": it did not come, or the host's own rules dropped it" :
			      ": the host itself has no route there";
		step(to, "sent", false, "no, the host has nothing of it%s", why);
		goto out;
	}
	if (memcmp(&to->seen, &before->source, sizeof(to->seen))) {
		step(to, "sent", false, "under %s, not %s: something else translates it",
		     addr_text(&to->seen, text), egress);
		goto out;
	}
	step(to, "sent", true, "under %s", egress);
	if (!a->error && to->seen_port)
		step(to, "reply", true, "the far end sees %s port %u", egress, to->seen_port);
	else if (!a->error)
		step(to, "reply", true, "the far end sees %s", egress);
	else if (a->error == ECONNREFUSED)
		step(to, "reply", true, "the far end sees %s, and nothing listens on its port %u",
		     egress, to->port);
	else if (a->error == ETIMEDOUT && host_reaches(to))
		explain_return(to, &packet.from.addr, machine->dev, egress, dev);
	else if (a->error == ETIMEDOUT)
		step(to, "reply", false, "none within %d seconds, nor to the host itself: %s",
		     PATIENCE, "the far end does not answer, or the way there is broken");
	else
		step(to, "reply", false, "somebody on the way says: %s", strerror(a->error));
out:
	machines_free(&now);
	return rc;
}

int reach(struct reach *to, const struct machine *machine, const struct inside *inside,
	  const char *dev)
{
	const struct addr *from = to->addr.len == 4 ? &inside->v4 : &inside->v6;
	char egress[ADDR_TEXT], owner[MAC_TEXT];
	struct packet packet;
	struct route route;
	struct attempt a;
	int fd, rc;

	if (!from->len) {
		step(to, "source", false, "the machine has no %s address inside",
		     to->addr.len == 4 ? "IPv4" : "IPv6");
		return 0;
	}
	rc = ask(&route, &packet, machine, inside, to, 0);
	if (rc)
		return rc;
	if (!check_tables(to, &route))
		return 0;
	rc = find_owner(&route.source, owner);
	if (rc || !check_claim(to, dev, addr_text(&route.source, egress), owner))
		return rc;
	uplink_beware(from, machine->dev, &to->addr, &route.source, dev);
	fd = inside_socket(inside, to->addr.len);
	if (fd < 0) {
		step(to, "source", false, "a socket inside: %s", strerror(errno));
		return 0;
	}
	a = attempt(fd, to);
	if (a.at_once)
		step(to, "sent", false, "no, inside the machine: %s", strerror(a.error));
	else
		rc = follow(to, &a, &route, machine, inside, dev);
	close(fd);
	return rc;
}
