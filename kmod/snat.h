/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_SNAT_H
#define EGRESS_SNAT_H

struct egress_net;
struct netlink_ext_ack;

int egress_hooks_get(struct egress_net *en, struct netlink_ext_ack *extack);
void egress_hooks_put(struct egress_net *en);

#endif
