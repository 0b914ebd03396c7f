/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_DEVICE_H
#define EGRESS_DEVICE_H

#include <linux/if.h>
#include <linux/rhashtable.h>
#include <linux/types.h>

#include "packet/objects.h"

struct egress_net;

/**
 * struct egress_device - the name of a network device, which machines or pools refer to
 * @ingress: what packets read of the device
 * @node: entry in egress_net.devices
 * @index: entry in egress_net.device_index while there is a device of this name
 * @name: name of the device; zeros up to the end, as it is a table's key
 * @users: number of machines and pools that refer to the name; under egress_net.lock
 * @in6: the device had IPv6 when it was last looked at
 * @carrier: the device had a carrier when it was last looked at
 * @round: counted up when the claims are due again, as the device has changed
 * @anew: the last @round that began because the device has come, or is up or has a carrier again:
 *	somebody else may have taken an address meanwhile
 * @claims: struct egress_claim of the addresses that the host answers for on the device; those
 *	that are due, whose round is not this one, come first
 * @due: entry in egress_claimer.devices while a claim is due; else empty
 * @rcu: frees the name after the packets that saw it
 *
 * egress_net.device_lock protects all but @node, @name and @users; packets read @ingress at any
 * time.
 */
struct egress_device {
	struct egress_ingress ingress;
	struct rhash_head node;
	struct hlist_node index;
	char name[IFNAMSIZ];
	unsigned int users;
	bool in6;
	bool carrier;
	unsigned int round;
	unsigned int anew;
	struct list_head claims;
	struct list_head due;
	struct rcu_head rcu;
};

bool egress_device_exists(struct egress_net *en, const char *name);
struct egress_device *egress_device_get(struct egress_net *en, const char *name);
void egress_device_put(struct egress_net *en, struct egress_device *device);
int egress_devices_net_init(struct egress_net *en);
void egress_devices_net_exit(struct egress_net *en);
int egress_devices_init(void);
void egress_devices_exit(void);

#endif
