/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_EVENT_H
#define EGRESS_EVENT_H

#include <linux/types.h>

struct egress_net;
struct egress_packet;
struct nf_conn;

void egress_event_limit(struct egress_net *en, const struct egress_packet *packet,
			const struct nf_conn *ct, u8 pf, unsigned int held_back);

#endif
