/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_GUARD_H
#define EGRESS_GUARD_H

#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <net/netfilter/nf_conntrack_helper.h>

/**
 * struct egress_translated - a note of the last connection that this CPU gave an egress address
 * @ct: the connection, only to be compared: the memory may be another connection's by now
 * @addr: the egress address
 * @when: jiffies, the lower 32 bits, when the connection got the address
 *
 * egress_snat() writes the note, and egress_guard_out() reads it a moment later for the same
 * packet. If connection and address fit, the guard need not find out again whose the packet is.
 */
struct egress_translated {
	const struct nf_conn *ct;
	union nf_inet_addr addr;
	u32 when;
};

DECLARE_PER_CPU(struct egress_translated, egress_translated);

/*
 * Takes a connection's conntrack helper away (FTP's, for example), so that the helper expects no
 * further connections. For an expected connection the helper would choose address and port itself,
 * without asking egress_snat(), and the port might be of another machine's block.
 */
static inline void egress_take_off_helper(struct nf_conn *ct)
{
	struct nf_conn_help *help = nfct_help(ct);

	if (unlikely(help))
		RCU_INIT_POINTER(help->helper, NULL);
}

unsigned int egress_guard_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
unsigned int egress_guard_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);

#endif
