/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_GUARD_H
#define EGRESS_GUARD_H

struct nf_hook_state;
struct sk_buff;

unsigned int egress_guard_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
unsigned int egress_guard_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);

#endif
