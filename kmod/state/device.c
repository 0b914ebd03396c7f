// SPDX-License-Identifier: GPL-2.0
/*
 * Devices by name. A machine may be added before its tap device exists, and the device may go
 * and come again. So a machine refers to its device by name, as a rule does with nft's iifname.
 *
 * What packets read of it, egress_ingress.ifindex, is set by the device notifier itself: when a
 * device has come, its packets are the machine's. The notifier is called with rtnl_lock held, for
 * which everybody waits who changes any device of the computer. So it takes no lock but
 * egress_net.device_lock, allocates nothing, and leaves all else to the claims' work item.
 */
#include <linux/hashtable.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/addrconf.h>

#include "net.h"
#include "table.h"
#include "state/claim.h"
#include "state/device.h"

static const struct rhashtable_params device_params = {
	.key_len = IFNAMSIZ,
	.key_offset = offsetof(struct egress_device, name),
	.head_offset = offsetof(struct egress_device, node),
	.automatic_shrinking = true,
};

static struct egress_device *find(struct egress_net *en, const char *name)
{
	char key[IFNAMSIZ] = {};

	strscpy(key, name, sizeof(key));
	return rhashtable_lookup_fast(&en->devices, key, device_params);
}

/* Note what changed() wants to compare. */
static void look(struct egress_device *device, const struct net_device *dev)
{
	device->in6 = dev && __in6_dev_get(dev);
	device->carrier = dev && netif_carrier_ok(dev);
}

/*
 * Note which device has the name now; NULL for none. The hash table of devices by ifindex needs no
 * memory for an entry. Under RCU or rtnl_lock.
 */
static void set_device(struct egress_net *en, struct egress_device *device,
		       const struct net_device *dev)
{
	lockdep_assert_held(&en->device_lock);
	hash_del(&device->index);
	if (dev)
		hash_add(en->device_index, &device->index, dev->ifindex);
	look(device, dev);
	WRITE_ONCE(device->ingress.ifindex, dev ? dev->ifindex : 0);
}

static struct egress_device *find_index(struct egress_net *en, int ifindex)
{
	struct egress_device *device;

	hash_for_each_possible(en->device_index, device, index, ifindex)
		if (device->ingress.ifindex == ifindex)
			return device;
	return NULL;
}

/* Under RCU. Return: the device that has the name now, or NULL. */
static const struct net_device *by_name(struct egress_net *en, const char *name)
{
	const struct net_device *dev = dev_get_by_name_rcu(en->net, name);

	/* The kernel also finds a device by an alternative name, which is not to count. */
	return dev && !strcmp(dev->name, name) ? dev : NULL;
}

/**
 * egress_device_exists() - is there a device of this name now
 * @en: namespace
 * @name: name
 */
bool egress_device_exists(struct egress_net *en, const char *name)
{
	bool exists;

	rcu_read_lock();
	exists = by_name(en, name);
	rcu_read_unlock();
	return exists;
}

/**
 * egress_device_get() - take a reference to a device's name; the device need not exist
 * @en: namespace, locked
 * @name: name, shorter than IFNAMSIZ
 *
 * Return: device, or NULL if there is no memory.
 */
struct egress_device *egress_device_get(struct egress_net *en, const char *name)
{
	struct egress_device *device = find(en, name);

	lockdep_assert_held(&en->lock);
	if (device) {
		device->users++;
		return device;
	}
	device = kzalloc(sizeof(*device), GFP_KERNEL_ACCOUNT);
	if (!device)
		return NULL;
	strscpy(device->name, name, sizeof(device->name));
	device->users = 1;
	INIT_LIST_HEAD(&device->claims);
	INIT_LIST_HEAD(&device->due);
	if (egress_table_insert(&en->devices, &device->node, device_params)) {
		kfree(device);
		return NULL;
	}
	/*
	 * A device of this name may come just now, on another CPU. It can be found before notify()
	 * is called. So whoever has the lock first, the other one sees what that did: by_name()
	 * sees the device, or notify() sees the name.
	 */
	spin_lock(&en->device_lock);
	rcu_read_lock();
	set_device(en, device, by_name(en, name));
	rcu_read_unlock();
	spin_unlock(&en->device_lock);
	return device;
}

/**
 * egress_device_put() - drop a reference; the last one frees the name
 * @en: namespace, locked
 * @device: device, without claims if this is the last reference
 */
void egress_device_put(struct egress_net *en, struct egress_device *device)
{
	lockdep_assert_held(&en->lock);
	if (--device->users)
		return;
	spin_lock(&en->device_lock);
	set_device(en, device, NULL);
	list_del(&device->due);
	rhashtable_remove_fast(&en->devices, &device->node, device_params);
	spin_unlock(&en->device_lock);
	kfree_rcu(device, rcu);
}

/* A device has come, gone, or got another name. */
static void renamed(struct egress_net *en, const struct net_device *dev, bool gone)
{
	struct egress_device *device;

	/*
	 * Two names may have this ifindex: a renamed device has its new name before this is called,
	 * and egress_device_get() may have found it by the new name meanwhile.
	 */
	while ((device = find_index(en, dev->ifindex))) {
		set_device(en, device, NULL);
		egress_claims_due(en, device, true);
	}
	device = gone ? NULL : find(en, dev->name);
	if (device) {
		set_device(en, device, dev);
		egress_claims_due(en, device, true);
	}
}

/* A device is what it was, but its claims may be due again. */
static void changed(struct egress_net *en, const struct net_device *dev, unsigned long event)
{
	struct egress_device *device = find_index(en, dev->ifindex);
	bool anew = event == NETDEV_UP || event == NETDEV_CHANGEUPPER;
	bool had_in6, had_carrier, due = true;

	if (!device)
		return;
	had_in6 = device->in6;
	had_carrier = device->carrier;
	look(device, dev);
	switch (event) {
	case NETDEV_CHANGEMTU:
		/*
		 * With an MTU below 1,280 bytes, the kernel takes IPv6 off the device, and the
		 * groups with it. With a larger one, IPv6 comes back without them.
		 */
		due = device->in6 && !had_in6;
		break;
	case NETDEV_CHANGE:
		due = device->carrier && !had_carrier;
		anew = due;
		break;
	}
	if (due)
		egress_claims_due(en, device, anew);
}

/* Does a device get or lose a master? A VLAN on it, for example, is none. */
static bool changes_master(const void *ptr)
{
	const struct netdev_notifier_changeupper_info *info = ptr;

	return info->master;
}

static int notify(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct egress_net *en = egress_net(dev_net(dev));

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_CHANGENAME:
	case NETDEV_UNREGISTER:
		spin_lock(&en->device_lock);
		renamed(en, dev, event == NETDEV_UNREGISTER);
		spin_unlock(&en->device_lock);
		break;
	case NETDEV_CHANGEUPPER:
		if (!changes_master(ptr))
			return NOTIFY_DONE;
		fallthrough;
	case NETDEV_UP:
	case NETDEV_CHANGEADDR:
	case NETDEV_CHANGEMTU:
	case NETDEV_CHANGE:
	case NETDEV_NOTIFY_PEERS:
		spin_lock(&en->device_lock);
		changed(en, dev, event);
		spin_unlock(&en->device_lock);
		break;
	default:
		return NOTIFY_DONE;
	}
	/*
	 * With IPv6 all groups have gone that were joined on the device. It is there still when the
	 * module goes, and each device is only said to be unregistered.
	 */
	if (!__in6_dev_get(dev))
		egress_claims_lost(en, dev->ifindex);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = notify,
	/* After IPv6's own notifier, which makes and unmakes what is asked for here. */
	.priority = ADDRCONF_NOTIFY_PRIORITY - 1,
};

int egress_devices_net_init(struct egress_net *en)
{
	spin_lock_init(&en->device_lock);
	hash_init(en->device_index);
	return rhashtable_init(&en->devices, &device_params);
}

void egress_devices_net_exit(struct egress_net *en)
{
	rhashtable_destroy(&en->devices);
}

int __init egress_devices_init(void)
{
	return register_netdevice_notifier(&notifier);
}

void egress_devices_exit(void)
{
	unregister_netdevice_notifier(&notifier);
}
