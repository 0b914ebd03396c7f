// SPDX-License-Identifier: GPL-2.0
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <net/netfilter/nf_conntrack_tuple.h>

#include "net.h"
#include "packet/classify.h"
#include "packet/exclude.h"
#include "packet/map.h"
#include "packet/objects.h"

/*
 * The block for a destination. What takes the place of a lease is there before it
 * goes: another view, or a map that leads elsewhere. So where there is none, look
 * whether it is still the same view and map.
 */
static struct egress_ports *ports_for(struct egress_view __rcu *const *at, u8 pf,
				      const union nf_inet_addr *to)
{
	const struct egress_view *view = rcu_dereference(*at);

	while (view) {
		struct egress_map __rcu **where = view->map;
		const struct egress_map *map = rcu_dereference(*where);
		struct egress_ports *ports;
		u32 i = 0;

		if (unlikely(map)) {
			i = egress_map_find(map, pf, to);
			/* The view read at first may be older than the map. */
			smp_rmb();
			view = rcu_dereference(*at);
			if (!view || view->map != where)
				continue;
		}
		ports = i < view->n ? rcu_dereference(view->ports[i]) : NULL;
		if (likely(ports))
			return ports;
		/* Pairs with egress_sets_commit() and egress_lease_move(). */
		smp_rmb();
		if (map == rcu_access_pointer(*where) && view == rcu_access_pointer(*at))
			return NULL;
		view = rcu_dereference(*at);
	}
	return NULL;
}

static struct egress_ports *own_ports(const struct egress_sender *sender, u8 pf,
				      const union nf_inet_addr *to)
{
	struct egress_ports *ports = ports_for(&sender->own_view, pf, to);
	const struct egress_view *view;

	if (ports)
		return ports;
	view = rcu_dereference(sender->own_view);
	return view ? rcu_dereference(view->ports[0]) : NULL;
}

/* Its own, else its app's: and again, as one may have taken the other's place meanwhile. */
static struct egress_ports *ports_of(const struct egress_sender *sender, u8 pf,
				     const union nf_inet_addr *to)
{
	struct egress_ports *ports;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (unlikely(rcu_access_pointer(sender->own_view))) {
			ports = own_ports(sender, pf, to);
			if (ports)
				return ports;
		}
		/* Pairs with egress_lease_move(): its own went, as its app's is there. */
		smp_rmb();
		ports = ports_for(&sender->view, pf, to);
		if (likely(ports))
			return ports;
		/* The same the other way round. */
		smp_rmb();
	}
	return NULL;
}

/**
 * egress_classify() - does a packet belong under an egress address, and which
 * @en: namespace
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @from: its source before source NAT
 * @to: its destination after destination NAT
 * @in: the device it came in by, or NULL
 * @packet: what was found
 *
 * Context: any, under RCU.
 */
enum egress_class egress_classify(struct egress_net *en, u8 pf, const union nf_inet_addr *from,
				  const union nf_inet_addr *to, const struct net_device *in,
				  struct egress_packet *packet)
{
	const struct egress_ingress *ingress;
	const struct egress_sender *sender;
	const struct egress_view *view;
	struct in6_addr addr;

	egress_addr_inet(&addr, pf, from);
	packet->sender = egress_sender_find(&en->sources, &addr);
	sender = packet->sender;
	if (!sender)
		return EGRESS_CLASS_FOREIGN;

	ingress = rcu_dereference(sender->in);
	if (ingress && (!in || in->ifindex != READ_ONCE(ingress->ifindex)))
		return EGRESS_CLASS_SPOOFED;

	view = rcu_dereference(sender->view);
	packet->conf = rcu_dereference(*view->conf);
	if (egress_exclude_has(packet->conf->exclude, pf, to))
		return EGRESS_CLASS_EXCLUDED;

	packet->ports = ports_of(sender, pf, to);
	if (!packet->ports ||
	    !packet->ports->nat->has[pf == NFPROTO_IPV4 ? EGRESS_V4 : EGRESS_V6])
		return EGRESS_CLASS_UNBOUND;
	return EGRESS_CLASS_LEASED;
}

/**
 * egress_shareable() - has a connection a port or an id by which machines can share an address
 * @orig: its tuple in the original direction
 *
 * One that this kernel's NAT can rewrite: where it can't, packets would leave with a port of the
 * machine's own choice.
 */
bool egress_shareable(const struct nf_conntrack_tuple *orig)
{
	switch (orig->dst.protonum) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		return true;
	case IPPROTO_UDPLITE:
		return IS_ENABLED(CONFIG_NF_CT_PROTO_UDPLITE);
	case IPPROTO_SCTP:
		return IS_ENABLED(CONFIG_NF_CT_PROTO_SCTP);
	case IPPROTO_DCCP:
		return IS_ENABLED(CONFIG_NF_CT_PROTO_DCCP);
	case IPPROTO_ICMP:
		return orig->src.l3num == NFPROTO_IPV4 && orig->dst.u.icmp.type == ICMP_ECHO;
	case IPPROTO_ICMPV6:
		return orig->src.l3num == NFPROTO_IPV6 &&
			orig->dst.u.icmp.type == ICMPV6_ECHO_REQUEST;
	default:
		return false;
	}
}

/**
 * egress_drop() - count a packet that goes no further
 * @en: namespace
 * @packet: a machine's, from egress_classify()
 * @counter: why
 *
 * Context: any, under RCU. Return: NF_DROP.
 */
unsigned int egress_drop(struct egress_net *en, const struct egress_packet *packet,
			 enum egress_counter counter)
{
	egress_count(en->counters, &packet->sender->counters, counter);
	return NF_DROP;
}
