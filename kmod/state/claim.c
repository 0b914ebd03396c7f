// SPDX-License-Identifier: GPL-2.0
/*
 * Claims: an allocated address of a pool with a device is answered for there, by
 * packet/answer.c, and announced (RFC 5227, 7.2.6 of RFC 4861). It is never
 * configured on the device, so the host has no use of it itself, and the kernel's
 * proxy entries don't do: they answer only where the route points to another device.
 *
 * What needs rtnl_lock, the multicast groups and the announcements, is done by
 * egress_claims_sync() after the change, before the request returns.
 */
#include <linux/if_arp.h>
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ipv6_stubs.h>
#include <net/ndisc.h>

#include "addr.h"
#include "net.h"
#include "packet/answer.h"
#include "state/address.h"
#include "state/claim.h"
#include "state/device.h"

/**
 * struct egress_claim - an address that is answered for on a device
 * @list: in egress_device.claims, alone once it is let go
 * @todo: in egress_net.claims or egress_net.unclaims
 * @device: where; valid while in its list
 * @addr: what; likewise
 * @at: address
 * @joined: ifindex on which its solicited-node group is joined, 0 for none
 *
 * Under egress_net.lock; @joined under rtnl_lock too.
 */
struct egress_claim {
	struct list_head list;
	struct list_head todo;
	struct egress_device *device;
	struct egress_addr *addr;
	struct in6_addr at;
	int joined;
};

/**
 * egress_claim_new() - memory for a claim
 * @addr: address
 *
 * Return: claim for egress_claim_begin() or egress_claim_free(), or NULL.
 */
struct egress_claim *egress_claim_new(struct egress_addr *addr)
{
	struct egress_claim *claim = kzalloc(sizeof(*claim), GFP_KERNEL_ACCOUNT);

	if (!claim)
		return NULL;
	claim->addr = addr;
	claim->at = addr->public.addr;
	INIT_LIST_HEAD(&claim->list);
	INIT_LIST_HEAD(&claim->todo);
	return claim;
}

void egress_claim_free(struct egress_claim *claim)
{
	kfree(claim);
}

/**
 * egress_claim_begin() - answer for an address from now on
 * @en: namespace, locked
 * @claim: from egress_claim_new(), given away
 * @device: where
 */
void egress_claim_begin(struct egress_net *en, struct egress_claim *claim,
			struct egress_device *device)
{
	claim->device = device;
	list_add_tail(&claim->list, &device->claims);
	list_add_tail(&claim->todo, &en->claims);
	WRITE_ONCE(claim->addr->public.ifindex, device->ingress.ifindex);
}

/**
 * egress_claim_end() - no longer answer for an address
 * @en: namespace, locked
 * @addr: address
 * @device: where it was answered for
 */
void egress_claim_end(struct egress_net *en, struct egress_addr *addr,
		      struct egress_device *device)
{
	struct egress_claim *claim;

	WRITE_ONCE(addr->public.ifindex, 0);
	list_for_each_entry(claim, &device->claims, list) {
		if (claim->addr != addr)
			continue;
		list_del_init(&claim->list);
		list_move_tail(&claim->todo, &en->unclaims);
		claim->device = NULL;
		claim->addr = NULL;
		return;
	}
}

/* Return: 0, also without IPv6 on the device, as nobody solicits there; or -ENOMEM. */
static int join(struct egress_claim *claim, struct net_device *dev)
{
	struct in6_addr group;
	int err;

	ASSERT_RTNL();
	if (claim->joined == dev->ifindex || egress_addr_is_v4(&claim->at))
		return 0;
	addrconf_addr_solict_mult(&claim->at, &group);
	err = ipv6_dev_mc_inc(dev, &group);
	if (!err)
		claim->joined = dev->ifindex;
	return err == -ENOMEM ? err : 0;
}

static void leave(struct egress_net *en, struct egress_claim *claim)
{
	struct net_device *dev;
	struct in6_addr group;

	ASSERT_RTNL();
	if (!claim->joined)
		return;
	dev = __dev_get_by_index(en->net, claim->joined);
	addrconf_addr_solict_mult(&claim->at, &group);
	if (dev)
		ipv6_dev_mc_dec(dev, &group);
	claim->joined = 0;
}

static void announce(struct egress_claim *claim, struct net_device *dev)
{
	__be32 v4;

	if (!netif_running(dev))
		return;
	if (egress_addr_is_v4(&claim->at)) {
		v4 = egress_addr_to_v4(&claim->at);
		arp_send(ARPOP_REQUEST, ETH_P_ARP, v4, dev, v4, NULL, dev->dev_addr, NULL);
		return;
	}
	rcu_read_lock();
	if (__in6_dev_get(dev))
		ipv6_stub->ndisc_send_na(dev, &in6addr_linklocal_allnodes, &claim->at,
					 egress_answer_is_router(dev), false, true, true);
	rcu_read_unlock();
}

/**
 * egress_claims_sync() - do what the last change left to be done under rtnl_lock
 * @en: namespace, not locked
 *
 * What there is no memory for is left to the next one, the reaper's at the latest.
 * Context: process.
 */
void egress_claims_sync(struct egress_net *en)
{
	struct egress_claim *claim, *tmp;
	struct net_device *dev;

	mutex_lock(&en->lock);
	if (list_empty(&en->claims) && list_empty(&en->unclaims)) {
		mutex_unlock(&en->lock);
		return;
	}
	mutex_unlock(&en->lock);

	rtnl_lock();
	mutex_lock(&en->lock);
	list_for_each_entry_safe(claim, tmp, &en->unclaims, todo) {
		list_del(&claim->todo);
		leave(en, claim);
		egress_claim_free(claim);
	}
	list_for_each_entry_safe(claim, tmp, &en->claims, todo) {
		dev = NULL;
		if (claim->device->ingress.ifindex)
			dev = __dev_get_by_index(en->net, claim->device->ingress.ifindex);
		if (dev && join(claim, dev))
			continue;
		list_del_init(&claim->todo);
		if (dev)
			announce(claim, dev);
	}
	mutex_unlock(&en->lock);
	rtnl_unlock();
}

/**
 * egress_claims_come() - a device has come, up, or to another hardware address
 * @device: its name
 * @dev: device
 *
 * Context: process, rtnl_lock and egress_net.lock held.
 */
void egress_claims_come(struct egress_device *device, struct net_device *dev)
{
	struct egress_claim *claim;

	list_for_each_entry(claim, &device->claims, list) {
		WRITE_ONCE(claim->addr->public.ifindex, dev->ifindex);
		leave(egress_net(dev_net(dev)), claim);	/* IPv6 may be new on it */
		if (join(claim, dev))
			list_move_tail(&claim->todo, &egress_net(dev_net(dev))->claims);
		announce(claim, dev);
	}
}

/**
 * egress_claims_rejoin() - a device's MTU has changed
 * @device: its name
 * @dev: device
 *
 * With one below 1,280 bytes IPv6 is taken off the device, and its groups with it.
 * Context: process, rtnl_lock and egress_net.lock held.
 */
void egress_claims_rejoin(struct egress_device *device, struct net_device *dev)
{
	struct egress_claim *claim;

	list_for_each_entry(claim, &device->claims, list) {
		if (!__in6_dev_get(dev))
			claim->joined = 0;
		else if (join(claim, dev))
			list_move_tail(&claim->todo, &egress_net(dev_net(dev))->claims);
	}
}

/**
 * egress_claims_gone() - a device goes, or is called otherwise
 * @device: its name
 * @dev: device
 *
 * Context: process, rtnl_lock and egress_net.lock held.
 */
void egress_claims_gone(struct egress_device *device, struct net_device *dev)
{
	struct egress_claim *claim;

	list_for_each_entry(claim, &device->claims, list) {
		WRITE_ONCE(claim->addr->public.ifindex, 0);
		leave(egress_net(dev_net(dev)), claim);
	}
}
