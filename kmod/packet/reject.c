// SPDX-License-Identifier: GPL-2.0
/* What a machine is told when its connection is refused. */
#include <linux/icmpv6.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/netfilter/ipv4/nf_reject.h>
#include <net/netfilter/ipv6/nf_reject.h>
#include <net/netfilter/nf_conntrack.h>

#include "net.h"
#include "packet/classify.h"
#include "packet/objects.h"
#include "packet/reject.h"

/**
 * egress_reject() - tell a machine that its connection is refused
 * @skb: the connection's first packet, which the caller drops
 * @state: state of the hook that @skb is in
 * @proto: IPPROTO_* of the connection
 *
 * TCP is told by a reset, everything else by an ICMP error. This answer passes the hooks, too. It
 * has the refused connection attached and goes in the reply direction, by which egress_snat() and
 * egress_guard_out() recognize it and let it pass.
 *
 * Context: softirq, or process for a packet that the host itself sends; under RCU.
 */
void egress_reject(struct sk_buff *skb, const struct nf_hook_state *state, u8 proto)
{
	if (state->pf == NFPROTO_IPV4) {
		if (proto == IPPROTO_TCP)
			nf_send_reset(state->net, state->sk, skb, state->hook);
		else
			nf_send_unreach(skb, ICMP_PKT_FILTERED, state->hook);
	} else {
		if (proto == IPPROTO_TCP)
			nf_send_reset6(state->net, state->sk, skb, state->hook);
		else
			nf_send_unreach6(state->net, skb, ICMPV6_ADM_PROHIBITED, state->hook);
	}
}

/**
 * egress_refuse_unbound() - refuse a connection for which the machine has no egress address
 * @en: namespace
 * @packet: from egress_classify(), EGRESS_CLASS_UNBOUND, and the app's settings do not let it pass
 * @skb: the connection's first packet
 * @state: state of the hook that @skb is in
 * @ct: the connection; NULL for a packet that conntrack does not track: it is dropped in any case,
 *	as an answer to it would pass the hooks without a connection
 *
 * Context: as egress_reject(). Return: NF_DROP.
 */
unsigned int egress_refuse_unbound(struct egress_net *en, const struct egress_packet *packet,
				   struct sk_buff *skb, const struct nf_hook_state *state,
				   const struct nf_conn *ct)
{
	if (ct && egress_on_none(packet, state->pf) == EGRESS_ON_NONE_REJECT)
		egress_reject(skb, state, ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.protonum);
	return egress_drop(en, packet, EGRESS_C_UNBOUND);
}
