// SPDX-License-Identifier: GPL-2.0
/*
 * Claims: if a pool has a device, the host claims the pool's allocated addresses on the device. It
 * announces them there (packet/announce.c), and answers for them (packet/answer.c). The
 * addresses are never configured on the device: the host itself is not to use them. The kernel's
 * proxy entries would not do: they answer only where the route points to another device.
 *
 * A change and the device notifier only note that claims are due, under egress_net.device_lock. A
 * work item does what takes long: it announces, and joins multicast groups, for which it takes
 * rtnl_lock. It never takes egress_net.lock, for which whoever holds rtnl_lock would wait with it.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>

#include "addr.h"
#include "net.h"
#include "packet/announce.h"
#include "state/address.h"
#include "state/claim.h"
#include "state/device.h"

/* A neighbour's queue has room for so many packets at once; ten thousand a second are few. */
#define BURST		64			/* claims served in a run of the work item */
#define REST		DIV_ROUND_UP(HZ, 150)	/* jiffies from one run to the next */
#define NO_MEMORY	HZ			/* jiffies until it is tried again */

/*
 * An announcement may be lost: where a switch's port has just got its carrier, it may forward
 * nothing for 30 seconds (IEEE 802.1D). So it comes again, after pauses that double from a second
 * on: after 1, 3, 7, 15 and 31 seconds. RFC 5227 asks for two.
 */
#define PAUSE(told)	((unsigned long)HZ << ((told) - 1))

/**
 * struct egress_groups - the multicast groups that claims have joined on a device
 * @list: entry in egress_claimer.groups, until they are @gone; then empty
 * @ifindex: the device
 * @n: number of claims whose group is joined
 * @gone: the device has lost its IPv6, and the groups with it: there is nothing to leave
 *
 * Protected by rtnl_lock. @gone is also read without it, before that is taken.
 */
struct egress_groups {
	struct list_head list;
	int ifindex;
	unsigned int n;
	bool gone;
};

/**
 * struct egress_claim - an address that the host answers for on a device
 * @list: entry in egress_device.claims; once egress_claim_end() has ended the claim, in
 *	egress_claimer.ended
 * @device: the device; NULL once the claim has ended
 * @round: the claim is due if this is not the device's round
 * @wait: entry in egress_claimer.again while the claim is to be announced again; else empty
 * @due: when it is to be announced again, in jiffies
 * @told: how often it has been announced since it was due
 * @at: the address
 * @groups: where the address's solicited-node multicast group is joined; NULL for nowhere
 *
 * egress_net.device_lock protects all but @at, which does not change, and @told and @groups, which
 * are the work item's. The work item alone frees a claim that had begun, so it may use one without
 * a lock.
 */
struct egress_claim {
	struct list_head list;
	struct egress_device *device;
	unsigned int round;
	struct list_head wait;
	unsigned long due;
	unsigned int told;
	struct in6_addr at;
	struct egress_groups *groups;
};

/* Let the work item run as soon as it may. */
static void wake(struct egress_net *en)
{
	struct egress_claimer *claimer = &en->claimer;
	unsigned long now = jiffies;

	lockdep_assert_held(&en->device_lock);
	mod_delayed_work(system_unbound_wq, &claimer->work,
			 time_before(now, claimer->rest) ? claimer->rest - now : 0);
}

/* Let the work item see to a device's claims that are due. */
static void wake_for(struct egress_net *en, struct egress_device *device)
{
	if (list_empty(&device->due))
		list_add_tail(&device->due, &en->claimer.devices);
	wake(en);
}

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
	claim->at = addr->public.addr;
	INIT_LIST_HEAD(&claim->wait);
	return claim;
}

void egress_claim_free(struct egress_claim *claim)
{
	kfree(claim);
}

/**
 * egress_claim_begin() - answer for an address from now on
 * @en: namespace, locked
 * @addr: address
 * @claim: from egress_claim_new() for this address; it is given away
 * @device: device on which to answer
 */
void egress_claim_begin(struct egress_net *en, struct egress_addr *addr, struct egress_claim *claim,
			struct egress_device *device)
{
	lockdep_assert_held(&en->lock);
	addr->claim = claim;
	spin_lock(&en->device_lock);
	claim->device = device;
	claim->round = device->round - 1;
	list_add(&claim->list, &device->claims);
	wake_for(en, device);
	spin_unlock(&en->device_lock);
	rcu_assign_pointer(addr->public.claimed, &device->ingress);
}

/**
 * egress_claim_end() - no longer answer for an address
 * @en: namespace, locked
 * @addr: address that has a claim
 */
void egress_claim_end(struct egress_net *en, struct egress_addr *addr)
{
	struct egress_claim *claim = addr->claim;

	lockdep_assert_held(&en->lock);
	RCU_INIT_POINTER(addr->public.claimed, NULL);
	addr->claim = NULL;
	spin_lock(&en->device_lock);
	claim->device = NULL;
	list_del_init(&claim->wait);
	list_move_tail(&claim->list, &en->claimer.ended);
	wake(en);
	spin_unlock(&en->device_lock);
}

/**
 * egress_claims_due() - have all claims of a device seen to again
 * @en: namespace, with egress_net.device_lock held
 * @device: name, whose device has come, gone, or changed
 *
 * Their groups are joined where the device is now, and they are announced there.
 */
void egress_claims_due(struct egress_net *en, struct egress_device *device)
{
	lockdep_assert_held(&en->device_lock);
	if (list_empty(&device->claims))
		return;
	device->round++;
	wake_for(en, device);
}

/**
 * egress_claims_lost() - a device has lost its multicast groups
 * @en: namespace
 * @ifindex: device that has gone, or that has no IPv6 any more
 *
 * Context: rtnl_lock held.
 */
void egress_claims_lost(struct egress_net *en, int ifindex)
{
	struct egress_groups *groups;

	ASSERT_RTNL();
	list_for_each_entry(groups, &en->claimer.groups, list) {
		if (groups->ifindex != ifindex)
			continue;
		list_del_init(&groups->list);
		WRITE_ONCE(groups->gone, true);
		return;
	}
}

static void put_groups(struct egress_groups *groups)
{
	if (groups->n)
		return;
	list_del(&groups->list);
	kfree(groups);
}

/* Return: where the groups on a device are noted; NULL if there is no memory to do so. */
static struct egress_groups *get_groups(struct egress_net *en, int ifindex)
{
	struct egress_groups *groups;

	list_for_each_entry(groups, &en->claimer.groups, list)
		if (groups->ifindex == ifindex)
			return groups;
	groups = kzalloc(sizeof(*groups), GFP_KERNEL);
	if (!groups)
		return NULL;
	groups->ifindex = ifindex;
	list_add_tail(&groups->list, &en->claimer.groups);
	return groups;
}

/* Leave the group that a claim has joined. */
static void leave(struct egress_net *en, struct egress_claim *claim)
{
	struct egress_groups *groups = claim->groups;
	struct net_device *dev;
	struct in6_addr group;

	ASSERT_RTNL();
	if (!groups)
		return;
	dev = groups->gone ? NULL : __dev_get_by_index(en->net, groups->ifindex);
	if (dev) {
		addrconf_addr_solict_mult(&claim->at, &group);
		ipv6_dev_mc_dec(dev, &group);
	}
	claim->groups = NULL;
	groups->n--;
	put_groups(groups);
}

/* Is the group of a claim joined on this device, or on none if that is 0? */
static bool is_joined(const struct egress_claim *claim, int ifindex)
{
	const struct egress_groups *groups = claim->groups;

	if (!groups)
		return !ifindex;
	return groups->ifindex == ifindex && !READ_ONCE(groups->gone);
}

/*
 * Join the multicast group to which others send their solicitations for an IPv6 address, and leave
 * the one on another device. Without IPv6 on the device nobody solicits there, which is no error.
 * Return: 0 or -ENOMEM.
 */
static int join(struct egress_net *en, struct egress_claim *claim, int ifindex)
{
	struct egress_groups *groups;
	struct net_device *dev;
	struct in6_addr group;
	int err = 0;

	if (egress_addr_is_v4(&claim->at) || is_joined(claim, ifindex))
		return 0;
	rtnl_lock();
	leave(en, claim);
	dev = ifindex ? __dev_get_by_index(en->net, ifindex) : NULL;
	if (!dev || !__in6_dev_get(dev))
		goto unlock;
	groups = get_groups(en, ifindex);
	err = -ENOMEM;
	if (!groups)
		goto unlock;
	addrconf_addr_solict_mult(&claim->at, &group);
	err = ipv6_dev_mc_inc(dev, &group);
	if (!err) {
		claim->groups = groups;
		groups->n++;
	}
	put_groups(groups);
unlock:
	rtnl_unlock();
	return err == -ENOMEM ? err : 0;
}

/* Return: whether a claim was announced; there has to be a device that is up and has a carrier. */
static bool announce(struct egress_net *en, const struct egress_claim *claim, int ifindex)
{
	struct net_device *dev;
	bool able;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(en->net, ifindex);
	able = dev && netif_running(dev) && netif_carrier_ok(dev);
	if (able)
		egress_announce(dev, &claim->at);
	rcu_read_unlock();
	return able;
}

/* Free a claim that has ended. Return: whether there was one. */
static bool free_ended(struct egress_net *en)
{
	struct egress_claim *claim;

	spin_lock(&en->device_lock);
	claim = list_first_entry_or_null(&en->claimer.ended, struct egress_claim, list);
	if (claim)
		list_del(&claim->list);
	spin_unlock(&en->device_lock);
	if (!claim)
		return false;
	if (claim->groups) {
		rtnl_lock();
		leave(en, claim);
		rtnl_unlock();
	}
	egress_claim_free(claim);
	return true;
}

/* Return: the next claim of a device that has come or changed, of each device in turn, or NULL. */
static struct egress_claim *next_of_devices(struct egress_claimer *claimer)
{
	struct egress_device *device;
	struct egress_claim *claim;

	while ((device = list_first_entry_or_null(&claimer->devices, struct egress_device, due))) {
		claim = list_first_entry_or_null(&device->claims, struct egress_claim, list);
		if (!claim || claim->round == device->round) {
			list_del_init(&device->due);
			continue;
		}
		list_move_tail(&device->due, &claimer->devices);
		list_move_tail(&claim->list, &device->claims);
		claim->round = device->round;
		claim->told = 0;
		return claim;
	}
	return NULL;
}

/* Return: the claim that is to be announced again before all others, or NULL. */
static struct egress_claim *next_again(struct egress_claimer *claimer)
{
	struct egress_claim *claim, *next = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(claimer->again); i++) {
		claim = list_first_entry_or_null(&claimer->again[i], struct egress_claim, wait);
		if (claim && (!next || time_before(claim->due, next->due)))
			next = claim;
	}
	return next;
}

/* Take the next claim that is due. Return: claim, or NULL if none is. */
static struct egress_claim *take_due(struct egress_net *en, int *ifindex)
{
	struct egress_claim *claim;

	spin_lock(&en->device_lock);
	claim = next_of_devices(&en->claimer);
	if (!claim) {
		claim = next_again(&en->claimer);
		if (claim && time_before(jiffies, claim->due))
			claim = NULL;
	}
	if (claim) {
		list_del_init(&claim->wait);
		*ifindex = claim->device->ingress.ifindex;
	}
	spin_unlock(&en->device_lock);
	return claim;
}

/* Have a claim, which was announced just now, announced again if that was not the last time. */
static void wait_again(struct egress_net *en, struct egress_claim *claim)
{
	if (++claim->told == EGRESS_ANNOUNCEMENTS)
		return;
	spin_lock(&en->device_lock);
	if (claim->device) {
		claim->due = jiffies + PAUSE(claim->told);
		list_add_tail(&claim->wait, &en->claimer.again[claim->told - 1]);
	}
	spin_unlock(&en->device_lock);
}

/* Undo next_of_devices(). */
static void put_back(struct egress_net *en, struct egress_claim *claim)
{
	spin_lock(&en->device_lock);
	if (claim->device) {
		claim->round = claim->device->round - 1;
		list_move(&claim->list, &claim->device->claims);
		wake_for(en, claim->device);
	}
	spin_unlock(&en->device_lock);
}

/* Let the work item rest for so many jiffies, and run again when something is due. */
static void rest(struct egress_net *en, unsigned long delay)
{
	struct egress_claimer *claimer = &en->claimer;
	const struct egress_claim *next;
	unsigned long now = jiffies;

	spin_lock(&en->device_lock);
	claimer->rest = now + delay;
	next = next_again(claimer);
	if (!list_empty(&claimer->devices) || !list_empty(&claimer->ended))
		wake(en);
	else if (next)
		mod_delayed_work(system_unbound_wq, &claimer->work,
				 max_t(long, delay, next->due - now));
	spin_unlock(&en->device_lock);
}

static void serve(struct work_struct *work)
{
	struct egress_net *en = container_of(to_delayed_work(work), struct egress_net,
					     claimer.work);
	unsigned int budget = BURST;
	struct egress_claim *claim;
	int ifindex;

	while (budget && free_ended(en))
		budget--;
	while (budget-- && (claim = take_due(en, &ifindex))) {
		if (join(en, claim, ifindex)) {
			put_back(en, claim);
			rest(en, NO_MEMORY);
			return;
		}
		if (announce(en, claim, ifindex))
			wait_again(en, claim);
		cond_resched();
	}
	rest(en, REST);
}

void egress_claims_net_init(struct egress_net *en)
{
	struct egress_claimer *claimer = &en->claimer;
	unsigned int i;

	INIT_DELAYED_WORK(&claimer->work, serve);
	claimer->rest = jiffies;
	INIT_LIST_HEAD(&claimer->devices);
	for (i = 0; i < ARRAY_SIZE(claimer->again); i++)
		INIT_LIST_HEAD(&claimer->again[i]);
	INIT_LIST_HEAD(&claimer->ended);
	INIT_LIST_HEAD(&claimer->groups);
}

/**
 * egress_claims_net_exit() - stop the work item, and free what it had still to free
 * @en: namespace, without claims but those that have ended
 *
 * Context: process; takes rtnl_lock.
 */
void egress_claims_net_exit(struct egress_net *en)
{
	cancel_delayed_work_sync(&en->claimer.work);
	while (free_ended(en))
		cond_resched();
}
