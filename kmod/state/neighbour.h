/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_NEIGHBOUR_H
#define EGRESS_NEIGHBOUR_H

#include <linux/if_ether.h>
#include <linux/types.h>

struct egress_net;
struct in6_addr;

bool egress_is_next_hop(struct egress_net *en, const struct in6_addr *addr, int ifindex);
bool egress_is_neighbour(struct egress_net *en, const struct in6_addr *addr, int ifindex,
			 u8 mac[ETH_ALEN]);

#endif
