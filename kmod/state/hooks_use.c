// SPDX-License-Identifier: GPL-2.0
/*
 * The netfilter hooks are registered, and the reaper runs, while the namespace has a machine or a
 * pair. Without any, packets pay nothing, and the module can be removed: each namespace with
 * hooks holds a reference to the module.
 */
#include <linux/module.h>

#include "error.h"
#include "net.h"
#include "packet/hooks.h"
#include "state/hooks_use.h"
#include "state/reap.h"

/**
 * egress_hooks_get() - register the hooks before a machine or pair comes, if they are not yet
 * @en: namespace, locked
 * @error: filled if the hooks can't be registered, but for lack of memory
 *
 * If no machine or pair comes then, egress_hooks_put() at the end of the change takes them out.
 * Return: 0, -ENOENT if the module is being removed, -ENOMEM or another error of netfilter's.
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
 * egress_hooks_put() - unregister the hooks if there is no machine, no pair and nothing to cut
 * @en: namespace, locked
 *
 * Context: process; if there is none, waits until no packet is in the hooks any more.
 */
void egress_hooks_put(struct egress_net *en)
{
	lockdep_assert_held(&en->lock);
	if (!en->hooks || en->n_machines || en->n_pairs || en->n_cutting)
		return;
	egress_hooks_unregister(en);
	module_put(THIS_MODULE);
}
