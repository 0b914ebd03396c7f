// SPDX-License-Identifier: GPL-2.0
/*
 * Where a packet came in. In POST_ROUTING the hook's state->in tells only a part of it:
 *
 *   the packet came in by         state->in        the rest is told by
 *   a device                      that device
 *   a port of a VRF               the VRF          what IP noted when it received the packet
 *   a port of a bridge, routed    the bridge       br_netfilter, where it is in use
 *   a port of a bridge, bridged   NULL             br_netfilter, which is in use then
 *   no device: the host's own     NULL, or a VRF   neither of these two
 */
#include <linux/netdevice.h>
#include <linux/netfilter_bridge.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "packet/ingress.h"

/*
 * Return: the index of the device by which IP received the packet, a VRF's port for example; 0 if
 * the host has made the packet.
 */
static int received_by(const struct sk_buff *skb, u8 pf)
{
	return pf == NFPROTO_IPV4 ? IPCB(skb)->iif : IP6CB(skb)->iif;
}

/* Return: the index of the bridge port by which br_netfilter saw the packet come in, or 0. */
static int bridge_port(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	return nf_bridge_get_physinif(skb);
#else
	return 0;
#endif
}

/* Under RCU. Is the device with index @upper on top of the bridge port with index @port? */
static bool is_above(struct net *net, int upper, int port)
{
	struct net_device *upper_dev = dev_get_by_index_rcu(net, upper);
	struct net_device *port_dev = dev_get_by_index_rcu(net, port);

	return upper_dev && port_dev && netdev_has_upper_dev_all_rcu(port_dev, upper_dev);
}

/**
 * egress_came_from_host() - has the host made a packet itself?
 * @skb: packet in POST_ROUTING
 * @state: state of the hook
 *
 * Context: any.
 */
bool egress_came_from_host(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (!state->in)
		return !bridge_port(skb);
	/* What the host sends by a VRF passes through the VRF's device first. */
	return netif_is_l3_master(state->in) && !received_by(skb, state->pf);
}

/**
 * egress_came_by() - did a packet come in by a machine's device?
 * @ingress: the machine's device
 * @skb: packet in POST_ROUTING with the machine's address as its source
 * @state: state of the hook
 *
 * The device may be a bridge or VRF, and then any port of it will do; but not the port of a VRF by
 * which the packet leaves again, as that is the way to the outside. The host itself is trusted: a
 * transparent proxy speaks with a machine's address.
 *
 * Context: any, under RCU.
 */
bool egress_came_by(const struct egress_ingress *ingress, const struct sk_buff *skb,
		    const struct nf_hook_state *state)
{
	int want = READ_ONCE(ingress->ifindex), port, received;
	const struct net_device *in = state->in;

	if (likely(in && in->ifindex == want && !netif_is_l3_master(in)))
		return true;
	if (egress_came_from_host(skb, state))
		return true;
	if (!want)
		return false;
	port = bridge_port(skb);
	if (port == want)
		return true;
	if (in) {
		received = received_by(skb, state->pf);
		return received == want ||
			(in->ifindex == want && received != state->out->ifindex);
	}
	/* The packet does not leave its bridge. The device may be a VLAN of the bridge, too. */
	return state->out->ifindex == want || is_above(state->net, want, port);
}

/**
 * egress_would_come_by() - would a packet be taken for one that came in by a machine's device?
 * @ingress: the machine's device
 * @dev: the device that the packet would come in by
 * @out: index of the device that the packet would leave by, 0 if that is not known
 *
 * Of a bridge's port this is true if br_netfilter is in use. Context: any, under RCU.
 */
bool egress_would_come_by(const struct egress_ingress *ingress, struct net_device *dev, int out)
{
	int want = READ_ONCE(ingress->ifindex);
	struct net_device *upper;

	/* What came in by a bond's port is the bond's: the port is not known any more. */
	if (dev->ifindex == want)
		return !netif_is_lag_port(dev);
	if (netif_is_bridge_port(dev))
		return is_above(dev_net(dev), want, dev->ifindex);
	for (upper = netdev_master_upper_dev_get_rcu(dev); upper;
	     upper = netdev_master_upper_dev_get_rcu(upper))
		if (upper->ifindex == want)
			return dev->ifindex != out || !netif_is_l3_master(upper);
	return false;
}
