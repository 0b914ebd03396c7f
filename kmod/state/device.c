// SPDX-License-Identifier: GPL-2.0
/*
 * Devices by name. A machine may be added before its tap device exists, and the device may go
 * and come again. So a machine refers to its device by name, as a rule does with nft's iifname.
 */
#include <linux/hashtable.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

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

/*
 * Note which device has the name now; 0 for none. The hash table of devices by ifindex needs no
 * memory for an entry: notify() could tell nobody that there was none.
 */
static void set_ifindex(struct egress_net *en, struct egress_device *device, int ifindex)
{
	hash_del(&device->index);
	if (ifindex)
		hash_add(en->device_index, &device->index, ifindex);
	WRITE_ONCE(device->ingress.ifindex, ifindex);
}

static struct egress_device *find_index(struct egress_net *en, int ifindex)
{
	struct egress_device *device;

	hash_for_each_possible(en->device_index, device, index, ifindex)
		if (device->ingress.ifindex == ifindex)
			return device;
	return NULL;
}

static int ifindex_of(struct egress_net *en, const char *name)
{
	const struct net_device *dev;
	int ifindex;

	rcu_read_lock();
	dev = dev_get_by_name_rcu(en->net, name);
	/* The kernel also finds a device by an alternative name, which is not to count. */
	ifindex = dev && !strcmp(dev->name, name) ? dev->ifindex : 0;
	rcu_read_unlock();
	return ifindex;
}

/**
 * egress_device_exists() - is there a device of this name now
 * @en: namespace
 * @name: name
 */
bool egress_device_exists(struct egress_net *en, const char *name)
{
	return ifindex_of(en, name);
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
	if (egress_table_insert(&en->devices, &device->node, device_params)) {
		kfree(device);
		return NULL;
	}
	/*
	 * A device of this name may come just now, on another CPU. Either ifindex_of() sees the
	 * device, or notify() sees that @n_devices is not 0 and waits for the lock.
	 */
	atomic_inc(&en->n_devices);
	smp_mb__after_atomic();	/* pairs with the smp_mb() of notify() */
	set_ifindex(en, device, ifindex_of(en, name));
	return device;
}

/**
 * egress_device_put() - drop a reference; the last one frees the name
 * @en: namespace, locked
 * @device: device
 */
void egress_device_put(struct egress_net *en, struct egress_device *device)
{
	lockdep_assert_held(&en->lock);
	if (--device->users)
		return;
	set_ifindex(en, device, 0);
	atomic_dec(&en->n_devices);
	rhashtable_remove_fast(&en->devices, &device->node, device_params);
	kfree_rcu(device, rcu);
}

static int notify(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct egress_net *en = egress_net(dev_net(dev));
	struct egress_device *device;

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_CHANGENAME:
	case NETDEV_UNREGISTER:
	case NETDEV_UP:
	case NETDEV_CHANGEADDR:
	case NETDEV_CHANGEMTU:
		break;
	default:
		return NOTIFY_DONE;
	}

	/*
	 * On most hosts no machine or pool names a device. There, whoever changes a device is not
	 * to wait for the lock.
	 */
	smp_mb();	/* pairs with the smp_mb__after_atomic() of egress_device_get() */
	if (!atomic_read(&en->n_devices))
		return NOTIFY_DONE;

	mutex_lock(&en->lock);
	switch (event) {
	case NETDEV_CHANGENAME:
	case NETDEV_REGISTER:
	case NETDEV_UNREGISTER:
		/*
		 * Two names may have this ifindex: a renamed device has its new name before this
		 * is called, and egress_device_get() may have found it by the new name meanwhile.
		 */
		while ((device = find_index(en, dev->ifindex))) {
			egress_claims_gone(device, dev);
			set_ifindex(en, device, 0);
		}
		if (event == NETDEV_UNREGISTER)
			break;
		device = find(en, dev->name);
		if (device) {
			set_ifindex(en, device, dev->ifindex);
			egress_claims_come(device, dev);
		}
		break;
	case NETDEV_UP:
	case NETDEV_CHANGEADDR:
		device = find_index(en, dev->ifindex);
		if (device)
			egress_claims_come(device, dev);
		break;
	case NETDEV_CHANGEMTU:
		device = find_index(en, dev->ifindex);
		if (device)
			egress_claims_rejoin(device, dev);
		break;
	}
	mutex_unlock(&en->lock);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = notify,
};

int egress_devices_net_init(struct egress_net *en)
{
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
