/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_ANSWER_H
#define EGRESS_ANSWER_H

#include <linux/netfilter.h>

struct egress_net;
struct net_device;
struct sk_buff;

bool egress_answer_is_router(const struct net_device *dev);
unsigned int egress_answer_arp(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
void egress_answer_heed(struct egress_net *en, struct sk_buff *skb,
			const struct nf_hook_state *state);
bool egress_answer_is_solicit(struct sk_buff *skb);
unsigned int egress_answer_solicit(struct egress_net *en, struct sk_buff *skb,
				   const struct nf_hook_state *state);

#endif
