/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_NETLINK_H
#define EGRESS_NETLINK_H

#include <net/genetlink.h>

#include "addr.h"

extern struct genl_family egress_family;

int egress_netlink_init(void);
void egress_netlink_exit(void);

int egress_nl_check(const struct nlattr *attr, struct netlink_ext_ack *extack);
void egress_nl_addr(const struct nlattr *nest, struct in6_addr *addr);
int egress_nl_prefix(const struct nlattr *nest, struct egress_cidr *cidr,
		     struct netlink_ext_ack *extack);

#endif
