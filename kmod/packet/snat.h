/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_SNAT_H
#define EGRESS_SNAT_H

#include <linux/netfilter.h>

struct egress_net;
struct egress_packet;
struct nf_conn;

/**
 * typedef egress_refused_fn - tell whoever listens that a machine has reached its limit
 * @en: namespace
 * @packet: whose connection was refused
 * @ct: connection, after destination NAT
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @held_back: refusals for the same destination since it was told last
 *
 * Context: softirq, under RCU.
 */
typedef void (*egress_refused_fn)(struct egress_net *en, const struct egress_packet *packet,
				  const struct nf_conn *ct, u8 pf, unsigned int held_back);

/* Set by netlink/ before there are hooks: this floor does not know that one. */
extern egress_refused_fn egress_refused;

unsigned int egress_snat(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);

#endif
