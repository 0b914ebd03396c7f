// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks, and where in the way of a packet they are called:
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

static const struct nf_hook_ops hooks_in[] = {
	{
		/* Just after destination NAT, which puts the machine's address into replies. */
		.hook = egress_guard_in,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_NAT_DST + 1,
	}, {
		.hook = egress_guard_in,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_NAT_DST + 1,
	},
};

static const struct nf_hook_ops hooks[] = {
	{
		/*
		 * The last hook before confirmation: all other hooks have done their work, and a
		 * connection that is dropped here gets no entry in conntrack.
		 */
		.hook = egress_guard_out,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP_PRI_CONNTRACK_CONFIRM - 1,
	}, {
		.hook = egress_guard_out,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP6_PRI_LAST - 1,	/* IPv6 confirms at NF_IP6_PRI_LAST */
	}, {
		/* The last, so that the chains of arptables and nft can drop a request. */
		.hook = egress_answer_arp,
		.pf = NFPROTO_ARP,
		.hooknum = NF_ARP_IN,
		.priority = INT_MAX,
	}, {
		/*
		 * From here on, the hooks are called by nf_nat, in POST_ROUTING. The first one to
		 * set up source NAT wins, so egress_snat() comes before the chains of nft and
		 * iptables. nft does not accept a chain of type nat with so low a priority.
		 */
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

/* Copy @n hooks. They get the namespace as priv, which is faster than net_generic() in each. */
static struct nf_hook_ops *copy_for(struct egress_net *en, const struct nf_hook_ops *from,
				    unsigned int n)
{
	struct nf_hook_ops *ops = kmemdup(from, n * sizeof(*from), GFP_KERNEL_ACCOUNT);
	unsigned int i;

	for (i = 0; ops && i < n; i++)
		ops[i].priv = en;
	return ops;
}

/**
 * egress_hooks_in_register() - register the hooks for what comes in, in a namespace
 * @en: namespace, without them
 *
 * They need no conntrack. Context: process, egress_net.lock held. Return: 0, -ENOMEM or an error of
 * netfilter's.
 */
int egress_hooks_in_register(struct egress_net *en)
{
	struct nf_hook_ops *ops = copy_for(en, hooks_in, ARRAY_SIZE(hooks_in));
	int err;

	if (!ops)
		return -ENOMEM;
	err = nf_register_net_hooks(en->net, ops, ARRAY_SIZE(hooks_in));
	if (err)
		kfree(ops);
	else
		en->hooks_in = ops;
	return err;
}

/**
 * egress_hooks_in_unregister() - unregister the hooks for what comes in, in a namespace
 * @en: namespace with these hooks and no others
 *
 * Waits until no packet is in one of them any more. Context: process, egress_net.lock held.
 */
void egress_hooks_in_unregister(struct egress_net *en)
{
	nf_unregister_net_hooks(en->net, en->hooks_in, ARRAY_SIZE(hooks_in));
	synchronize_net();
	kfree(en->hooks_in);
	en->hooks_in = NULL;
}

/**
 * egress_hooks_register() - register the other hooks in a namespace
 * @en: namespace, with the hooks for what comes in only
 *
 * Context: process, egress_net.lock held. Return: 0, -ENOMEM or an error of netfilter's.
 */
int egress_hooks_register(struct egress_net *en)
{
	struct nf_hook_ops *ops = copy_for(en, hooks, ARRAY_SIZE(hooks));
	int err;

	if (!ops)
		return -ENOMEM;
	err = nf_ct_netns_get(en->net, NFPROTO_INET);
	if (err)
		goto free_ops;
	/* The guards come first: they drop what source NAT does not translate yet. */
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
 * egress_hooks_unregister() - unregister the hooks of a namespace, but those for what comes in
 * @en: namespace, with hooks
 *
 * Waits until no packet is in one of the hooks any more. Context: process, egress_net.lock held.
 */
void egress_hooks_unregister(struct egress_net *en)
{
	struct nf_hook_ops *ops = en->hooks;

	WRITE_ONCE(en->hooks, NULL);
	nf_nat_ipv6_unregister_fn(en->net, &ops[NAT_V6]);
	nf_nat_ipv4_unregister_fn(en->net, &ops[NAT_V4]);
	nf_unregister_net_hooks(en->net, ops, N_GUARDS);
	nf_ct_netns_put(en->net, NFPROTO_INET);
	/*
	 * nf_nat does not wait until packets on other CPUs have left egress_snat(). Wait for them
	 * here, as the code of the module and @ops may go away now.
	 */
	synchronize_net();
	kfree(ops);
}
