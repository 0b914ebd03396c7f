/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_CLAIM_H
#define EGRESS_CLAIM_H

#include <linux/if_ether.h>
#include <linux/types.h>

struct egress_addr;
struct egress_claim;
struct egress_device;
struct egress_net;

struct egress_claim *egress_claim_new(struct egress_addr *addr);
void egress_claim_begin(struct egress_net *en, struct egress_addr *addr, struct egress_claim *claim,
			struct egress_device *device, bool alone);
void egress_claim_end(struct egress_net *en, struct egress_addr *addr);
void egress_claim_free(struct egress_claim *claim);

void egress_claim_rival(struct egress_net *en, const struct egress_addr *addr, u8 mac[ETH_ALEN]);

void egress_claims_due(struct egress_net *en, struct egress_device *device, bool anew);
void egress_claims_lost(struct egress_net *en, int ifindex);
void egress_claims_net_init(struct egress_net *en);
void egress_claims_net_exit(struct egress_net *en);

#endif
