// SPDX-License-Identifier: GPL-2.0
/*
 * Other hosts that this one knows: the next hops of the default route that it takes (of several
 * for IPv6, one), and its neighbours. An address that one of them has is not to be drawn. Nothing
 * is sent, and nobody is waited for.
 */
#include <net/arp.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ip_fib.h>
#include <net/ipv6_stubs.h>
#include <net/neighbour.h>
#include <net/nexthop.h>

#include "addr.h"
#include "net.h"
#include "state/neighbour.h"

/* Is an address a next hop of the default route? Only a default route leads to 0.0.0.0. */
static bool is_next_hop_v4(struct net *net, __be32 addr, int ifindex)
{
	struct flowi4 flow = { .flowi4_iif = LOOPBACK_IFINDEX, .flowi4_oif = ifindex };
	const struct fib_nh_common *hop;
	struct fib_result res;
	int i;

	if (fib_lookup(net, &flow, &res, 0) || res.type != RTN_UNICAST)
		return false;
	for (i = 0; i < fib_info_num_path(res.fi); i++) {
		hop = fib_info_nhc(res.fi, i);
		if (hop->nhc_gw_family == AF_INET && hop->nhc_gw.ipv4 == addr)
			return true;
	}
	return false;
}

static bool is_next_hop_v6(struct net *net, const struct in6_addr *addr, int ifindex)
{
	struct flowi6 flow = { .flowi6_iif = LOOPBACK_IFINDEX, .flowi6_oif = ifindex };
	struct fib6_result res = {};

	if (ipv6_stub->fib6_lookup(net, ifindex, &flow, &res, ifindex ? RT6_LOOKUP_F_IFACE : 0))
		return false;
	return res.nh && res.nh->fib_nh_gw_family == AF_INET6 &&
		ipv6_addr_equal(&res.nh->fib_nh_gw6, addr);
}

/**
 * egress_is_next_hop() - is an address the next hop of the default route that this host takes
 * @en: namespace
 * @addr: address
 * @ifindex: device by which the route leads; 0 for any, then it is the route that is taken
 *
 * Context: process.
 */
bool egress_is_next_hop(struct egress_net *en, const struct in6_addr *addr, int ifindex)
{
	bool is;

	rcu_read_lock();
	if (egress_addr_is_v4(addr))
		is = is_next_hop_v4(en->net, egress_addr_to_v4(addr), ifindex);
	else
		is = is_next_hop_v6(en->net, addr, ifindex);
	rcu_read_unlock();
	return is;
}

/**
 * egress_is_neighbour() - is an address one of a neighbour that is known to be there now
 * @en: namespace
 * @addr: address
 * @ifindex: device, with hardware addresses as Ethernet has them
 * @mac: set to the neighbour's hardware address
 *
 * Context: process.
 */
bool egress_is_neighbour(struct egress_net *en, const struct in6_addr *addr, int ifindex,
			 u8 mac[ETH_ALEN])
{
	bool v4 = egress_addr_is_v4(addr), is = false;
	__be32 v4_addr = v4 ? egress_addr_to_v4(addr) : 0;
	struct neigh_table *table = v4 ? &arp_tbl : ipv6_stub->nd_tbl;
	struct neighbour *neighbour;
	struct net_device *dev;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(en->net, ifindex);
	if (!dev || dev->addr_len != ETH_ALEN || !table)
		goto unlock;
	neighbour = neigh_lookup(table, v4 ? (const void *)&v4_addr : addr, dev);
	if (!neighbour)
		goto unlock;
	/* What is stale may have gone long ago. */
	is = READ_ONCE(neighbour->nud_state) & (NUD_REACHABLE | NUD_PERMANENT);
	if (is)
		neigh_ha_snapshot(mac, neighbour, dev);
	neigh_release(neighbour);
unlock:
	rcu_read_unlock();
	return is;
}
