// SPDX-License-Identifier: GPL-2.0
/* Egress: static egress addresses for the machines on a host. */
#include <linux/module.h>

#include "counters.h"
#include "net.h"
#include "netlink/family.h"
#include "packet/destination.h"
#include "packet/exclude.h"
#include "packet/objects.h"
#include "state/adopt.h"
#include "state/app.h"
#include "state/change.h"
#include "state/claim.h"
#include "state/device.h"
#include "state/flush.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/reap.h"

unsigned int egress_net_id __read_mostly;

static int __net_init net_init(struct net *net)
{
	struct egress_net *en = egress_net(net);
	int err;

	en->net = net;
	mutex_init(&en->cuts);
	mutex_init(&en->lock);
	INIT_LIST_HEAD(&en->regions);
	INIT_LIST_HEAD(&en->lingering);
	INIT_LIST_HEAD(&en->cutting);
	INIT_LIST_HEAD(&en->draining);
	INIT_LIST_HEAD(&en->coming);
	xa_init(&en->pairs);
	xa_init(&en->sets);
	en->counters = alloc_percpu(struct egress_counters);
	if (!en->counters)
		return -ENOMEM;
	err = rhashtable_init(&en->addrs, &egress_public_params);
	if (err)
		goto free_counters;
	err = egress_apps_net_init(en);
	if (err)
		goto free_addrs;
	err = egress_machines_net_init(en);
	if (err)
		goto exit_apps;
	err = egress_devices_net_init(en);
	if (err)
		goto exit_machines;
	err = egress_dests_net_init(en);
	if (err)
		goto exit_devices;
	egress_claims_net_init(en);
	egress_reaper_init(en);
	egress_adopter_init(en);
	return 0;

exit_devices:
	egress_devices_net_exit(en);
exit_machines:
	egress_machines_net_exit(en);
exit_apps:
	egress_apps_net_exit(en);
free_addrs:
	rhashtable_destroy(&en->addrs);
free_counters:
	free_percpu(en->counters);
	return err;
}

static void __net_exit net_exit(struct net *net)
{
	struct egress_net *en = egress_net(net);
	struct egress_change ch;

	/* With the last pair and machine the hooks go, too: no packet uses the tables below. */
	mutex_lock(&en->cuts);
	egress_change_begin(&ch, en);
	egress_flush(&ch);
	egress_change_end(&ch);
	mutex_unlock(&en->cuts);
	/* These two take egress_net.lock, so they can be waited for only without the lock. */
	egress_reaper_stop(en);
	egress_adopter_stop(en);
	egress_claims_net_exit(en);
	egress_dests_net_exit(en);
	egress_devices_net_exit(en);
	egress_machines_net_exit(en);
	egress_apps_net_exit(en);
	xa_destroy(&en->sets);
	xa_destroy(&en->pairs);
	rhashtable_destroy(&en->addrs);
	free_percpu(en->counters);
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit = net_exit,
	.id = &egress_net_id,
	.size = sizeof(struct egress_net),
};

static int __init egress_init(void)
{
	int err;

	err = egress_exclude_init();
	if (err)
		return err;
	err = egress_dests_init_cache();
	if (err)
		goto exit_exclude;
	err = egress_pairs_init_cache();
	if (err)
		goto exit_dests;
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto exit_pairs;
	err = egress_devices_init();
	if (err)
		goto exit_net;
	/* The family is registered last: from then on there can be requests. */
	err = egress_netlink_init();
	if (err)
		goto exit_devices;
	return 0;

exit_devices:
	egress_devices_exit();
exit_net:
	unregister_pernet_subsys(&net_ops);
exit_pairs:
	egress_pairs_exit_cache();
exit_dests:
	egress_dests_exit_cache();
exit_exclude:
	egress_exclude_exit();
	return err;
}

static void __exit egress_exit(void)
{
	egress_netlink_exit();
	egress_devices_exit();
	unregister_pernet_subsys(&net_ops);
	egress_pairs_exit_cache();
	egress_dests_exit_cache();
	egress_exclude_exit();
}

module_init(egress_init);
module_exit(egress_exit);

MODULE_LICENSE("GPL");
MODULE_VERSION(EGRESS_VERSION);
MODULE_DESCRIPTION("Static egress addresses for the machines on a host");
MODULE_ALIAS_GENL_FAMILY(EGRESS_FAMILY_NAME);
