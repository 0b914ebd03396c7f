/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_CLAIM_H
#define EGRESS_CLAIM_H

#include <linux/types.h>

struct egress_addr;
struct egress_device;
struct egress_net;
struct net_device;
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

#endif
