// SPDX-License-Identifier: GPL-2.0
/*
 * The host answers ARP requests (RFC 826) and neighbour solicitations (RFC 4861) for the egress
 * addresses that it claims, although no device has these addresses. An egress address is claimed
 * on the device that egress_public.claimed names. Other hosts that speak as such an address are
 * noted (RFC 5227, 2.4; RFC 4862, 5.4.4).
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ipv6_stubs.h>
#include <net/ndisc.h>

#include "net.h"
#include "packet/answer.h"
#include "packet/objects.h"

/* Return: what is known of an address that the host claims on this device, or NULL. */
static const struct egress_public *claimed(struct egress_net *en, const struct in6_addr *at,
					   int ifindex)
{
	const struct egress_public *addr = egress_public_find(&en->addrs, at);
	const struct egress_ingress *on = addr ? rcu_dereference(addr->claimed) : NULL;

	return on && READ_ONCE(on->ifindex) == ifindex ? addr : NULL;
}

static bool answered(struct egress_net *en, const struct in6_addr *at, int ifindex)
{
	const struct egress_public *addr = claimed(en, at, ifindex);

	return addr && READ_ONCE(addr->answered);
}

/*
 * Another host speaks as an address, or with @probe it asks whether anybody has it. If the address
 * is one that this host claims for itself alone, note it for the claims' work item. What the host
 * itself has said may come back to it.
 */
static void heed(struct egress_net *en, const struct in6_addr *at, const struct net_device *dev,
		 const unsigned char *mac, bool probe)
{
	const struct egress_public *addr = claimed(en, at, dev->ifindex);
	const struct egress_nat *nat = addr ? rcu_dereference(addr->nat) : NULL;
	struct egress_rivals *rivals = &en->claimer.rivals;
	unsigned long rest, now = jiffies;
	unsigned int i;

	if (likely(!nat) || egress_nat_is_shared(nat) || dev->addr_len != ETH_ALEN ||
	    ether_addr_equal_unaligned(mac, dev->dev_addr))
		return;
	spin_lock_bh(&rivals->lock);
	for (i = 0; i < rivals->n; i++)
		if (ipv6_addr_equal(&rivals->v[i].at, at))
			goto unlock;
	if (i == EGRESS_RIVALS)
		goto unlock;
	rivals->v[i] = (struct egress_rival) {
		.at = *at, .ifindex = dev->ifindex, .probe = probe,
	};
	memcpy(rivals->v[i].mac, mac, ETH_ALEN);
	rivals->n++;
	rest = READ_ONCE(en->claimer.rest);
	mod_delayed_work(system_unbound_wq, &en->claimer.work,
			 time_before(now, rest) ? rest - now : 0);
unlock:
	spin_unlock_bh(&rivals->lock);
}

/**
 * egress_answer_is_router() - does the host forward IPv6 packets that come in by a device?
 * @dev: device
 *
 * Context: under RCU or rtnl_lock. Return: what the router flag of a neighbour advertisement says.
 */
bool egress_answer_is_router(const struct net_device *dev)
{
	const struct inet6_dev *in6 = __in6_dev_get(dev);

	/* A sysctl may change the setting at any time. Either value is right at that moment. */
	return in6 && data_race(in6->cnf.forwarding);
}

/**
 * egress_answer_arp() - hook that answers ARP requests for claimed addresses, and notes conflicts
 * @priv: namespace, struct egress_net
 * @skb: ARP packet
 * @state: state of the hook
 *
 * A probe, which is a request from 0.0.0.0 (RFC 5227), is answered as well.
 */
unsigned int egress_answer_arp(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct net_device *dev = state->in;
	const struct arphdr *arp = arp_hdr(skb);
	const unsigned char *sha = (const unsigned char *)(arp + 1);
	struct in6_addr at;
	__be32 sip, tip;

	if (arp->ar_pro != htons(ETH_P_IP) || arp->ar_pln != sizeof(__be32) ||
	    arp->ar_hln != dev->addr_len)
		return NF_ACCEPT;
	memcpy(&sip, sha + dev->addr_len, sizeof(sip));
	memcpy(&tip, sha + 2 * dev->addr_len + sizeof(sip), sizeof(tip));
	if (sip) {
		egress_addr_v4(&at, sip);
		heed(priv, &at, dev, sha, false);
	}
	if (arp->ar_op != htons(ARPOP_REQUEST))
		return NF_ACCEPT;
	/*
	 * A request for the sender's own address is an announcement, and asks for no answer.
	 * Another host that shares the pair announces a claimed address in this way.
	 */
	if (sip == tip)
		return NF_ACCEPT;
	egress_addr_v4(&at, tip);
	if (!answered(priv, &at, dev->ifindex)) {
		if (!sip)
			heed(priv, &at, dev, sha, true);
		return NF_ACCEPT;
	}
	arp_send(ARPOP_REPLY, ETH_P_ARP, sip, dev, tip, sha, dev->dev_addr, sha);
	return NF_DROP;
}

/* Return: the ICMPv6 message of a packet that no router has forwarded, or NULL. */
static const struct nd_msg *message(struct sk_buff *skb, struct nd_msg *copy)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);

	if (ip6->nexthdr != IPPROTO_ICMPV6 || ip6->hop_limit != 255)
		return NULL;
	return skb_header_pointer(skb, skb_network_offset(skb) + sizeof(*ip6), sizeof(*copy),
				  copy);
}

/**
 * egress_answer_is_solicit() - is a packet a neighbour solicitation that may be answered?
 * @skb: IPv6 packet that came in
 *
 * Of what RFC 4861, 7.1.1, asks for, hop limit, code, length and target are checked here.
 */
bool egress_answer_is_solicit(struct sk_buff *skb)
{
	struct nd_msg copy;
	const struct nd_msg *msg = message(skb, &copy);

	return msg && msg->icmph.icmp6_type == NDISC_NEIGHBOUR_SOLICITATION &&
		!msg->icmph.icmp6_code && !ipv6_addr_is_multicast(&msg->target);
}

/**
 * egress_answer_solicit() - answer a neighbour solicitation for a claimed address
 * @en: namespace
 * @skb: packet for which egress_answer_is_solicit() was true
 * @state: state of the hook
 *
 * Context: softirq. Return: NF_DROP if it was answered, else NF_ACCEPT.
 */
unsigned int egress_answer_solicit(struct egress_net *en, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	const struct in6_addr *from = &ipv6_hdr(skb)->saddr;
	struct nd_msg copy;
	const struct nd_msg *msg = message(skb, &copy);
	/* Duplicate address detection asks from :: and has the answer sent to all nodes. */
	bool probe = ipv6_addr_any(from);

	if (state->in->type == ARPHRD_ETHER && !probe)
		heed(en, from, state->in, eth_hdr(skb)->h_source, false);
	if (!answered(en, &msg->target, state->in->ifindex)) {
		if (state->in->type == ARPHRD_ETHER && probe)
			heed(en, &msg->target, state->in, eth_hdr(skb)->h_source, true);
		return NF_ACCEPT;
	}
	ipv6_stub->ndisc_send_na(state->in, probe ? &in6addr_linklocal_allnodes : from,
				 &msg->target, egress_answer_is_router(state->in), !probe, true,
				 true);
	return NF_DROP;
}

/**
 * egress_answer_heed() - note a neighbour advertisement in which another host has a claimed address
 * @en: namespace
 * @skb: IPv6 packet that conntrack does not track
 * @state: state of the hook
 *
 * Context: softirq.
 */
void egress_answer_heed(struct egress_net *en, struct sk_buff *skb,
			const struct nf_hook_state *state)
{
	struct nd_msg copy;
	const struct nd_msg *msg = message(skb, &copy);

	if (msg && msg->icmph.icmp6_type == NDISC_NEIGHBOUR_ADVERTISEMENT &&
	    state->in->type == ARPHRD_ETHER)
		heed(en, &msg->target, state->in, eth_hdr(skb)->h_source, false);
}
