// SPDX-License-Identifier: GPL-2.0
/*
 * What the host says of an egress address without being asked: that it is reached at a device's
 * hardware address. And what it asks before.
 */
#include <linux/if_arp.h>
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "addr.h"
#include "packet/announce.h"
#include "packet/answer.h"

/*
 * An unsolicited neighbour advertisement (RFC 4861, 7.2.6). The kernel's own function for it needs
 * an address of the host to send it from, and there is none as long as the host's own addresses
 * are tentative, after the device was set up. This one is sent from the address that it is about,
 * as a host does for its own. Like an ARP packet it goes right to the device: at the hooks it would
 * be a packet that poses as the address.
 */
static void advertise(struct net_device *dev, const struct in6_addr *at)
{
	unsigned int len = sizeof(struct nd_msg);
	unsigned char to[MAX_ADDR_LEN];
	struct sk_buff *skb;
	struct ipv6hdr *ip6;
	struct nd_msg *msg;

	if (ndisc_mc_map(&in6addr_linklocal_allnodes, to, dev, 0))
		return;
	if (dev->addr_len)
		len += ndisc_opt_addr_space(dev, NDISC_NEIGHBOUR_ADVERTISEMENT);
	skb = alloc_skb(LL_RESERVED_SPACE(dev) + sizeof(*ip6) + len + dev->needed_tailroom,
			GFP_ATOMIC);
	if (!skb)
		return;
	skb->protocol = htons(ETH_P_IPV6);
	skb->dev = dev;
	skb_reserve(skb, LL_RESERVED_SPACE(dev));
	skb_reset_network_header(skb);
	ip6 = skb_put(skb, sizeof(*ip6));
	ip6_flow_hdr(ip6, 0, 0);
	ip6->payload_len = htons(len);
	ip6->nexthdr = IPPROTO_ICMPV6;
	ip6->hop_limit = 255;
	ip6->saddr = *at;
	ip6->daddr = in6addr_linklocal_allnodes;
	skb_set_transport_header(skb, sizeof(*ip6));
	msg = skb_put_zero(skb, sizeof(*msg));
	msg->icmph.icmp6_type = NDISC_NEIGHBOUR_ADVERTISEMENT;
	msg->icmph.icmp6_router = egress_answer_is_router(dev);
	msg->icmph.icmp6_override = 1;
	msg->target = *at;
	if (dev->addr_len)
		__ndisc_fill_addr_option(skb, ND_OPT_TARGET_LL_ADDR, dev->dev_addr, dev->addr_len,
					 ndisc_addr_option_pad(dev->type));
	msg->icmph.icmp6_cksum = csum_ipv6_magic(at, &in6addr_linklocal_allnodes, len,
						 IPPROTO_ICMPV6, csum_partial(msg, len, 0));
	if (dev_hard_header(skb, dev, ETH_P_IPV6, to, dev->dev_addr, skb->len) < 0) {
		kfree_skb(skb);
		return;
	}
	dev_queue_xmit(skb);
}

/**
 * egress_announce() - tell all neighbours that an address is reached at a device
 * @dev: device
 * @at: address
 *
 * Context: under RCU. What can't be sent for want of memory is lost, as any packet may be.
 */
void egress_announce(struct net_device *dev, const struct in6_addr *at)
{
	__be32 v4;

	if (!egress_addr_is_v4(at)) {
		if (__in6_dev_get(dev))
			advertise(dev, at);
		return;
	}
	v4 = egress_addr_to_v4(at);
	arp_send(ARPOP_REQUEST, ETH_P_ARP, v4, dev, v4, NULL, dev->dev_addr, NULL);
}

/**
 * egress_probe() - ask whether another host has an address
 * @dev: device
 * @at: address
 *
 * The question names nobody as having the address: an ARP probe (RFC 5227, 2.1.1), or a neighbour
 * solicitation from :: (RFC 4862, 5.4.2). Context: under RCU.
 */
void egress_probe(struct net_device *dev, const struct in6_addr *at)
{
	struct in6_addr group;
	struct sk_buff *skb;

	if (egress_addr_is_v4(at)) {
		arp_send(ARPOP_REQUEST, ETH_P_ARP, egress_addr_to_v4(at), dev, 0, NULL,
			 dev->dev_addr, NULL);
		return;
	}
	skb = __in6_dev_get(dev) ? ndisc_ns_create(dev, at, &in6addr_any, 0) : NULL;
	if (!skb)
		return;
	addrconf_addr_solict_mult(at, &group);
	ndisc_send_skb(skb, &group, &in6addr_any);
}
