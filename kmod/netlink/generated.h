/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	uapi/egress.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_EGRESS_GEN_H
#define _LINUX_EGRESS_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/egress.h>
#include <kmod/netlink/split_ops.h>
#include <kmod/netlink/uint.h>

/* Common nested types */
extern const struct nla_policy egress_address_nl_policy[EGRESS_ADDRESS_A_V6 + 1];
extern const struct nla_policy egress_entry_nl_policy[EGRESS_ENTRY_A_SLOT + 1];
extern const struct nla_policy egress_prefix_nl_policy[EGRESS_PREFIX_A_DRAINING + 1];
extern const struct nla_policy egress_request_nl_policy[EGRESS_A_ORG + 1];

/* Ops table for egress */
extern const struct genl_split_ops egress_nl_ops[36];

int egress_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		       struct genl_info *info);
int egress_nl_dump_start(struct netlink_callback *cb);
int egress_nl_destination_get_start(struct netlink_callback *cb);
int egress_nl_destination_get_done(struct netlink_callback *cb);

int egress_nl_pool_new_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_pool_del_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_pool_get_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_pool_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int egress_nl_pair_new_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_pair_del_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_pair_get_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_pair_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int egress_nl_machine_new_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_machine_del_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_machine_get_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_machine_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int egress_nl_lease_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int egress_nl_bind_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_rebalance_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_app_set_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_app_get_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_app_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int egress_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_stats_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int egress_nl_flush_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_destination_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb);
int egress_nl_promote_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_warning_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int egress_nl_route_get_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_pool_drain_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_pair_set_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_pool_replace_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_machine_set_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_machine_replace_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_cordon_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_set_get_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_set_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int egress_nl_batch_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_machine_cut_doit(struct sk_buff *skb, struct genl_info *info);
int egress_nl_adopt_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	EGRESS_NLGRP_EVENTS,
};

#endif /* _LINUX_EGRESS_GEN_H */
