/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_DEVICE_H
#define EGRESS_DEVICE_H

#include <linux/if.h>
#include <linux/rhashtable.h>
#include <linux/types.h>

#include "packet/objects.h"

struct egress_net;

/**
 * struct egress_device - a network device that machines or pools name
 * @ingress: as packets see it
 * @node: in egress_net.devices
 * @index: in egress_net.device_index while the device is there
 * @name: as the operator gave it; the device need not be there
 * @users: machines and pools
 * @claims: struct egress_claim, claim.c
 * @rcu: freed after packets that saw it
 *
 * Under egress_net.lock but for @ingress.
 */
struct egress_device {
	struct egress_ingress ingress;
	struct rhash_head node;
	struct hlist_node index;
	char name[IFNAMSIZ];
	unsigned int users;
	struct list_head claims;
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
