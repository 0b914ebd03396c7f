/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_SPLIT_OPS_H
#define EGRESS_SPLIT_OPS_H

#include <linux/version.h>
#include <net/genetlink.h>

#if KERNEL_VERSION(6, 2, 0) > LINUX_VERSION_CODE
#define EGRESS_JOIN_OPS

/**
 * struct genl_split_ops - how a command is asked, or dumped: what the generator
 *	writes, and Linux 6.1 has not
 * @pre_doit: before @doit, NULL if nothing is to be done
 * @doit: carries it out
 * @start: before the first part of a dump
 * @dumpit: each part of it
 * @done: after the last
 * @policy: of its attributes
 * @maxattr: the largest of them
 * @cmd: command; one that is both asked and dumped comes twice, one after the other
 * @flags: GENL_ADMIN_PERM, and GENL_CMD_CAP_DO or GENL_CMD_CAP_DUMP
 */
struct genl_split_ops {
	int (*pre_doit)(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info);
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	int (*start)(struct netlink_callback *cb);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
	int (*done)(struct netlink_callback *cb);
	const struct nla_policy *policy;
	unsigned int maxattr;
	u8 cmd;
	u8 flags;
};
#endif

void egress_split_ops_use(struct genl_family *family);

#endif
