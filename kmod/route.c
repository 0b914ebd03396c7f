// SPDX-License-Identifier: GPL-2.0
/*
 * What would happen to a packet, and why: the way that snat.c goes, without
 * taking a port.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "app.h"
#include "device.h"
#include "exclude.h"
#include "machine.h"
#include "net.h"
#include "pair.h"
#include "route.h"

static void decide(struct egress_route *route, enum egress_rule rule, enum egress_verdict verdict)
{
	route->rule = rule;
	route->verdict = verdict;
}

static void tuple_of(struct nf_conntrack_tuple *tuple, const struct egress_route *route)
{
	memset(tuple, 0, sizeof(*tuple));
	tuple->src.l3num = route->pf;
	tuple->src.u3 = route->from;
	tuple->dst.u3 = route->to;
	tuple->dst.protonum = route->proto;
	if (route->proto == IPPROTO_ICMP) {
		tuple->dst.u.icmp.type = ICMP_ECHO;
	} else if (route->proto == IPPROTO_ICMPV6) {
		tuple->dst.u.icmp.type = ICMPV6_ECHO_REQUEST;
	} else {
		tuple->src.u.all = htons(route->from_port);
		tuple->dst.u.all = htons(route->to_port);
	}
}

/* Has it a connection? That keeps the source it has. A closed one is none. */
static bool in_connection(struct egress_net *en, struct egress_route *route,
			  const struct nf_conntrack_tuple *tuple)
{
	const struct nf_conntrack_tuple *reply;
	struct nf_conntrack_tuple_hash *h;
	struct nf_conn *ct;
	bool live;

	if (!route->from_port || !route->to_port)
		return false;
	h = nf_conntrack_find_get(en->net, &nf_ct_zone_dflt, tuple);
	if (!h)
		return false;
	ct = nf_ct_tuplehash_to_ctrack(h);
	live = route->proto != IPPROTO_TCP || !egress_tcp_closed(ct);
	reply = &ct->tuplehash[!NF_CT_DIRECTION(h)].tuple;
	if (live && nf_inet_addr_cmp(&reply->dst.u3, &route->from)) {
		decide(route, EGRESS_RULE_CONNECTION, EGRESS_VERDICT_PASS);
	} else if (live) {
		decide(route, EGRESS_RULE_CONNECTION, EGRESS_VERDICT_TRANSLATE);
		egress_addr_inet(&route->source, route->pf, &reply->dst.u3);
		route->port = ntohs(reply->dst.u.all);
	}
	nf_ct_put(ct);
	return live;
}

/* The device that a machine's packets come in by, if it names one that is there. */
static const struct net_device *own_device(struct egress_net *en,
					   const struct egress_machine *machine)
{
	const struct egress_device *device = rcu_dereference(machine->device);

	return device ? dev_get_by_index_rcu(en->net, READ_ONCE(device->ifindex)) : NULL;
}

/**
 * egress_route() - what would happen to a packet
 * @en: namespace, locked: what is found stays
 * @route: packet, and the answer
 *
 * Context: process. Changes nothing.
 */
void egress_route(struct egress_net *en, struct egress_route *route)
{
	struct egress_packet *packet = &route->packet;
	const struct net_device *in = route->device;
	struct nf_conntrack_tuple tuple;
	enum egress_class class;
	struct in6_addr addr;

	lockdep_assert_held(&en->lock);
	tuple_of(&tuple, route);
	*packet = (struct egress_packet) {};
	egress_addr_inet(&addr, route->pf, &route->from);
	rcu_read_lock();
	packet->machine = egress_machine_by_source(&en->sources, &addr);
	if (packet->machine && !in)
		in = own_device(en, packet->machine);
	if (packet->machine && in_connection(en, route, &tuple))
		goto unlock;

	class = egress_classify(en, route->pf, &route->from, &route->to, in, packet);
	switch (class) {
	case EGRESS_CLASS_FOREIGN:
		decide(route, EGRESS_RULE_FOREIGN, EGRESS_VERDICT_PASS);
		break;
	case EGRESS_CLASS_SPOOFED:
		decide(route, EGRESS_RULE_SPOOFED, EGRESS_VERDICT_DROP);
		break;
	case EGRESS_CLASS_EXCLUDED:
		decide(route, EGRESS_RULE_EXCLUDED, EGRESS_VERDICT_PASS);
		egress_addr_inet(&addr, route->pf, &route->to);
		route->excluded = egress_exclude_which(packet->conf->exclude, &addr);
		break;
	case EGRESS_CLASS_UNBOUND:
		decide(route, packet->block ? EGRESS_RULE_NO_FAMILY : EGRESS_RULE_NO_LEASE,
		       packet->conf->on_none == EGRESS_ON_NONE_DROP ?
		       EGRESS_VERDICT_DROP : EGRESS_VERDICT_PASS);
		break;
	case EGRESS_CLASS_LEASED:
		if (egress_shareable(&tuple))
			decide(route, EGRESS_RULE_LEASED, EGRESS_VERDICT_TRANSLATE);
		else
			decide(route, EGRESS_RULE_UNSUPPORTED, EGRESS_VERDICT_DROP);
		break;
	}
	if (route->rule != EGRESS_RULE_LEASED)
		goto unlock;

	route->source = route->pf == NFPROTO_IPV4 ? packet->block->pair->v4 :
						    packet->block->pair->v6;
	egress_addr_inet(&addr, route->pf, &route->to);
	egress_dest_look(en, packet->block, route->pf, &addr, &route->dest);
	if (route->dest.live >= egress_block_limit(packet->block))
		decide(route, EGRESS_RULE_LIMIT,
		       packet->conf->on_limit == EGRESS_ON_LIMIT_DROP ?
		       EGRESS_VERDICT_DROP : EGRESS_VERDICT_REJECT);
unlock:
	rcu_read_unlock();
}
