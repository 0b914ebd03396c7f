/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_CLASSIFY_H
#define EGRESS_CLASSIFY_H

#include <linux/netfilter.h>

#include "counters.h"

struct egress_ports;
struct egress_conf;
struct egress_sender;
struct egress_net;
struct nf_conntrack_tuple;

enum egress_class {
	EGRESS_CLASS_FOREIGN,	/* from no machine */
	EGRESS_CLASS_SPOOFED,	/* came in by another device than the machine's */
	EGRESS_CLASS_EXCLUDED,	/* to an excluded destination */
	EGRESS_CLASS_UNBOUND,	/* no lease, or the pair lacks this family */
	EGRESS_CLASS_LEASED,
};

/**
 * struct egress_packet - where a packet belongs
 * @sender: from which, but for EGRESS_CLASS_FOREIGN
 * @conf: its app's settings, from EGRESS_CLASS_EXCLUDED on
 * @ports: its lease, for EGRESS_CLASS_LEASED
 *
 * All under RCU.
 */
struct egress_packet {
	struct egress_sender *sender;
	const struct egress_conf *conf;
	struct egress_ports *ports;
};

enum egress_class egress_classify(struct egress_net *en, u8 pf, const union nf_inet_addr *from,
				  const union nf_inet_addr *to, const struct net_device *in,
				  struct egress_packet *packet);
bool egress_shareable(const struct nf_conntrack_tuple *orig);
unsigned int egress_drop(struct egress_net *en, const struct egress_packet *packet,
			 enum egress_counter counter);

#endif
