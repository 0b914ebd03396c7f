// SPDX-License-Identifier: GPL-2.0
/*
 * The netfilter hooks are registered, and the reaper runs, while the namespace has a machine or a
 * pair. Without any, the module can be removed: each namespace with these hooks holds a reference
 * to the module. The hooks for what comes in are there while it has a pool, too; they go with the
 * module. Without all these, packets pay nothing.
 */
#include <linux/module.h>

#include "error.h"
#include "net.h"
#include "packet/hooks.h"
#include "state/hooks_use.h"
#include "state/reap.h"

static int refuse(struct egress_error *error, int err)
{
	if (err == -ENOMEM)
		return err;
	return egress_refuse(error, EGRESS_ABOUT_NOTHING, err,
			     "netfilter refused the hooks: error %d", err);
}

/**
 * egress_hooks_in_get() - register the hooks for what comes in before a pool comes
 * @en: namespace, locked; nothing happens if it has them
 * @error: filled if the hooks can't be registered, but for lack of memory
 *
 * If no pool comes then, egress_hooks_put() at the end of the change takes them out.
 * Return: 0, -ENOMEM or another error of netfilter's.
 */
int egress_hooks_in_get(struct egress_net *en, struct egress_error *error)
{
	int err;

	lockdep_assert_held(&en->lock);
	err = en->hooks_in ? 0 : egress_hooks_in_register(en);
	return err ? refuse(error, err) : 0;
}

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
	err = egress_hooks_in_get(en, error);
	if (err)
		return err;
	if (!try_module_get(THIS_MODULE))
		return egress_refuse(error, EGRESS_ABOUT_NOTHING, -ENOENT,
				     "the module is being removed");
	err = egress_hooks_register(en);
	if (!err) {
		egress_reaper_start(en);
		return 0;
	}
	module_put(THIS_MODULE);
	return refuse(error, err);
}

/**
 * egress_hooks_put() - unregister the hooks that nothing needs
 * @en: namespace, locked
 *
 * Those for what comes in are needed while there is a pool; all, while there is a machine, a pair
 * or something to cut.
 *
 * Context: process; if hooks go, waits until no packet is in them any more.
 */
void egress_hooks_put(struct egress_net *en)
{
	lockdep_assert_held(&en->lock);
	if (en->n_machines || en->n_pairs || en->n_cutting)
		return;
	if (en->hooks) {
		egress_hooks_unregister(en);
		module_put(THIS_MODULE);
	}
	if (en->hooks_in && !rcu_access_pointer(en->pools))
		egress_hooks_in_unregister(en);
}
