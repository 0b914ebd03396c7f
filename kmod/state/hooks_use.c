// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks are there, and the reaper goes round, while the namespace has a machine
 * or a pair. Until then packets pay nothing, and the module can be removed.
 */
#include <linux/module.h>

#include "error.h"
#include "net.h"
#include "packet/hooks.h"
#include "state/hooks_use.h"
#include "state/reap.h"

/**
 * egress_hooks_get() - have the hooks in place for a first machine or pair
 * @en: namespace, locked
 * @error: why not
 *
 * Return: 0, -ENOMEM or another error of netfilter's.
 */
int egress_hooks_get(struct egress_net *en, struct egress_error *error)
{
	int err;

	lockdep_assert_held(&en->lock);
	if (en->hooks)
		return 0;
	if (!try_module_get(THIS_MODULE))
		return egress_refuse(error, EGRESS_ABOUT_NOTHING, -ENOENT,
				     "the module is being removed");
	err = egress_hooks_register(en);
	if (!err) {
		egress_reaper_start(en);
		return 0;
	}
	module_put(THIS_MODULE);
	if (err == -ENOMEM)
		return err;
	return egress_refuse(error, EGRESS_ABOUT_NOTHING, err,
			     "netfilter refused the hooks: error %d", err);
}

/**
 * egress_hooks_put() - take the hooks out if there is no machine and no pair
 * @en: namespace, locked
 *
 * Context: process; waits for the packets that are under way.
 */
void egress_hooks_put(struct egress_net *en)
{
	lockdep_assert_held(&en->lock);
	if (!en->hooks || en->n_machines || en->n_pairs)
		return;
	egress_hooks_unregister(en);
	module_put(THIS_MODULE);
}
