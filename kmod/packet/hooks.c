// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks as a whole:
 *
 *   PRE_ROUTING                         POST_ROUTING
 *   conntrack, DNAT | guard_in -> route -> SNAT: snat, then other chains |
 *                                                guard_out | confirm
 */
#include <linux/netfilter_arp.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_nat.h>

#include "net.h"
#include "packet/answer.h"
#include "packet/guard.h"
#include "packet/hooks.h"
#include "packet/snat.h"

static const struct nf_hook_ops hooks[] = {
	{
		.hook = egress_guard_in,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_NAT_DST + 1,
	}, {
		.hook = egress_guard_in,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_NAT_DST + 1,
	}, {
		/* The last before the connection is confirmed. */
		.hook = egress_guard_out,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP_PRI_CONNTRACK_CONFIRM - 1,
	}, {
		.hook = egress_guard_out,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP6_PRI_LAST - 1,
	}, {
		.hook = egress_answer_arp,
		.pf = NFPROTO_ARP,
		.hooknum = NF_ARP_IN,
		.priority = INT_MAX,
	}, {
		/* nf_nat's from here: before its chains, of which nft's lowest is above this. */
		.hook = egress_snat,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = INT_MIN,
	}, {
		.hook = egress_snat,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = INT_MIN,
	},
};

#define NAT_V4		(ARRAY_SIZE(hooks) - 2)
#define NAT_V6		(ARRAY_SIZE(hooks) - 1)
#define N_GUARDS	NAT_V4

/**
 * egress_hooks_register() - let packets of a namespace pass by the module
 * @en: namespace, without hooks
 *
 * Context: process; one at a time in a namespace. Return: 0 or an error of netfilter's.
 */
int egress_hooks_register(struct egress_net *en)
{
	struct nf_hook_ops *ops = kmemdup(hooks, sizeof(hooks), GFP_KERNEL_ACCOUNT);
	unsigned int i;
	int err;

	if (!ops)
		return -ENOMEM;
	/* Faster than net_generic() in each. */
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		ops[i].priv = en;
	err = nf_ct_netns_get(en->net, NFPROTO_INET);
	if (err)
		goto free_ops;
	/* The guard first: nothing leaves as it came while the rest is put in place. */
	err = nf_register_net_hooks(en->net, ops, N_GUARDS);
	if (err)
		goto put_ct;
	err = nf_nat_ipv4_register_fn(en->net, &ops[NAT_V4]);
	if (err)
		goto unregister;
	err = nf_nat_ipv6_register_fn(en->net, &ops[NAT_V6]);
	if (err)
		goto unregister_v4;
	WRITE_ONCE(en->hooks, ops);
	return 0;

unregister_v4:
	nf_nat_ipv4_unregister_fn(en->net, &ops[NAT_V4]);
unregister:
	nf_unregister_net_hooks(en->net, ops, N_GUARDS);
	synchronize_net();
put_ct:
	nf_ct_netns_put(en->net, NFPROTO_INET);
free_ops:
	kfree(ops);
	return err;
}

/**
 * egress_hooks_unregister() - no packet passes by the module any more
 * @en: namespace, with hooks
 *
 * Context: process; one at a time in a namespace. Waits for the packets that are under way.
 */
void egress_hooks_unregister(struct egress_net *en)
{
	struct nf_hook_ops *ops = en->hooks;

	WRITE_ONCE(en->hooks, NULL);
	nf_nat_ipv6_unregister_fn(en->net, &ops[NAT_V6]);
	nf_nat_ipv4_unregister_fn(en->net, &ops[NAT_V4]);
	nf_unregister_net_hooks(en->net, ops, N_GUARDS);
	nf_ct_netns_put(en->net, NFPROTO_INET);
	/* Not waited for by nf_nat: our functions must not be called any more. */
	synchronize_net();
	kfree(ops);
}
