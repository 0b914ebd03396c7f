/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_BIND_H
#define EGRESS_BIND_H

struct egress_block;
struct egress_group;
struct egress_machine;
struct egress_net;
struct in6_addr;
struct genl_info;

/**
 * struct egress_rebalance - what a request to spread machines did
 * @app: whose machines
 * @region: only there, or NULL
 * @moved: leases that are on another pair now
 */
struct egress_rebalance {
	const char *app;
	const char *region;
	unsigned int moved;
};

struct egress_block *egress_bind_pick(struct egress_net *en, const struct egress_group *group,
				      const struct egress_machine *machine,
				      const struct in6_addr *addr, int slot,
				      struct genl_info *info);
int egress_bind(struct egress_net *en, const char *id, const struct in6_addr *addr, int slot,
		struct genl_info *info);
int egress_rebalance(struct egress_net *en, const char *app, const char *region,
		     struct genl_info *info);

#endif
