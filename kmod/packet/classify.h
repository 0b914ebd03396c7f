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
	EGRESS_CLASS_FOREIGN,	/* the source is no machine's address */
	EGRESS_CLASS_EXCLUDED,	/* goes to an excluded destination */
	EGRESS_CLASS_UNBOUND,	/* the machine has no lease, or its pair no address of the family */
	EGRESS_CLASS_LEASED,	/* the machine has a lease for the destination */
};

/**
 * struct egress_packet - what egress_classify() finds out about a packet
 * @sender: the machine whose packet it is; NULL for EGRESS_CLASS_FOREIGN
 * @conf: settings of the machine's app; set for EGRESS_CLASS_EXCLUDED, _UNBOUND and _LEASED
 * @ports: the block that the machine leases for the destination; set for EGRESS_CLASS_LEASED, and
 *	for EGRESS_CLASS_UNBOUND, where NULL means that the machine has no lease
 *
 * All three are valid only as long as the RCU read lock is held.
 */
struct egress_packet {
	struct egress_sender *sender;
	const struct egress_conf *conf;
	struct egress_ports *ports;
};

enum egress_class egress_classify(struct egress_net *en, u8 pf, const union nf_inet_addr *from,
				  const union nf_inet_addr *to, struct egress_packet *packet);
enum egress_class egress_classify_to(struct egress_sender *sender, u8 pf,
				     const union nf_inet_addr *to, struct egress_packet *packet);
bool egress_in_block(const struct egress_ports *ports, u8 pf,
		     const struct nf_conntrack_tuple *reply);
enum egress_on_none egress_on_none(const struct egress_packet *packet, u8 pf);
bool egress_shareable(const struct nf_conntrack_tuple *orig);
unsigned int egress_drop(struct egress_net *en, const struct egress_packet *packet,
			 enum egress_counter counter);

#endif
