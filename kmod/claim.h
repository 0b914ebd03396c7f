/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_CLAIM_H
#define EGRESS_CLAIM_H

#include <linux/types.h>

struct egress_addr;
struct egress_device;
struct egress_net;
struct net_device;
struct nf_hook_state;
struct sk_buff;

struct egress_claim;

struct egress_claim *egress_claim_new(struct egress_addr *addr);
void egress_claim_begin(struct egress_net *en, struct egress_claim *claim,
			struct egress_device *device);
void egress_claim_end(struct egress_net *en, struct egress_addr *addr,
		      struct egress_device *device);
void egress_claim_free(struct egress_claim *claim);

void egress_claims_sync(struct egress_net *en);
void egress_claims_come(struct egress_device *device, struct net_device *dev);
void egress_claims_rejoin(struct egress_device *device, struct net_device *dev);
void egress_claims_gone(struct egress_device *device, struct net_device *dev);

unsigned int egress_claim_arp(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
bool egress_claim_is_solicit(struct sk_buff *skb);
unsigned int egress_claim_solicited(struct egress_net *en, struct sk_buff *skb,
				    const struct nf_hook_state *state);

#endif
