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
 * @proto: IPPROTO_*; a packet of ICMP or ICMPv6 is taken for an echo request
 * @from: source address of the packet
 * @to: destination address of the packet, after destination NAT
 * @from_port: source port in host order, or 0; without both ports no connection is looked for
 * @to_port: destination port in host order, or 0
 * @device: device that the packet comes in by; NULL for the device of the packet's machine
 * @verdict: what would happen
 * @rule: why
 * @packet: what egress_classify() found about the packet, as far as it went for @rule
 * @machine: machine that the packet is from; NULL if from none
 * @block: block by which the packet would leave; NULL if by none
 * @excluded: for EGRESS_RULE_EXCLUDED: the excluded prefix that the destination is in
 * @source: for EGRESS_VERDICT_TRANSLATE and at the limit: the address instead of @from
 * @port: for EGRESS_RULE_CONNECTION, if translated: the port instead of @from_port, host order
 * @dest: for EGRESS_RULE_LEASED and EGRESS_RULE_LIMIT: what the block has to the destination
 *
 * The caller fills @pf to @device, and the rest with zeros.
 */
struct egress_explained {
	u8 pf;
	u8 proto;
	union nf_inet_addr from;
	union nf_inet_addr to;
	u16 from_port;
	u16 to_port;
	struct net_device *device;

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
