// SPDX-License-Identifier: GPL-2.0
/* Events that packets cause. Those that changes cause are in tell.c. */
#include <net/genetlink.h>
#include <net/netfilter/nf_conntrack.h>

#include "app.h"
#include "classify.h"
#include "event.h"
#include "machine.h"
#include "message.h"
#include "net.h"
#include "netlink.h"
#include "pair.h"

/**
 * egress_event_limit() - tell that a machine has reached its limit
 * @en: namespace
 * @packet: whose connection was refused
 * @ct: connection, after destination NAT
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @held_back: refusals for the same destination since the last event
 *
 * Context: softirq, under RCU. Without memory who listens is told that something is missing.
 */
void egress_event_limit(struct egress_net *en, const struct egress_packet *packet,
			const struct nf_conn *ct, u8 pf, unsigned int held_back)
{
	struct egress_msg msg = { .cmd = EGRESS_CMD_LIMIT };
	struct in6_addr to;

	if (!genl_has_listeners(&egress_family, en->net, 0))
		return;
	msg.skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC | __GFP_NOWARN);
	egress_addr_inet(&to, pf, &ct->tuplehash[IP_CT_DIR_REPLY].tuple.src.u3);
	if (!msg.skb || egress_msg_limit(en, &msg, packet, &to, held_back)) {
		/* They learn that they missed something. */
		nlmsg_free(msg.skb);
		genl_set_err(&egress_family, en->net, 0, 0, -ENOBUFS);
		return;
	}
	genlmsg_multicast_netns(&egress_family, en->net, msg.skb, 0, 0, GFP_ATOMIC);
}
