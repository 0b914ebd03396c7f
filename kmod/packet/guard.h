/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_GUARD_H
#define EGRESS_GUARD_H

#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <net/netfilter/nf_conntrack_helper.h>

/**
 * struct egress_translated - the last connection this CPU gave an egress address
 * @ct: connection; may be gone, never to be followed
 * @addr: egress address
 * @when: jiffies
 *
 * Spares the guard a second look: a connection at this place in memory whose
 * replies go to this address, which is not its own, was translated here.
 */
struct egress_translated {
	const struct nf_conn *ct;
	union nf_inet_addr addr;
	u32 when;
};

DECLARE_PER_CPU(struct egress_translated, egress_translated);

/* An expectation would let a connection leave that nobody asked us about. */
static inline void egress_take_off_helper(struct nf_conn *ct)
{
	struct nf_conn_help *help = nfct_help(ct);

	if (unlikely(help))
		RCU_INIT_POINTER(help->helper, NULL);
}

unsigned int egress_guard_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
unsigned int egress_guard_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);

#endif
