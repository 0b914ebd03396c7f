// SPDX-License-Identifier: GPL-2.0
/*
 * Which of a machine's connections a request ends. Only those that the machine has begun: where it
 * is the server, the address that the far end knows does not depend on a lease. Those that go to
 * an excluded destination are left alone, as a new one would be; so are those to the host itself,
 * which do not leave. The others end, or of them only those that are stale:
 *
 *   the machine has for the destination   it is stale
 *     a lease                             if its replies go to another address or another block
 *     none, and on_none is pass           never: there is nothing that it could be under instead
 *     none, and on_none is another        always: a new one would be refused
 *
 * Connections that have a place in a ring are looked for there, a destination at a time; all others
 * by a walk over conntrack's table, by their original source. A dry run only walks.
 */
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/netfilter/nf_conntrack.h>

#include "addr.h"
#include "net.h"
#include "packet/classify.h"
#include "packet/destination.h"
#include "packet/end.h"
#include "packet/objects.h"

/* For a packet that no lease is for: may a connection go on under the address that it has? */
static bool may_go_on(const struct egress_packet *packet, u8 pf)
{
	return egress_on_none(packet, pf) == EGRESS_ON_NONE_PASS;
}

/**
 * egress_end_chosen() - are a block's connections to a destination among those that are to end?
 * @en: namespace, locked
 * @ports: a block of a machine whose egress_sender.cut says which
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @to: the destination
 *
 * Context: process.
 */
bool egress_end_chosen(struct egress_net *en, const struct egress_ports *ports, u8 pf,
		       const struct in6_addr *to)
{
	struct egress_sender *sender = ports->sender;
	struct egress_packet packet;
	union nf_inet_addr dst = {};
	bool chosen = true;

	if (pf == NFPROTO_IPV4)
		dst.ip = egress_addr_to_v4(to);
	else
		dst.in6 = *to;
	rcu_read_lock();
	switch (egress_classify_to(sender, pf, &dst, &packet)) {
	case EGRESS_CLASS_FOREIGN:
	case EGRESS_CLASS_EXCLUDED:
		chosen = false;
		break;
	case EGRESS_CLASS_UNBOUND:
		chosen = sender->cut == EGRESS_CUT_ALL || !may_go_on(&packet, pf);
		break;
	case EGRESS_CLASS_LEASED:
		chosen = sender->cut == EGRESS_CUT_ALL || packet.ports != ports;
		break;
	}
	rcu_read_unlock();
	return chosen;
}

/* Under RCU. Does the host itself have the address? */
static bool is_of_host(struct net *net, u8 pf, const union nf_inet_addr *addr)
{
	if (pf == NFPROTO_IPV4)
		return __ip_dev_find(net, addr->ip, false);
	return ipv6_chk_addr(net, &addr->in6, NULL, 0);
}

/* Under RCU. Is a connection that the walk has met among those that are to end? */
static bool is_chosen(const struct egress_ending *ending, struct egress_sender *sender,
		      const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	u8 pf = reply->src.l3num;
	struct egress_packet packet;

	/* One that TCP has closed is none any more. */
	if (reply->dst.protonum == IPPROTO_TCP && egress_tcp_closed(ct))
		return false;
	switch (egress_classify_to(sender, pf, &reply->src.u3, &packet)) {
	case EGRESS_CLASS_FOREIGN:
	case EGRESS_CLASS_EXCLUDED:
		return false;
	case EGRESS_CLASS_UNBOUND:
		if (sender->cut == EGRESS_CUT_STALE && may_go_on(&packet, pf))
			return false;
		break;
	case EGRESS_CLASS_LEASED:
		/*
		 * Even if all are to end: those in the block have ended already, and this is a
		 * new one, but in a dry run.
		 */
		if (egress_in_block(packet.ports, pf, reply) &&
		    !(ending->dry && sender->cut == EGRESS_CUT_ALL))
			return false;
		break;
	}
	return !is_of_host(ending->en->net, pf, &reply->src.u3);
}

/**
 * egress_end_visit() - end a connection if it is among those that are to end
 * @ct: connection, held by a reference
 * @data: struct egress_ending
 *
 * Context: process; for egress_ct_walk(), after the tables of the machines' blocks.
 */
void egress_end_visit(struct nf_conn *ct, void *data)
{
	const struct nf_conntrack_tuple *orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct egress_ending *ending = data;
	struct egress_net *en = ending->en;
	u8 pf = orig->src.l3num;
	struct egress_sender *sender;
	struct in6_addr addr;

	if (pf != NFPROTO_IPV4 && pf != NFPROTO_IPV6)
		return;
	egress_addr_inet(&addr, pf, &orig->src.u3);
	rcu_read_lock();
	sender = egress_sender_find(&en->sources, &addr);
	if (sender && sender->cut != EGRESS_CUT_NONE && is_chosen(ending, sender, ct))
		sender->n_cut += ending->dry || nf_ct_kill(ct);
	rcu_read_unlock();
}
