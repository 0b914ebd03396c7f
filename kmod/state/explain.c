// SPDX-License-Identifier: GPL-2.0
/*
 * Explaining what would happen to a packet, and why: this goes the way that packet/snat.c goes
 * with a packet, but takes no port.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "addr.h"
#include "net.h"
#include "packet/classify.h"
#include "packet/destination.h"
#include "packet/exclude.h"
#include "packet/ingress.h"
#include "packet/objects.h"
#include "state/block.h"
#include "state/device.h"
#include "state/explain.h"
#include "state/group.h"
#include "state/machine.h"
#include "state/pool.h"

static void decide(struct egress_explained *ex, enum egress_rule rule, enum egress_verdict verdict)
{
	ex->rule = rule;
	ex->verdict = verdict;
}

static void tuple_of(struct nf_conntrack_tuple *tuple, const struct egress_explained *ex)
{
	memset(tuple, 0, sizeof(*tuple));
	tuple->src.l3num = ex->pf;
	tuple->src.u3 = ex->from;
	tuple->dst.u3 = ex->to;
	tuple->dst.protonum = ex->proto;
	if (ex->proto == IPPROTO_ICMP) {
		tuple->dst.u.icmp.type = ICMP_ECHO;
	} else if (ex->proto == IPPROTO_ICMPV6) {
		tuple->dst.u.icmp.type = ICMPV6_ECHO_REQUEST;
	} else {
		tuple->src.u.all = htons(ex->from_port);
		tuple->dst.u.all = htons(ex->to_port);
	}
}

/*
 * Does the packet belong to a connection that exists? Then it leaves under the address that the
 * connection has, whatever the leases say now. A connection that TCP has closed does not count: the
 * packet may begin a new one.
 */
static bool in_connection(struct egress_net *en, struct egress_explained *ex,
			  const struct nf_conntrack_tuple *tuple)
{
	const struct nf_conntrack_tuple *reply;
	struct nf_conntrack_tuple_hash *h;
	struct nf_conn *ct;
	bool live;

	if (!ex->from_port || !ex->to_port)
		return false;
	h = nf_conntrack_find_get(en->net, &nf_ct_zone_dflt, tuple);
	if (!h)
		return false;
	ct = nf_ct_tuplehash_to_ctrack(h);
	live = ex->proto != IPPROTO_TCP || !egress_tcp_closed(ct);
	reply = &ct->tuplehash[!NF_CT_DIRECTION(h)].tuple;
	if (live && nf_inet_addr_cmp(&reply->dst.u3, &ex->from)) {
		decide(ex, EGRESS_RULE_CONNECTION, EGRESS_VERDICT_PASS);
	} else if (live) {
		decide(ex, EGRESS_RULE_CONNECTION, EGRESS_VERDICT_TRANSLATE);
		egress_addr_inet(&ex->source, ex->pf, &reply->dst.u3);
		ex->port = ntohs(reply->dst.u.all);
	}
	nf_ct_put(ct);
	return live;
}

/*
 * Under RCU. Would egress_is_spoofed() be true for the packet? If no device is given, the packet
 * comes in by the machine's own, provided that it is there. The packet is taken to leave by the
 * device of the machine's pool.
 */
static bool is_spoofed(struct egress_net *en, const struct egress_explained *ex)
{
	const struct egress_device *own = ex->machine->device;
	const struct egress_device *out = ex->machine->group->region->device;
	struct net_device *dev = ex->device;

	if (!own)
		return false;
	if (!dev)
		dev = dev_get_by_index_rcu(en->net, READ_ONCE(own->ingress.ifindex));
	return !dev || !egress_would_come_by(&own->ingress, dev,
					     out ? READ_ONCE(out->ingress.ifindex) : 0);
}

static enum egress_verdict unbound_verdict(enum egress_on_none on_none)
{
	switch (on_none) {
	case EGRESS_ON_NONE_PASS:
		break;
	case EGRESS_ON_NONE_DROP:
		return EGRESS_VERDICT_DROP;
	case EGRESS_ON_NONE_REJECT:
		return EGRESS_VERDICT_REJECT;
	}
	return EGRESS_VERDICT_PASS;
}

/*
 * Under RCU. Does the packet, whose source is no machine's address, come in under an egress address
 * and by a device? It may if another host hands out its port.
 */
static bool is_posing(struct egress_net *en, const struct egress_explained *ex)
{
	const struct egress_public *found;
	const struct egress_nat *nat;
	struct in6_addr addr;

	if (!ex->device)
		return false;
	egress_addr_inet(&addr, ex->pf, &ex->from);
	found = egress_public_find(&en->addrs, &addr);
	nat = found ? rcu_dereference(found->nat) : NULL;
	return nat && !(egress_nat_is_shared(nat) && ex->from_port &&
			egress_nat_is_foreign(nat, ex->from_port));
}

/**
 * egress_explain() - what would happen to a packet
 * @en: namespace, locked, so that the objects in the answer stay until the caller unlocks it
 * @ex: packet, and the answer
 *
 * Context: process. No port is taken; the look at the destination's table may count connections
 * that have ended.
 */
void egress_explain(struct egress_net *en, struct egress_explained *ex)
{
	struct egress_packet *packet = &ex->packet;
	struct nf_conntrack_tuple tuple;
	enum egress_class class;
	struct in6_addr addr;

	lockdep_assert_held(&en->lock);
	tuple_of(&tuple, ex);
	*packet = (struct egress_packet) {};
	egress_addr_inet(&addr, ex->pf, &ex->from);
	rcu_read_lock();
	packet->sender = egress_sender_find(&en->sources, &addr);
	if (packet->sender) {
		ex->machine = container_of(packet->sender, struct egress_machine, sender);
		if (in_connection(en, ex, &tuple))
			goto unlock;
	}

	class = egress_classify(en, ex->pf, &ex->from, &ex->to, packet);
	if (class != EGRESS_CLASS_FOREIGN && class != EGRESS_CLASS_EXCLUDED && is_spoofed(en, ex)) {
		decide(ex, EGRESS_RULE_SPOOFED, EGRESS_VERDICT_DROP);
		goto unlock;
	}
	if (packet->ports)
		ex->block = container_of(packet->ports, struct egress_block, ports);
	switch (class) {
	case EGRESS_CLASS_FOREIGN:
		if (is_posing(en, ex))
			decide(ex, EGRESS_RULE_SPOOFED, EGRESS_VERDICT_DROP);
		else
			decide(ex, EGRESS_RULE_FOREIGN, EGRESS_VERDICT_PASS);
		break;
	case EGRESS_CLASS_EXCLUDED:
		decide(ex, EGRESS_RULE_EXCLUDED, EGRESS_VERDICT_PASS);
		egress_addr_inet(&addr, ex->pf, &ex->to);
		ex->excluded = egress_exclude_which(packet->conf->exclude, &addr);
		break;
	case EGRESS_CLASS_UNBOUND:
		decide(ex, packet->ports ? EGRESS_RULE_NO_FAMILY : EGRESS_RULE_NO_LEASE,
		       unbound_verdict(egress_on_none(packet, ex->pf)));
		break;
	case EGRESS_CLASS_LEASED:
		if (egress_shareable(&tuple))
			decide(ex, EGRESS_RULE_LEASED, EGRESS_VERDICT_TRANSLATE);
		else
			decide(ex, EGRESS_RULE_UNSUPPORTED, EGRESS_VERDICT_DROP);
		break;
	}
	if (ex->rule != EGRESS_RULE_LEASED)
		goto unlock;

	ex->source = ex->pf == NFPROTO_IPV4 ? packet->ports->nat->v4 : packet->ports->nat->v6;
	egress_addr_inet(&addr, ex->pf, &ex->to);
	egress_dest_look(en, packet->ports, ex->pf, &addr, &ex->dest);
	if (ex->dest.live - ex->dest.idle >= egress_block_limit(ex->block))
		decide(ex, EGRESS_RULE_LIMIT,
		       packet->conf->on_limit == EGRESS_ON_LIMIT_DROP ?
		       EGRESS_VERDICT_DROP : EGRESS_VERDICT_REJECT);
unlock:
	rcu_read_unlock();
}
