/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_HOOKS_USE_H
#define EGRESS_HOOKS_USE_H

struct egress_error;
struct egress_net;

int egress_hooks_in_get(struct egress_net *en, struct egress_error *error);
int egress_hooks_get(struct egress_net *en, struct egress_error *error);
void egress_hooks_put(struct egress_net *en);

#endif
