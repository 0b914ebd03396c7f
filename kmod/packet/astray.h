/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_ASTRAY_H
#define EGRESS_ASTRAY_H

#include <linux/netfilter.h>

struct sk_buff;

bool egress_is_astray(const struct sk_buff *skb, const struct nf_hook_state *state);

#endif
