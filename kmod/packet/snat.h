/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_SNAT_H
#define EGRESS_SNAT_H

#include <linux/netfilter.h>

struct egress_net;
struct egress_packet;
struct nf_conn;

/**
 * typedef egress_refused_fn - tell all listeners that a machine has reached its limit
 * @en: namespace
 * @packet: the machine whose connection was refused, with its settings and its block
 * @ct: the refused connection, after destination NAT
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @held_back: number of earlier refusals for the same destination that no event told of
 *
 * Context: softirq, or process for a packet that the host itself sends; under RCU.
 */
typedef void (*egress_refused_fn)(struct egress_net *en, const struct egress_packet *packet,
				  const struct nf_conn *ct, u8 pf, unsigned int held_back);

/*
 * The function of netlink/ that sends the event. The code of packet/ must not call netlink/ by
 * name, so netlink/ stores the function here when the module is loaded, before there are hooks.
 */
extern egress_refused_fn egress_refused;

unsigned int egress_snat(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);

#endif
