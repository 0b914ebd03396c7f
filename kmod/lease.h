/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_LEASE_H
#define EGRESS_LEASE_H

#include <linux/types.h>

struct egress_block;
struct egress_group;
struct egress_machine;
struct egress_net;
struct egress_pair;
struct in6_addr;
struct genl_info;

/**
 * struct egress_rebalance - what a request to spread machines did
 * @app: whose machines
 * @region: only there, or NULL
 * @moved: machines that got another lease
 */
struct egress_rebalance {
	const char *app;
	const char *region;
	unsigned int moved;
};

struct egress_block *egress_lease_of(struct egress_net *en, const struct egress_machine *machine);
void egress_lease_move(struct egress_net *en, struct egress_machine *machine,
		       struct egress_block *block);
void egress_lease_auto(struct egress_net *en, struct egress_machine *machine);
void egress_lease_synchronize(struct egress_net *en);
void egress_lease_cut(struct egress_net *en, struct egress_block *block);
void egress_lease_feed(struct egress_net *en, struct egress_group *group);
void egress_lease_unwait(struct egress_net *en, struct egress_machine *machine);
void egress_lease_retire(struct egress_net *en);
void egress_lease_retire_pair(struct egress_net *en, struct egress_pair *pair);
struct egress_block *egress_lease_pick(struct egress_net *en, const struct egress_group *group,
				       const struct egress_machine *machine,
				       const struct in6_addr *addr, int slot,
				       struct genl_info *info);
int egress_bind(struct egress_net *en, const char *id, const struct in6_addr *addr, int slot,
		struct genl_info *info);
int egress_rebalance(struct egress_net *en, const char *app, const char *region,
		     struct genl_info *info);

#endif
