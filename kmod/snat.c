// SPDX-License-Identifier: GPL-2.0
/*
 * Source NAT of a connection's first packet, and the hooks as a whole:
 *
 *   PRE_ROUTING                         POST_ROUTING
 *   conntrack, DNAT | guard_in -> route -> SNAT: snat, then other chains |
 *                                                guard_out | confirm
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/netfilter/ipv4/nf_reject.h>
#include <net/netfilter/ipv6/nf_reject.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_nat.h>

#include "app.h"
#include "claim.h"
#include "classify.h"
#include "counters.h"
#include "error.h"
#include "event.h"
#include "guard.h"
#include "machine.h"
#include "net.h"
#include "pair.h"
#include "snat.h"

/*
 * Tell the machine that it has reached its limit. The answer passes the hooks
 * with this connection attached, as a reply: snat() and the guard let it go.
 */
static void reject(struct sk_buff *skb, const struct nf_hook_state *state, u8 proto)
{
	if (state->pf == NFPROTO_IPV4) {
		if (proto == IPPROTO_TCP)
			nf_send_reset(state->net, state->sk, skb, state->hook);
		else
			nf_send_unreach(skb, ICMP_PKT_FILTERED, state->hook);
	} else {
		if (proto == IPPROTO_TCP)
			nf_send_reset6(state->net, state->sk, skb, state->hook);
		else
			nf_send_unreach6(state->net, skb, ICMPV6_ADM_PROHIBITED, state->hook);
	}
}

static unsigned int setup(struct egress_net *en, struct nf_conn *ct,
			  const struct egress_packet *packet, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	const struct egress_pair *pair = packet->block->pair;
	u8 proto = ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.protonum;
	unsigned int block_size = 1u << pair->order;
	u32 limit = packet->conf->limit;
	struct nf_nat_range2 range = {
		/*
		 * Random: else the kernel walks the machine's other mappings
		 * first. Offset: of a range of one port there is no random one.
		 */
		.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED |
			 NF_NAT_RANGE_PROTO_RANDOM_FULLY | NF_NAT_RANGE_PROTO_OFFSET,
	};
	struct egress_translated *last;
	struct egress_refusal refusal;
	u32 now = jiffies;
	unsigned int verdict;
	int port;

	port = egress_dest_take(en, packet->block, skb, ct, state->pf,
				limit ? min(limit, block_size) : block_size, &refusal);
	if (port == -EAGAIN) {
		if (refusal.tell)
			egress_event_limit(en, packet, ct, state->pf, refusal.held_back);
		if (packet->conf->on_limit == EGRESS_ON_LIMIT_REJECT)
			reject(skb, state, proto);
		return egress_drop(en, packet, EGRESS_C_LIMIT);
	}
	if (port < 0)
		return egress_drop(en, packet, EGRESS_C_NOMEM);

	if (state->pf == NFPROTO_IPV4)
		range.min_addr.ip = egress_addr_to_v4(&pair->v4);
	else
		range.min_addr.in6 = pair->v6;
	range.max_addr = range.min_addr;
	range.min_proto.all = htons(port);
	range.max_proto.all = htons(port);
	egress_count(en->counters, &packet->machine->counters, EGRESS_C_OPENED);
	verdict = nf_nat_setup_info(ct, &range, NF_NAT_MANIP_SRC);
	if (verdict == NF_ACCEPT) {
		last = raw_cpu_ptr(&egress_translated);
		last->addr = range.min_addr;
		last->ct = ct;
		last->when = now;
	}
	return verdict;
}

/* Called by nf_nat for a connection without source NAT yet. */
static unsigned int snat(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct egress_net *en = priv;
	const struct nf_conntrack_tuple *orig, *reply;
	struct egress_packet packet;
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct;

	ct = nf_ct_get(skb, &ctinfo);
	/* Confirmed: it was there before the hooks were. */
	if (!ct || nf_ct_is_confirmed(ct) || CTINFO2DIR(ctinfo) != IP_CT_DIR_ORIGINAL)
		return NF_ACCEPT;

	orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	switch (egress_classify(en, state->pf, &orig->src.u3, &reply->src.u3, state->in,
				&packet)) {
	case EGRESS_CLASS_FOREIGN:
	case EGRESS_CLASS_EXCLUDED:
		return NF_ACCEPT;
	case EGRESS_CLASS_SPOOFED:
		return egress_drop(en, &packet, EGRESS_C_SPOOFED);
	case EGRESS_CLASS_UNBOUND:
		if (packet.conf->on_none == EGRESS_ON_NONE_DROP)
			return egress_drop(en, &packet, EGRESS_C_UNBOUND);
		egress_count(en->counters, &packet.machine->counters, EGRESS_C_PASSED);
		return NF_ACCEPT;
	case EGRESS_CLASS_LEASED:
		break;
	}

	if (ct->master || !egress_shareable(orig))
		return egress_drop(en, &packet, EGRESS_C_UNSUPPORTED);
	egress_take_off_helper(ct);
	return setup(en, ct, &packet, skb, state);
}

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
		.hook = egress_claim_arp,
		.pf = NFPROTO_ARP,
		.hooknum = NF_ARP_IN,
		.priority = INT_MAX,
	}, {
		/* nf_nat's from here: before its chains, of which nft's lowest is above this. */
		.hook = snat,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = INT_MIN,
	}, {
		.hook = snat,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = INT_MIN,
	},
};

#define NAT_V4		(ARRAY_SIZE(hooks) - 2)
#define NAT_V6		(ARRAY_SIZE(hooks) - 1)
#define N_GUARDS	NAT_V4

/**
 * egress_hooks_get() - have the hooks in place for a first machine or pair
 * @en: namespace, locked
 * @info: request, to say why not
 *
 * Return: 0 or an error of netfilter's.
 */
int egress_hooks_get(struct egress_net *en, struct genl_info *info)
{
	struct nf_hook_ops *ops;
	unsigned int i;
	int err;

	lockdep_assert_held(&en->lock);
	if (en->hooks)
		return 0;
	if (!try_module_get(THIS_MODULE))
		return egress_refuse(info, 0, -ENOENT, "the module is being removed");
	err = -ENOMEM;
	ops = kmemdup(hooks, sizeof(hooks), GFP_KERNEL_ACCOUNT);
	if (!ops)
		goto put_module;
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
	egress_reaper_start(en);
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
put_module:
	module_put(THIS_MODULE);
	if (err == -ENOMEM)
		return err;
	return egress_refuse(info, 0, err, "netfilter refused the hooks: error %d", err);
}

/**
 * egress_hooks_put() - take the hooks out if there is no machine and no pair
 * @en: namespace, locked
 */
void egress_hooks_put(struct egress_net *en)
{
	struct nf_hook_ops *ops = en->hooks;

	lockdep_assert_held(&en->lock);
	if (!ops || en->n_machines || en->n_pairs)
		return;
	WRITE_ONCE(en->hooks, NULL);
	nf_nat_ipv6_unregister_fn(en->net, &ops[NAT_V6]);
	nf_nat_ipv4_unregister_fn(en->net, &ops[NAT_V4]);
	nf_unregister_net_hooks(en->net, ops, N_GUARDS);
	nf_ct_netns_put(en->net, NFPROTO_INET);
	/* Not waited for by nf_nat: our functions must not be called any more. */
	synchronize_net();
	kfree(ops);
	module_put(THIS_MODULE);
}
