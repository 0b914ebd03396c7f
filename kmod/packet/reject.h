/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_REJECT_H
#define EGRESS_REJECT_H

#include <linux/netfilter.h>

struct egress_net;
struct egress_packet;
struct nf_conn;

void egress_reject(struct sk_buff *skb, const struct nf_hook_state *state, u8 proto);
unsigned int egress_refuse_unbound(struct egress_net *en, const struct egress_packet *packet,
				   struct sk_buff *skb, const struct nf_hook_state *state,
				   const struct nf_conn *ct);

#endif
