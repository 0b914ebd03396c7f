/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_INGRESS_H
#define EGRESS_INGRESS_H

#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "packet/objects.h"

struct net_device;
struct sk_buff;

bool egress_came_from_host(const struct sk_buff *skb, const struct nf_hook_state *state);
bool egress_came_by(const struct egress_ingress *ingress, const struct sk_buff *skb,
		    const struct nf_hook_state *state);
bool egress_would_come_by(const struct egress_ingress *ingress, struct net_device *dev, int out);

/* In POST_ROUTING, under RCU: did a machine's packet come in by another device than its own? */
static inline bool egress_is_spoofed(const struct egress_sender *sender, const struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	const struct egress_ingress *ingress = rcu_dereference(sender->in);

	return ingress && !egress_came_by(ingress, skb, state);
}

#endif
