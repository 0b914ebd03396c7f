/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_ANNOUNCE_H
#define EGRESS_ANNOUNCE_H

struct in6_addr;
struct net_device;

void egress_announce(struct net_device *dev, const struct in6_addr *at);
void egress_probe(struct net_device *dev, const struct in6_addr *at);

#endif
