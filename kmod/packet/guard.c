// SPDX-License-Identifier: GPL-2.0
/*
 * The guards. Outbound: what a machine with a lease begins leaves under an address of its egress
 * pair or not at all, and nothing from outside is forwarded under an egress address. Inbound: what
 * is sent to an egress address, or to another one of a pool, and belongs to no connection goes no
 * further.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/netfilter/nf_conntrack.h>

#include "net.h"
#include "packet/answer.h"
#include "packet/astray.h"
#include "packet/classify.h"
#include "packet/guard.h"
#include "packet/ingress.h"
#include "packet/map.h"
#include "packet/objects.h"
#include "packet/reject.h"

DEFINE_PER_CPU(struct egress_translated, egress_translated);

static enum egress_class classify_skb(struct egress_net *en, const struct sk_buff *skb,
				      const struct nf_hook_state *state,
				      struct egress_packet *packet)
{
	union nf_inet_addr from = {}, to = {};

	if (state->pf == NFPROTO_IPV4) {
		from.ip = ip_hdr(skb)->saddr;
		to.ip = ip_hdr(skb)->daddr;
	} else {
		from.in6 = ipv6_hdr(skb)->saddr;
		to.in6 = ipv6_hdr(skb)->daddr;
	}
	return egress_classify(en, state->pf, &from, &to, packet);
}

/* A hop limit of 255 shows that no router has forwarded the packet (RFC 4861). */
static bool is_neighbour_discovery(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	u8 copy;
	const u8 *type;

	if (ip6->nexthdr != IPPROTO_ICMPV6 || ip6->hop_limit != 255)
		return false;
	type = skb_header_pointer(skb, skb_network_offset(skb) + sizeof(*ip6), sizeof(copy),
				  &copy);
	return type && *type >= NDISC_ROUTER_SOLICITATION && *type <= NDISC_REDIRECT;
}

/*
 * Did egress_snat() translate this connection on this CPU just now? The note of egress_snat()
 * names the connection by its place in memory, which may be another connection's by now. So the
 * address is compared, too: replies must go to the egress address of the note. They also do so if
 * a connection poses as that egress address without any translation, so the original source must
 * be another address. A note older than half of EGRESS_CONFIRM_TIME does not count, because the
 * connection may have lost its port since.
 */
static bool just_translated(const struct nf_conn *ct)
{
	const struct egress_translated *last = raw_cpu_ptr(&egress_translated);

	return last->ct == ct && !ct->master &&
		(u32)jiffies - last->when <= EGRESS_CONFIRM_TIME / 2 &&
		nf_inet_addr_cmp(&last->addr, &ct->tuplehash[IP_CT_DIR_REPLY].tuple.dst.u3) &&
		!nf_inet_addr_cmp(&last->addr, &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3);
}

static int port_at(const struct sk_buff *skb, unsigned int off)
{
	__be16 copy;
	const __be16 *port = skb_header_pointer(skb, off, sizeof(copy), &copy);

	return port ? ntohs(*port) : -1;
}

static bool icmp_is_error(u8 proto, u8 type)
{
	if (proto == IPPROTO_ICMPV6)
		return !(type & ICMPV6_INFOMSG_MASK);
	return type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED ||
		type == ICMP_PARAMETERPROB || type == ICMP_SOURCE_QUENCH;
}

/*
 * The port, or echo id, at the host's end of the connection that the packet at @off belongs to.
 * A packet that came in has it as destination port. A packet quoted in an ICMP error was sent by
 * this end, so it has it as source port: @quoted. Return: the port in host order, -1 for none.
 */
static int our_port(const struct sk_buff *skb, u8 pf, unsigned int off, bool quoted)
{
	unsigned int th;
	__be16 frag;
	u8 proto;

	if (pf == NFPROTO_IPV4) {
		struct iphdr copy;
		const struct iphdr *ip = skb_header_pointer(skb, off, sizeof(copy), &copy);

		if (!ip || ip->frag_off & htons(IP_OFFSET))
			return -1;
		th = off + ip->ihl * 4;
		proto = ip->protocol;
	} else {
		struct ipv6hdr copy;
		const struct ipv6hdr *ip6 = skb_header_pointer(skb, off, sizeof(copy), &copy);
		int next;

		if (!ip6)
			return -1;
		proto = ip6->nexthdr;
		next = ipv6_skip_exthdr(skb, off + sizeof(*ip6), &proto, &frag);
		if (next < 0 || frag & htons(IP6_OFFSET))
			return -1;
		th = next;
	}

	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return port_at(skb, quoted ? th : th + 2);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6: {
		u8 copy;
		const u8 *type = skb_header_pointer(skb, th, sizeof(copy), &copy);

		if (!type)
			return -1;
		if (icmp_is_error(proto, *type))
			return quoted ? -1 : our_port(skb, pf, th + 8, true);
		return port_at(skb, th + 4);
	}
	default:
		return -1;
	}
}

/*
 * The source port, or echo id, of a packet before source NAT. A packet without conntrack is read
 * like one quoted in an ICMP error, as there, too, the source port is wanted. Return: the port in
 * host order, -1 for none: conntrack has port 0 for a protocol without ports.
 */
static int source_port(const struct sk_buff *skb, u8 pf, const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *orig;

	if (!ct)
		return our_port(skb, pf, skb_network_offset(skb), true);
	orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	return egress_shareable(orig) ? ntohs(orig->src.u.all) : -1;
}

/*
 * Did the packet come in, routed or bridged, with an egress address as its source? Only packets
 * that leave this host may have one. But where several hosts share a pair, the other hosts' packets
 * may come by here, with a port of a slot that another host hands out.
 */
static bool is_posing(struct egress_net *en, const struct sk_buff *skb,
		      const struct nf_hook_state *state, const struct nf_conn *ct)
{
	const struct egress_public *found;
	const struct egress_nat *nat;
	struct in6_addr from;
	int port;

	if (egress_came_from_host(skb, state))
		return false;
	if (ct)
		egress_addr_inet(&from, state->pf,
				 &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3);
	else if (state->pf == NFPROTO_IPV4)
		egress_addr_v4(&from, ip_hdr(skb)->saddr);
	else
		from = ipv6_hdr(skb)->saddr;
	found = egress_public_find(&en->addrs, &from);
	nat = found ? rcu_dereference(found->nat) : NULL;
	if (likely(!nat))
		return false;
	if (!egress_nat_is_shared(nat))
		return true;
	port = source_port(skb, state->pf, ct);
	return port < 0 || !egress_nat_is_foreign(nat, port);
}

/*
 * The full check of a connection's first packet, or of a packet without a connection. This is not
 * inlined, so that the packets of confirmed connections do not pay for the stack frame.
 */
static noinline unsigned int check_out(struct egress_net *en, struct sk_buff *skb,
				       const struct nf_hook_state *state, struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *reply;
	struct egress_packet packet;
	enum egress_class class;

	if (ct) {
		reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
		class = egress_classify(en, state->pf,
					&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3,
					&reply->src.u3, &packet);
	} else {
		class = classify_skb(en, skb, state, &packet);
	}

	if (class == EGRESS_CLASS_FOREIGN) {
		if (likely(!is_posing(en, skb, state, ct)))
			return NF_ACCEPT;
		egress_count(en->counters, NULL, EGRESS_C_SPOOFED);
		return NF_DROP;
	}
	if (class == EGRESS_CLASS_EXCLUDED)
		return NF_ACCEPT;
	if (egress_is_spoofed(packet.sender, skb, state))
		return egress_drop(en, &packet, EGRESS_C_SPOOFED);
	/*
	 * br_netfilter shows bridged packets to the hooks, neighbour discovery among them.
	 * Conntrack does not track neighbour discovery, and no router forwards it, so it cannot
	 * leak the machine's address.
	 */
	if (!ct && state->pf == NFPROTO_IPV6 && is_neighbour_discovery(skb))
		return NF_ACCEPT;
	if (class == EGRESS_CLASS_UNBOUND) {
		if (egress_on_none(&packet, state->pf) != EGRESS_ON_NONE_PASS)
			return egress_refuse_unbound(en, &packet, skb, state, ct);
		return NF_ACCEPT;
	}
	if (!ct)
		return egress_drop(en, &packet, EGRESS_C_LEAK);
	if (ct->master)
		return egress_drop(en, &packet, EGRESS_C_UNSUPPORTED);
	/*
	 * A packet that waited in an NFQUEUE comes here late. Meanwhile its port may have been
	 * found unused and given to another connection, so ask for the port again.
	 */
	if (!egress_in_block(packet.ports, state->pf, reply) ||
	    !egress_dest_renew(en, packet.ports, ct, state->pf))
		return egress_drop(en, &packet, EGRESS_C_LEAK);
	egress_take_off_helper(ct);
	return NF_ACCEPT;
}

/**
 * egress_guard_out() - hook after source NAT, before confirmation
 * @priv: namespace, struct egress_net
 * @skb: packet
 * @state: state of the hook
 *
 * Only packets of connections that are not confirmed yet are checked, and packets without a
 * connection. A confirmed connection was checked when its first packet came by, or is older than
 * the hooks.
 */
unsigned int egress_guard_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (likely(ct && nf_ct_is_confirmed(ct)))
		return NF_ACCEPT;
	if (ct && CTINFO2DIR(ctinfo) != IP_CT_DIR_ORIGINAL)
		return NF_ACCEPT;
	/*
	 * A packet sent into a VRF passes this hook twice: with the VRF as device, and then with
	 * the device that really sends the packet. Source NAT and confirmation are done in the
	 * second pass only, so there is nothing to check in the first.
	 */
	if (unlikely(netif_is_l3_master(state->out)))
		return NF_ACCEPT;
	if (likely(ct && just_translated(ct))) {
		egress_take_off_helper(ct);
		return NF_ACCEPT;
	}
	return check_out(priv, skb, state, ct);
}

/* Under RCU. What a machine sends may be for a host on the machine's side that has the address. */
static bool is_from_machine(struct egress_net *en, const struct sk_buff *skb, u8 pf)
{
	struct in6_addr from;

	if (pf == NFPROTO_IPV4)
		egress_addr_v4(&from, ip_hdr(skb)->saddr);
	else
		from = ipv6_hdr(skb)->saddr;
	return egress_sender_find(&en->sources, &from);
}

/* For a packet that belongs to no connection known to be all right: is it for a pool's address? */
static noinline unsigned int check_in(struct egress_net *en, struct sk_buff *skb,
				      const struct nf_hook_state *state, bool tracked)
{
	const struct egress_map *pools = rcu_dereference(en->pools);
	const struct egress_nat *nat;
	const struct egress_public *found;
	union nf_inet_addr daddr;
	struct in6_addr to;
	u32 pool;
	int port;

	if (state->pf == NFPROTO_IPV4) {
		daddr.ip = ip_hdr(skb)->daddr;
	} else {
		/* Conntrack does not track neighbour discovery. */
		if (!tracked && egress_answer_is_solicit(skb))
			return egress_answer_solicit(en, skb, state);
		if (!tracked)
			egress_answer_heed(en, skb, state);
		daddr.in6 = ipv6_hdr(skb)->daddr;
	}
	pool = pools ? egress_map_find(pools, state->pf, &daddr) : 0;
	if (likely(!pool))
		return NF_ACCEPT;
	egress_addr_inet(&to, state->pf, &daddr);
	found = egress_public_find(&en->addrs, &to);
	nat = found ? rcu_dereference(found->nat) : NULL;
	if (!nat && (pool != EGRESS_POOL_DROPS || is_from_machine(en, skb, state->pf) ||
		     !egress_is_astray(skb, state)))
		return NF_ACCEPT;
	/* A port that another host hands out: the routes lead the packet on to that host. */
	if (nat && egress_nat_is_shared(nat)) {
		port = our_port(skb, state->pf, skb_network_offset(skb), false);
		if (port >= 0 && egress_nat_is_foreign(nat, port))
			return NF_ACCEPT;
	}
	egress_count(en->counters, NULL, EGRESS_C_UNSOLICITED);
	return NF_DROP;
}

static bool has_nat(const struct nf_conn *ct)
{
	/*
	 * Other CPUs may change other bits of the status meanwhile. But the NAT bits do not change
	 * any more once the connection is confirmed.
	 */
	return data_race(ct->status & IPS_NAT_MASK);
}

/**
 * egress_guard_in() - hook after destination NAT, before routing
 * @priv: namespace, struct egress_net
 * @skb: packet
 * @state: state of the hook
 *
 * At this hook NAT has already put the machine's address into the replies to a machine. So a
 * packet that still has an egress address as destination is no reply.
 *
 * This hook is there before the others and without conntrack, too, as soon as there is a pool.
 *
 * A packet of a confirmed connection passes, with one exception: a connection without NAT that
 * nobody has answered yet. Somebody outside may have begun such a connection to an address that
 * became an egress address only later. Its packets must be checked now.
 */
unsigned int egress_guard_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (likely(ct && nf_ct_is_confirmed(ct) && (ctinfo != IP_CT_NEW || has_nat(ct))))
		return NF_ACCEPT;
	return check_in(priv, skb, state, ct);
}
