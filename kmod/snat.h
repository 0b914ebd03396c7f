/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_SNAT_H
#define EGRESS_SNAT_H

struct egress_net;
struct genl_info;

int egress_hooks_get(struct egress_net *en, struct genl_info *info);
void egress_hooks_put(struct egress_net *en);

#endif
