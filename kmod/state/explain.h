/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_EXPLAIN_H
#define EGRESS_EXPLAIN_H

#include <linux/netfilter.h>
#include <linux/egress.h>

#include "packet/classify.h"
#include "packet/destination.h"

struct egress_block;
struct egress_machine;
struct egress_net;

/**
 * struct egress_explained - a packet, and what would happen to it
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @proto: IPPROTO_*; of ICMP, an echo request
 * @from: its source
 * @to: its destination, after destination NAT
 * @from_port: host order, or 0; both are needed to find its connection
 * @to_port: likewise
 * @device: the device it comes in by, or NULL for the machine's own
 * @verdict: what would happen
 * @rule: why
 * @packet: where it belongs, as far as @rule asked
 * @machine: whose it is, or NULL
 * @block: its lease, or NULL
 * @excluded: for EGRESS_RULE_EXCLUDED
 * @source: where it would leave under another address: that
 * @port: for EGRESS_RULE_CONNECTION: and that port, host order
 * @dest: for EGRESS_RULE_LEASED and EGRESS_RULE_LIMIT: its destination table
 */
struct egress_explained {
	u8 pf;
	u8 proto;
	union nf_inet_addr from;
	union nf_inet_addr to;
	u16 from_port;
	u16 to_port;
	const struct net_device *device;

	enum egress_verdict verdict;
	enum egress_rule rule;
	struct egress_packet packet;
	struct egress_machine *machine;
	struct egress_block *block;
	const struct egress_cidr *excluded;
	struct in6_addr source;
	u16 port;
	struct egress_dest_state dest;
};

void egress_explain(struct egress_net *en, struct egress_explained *ex);

#endif
