/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_DESTINATION_H
#define EGRESS_DESTINATION_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <net/netfilter/nf_conntrack_tuple.h>

/*
 * Jiffies that the first packet of a connection takes at most from source NAT, where the
 * connection gets its port, to confirmation, unless the packet waits in an NFQUEUE in between.
 */
#define EGRESS_CONFIRM_TIME	(HZ / 50)

/*
 * How many tables and places in them are swept before egress_net.reap is let go for others. To
 * sweep a place takes about 700 instructions.
 */
#define EGRESS_SWEEP_PIECE	1024

struct egress_net;
struct egress_ports;
struct nf_conn;
struct sk_buff;

/**
 * struct egress_dests - the destination tables of a block
 * @lock: protects changes of @list and @n; taken in softirq, so others turn bottom halves off
 * @list: struct egress_dest; an entry is removed only with egress_net.reap held, too
 * @n: number of tables; also read without @lock
 */
struct egress_dests {
	/* Protects @list and @n; taken in softirq. */
	spinlock_t lock;
	unsigned int n;
	struct list_head list;
};

/**
 * struct egress_refusal - what to tell about a connection refused at the limit
 * @tell: an event is due, because the last event about this destination table is at least a
 *	second old
 * @held_back: number of refusals since that event, which no event told of; set if @tell
 */
struct egress_refusal {
	bool tell;
	unsigned int held_back;
};

/**
 * struct egress_dest_state - what is shown of a destination table
 * @ports: the block whose table it is
 * @addr: the destination address
 * @live: number of live connections
 * @idle: number of these that are idle UDP flows: the oldest of them ends when a new connection
 *	finds the limit reached
 * @refused: number of connections refused at the limit
 */
struct egress_dest_state {
	const struct egress_ports *ports;
	struct in6_addr addr;
	unsigned int live;
	unsigned int idle;
	unsigned long refused;
};

/* Return: the port of ours, or echo id, that a connection has in its replies, in host order. */
static inline u16 egress_reply_port(const struct nf_conntrack_tuple *reply)
{
	u8 proto = reply->dst.protonum;

	if (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6)
		return ntohs(reply->src.u.icmp.id);
	return ntohs(reply->dst.u.all);
}

void egress_dests_init(struct egress_dests *dests);
int egress_dest_take(struct egress_net *en, struct egress_ports *ports, const struct sk_buff *skb,
		     const struct nf_conn *ct, u8 pf, unsigned int limit,
		     struct egress_refusal *refusal);
int egress_dest_take_other(struct egress_net *en, struct egress_ports *ports,
			   const struct sk_buff *skb, const struct nf_conn *ct, u8 pf,
			   unsigned int limit, unsigned int port,
			   struct egress_refusal *refusal);
int egress_dest_adopt(struct egress_net *en, struct egress_ports *ports, const struct nf_conn *ct);
bool egress_dest_renew(struct egress_net *en, const struct egress_ports *ports,
		       const struct nf_conn *ct, u8 pf);
unsigned int egress_dests_sweep_some(struct egress_net *en, struct egress_ports *ports,
				     unsigned int n, int *budget);
bool egress_dests_retire(struct egress_net *en, struct egress_ports *ports, int *budget);
bool egress_dests_cut_some(struct egress_net *en, struct egress_ports *ports, int *budget);

/* Are the connections of a block to this destination to be ended? */
typedef bool (*egress_dest_chosen_fn)(struct egress_net *en, const struct egress_ports *ports,
				      u8 pf, const struct in6_addr *to);

unsigned int egress_dests_end_some(struct egress_net *en, struct egress_ports *ports,
				   unsigned int n, int *budget, egress_dest_chosen_fn chosen,
				   unsigned int *ended);

bool egress_tcp_closed(const struct nf_conn *ct);
void egress_dest_look(struct egress_net *en, struct egress_ports *ports, u8 pf,
		      const struct in6_addr *to, struct egress_dest_state *state);
int egress_dests_show(struct egress_net *en, struct rhashtable_iter *iter,
		      int (*show)(const struct egress_dest_state *state, void *arg), void *arg);

int egress_dests_net_init(struct egress_net *en);
void egress_dests_net_exit(struct egress_net *en);
int egress_dests_init_cache(void);
void egress_dests_exit_cache(void);

#endif
