// SPDX-License-Identifier: GPL-2.0
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/netfilter/nf_conntrack_tuple.h>

#include "net.h"
#include "packet/classify.h"
#include "packet/exclude.h"
#include "packet/map.h"
#include "packet/objects.h"

/*
 * Return: the block of a view for a destination, or NULL. @index is set to what the view's map
 * gives for the destination, 0 if it is in no set.
 *
 * A packet must not find a moment without a lease when a machine gets another lease for the old
 * one. So the code of state/ publishes the new lease, by another view or by a map that leads
 * elsewhere, before it takes the old one away. If this function finds no block, it looks whether
 * view and map are still the same. If they are not, there may be a new lease: search again.
 */
static struct egress_ports *ports_for(struct egress_view __rcu *const *at, u8 pf,
				      const union nf_inet_addr *to, u32 *index)
{
	const struct egress_view *view = rcu_dereference(*at);

	*index = 0;
	while (view) {
		struct egress_map __rcu **where = view->map;
		const struct egress_map *map = rcu_dereference(*where);
		struct egress_ports *ports;
		u32 i = 0;

		if (unlikely(map)) {
			i = egress_map_find(map, pf, to);
			/*
			 * The view may have been replaced by a larger one before the map was
			 * published, and the map may lead to a place that only the larger one
			 * has. So read the view again, after the map. Pairs with
			 * rcu_assign_pointer() in egress_sets_commit().
			 */
			smp_rmb();
			view = rcu_dereference(*at);
			if (!view || view->map != where)
				continue;
		}
		*index = i;
		ports = i < view->n ? rcu_dereference(view->ports[i]) : NULL;
		if (likely(ports))
			return ports;
		/*
		 * Pairs with smp_wmb() in egress_sets_commit() and egress_lease_move(): whoever
		 * sees that the old lease is gone sees the new map or view, too.
		 */
		smp_rmb();
		if (map == rcu_access_pointer(*where) && view == rcu_access_pointer(*at))
			return NULL;
		view = rcu_dereference(*at);
	}
	return NULL;
}

/*
 * Return: the block of the machine's own pairs for a destination, or NULL. The machine's own pair
 * for all destinations stands in where the pair for this very destination has no block.
 */
static struct egress_ports *own_ports(const struct egress_sender *sender, u8 pf,
				      const union nf_inet_addr *to)
{
	const struct egress_view *view;
	struct egress_ports *ports;
	u32 index;

	ports = ports_for(&sender->own_view, pf, to, &index);
	if (ports)
		return ports;
	view = rcu_dereference(sender->own_view);
	return view ? rcu_dereference(view->ports[0]) : NULL;
}

/*
 * Return: the block for a destination, of the pairs of the machine's app, else of those of its
 * org, or NULL. A set that the destination is in goes before the rest, whosever it is. So where
 * the machine has no block for such a set, that of the rest does not stand in.
 */
static struct egress_ports *shared_ports(const struct egress_sender *sender, u8 pf,
					 const union nf_inet_addr *to)
{
	struct egress_ports *ports, *others;
	u32 i, j;

	ports = ports_for(&sender->view, pf, to, &i);
	if (likely(!rcu_access_pointer(sender->org_view)) || (ports && i))
		return ports;
	/*
	 * Pairs with smp_wmb() in egress_lease_move(): if the lease of the app's pairs was taken
	 * away for one of the org's, that lease is seen here.
	 */
	smp_rmb();
	others = ports_for(&sender->org_view, pf, to, &j);
	if (j)
		return others;
	return i ? NULL : ports ?: others;
}

/*
 * Return: the block for a destination, of the machine's own pairs, else of those that it shares,
 * or NULL. The lease may move from one kind of pair to another while this function looks at one
 * after the other. So it looks at all of them a second time before it returns NULL.
 */
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
		/*
		 * Pairs with smp_wmb() in egress_lease_move(): if the machine's own lease was
		 * taken away for a lease of its app's pairs, that lease is seen here.
		 */
		smp_rmb();
		ports = shared_ports(sender, pf, to);
		if (likely(ports))
			return ports;
		/*
		 * Pairs with smp_wmb() in egress_lease_move(): if the lease was taken away for one
		 * that comes before it in this function, the second round sees that one.
		 */
		smp_rmb();
	}
	return NULL;
}

/**
 * egress_classify_to() - the same as egress_classify(), for a machine that is known
 * @sender: machine that packets can find
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @to: the packet's destination after destination NAT
 * @packet: filled in
 *
 * Context: any, under RCU. Return: the packet's class; never EGRESS_CLASS_FOREIGN.
 */
enum egress_class egress_classify_to(struct egress_sender *sender, u8 pf,
				     const union nf_inet_addr *to, struct egress_packet *packet)
{
	const struct egress_view *view;

	packet->sender = sender;
	/* A machine that packets can find always has a view. */
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
 * egress_classify() - find out whether a packet has to leave under an egress address, and which
 * @en: namespace
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @from: the packet's source before source NAT
 * @to: the packet's destination after destination NAT
 * @packet: filled in with the machine, its settings and its block, as far as they are found
 *
 * The source address alone says whose the packet is; the device is not looked at. A caller that
 * acts on the class calls egress_is_spoofed(), too, unless the class is EGRESS_CLASS_EXCLUDED.
 *
 * Context: any, under RCU. Return: the packet's class.
 */
enum egress_class egress_classify(struct egress_net *en, u8 pf, const union nf_inet_addr *from,
				  const union nf_inet_addr *to, struct egress_packet *packet)
{
	struct in6_addr addr;

	egress_addr_inet(&addr, pf, from);
	packet->sender = egress_sender_find(&en->sources, &addr);
	if (!packet->sender)
		return EGRESS_CLASS_FOREIGN;
	return egress_classify_to(packet->sender, pf, to, packet);
}

/**
 * egress_in_block() - do a connection's replies go to a pair's address and a port of a block of it?
 * @ports: the block
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @reply: the connection's tuple in the reply direction
 *
 * Context: any, under RCU.
 */
bool egress_in_block(const struct egress_ports *ports, u8 pf,
		     const struct nf_conntrack_tuple *reply)
{
	const struct egress_nat *nat = ports->nat;
	struct in6_addr addr;

	egress_addr_inet(&addr, pf, &reply->dst.u3);
	return ipv6_addr_equal(&addr, pf == NFPROTO_IPV4 ? &nat->v4 : &nat->v6) &&
		egress_reply_port(reply) >> nat->order == ports->first >> nat->order;
}

/**
 * egress_on_none() - what happens to a packet for which the machine has no egress address
 * @packet: from egress_classify(), EGRESS_CLASS_UNBOUND
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 */
enum egress_on_none egress_on_none(const struct egress_packet *packet, u8 pf)
{
	return packet->conf->on_none[pf == NFPROTO_IPV4 ? EGRESS_V4 : EGRESS_V6];
}

/**
 * egress_shareable() - does a connection have a port or an id that source NAT can rewrite?
 * @orig: the connection's tuple in the original direction
 *
 * Machines share an address by their ports. A protocol without ports cannot share it. The same is
 * true of a protocol whose ports this kernel's NAT cannot rewrite: its packets would leave with
 * the port that the machine has chosen, which may be of another machine's block.
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
 * egress_drop() - count a packet that is dropped
 * @en: namespace
 * @packet: from egress_classify(), with a machine
 * @counter: the counter that says why the packet is dropped
 *
 * Context: any, under RCU. Return: NF_DROP.
 */
unsigned int egress_drop(struct egress_net *en, const struct egress_packet *packet,
			 enum egress_counter counter)
{
	egress_count(en->counters, &packet->sender->counters, counter);
	return NF_DROP;
}
