/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_ASSIGN_H
#define EGRESS_ASSIGN_H

struct egress_cidr;
struct egress_net;
struct in6_addr;
struct genl_info;

int egress_promote(struct egress_net *en, const char *id, struct genl_info *info);
int egress_pair_set(struct egress_net *en, const struct in6_addr *addr, struct egress_cidr *to,
		    unsigned int n_to, struct genl_info *info);

#endif
