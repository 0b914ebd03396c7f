// SPDX-License-Identifier: GPL-2.0
/*
 * Packets for addresses of pools that no pair has. The router sends the whole prefix here, and the
 * default route sends such a packet back to the router: it goes to and fro until its TTL is used
 * up. So it is dropped when it comes in.
 *
 * But machines may have to do with another host at the uplink that has an address in the prefix,
 * the router for example, and the operator may lead single addresses elsewhere by routes. So only
 * those packets are meant that would leave on the side where they come from.
 */
#include <linux/if_packet.h>
#include <linux/netfilter_bridge.h>
#include <linux/netdevice.h>
#include <net/inet_dscp.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ip_fib.h>
#include <net/ipv6_stubs.h>
#include <net/l3mdev.h>

#include "packet/astray.h"

/* Return: index of the device to which a route leads; 0 if none does, or to the host itself. */
static int device_v4(struct net *net, struct flowi4 *flow)
{
	const struct net_device *dev;
	struct fib_result res;

	if (fib_lookup(net, flow, &res, 0) || res.type != RTN_UNICAST)
		return 0;
	dev = FIB_RES_DEV(res);
	return dev ? dev->ifindex : 0;
}

static int device_v6(struct net *net, struct flowi6 *flow)
{
	struct fib6_result res = {};

	if (ipv6_stub->fib6_lookup(net, 0, flow, &res, 0) || res.fib6_type != RTN_UNICAST)
		return 0;
	return res.nh->fib_nh_dev ? res.nh->fib_nh_dev->ifindex : 0;
}

static bool returns_v4(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);
	struct flowi4 onward = {
		.daddr = ip->daddr,
		.saddr = ip->saddr,
		.flowi4_iif = state->in->ifindex,
		.flowi4_mark = skb->mark,
		.flowi4_tos = ip->tos & INET_DSCP_MASK,
	};
	/* Rules for what comes in from a machine may lead all of it to the uplink. */
	struct flowi4 back = {
		.daddr = ip->saddr,
		.flowi4_iif = LOOPBACK_IFINDEX,
		.flowi4_l3mdev = l3mdev_master_ifindex_rcu(state->in),
	};
	int out = device_v4(state->net, &onward);

	return out && (out == state->in->ifindex || out == device_v4(state->net, &back));
}

static bool returns_v6(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	struct flowi6 onward = {
		.daddr = ip6->daddr,
		.saddr = ip6->saddr,
		.flowi6_iif = state->in->ifindex,
		.flowi6_mark = skb->mark,
		.flowlabel = ip6_flowinfo(ip6),
	};
	struct flowi6 back = {
		.daddr = ip6->saddr,
		.flowi6_iif = LOOPBACK_IFINDEX,
		.flowi6_l3mdev = l3mdev_master_ifindex_rcu(state->in),
	};
	int out = device_v6(state->net, &onward);

	return out && (out == state->in->ifindex || out == device_v6(state->net, &back));
}

/* Is the packet for a neighbour on a bridge, and shown to IP's hooks by br_netfilter only? */
static bool is_bridged(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	const struct nf_bridge_info *bridge = nf_bridge_info_get(skb);

	return bridge && bridge->pkt_otherhost;
#else
	return false;
#endif
}

/**
 * egress_is_astray() - would a packet be forwarded to the side that it comes from?
 * @skb: packet in PRE_ROUTING, for an address that this host should know and does not
 * @state: state of the hook
 *
 * That is the device by which it came in or, with several uplinks, the one that leads to its
 * sender. Looks for two routes. Context: any, under RCU.
 */
bool egress_is_astray(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (skb->pkt_type != PACKET_HOST || is_bridged(skb))
		return false;
	return state->pf == NFPROTO_IPV4 ? returns_v4(skb, state) : returns_v6(skb, state);
}
