// SPDX-License-Identifier: GPL-2.0
/* Source NAT of a connection's first packet: which egress address and which port it gets. */
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_nat.h>

#include "net.h"
#include "packet/classify.h"
#include "packet/guard.h"
#include "packet/ingress.h"
#include "packet/objects.h"
#include "packet/reject.h"
#include "packet/snat.h"

egress_refused_fn egress_refused __read_mostly;

/* Let a machine know that a connection gets no port, as its app is set. Return: NF_DROP. */
static noinline unsigned int refuse(struct egress_net *en, const struct egress_packet *packet,
				    struct nf_conn *ct, struct sk_buff *skb,
				    const struct nf_hook_state *state,
				    const struct egress_refusal *refusal)
{
	if (refusal->tell)
		egress_refused(en, packet, ct, state->pf, refusal->held_back);
	if (packet->conf->on_limit == EGRESS_ON_LIMIT_REJECT)
		egress_reject(skb, state, ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.protonum);
	return egress_drop(en, packet, EGRESS_C_LIMIT);
}

/* Changes the port of ours in a connection that has source NAT and is not confirmed yet. */
static void change_port(struct nf_conn *ct, u16 port)
{
	struct nf_conntrack_tuple reply = ct->tuplehash[IP_CT_DIR_REPLY].tuple;

	if (reply.dst.protonum == IPPROTO_ICMP || reply.dst.protonum == IPPROTO_ICMPV6)
		reply.src.u.icmp.id = htons(port);
	else
		reply.dst.u.all = htons(port);
	nf_conntrack_alter_reply(ct, &reply);
}

/* Takes a port for a connection of a machine with a lease, and sets the source NAT up. */
static __always_inline unsigned int setup(struct egress_net *en, struct nf_conn *ct,
					  const struct egress_packet *packet,
					  struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct egress_nat *nat = packet->ports->nat;
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	unsigned int block_size = 1u << nat->order;
	u32 limit = packet->conf->limit ? min(packet->conf->limit, block_size) : block_size;
	struct nf_nat_range2 range = {
		/*
		 * The port is chosen already, so two flags keep the kernel from useless work.
		 * With RANDOM_FULLY it does not search the connections from the same source
		 * for a mapping to use again. With OFFSET it does not draw a random number, but
		 * begins with the port that is as far from @min_proto as the connection's own is
		 * from @base_proto.
		 */
		.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED |
			 NF_NAT_RANGE_PROTO_RANDOM_FULLY | NF_NAT_RANGE_PROTO_OFFSET,
	};
	struct egress_translated *last;
	struct egress_refusal refusal;
	u32 now = jiffies;
	unsigned int verdict;
	int port;

	port = egress_dest_take(en, packet->ports, skb, ct, state->pf, limit, &refusal);
	if (port < 0)
		goto refuse;

	if (state->pf == NFPROTO_IPV4)
		range.min_addr.ip = egress_addr_to_v4(&nat->v4);
	else
		range.min_addr.in6 = nat->v6;
	range.max_addr = range.min_addr;
	/*
	 * nf_nat looks whether conntrack has an entry with the port, and if so, it takes the next
	 * one of the range, which is how we are told. So the range has two ports.
	 */
	range.min_proto.all = htons(port & ~1);
	range.max_proto.all = htons(port | 1);
	range.base_proto.all = htons(egress_reply_port(reply) - (port & 1));
	verdict = nf_nat_setup_info(ct, &range, NF_NAT_MANIP_SRC);
	if (unlikely(verdict == NF_ACCEPT && egress_reply_port(reply) != port)) {
		port = egress_dest_take_other(en, packet->ports, skb, ct, state->pf, limit, port,
					      &refusal);
		if (port < 0)
			goto refuse;
		change_port(ct, port);
	}
	egress_count(en->counters, &packet->sender->counters, EGRESS_C_OPENED);
	if (verdict == NF_ACCEPT) {
		last = raw_cpu_ptr(&egress_translated);
		last->addr = range.min_addr;
		last->ct = ct;
		last->when = now;
	}
	return verdict;

refuse:
	if (port == -EAGAIN)
		return refuse(en, packet, ct, skb, state, &refusal);
	return egress_drop(en, packet, EGRESS_C_NOMEM);
}

/**
 * egress_snat() - hook that nf_nat calls for a connection that has no source NAT yet
 * @priv: namespace, struct egress_net
 * @skb: the connection's first packet
 * @state: state of the hook
 */
unsigned int egress_snat(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct egress_net *en = priv;
	const struct nf_conntrack_tuple *orig, *reply;
	struct egress_packet packet;
	enum ip_conntrack_info ctinfo;
	enum egress_class class;
	struct nf_conn *ct;

	ct = nf_ct_get(skb, &ctinfo);
	/* A confirmed connection is older than these hooks, and keeps the source that it has. */
	if (!ct || nf_ct_is_confirmed(ct) || CTINFO2DIR(ctinfo) != IP_CT_DIR_ORIGINAL)
		return NF_ACCEPT;

	orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	class = egress_classify(en, state->pf, &orig->src.u3, &reply->src.u3, &packet);
	if (class == EGRESS_CLASS_FOREIGN || class == EGRESS_CLASS_EXCLUDED)
		return NF_ACCEPT;
	if (egress_is_spoofed(packet.sender, skb, state))
		return egress_drop(en, &packet, EGRESS_C_SPOOFED);
	if (class == EGRESS_CLASS_UNBOUND) {
		if (egress_on_none(&packet, state->pf) != EGRESS_ON_NONE_PASS)
			return egress_refuse_unbound(en, &packet, skb, state, ct);
		egress_count(en->counters, &packet.sender->counters, EGRESS_C_PASSED);
		return NF_ACCEPT;
	}

	/*
	 * A connection with a master was expected by a conntrack helper. The helper may have told
	 * the far end an address and a port for it, and the port need not be of the block.
	 */
	if (ct->master || !egress_shareable(orig))
		return egress_drop(en, &packet, EGRESS_C_UNSUPPORTED);
	egress_take_off_helper(ct);
	return setup(en, ct, &packet, skb, state);
}
