/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_END_H
#define EGRESS_END_H

#include <linux/types.h>

struct egress_net;
struct egress_ports;
struct in6_addr;
struct nf_conn;

/**
 * struct egress_ending - connections that a request ends, while they are looked for
 * @en: namespace, egress_net.cuts held
 * @dry: end none, only count them
 */
struct egress_ending {
	struct egress_net *en;
	bool dry;
};

bool egress_end_chosen(struct egress_net *en, const struct egress_ports *ports, u8 pf,
		       const struct in6_addr *to);
void egress_end_visit(struct nf_conn *ct, void *data);

#endif
