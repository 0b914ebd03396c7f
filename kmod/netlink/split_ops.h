/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_SPLIT_OPS_H
#define EGRESS_SPLIT_OPS_H

#include <linux/version.h>
#include <net/genetlink.h>

#if KERNEL_VERSION(6, 2, 0) > LINUX_VERSION_CODE
#define EGRESS_JOIN_OPS

/**
 * struct genl_split_ops - an operation as the generator writes it: a command's request, or
 *	its dump. Linux 6.1 does not have this struct yet
 * @pre_doit: called before @doit, or NULL
 * @doit: carries out the request; NULL if the operation is a dump
 * @start: called before the first part of the dump, or NULL
 * @dumpit: writes a part of the dump; NULL if the operation is a request
 * @done: called after the last part of the dump, or NULL
 * @policy: of the operation's attributes
 * @maxattr: the largest attribute in @policy
 * @cmd: EGRESS_CMD_*; the request and the dump of one command stand side by side in the table
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
