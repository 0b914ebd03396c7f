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
#include "netlink/uint.h"

#ifdef EGRESS_JOIN_OPS

#define DUMPS	9	/* commands that have a dump: a new one must be counted here */

static struct genl_ops joined[ARRAY_SIZE(egress_nl_ops)] __ro_after_init;
static struct nla_policy policies[DUMPS][EGRESS_A_MAX + 1] __ro_after_init;

/* On Linux 6.1 NLA_UINT is NLA_BINARY, and has no length here; real binaries have one. */
static bool is_uint(const struct nla_policy *policy)
{
	return policy->type == NLA_UINT && policy->validation_type == NLA_VALIDATE_NONE;
}

static int check_uint(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (nla_len(attr) == sizeof(u32) || nla_len(attr) == sizeof(u64))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "invalid attribute length");
	return -EINVAL;
}

/*
 * Give a joined command its policy. Linux 6.1 has one policy for a command, so this one accepts
 * the attributes of the request and those of the dump.
 *
 * A dump also needs egress_nl_check() for its names. In Linux 6.12 egress_nl_dump_start() calls
 * it. In Linux 6.1 that function has no extack, so it could refuse a name but not say why. A
 * policy's validation function has an extack, so here the policy calls egress_nl_check() for each
 * name, and check_uint() for each uint.
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
		} else if (is_uint(&op->policy[i])) {
			policy[i].validation_type = NLA_VALIDATE_FUNCTION;
			policy[i].validate = check_uint;
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

/* Refuse what belongs to a command's request or dump, whichever @op is not, as later kernels do. */
static int check_attrs(const struct genl_split_ops *op, const struct nlmsghdr *nlh,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int left, err;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, left) {
		if (!takes(op, nla_type(attr))) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "Unsupported attribute");
			return -EINVAL;
		}
		err = is_uint(&op->policy[nla_type(attr)]) ? check_uint(attr, extack) : 0;
		if (err)
			return err;
	}
	return 0;
}

/*
 * In Linux 6.1 the family has one such function for all requests: it calls the function of the
 * generated operation.
 */
static int pre_doit(const struct genl_ops *ops, struct sk_buff *skb, struct genl_info *info)
{
	const struct genl_split_ops *op = egress_nl_ops;
	int err = 0;

	while (op->cmd != ops->cmd || !op->doit)
		op++;
	if (op->policy)
		err = check_attrs(op, info->nlhdr, info->extack);
	if (!err && op->pre_doit)
		err = op->pre_doit(op, skb, info);
	return err;
}

/* The same for a dump, at each of its parts: there is no extack before the first. */
static int dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_split_ops *op = egress_nl_ops;
	const struct genlmsghdr *request = nlmsg_data(cb->nlh);

	while (op->cmd != request->cmd || !op->dumpit)
		op++;
	return check_attrs(op, cb->nlh, cb->extack) ?: op->dumpit(skb, cb);
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
