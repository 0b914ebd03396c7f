// SPDX-License-Identifier: GPL-2.0
/* The generated operations as the kernel takes them. */
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "netlink/generated.h"
#include "netlink/split_ops.h"

#if EGRESS_JOIN_OPS

#define SHARED	6	/* commands with one policy for asking and one for dumping */

static struct genl_ops joined[ARRAY_SIZE(egress_nl_ops)] __ro_after_init;
static struct nla_policy shared[SHARED][EGRESS_A_MAX + 1] __ro_after_init;

/* Which of two a request is can't be seen here: it may have either one's attributes. */
static void __init add_policy(struct genl_ops *to, const struct genl_split_ops *op)
{
	static unsigned int n __initdata;
	struct nla_policy *both;
	unsigned int i;

	if (!op->policy)
		return;
	if (!to->policy) {
		to->policy = op->policy;
		to->maxattr = op->maxattr;
		return;
	}
	if (WARN_ON(n == SHARED))
		return;
	both = shared[n++];
	memcpy(both, to->policy, (to->maxattr + 1) * sizeof(*both));
	for (i = 0; i <= op->maxattr; i++)
		if (op->policy[i].type)
			memcpy(&both[i], &op->policy[i], sizeof(*both));
	to->policy = both;
	to->maxattr = max(to->maxattr, op->maxattr);
}

static void __init add_op(struct genl_ops *to, const struct genl_split_ops *op)
{
	to->cmd = op->cmd;
	to->flags |= op->flags;
	if (op->doit)
		to->doit = op->doit;
	if (op->dumpit) {
		to->start = op->start;
		to->dumpit = op->dumpit;
		to->done = op->done;
	}
	add_policy(to, op);
}

static int pre_doit(const struct genl_ops *ops, struct sk_buff *skb, struct genl_info *info)
{
	const struct genl_split_ops *op = egress_nl_ops;

	while (op->cmd != ops->cmd || !op->doit)
		op++;
	return op->pre_doit ? op->pre_doit(op, skb, info) : 0;
}

#endif

/**
 * egress_split_ops_use() - give a family its operations
 * @family: not registered yet
 */
void __init egress_split_ops_use(struct genl_family *family)
{
#if EGRESS_JOIN_OPS
	const struct genl_split_ops *op = egress_nl_ops;
	struct genl_ops *to = joined;

	add_op(to, op);
	while (++op < egress_nl_ops + ARRAY_SIZE(egress_nl_ops)) {
		if (op->cmd != op[-1].cmd)
			to++;
		add_op(to, op);
	}
	family->ops = joined;
	family->n_ops = to + 1 - joined;
	family->pre_doit = pre_doit;
#else
	family->split_ops = egress_nl_ops;
	family->n_split_ops = ARRAY_SIZE(egress_nl_ops);
#endif
}
