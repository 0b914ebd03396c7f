// SPDX-License-Identifier: GPL-2.0
/*
 * Claims: if a pool has a device, the host claims the pool's allocated addresses on the device. It
 * announces them there (packet/announce.c), and answers for them (packet/answer.c). The
 * addresses are never configured on the device: the host itself is not to use them. The kernel's
 * proxy entries would not do: they answer only where the route points to another device.
 *
 * Before it does, it probes: if another host has the address, that is a conflict. This host then
 * neither announces nor answers for the address, and tries again from time to time. Packets are
 * translated to the address all the same.
 *
 *             due            not answered                  done
 *    (new) ---------> probes --------------> announcements ----> held, quiet
 *                      ^   |  answered             |               |
 *            after a   |   v                       | another host insists on the address
 *            time      conflict <------------------'---------------'
 *
 * A change and the device notifier only note that claims are due, under egress_net.device_lock, and
 * packets note other hosts that speak as the address (egress_claimer.rivals). A work item does what
 * takes long: it probes and announces, and joins multicast groups, for which it takes rtnl_lock. It
 * never takes egress_net.lock, for which whoever holds rtnl_lock would wait with it. So another
 * work item tells of conflicts.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>

#include "addr.h"
#include "net.h"
#include "packet/announce.h"
#include "state/address.h"
#include "state/change.h"
#include "state/claim.h"
#include "state/device.h"
#include "state/pair.h"
#include "state/warning.h"

/* A neighbour's queue has room for so many packets at once; ten thousand a second are few. */
#define BURST		64			/* claims served in a run of the work item */
#define REST		DIV_ROUND_UP(HZ, 150)	/* jiffies from one run to the next */
#define NO_MEMORY	HZ			/* jiffies until it is tried again */

/*
 * How often the host asks whether another one has the address. RFC 5227, 2.1.1, and RFC 4862, 5.4,
 * take seconds for it. A pair is to work at once, on a link whose hosts answer within milliseconds.
 * Who asks for the address meanwhile has its answer when the claim is announced.
 */
#define PROBES		3

/*
 * An announcement may be lost: where a switch's port has just got its carrier, it may forward
 * nothing for 30 seconds (IEEE 802.1D). So it comes again, after pauses that double from a second
 * on: after 1, 3, 7, 15 and 31 seconds. RFC 5227 asks for two.
 */
#define ANNOUNCEMENTS	6

/* An address may be defended against another host once in ten seconds (RFC 5227, 2.4). */
#define DEFEND		(10 * HZ)

/*
 * How long a claim waits, in jiffies: with 0 after a probe; with more after so many announcements,
 * or after conflicts.
 */
static unsigned long wait_of(unsigned int n)
{
	return n ? (unsigned long)HZ << (n - 1) : DIV_ROUND_UP(HZ, 50);
}

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
 * @addr: the address in its pool; NULL once the claim has ended, as it may be freed then
 * @wait: entry in egress_claimer.waits while the claim waits for what is next; else empty
 * @due: when that is, in jiffies
 * @step: number of probes sent, or PROBES and the number of announcements; 0 after a conflict
 * @alone: no other host may have the address, as this one hands out all slots
 * @held: nobody has answered the probes, and the address is answered for
 * @level: how long the claim waits after the next conflict: see wait_of()
 * @defended: when another host was last told that the address is ours, in jiffies; 0 for never
 * @conflict: another host has the address, and it is not answered for
 * @owner: the other host's hardware address
 * @told: entry in egress_claimer.told while @tell is to tell of @conflict; else empty
 * @at: the address
 * @groups: where the address's solicited-node multicast group is joined; NULL for nowhere
 *
 * egress_net.device_lock protects all but @at and @alone, which do not change, and @step, @held,
 * @level, @defended and @groups, which are the work item's. That alone frees a claim that had
 * begun, so it may use one without a lock.
 */
struct egress_claim {
	struct list_head list;
	struct egress_device *device;
	unsigned int round;
	struct egress_addr *addr;
	struct list_head wait;
	unsigned long due;
	unsigned int step;
	bool alone;
	bool held;
	unsigned int level;
	unsigned long defended;
	bool conflict;
	u8 owner[ETH_ALEN] __aligned(2);
	struct list_head told;
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
	INIT_LIST_HEAD(&claim->told);
	return claim;
}

void egress_claim_free(struct egress_claim *claim)
{
	kfree(claim);
}

/**
 * egress_claim_begin() - answer for an address, as soon as nobody else is found to have it
 * @en: namespace, locked
 * @addr: address
 * @claim: from egress_claim_new() for this address; it is given away
 * @device: device on which to answer
 * @alone: no other host may have the address, so that it is to be probed for
 */
void egress_claim_begin(struct egress_net *en, struct egress_addr *addr, struct egress_claim *claim,
			struct egress_device *device, bool alone)
{
	lockdep_assert_held(&en->lock);
	claim->alone = alone;
	claim->addr = addr;
	rcu_assign_pointer(addr->public.claimed, &device->ingress);
	spin_lock(&en->device_lock);
	addr->claim = claim;
	claim->device = device;
	claim->round = device->round - 1;
	list_add(&claim->list, &device->claims);
	wake_for(en, device);
	spin_unlock(&en->device_lock);
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
	egress_addr_mark(addr);
	spin_lock(&en->device_lock);
	WRITE_ONCE(addr->public.answered, false);
	addr->claim = NULL;
	claim->addr = NULL;
	claim->device = NULL;
	list_del_init(&claim->wait);
	list_del_init(&claim->told);
	list_move_tail(&claim->list, &en->claimer.ended);
	wake(en);
	spin_unlock(&en->device_lock);
}

/**
 * egress_claims_due() - have all claims of a device seen to again
 * @en: namespace, with egress_net.device_lock held
 * @device: name, whose device has come, gone, or changed
 * @anew: somebody may have taken an address meanwhile
 *
 * Their groups are joined where the device is now, and they are announced there, with @anew only
 * after probes.
 */
void egress_claims_due(struct egress_net *en, struct egress_device *device, bool anew)
{
	lockdep_assert_held(&en->device_lock);
	if (list_empty(&device->claims))
		return;
	device->round++;
	if (anew)
		device->anew = device->round;
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

/*
 * Under RCU. Is a device a port of a bridge or a bond, which gets what comes in? A VRF leaves ARP
 * and neighbour discovery to its ports.
 */
static bool is_port(struct net_device *dev)
{
	struct net_device *master = netdev_master_upper_dev_get_rcu(dev);

	return master && !netif_is_l3_master(master);
}

/* Under RCU. Return: the device on which something can be said and heard, or NULL. */
static struct net_device *usable(struct egress_net *en, int ifindex)
{
	struct net_device *dev = dev_get_by_index_rcu(en->net, ifindex);

	return dev && netif_running(dev) && netif_carrier_ok(dev) && !is_port(dev) ? dev : NULL;
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

/* Answer for a claim no more. */
static void let_go(struct egress_claim *claim)
{
	claim->held = false;
	if (claim->addr)
		WRITE_ONCE(claim->addr->public.answered, false);
}

/* Have it told that a claim is in conflict, or is no more. */
static void tell_of(struct egress_net *en, struct egress_claim *claim, bool conflict)
{
	lockdep_assert_held(&en->device_lock);
	if (!claim->addr)
		return;
	claim->conflict = conflict;
	if (list_empty(&claim->told))
		list_add_tail(&claim->told, &en->claimer.told);
	queue_work(system_unbound_wq, &en->claimer.tell);
}

/* Answer for a claim from now on. */
static void hold(struct egress_net *en, struct egress_claim *claim)
{
	spin_lock(&en->device_lock);
	claim->held = true;
	if (claim->addr)
		WRITE_ONCE(claim->addr->public.answered, true);
	if (claim->conflict)
		tell_of(en, claim, false);
	spin_unlock(&en->device_lock);
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
		if ((int)(device->anew - claim->round) > 0 && claim->alone)
			let_go(claim);
		claim->round = device->round;
		claim->step = claim->held ? PROBES : 0;
		return claim;
	}
	return NULL;
}

/* Return: the claim whose wait is over before all others', or NULL. */
static struct egress_claim *next_waiting(struct egress_claimer *claimer)
{
	struct egress_claim *claim, *next = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(claimer->waits); i++) {
		claim = list_first_entry_or_null(&claimer->waits[i], struct egress_claim, wait);
		if (claim && (!next || time_before(claim->due, next->due)))
			next = claim;
	}
	return next;
}

static bool is_due(const struct egress_claim *claim)
{
	return claim && time_after_eq(jiffies, claim->due);
}

/*
 * Take the next claim that is due: first those that are probed for, as nobody has an answer for
 * them meanwhile, and last those that are announced again. Return: claim, or NULL if none is due.
 */
static struct egress_claim *take_due(struct egress_net *en, int *ifindex)
{
	struct egress_claimer *claimer = &en->claimer;
	struct egress_claim *claim;

	spin_lock(&en->device_lock);
	claim = list_first_entry_or_null(&claimer->waits[0], struct egress_claim, wait);
	if (!is_due(claim))
		claim = next_of_devices(claimer);
	if (!claim) {
		claim = next_waiting(claimer);
		if (!is_due(claim))
			claim = NULL;
	}
	if (claim) {
		list_del_init(&claim->wait);
		*ifindex = claim->device->ingress.ifindex;
	}
	spin_unlock(&en->device_lock);
	return claim;
}

/* Let a claim wait for what is next. */
static void let_wait(struct egress_net *en, struct egress_claim *claim, unsigned int n)
{
	lockdep_assert_held(&en->device_lock);
	if (!claim->device)
		return;
	claim->due = jiffies + wait_of(n);
	list_move_tail(&claim->wait, &en->claimer.waits[n]);
}

/*
 * Another host has the address of a claim. If it was there first, leave it the address, and try
 * again later. If not, tell it once, and give way if it insists (RFC 5227, 2.4 (b)). A host that
 * only probes gets an answer, and will give way.
 */
static void meet(struct egress_net *en, struct egress_claim *claim,
		 const struct egress_rival *rival)
{
	lockdep_assert_held(&en->device_lock);
	if (claim->held ? rival->probe : !claim->step)
		return;
	if (claim->held && (!claim->defended || time_after(jiffies, claim->defended + DEFEND))) {
		claim->defended = jiffies ?: 1;
		claim->step = PROBES;
		let_wait(en, claim, 0);
		return;
	}
	let_go(claim);
	claim->step = 0;
	claim->defended = 0;
	ether_addr_copy(claim->owner, rival->mac);
	tell_of(en, claim, true);
	/* By chance, so that two hosts that probe at the same time do not meet again. */
	claim->level = min(claim->level + 1 + (get_random_u32() & 1), EGRESS_CLAIM_WAITS - 1u);
	let_wait(en, claim, claim->level);
}

/* Take a note of another host. Return: whether there was one. */
static bool take_rival(struct egress_rivals *rivals, struct egress_rival *rival)
{
	bool any;

	spin_lock_bh(&rivals->lock);
	any = rivals->n;
	if (any)
		*rival = rivals->v[--rivals->n];
	spin_unlock_bh(&rivals->lock);
	return any;
}

/* See to the other hosts that packets have told of; those that come meanwhile have to wait. */
static void meet_rivals(struct egress_net *en)
{
	unsigned int budget = EGRESS_RIVALS;
	struct egress_public *found;
	struct egress_claim *claim;
	struct egress_rival rival;

	while (budget-- && take_rival(&en->claimer.rivals, &rival)) {
		rcu_read_lock();
		spin_lock(&en->device_lock);
		found = egress_public_find(&en->addrs, &rival.at);
		claim = found ? container_of(found, struct egress_addr, public)->claim : NULL;
		if (claim && claim->device->ingress.ifindex == rival.ifindex)
			meet(en, claim, &rival);
		spin_unlock(&en->device_lock);
		rcu_read_unlock();
	}
}

/* Do what is next for a claim, on a device that exists, if it is not 0. */
static void step(struct egress_net *en, struct egress_claim *claim, int ifindex)
{
	struct net_device *dev;
	bool probe;

	rcu_read_lock();
	dev = usable(en, ifindex);
	if (!dev) {
		rcu_read_unlock();
		return;
	}
	probe = claim->alone && claim->step < PROBES && !(dev->flags & IFF_NOARP);
	if (probe) {
		egress_probe(dev, &claim->at);
		claim->step++;
	} else {
		if (!claim->held)
			hold(en, claim);
		egress_announce(dev, &claim->at);
		claim->step = max_t(unsigned int, claim->step, PROBES) + 1;
	}
	rcu_read_unlock();
	if (claim->step == PROBES + ANNOUNCEMENTS) {
		claim->level = 0;
		return;
	}
	spin_lock(&en->device_lock);
	let_wait(en, claim, probe ? 0 : claim->step - PROBES);
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
	WRITE_ONCE(claimer->rest, now + delay);
	next = next_waiting(claimer);
	/* A packet that notes another host just now is to wake the work item after this. */
	spin_lock_bh(&claimer->rivals.lock);
	if (!list_empty(&claimer->devices) || !list_empty(&claimer->ended) || claimer->rivals.n)
		wake(en);
	else if (next)
		mod_delayed_work(system_unbound_wq, &claimer->work,
				 max_t(long, delay, next->due - now));
	spin_unlock_bh(&claimer->rivals.lock);
	spin_unlock(&en->device_lock);
}

static void serve(struct work_struct *work)
{
	struct egress_net *en = container_of(to_delayed_work(work), struct egress_net,
					     claimer.work);
	unsigned int budget = BURST;
	struct egress_claim *claim;
	int ifindex;

	meet_rivals(en);
	while (budget && free_ended(en))
		budget--;
	while (budget-- && (claim = take_due(en, &ifindex))) {
		if (join(en, claim, ifindex)) {
			put_back(en, claim);
			rest(en, NO_MEMORY);
			return;
		}
		step(en, claim, ifindex);
		cond_resched();
	}
	rest(en, REST);
}

/* Note, and tell, that another host has an address of a pair, or with @owner NULL that none has. */
static void note_conflict(struct egress_change *ch, struct egress_addr *addr, const u8 *owner)
{
	struct egress_nat *nat = rcu_dereference_protected(addr->public.nat,
							   lockdep_is_held(&ch->en->lock));
	struct egress_pair *pair = container_of(nat, struct egress_pair, nat);

	if (owner ? addr->conflict.holds && ether_addr_equal(addr->owner, owner) :
		    !addr->conflict.holds)
		return;
	egress_change_count(ch);
	egress_warn_conflict(ch, pair, addr, owner);
	egress_change_did(ch, EGRESS_EVENT_PAIR_CHANGED, pair);
}

/*
 * Tell of conflicts that have begun or ended. No claim ends meanwhile, as egress_net.lock is held:
 * so the address of each is allocated.
 */
static void tell(struct work_struct *work)
{
	struct egress_net *en = container_of(work, struct egress_net, claimer.tell);
	unsigned int budget = BURST;
	struct egress_addr *addr;
	struct egress_claim *claim;
	struct egress_change ch;
	u8 owner[ETH_ALEN] __aligned(2);
	bool conflict;

	egress_change_begin(&ch, en);
	spin_lock(&en->device_lock);
	while ((claim = list_first_entry_or_null(&en->claimer.told, struct egress_claim, told))) {
		if (!budget--) {
			queue_work(system_unbound_wq, work);
			break;
		}
		list_del_init(&claim->told);
		addr = claim->addr;
		conflict = claim->conflict;
		ether_addr_copy(owner, claim->owner);
		spin_unlock(&en->device_lock);
		note_conflict(&ch, addr, conflict ? owner : NULL);
		spin_lock(&en->device_lock);
	}
	spin_unlock(&en->device_lock);
	egress_change_end(&ch);
}

void egress_claims_net_init(struct egress_net *en)
{
	struct egress_claimer *claimer = &en->claimer;
	unsigned int i;

	INIT_DELAYED_WORK(&claimer->work, serve);
	INIT_WORK(&claimer->tell, tell);
	spin_lock_init(&claimer->rivals.lock);
	claimer->rest = jiffies;
	INIT_LIST_HEAD(&claimer->devices);
	for (i = 0; i < ARRAY_SIZE(claimer->waits); i++)
		INIT_LIST_HEAD(&claimer->waits[i]);
	INIT_LIST_HEAD(&claimer->ended);
	INIT_LIST_HEAD(&claimer->told);
	INIT_LIST_HEAD(&claimer->groups);
}

/**
 * egress_claims_net_exit() - stop the work items, and free what it had still to free
 * @en: namespace, without claims but those that have ended
 *
 * Context: process, egress_net.lock not held; takes rtnl_lock.
 */
void egress_claims_net_exit(struct egress_net *en)
{
	cancel_delayed_work_sync(&en->claimer.work);
	cancel_work_sync(&en->claimer.tell);
	while (free_ended(en))
		cond_resched();
}
