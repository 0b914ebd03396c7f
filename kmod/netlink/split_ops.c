// SPDX-License-Identifier: GPL-2.0
/*
 * Give genetlink the operations of generated.c. The generator writes an entry for a command's
 * request and another one for its dump. Newer kernels take them so. Linux 6.1 takes one struct
 * genl_ops for a command, so both entries are joined in one when the module is loaded.
 */
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "netlink/family.h"
#include "netlink/generated.h"
#include "netlink/split_ops.h"

#ifdef EGRESS_JOIN_OPS

#define DUMPS	9	/* commands that have a dump: a new one must be counted here */

static struct genl_ops joined[ARRAY_SIZE(egress_nl_ops)] __ro_after_init;
static struct nla_policy policies[DUMPS][EGRESS_A_MAX + 1] __ro_after_init;

/*
 * Give a joined command its policy. Linux 6.1 has one policy for a command, so this one accepts
 * the attributes of the request and those of the dump.
 *
 * A dump also needs egress_nl_check() for its attributes, which are all names. In Linux 6.12
 * egress_nl_dump_start() calls it. In Linux 6.1 that function has no extack, so it could
 * refuse a name but not say why. A policy's validation function has an extack, so here the
 * policy calls egress_nl_check() for each name.
 */
static void __init add_policy(struct genl_ops *to, const struct genl_split_ops *op)
{
	static unsigned int n __initdata;
	struct nla_policy *policy;
	unsigned int i;

	if (!op->dumpit) {
		to->policy = op->policy;
		to->maxattr = op->maxattr;
		return;
	}
	if (WARN_ON(n == DUMPS))
		return;
	policy = policies[n++];
	if (to->policy)
		memcpy(policy, to->policy, (to->maxattr + 1) * sizeof(*policy));
	for (i = 0; i <= op->maxattr; i++) {
		if (op->policy[i].type != NLA_UNSPEC)
			memcpy(&policy[i], &op->policy[i], sizeof(*policy));
		if (op->policy[i].type == NLA_NUL_STRING) {
			policy[i].validation_type = NLA_VALIDATE_FUNCTION;
			policy[i].validate = egress_nl_check;
		}
	}
	to->policy = policy;
	to->maxattr = max(to->maxattr, op->maxattr);
}

/* Has the request or the dump this attribute? The joined policy also has those of the other. */
static bool takes(const struct genl_split_ops *op, unsigned int attr)
{
	return attr && attr <= op->maxattr && op->policy[attr].type != NLA_UNSPEC;
}

/*
 * In Linux 6.1 the family has one such function for all requests: it refuses what belongs to a
 * command's dump, as later kernels do, and calls the function of the generated operation.
 */
static int pre_doit(const struct genl_ops *ops, struct sk_buff *skb, struct genl_info *info)
{
	const struct genl_split_ops *op = egress_nl_ops;
	unsigned int i;

	while (op->cmd != ops->cmd || !op->doit)
		op++;
	for (i = 1; i <= ops->maxattr; i++) {
		if (info->attrs[i] && !takes(op, i)) {
			NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[i], "Unsupported attribute");
			return -EINVAL;
		}
	}
	return op->pre_doit ? op->pre_doit(op, skb, info) : 0;
}

/* The same for a dump, at each of its parts: there is no extack before the first. */
static int dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_split_ops *op = egress_nl_ops;
	const struct genlmsghdr *request = nlmsg_data(cb->nlh);
	const struct nlattr *attr;
	int left;

	while (op->cmd != request->cmd || !op->dumpit)
		op++;
	nlmsg_for_each_attr(attr, cb->nlh, GENL_HDRLEN, left) {
		if (takes(op, nla_type(attr)))
			continue;
		NL_SET_ERR_MSG_ATTR(cb->extack, attr, "Unsupported attribute");
		return -EINVAL;
	}
	return op->dumpit(skb, cb);
}

/* Add one generated operation, a request or a dump, to its joined command. */
static void __init add_op(struct genl_ops *to, const struct genl_split_ops *op)
{
	to->cmd = op->cmd;
	to->flags |= op->flags;
	if (op->doit)
		to->doit = op->doit;
	if (op->dumpit) {
		/* add_policy() has taken over what egress_nl_dump_start() does. */
		if (op->start != egress_nl_dump_start)
			to->start = op->start;
		to->dumpit = dumpit;
		to->done = op->done;
	}
	add_policy(to, op);
}

#endif

/**
 * egress_split_ops_use() - give a family its operations
 * @family: not registered yet
 */
void __init egress_split_ops_use(struct genl_family *family)
{
#ifdef EGRESS_JOIN_OPS
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
