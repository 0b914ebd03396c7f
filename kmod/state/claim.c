// SPDX-License-Identifier: GPL-2.0
/*
 * Claims: if a pool has a device, the host claims the pool's allocated addresses on the device. It
 * announces them there (RFC 5227, 7.2.6 of RFC 4861), and packet/answer.c answers for them. The
 * addresses are never configured on the device: the host itself is not to use them. The kernel's
 * proxy entries would not do: they answer only where the route points to another device.
 *
 * Multicast groups and announcements need rtnl_lock, which must be taken before egress_net.lock. So
 * egress_claims_sync() sees to them after the change, before the request returns.
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
 * struct egress_claim - an address that the host answers for on a device
 * @list: entry in egress_device.claims; empty once egress_claim_end() has ended the claim
 * @todo: entry in egress_net.claims or egress_net.unclaims while egress_claims_sync() has to
 *	see to the claim; else empty
 * @device: the device; NULL once the claim has ended
 * @addr: the address in its pool; NULL once the claim has ended, as it may be freed then
 * @at: the address itself, which is needed to leave the group after the end, too
 * @joined: ifindex of the device on which the address's solicited-node multicast group is
 *	joined, 0 for none
 *
 * egress_net.lock protects all of it; @joined changes with rtnl_lock held as well.
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
 * egress_claim_new() - get the memory for a claim, so that egress_claim_begin() can't fail
 * @addr: address that is to be claimed
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
 * @claim: from egress_claim_new(); the caller must not use it any more
 * @device: device on which to answer
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
 * @device: device on which the address was answered for
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

/*
 * Join the multicast group to which others send their solicitations for an IPv6 address. Without
 * IPv6 on the device nobody solicits there, which is no error. Return: 0 or -ENOMEM.
 */
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
 * egress_claims_sync() - do what changes have left to be done under rtnl_lock
 * @en: namespace, not locked
 *
 * A claim for which there is no memory stays in the list for the next call: the reaper calls this
 * each second. Context: process; takes rtnl_lock if there is anything to do.
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
 * egress_claims_come() - answer for a device's claims, and announce them
 * @device: name of the device
 * @dev: device that has come, been set up, or got another hardware address or name
 *
 * Context: process, rtnl_lock and egress_net.lock held.
 */
void egress_claims_come(struct egress_device *device, struct net_device *dev)
{
	struct egress_claim *claim;

	list_for_each_entry(claim, &device->claims, list) {
		WRITE_ONCE(claim->addr->public.ifindex, dev->ifindex);
		/* @joined may tell of a group that went when IPv6 was taken off the device. */
		leave(egress_net(dev_net(dev)), claim);
		if (join(claim, dev))
			list_move_tail(&claim->todo, &egress_net(dev_net(dev))->claims);
		announce(claim, dev);
	}
}

/**
 * egress_claims_rejoin() - join the multicast groups of a device's claims again
 * @device: name of the device
 * @dev: device whose MTU has changed
 *
 * With an MTU below 1,280 bytes, the kernel takes IPv6 off the device, and the groups with it. With
 * a larger one, IPv6 comes back without them. Context: process, rtnl_lock and egress_net.lock held.
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
 * egress_claims_gone() - answer for a device's claims no more, but keep them
 * @device: name of the device
 * @dev: device that goes or gets another name
 *
 * The claims hold again when a device of this name comes. Context: process, rtnl_lock and
 * egress_net.lock held.
 */
void egress_claims_gone(struct egress_device *device, struct net_device *dev)
{
	struct egress_claim *claim;

	list_for_each_entry(claim, &device->claims, list) {
		WRITE_ONCE(claim->addr->public.ifindex, 0);
		leave(egress_net(dev_net(dev)), claim);
	}
}
