/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_DUMP_H
#define EGRESS_DUMP_H

#include <net/genetlink.h>

int egress_get_pool(struct sk_buff *skb, struct genl_info *info);
int egress_get_pair(struct sk_buff *skb, struct genl_info *info);
int egress_get_machine(struct sk_buff *skb, struct genl_info *info);
int egress_get_app(struct sk_buff *skb, struct genl_info *info);
int egress_get_stats(struct sk_buff *skb, struct genl_info *info);
int egress_get_route(struct sk_buff *skb, struct genl_info *info);

int egress_dump_destinations_start(struct netlink_callback *cb);
int egress_dump_destinations_done(struct netlink_callback *cb);
int egress_dump_destinations(struct sk_buff *skb, struct netlink_callback *cb);
int egress_dump_pools(struct sk_buff *skb, struct netlink_callback *cb);
int egress_dump_pairs(struct sk_buff *skb, struct netlink_callback *cb);
int egress_dump_machines(struct sk_buff *skb, struct netlink_callback *cb);
int egress_dump_leases(struct sk_buff *skb, struct netlink_callback *cb);
int egress_dump_apps(struct sk_buff *skb, struct netlink_callback *cb);
int egress_dump_warnings(struct sk_buff *skb, struct netlink_callback *cb);
int egress_dump_stats(struct sk_buff *skb, struct netlink_callback *cb);

#endif
