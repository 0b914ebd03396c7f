/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_PACKET_HOOKS_H
#define EGRESS_PACKET_HOOKS_H

struct egress_net;

int egress_hooks_in_register(struct egress_net *en);
void egress_hooks_in_unregister(struct egress_net *en);
int egress_hooks_register(struct egress_net *en);
void egress_hooks_unregister(struct egress_net *en);

#endif
