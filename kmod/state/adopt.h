/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_ADOPT_H
#define EGRESS_ADOPT_H

#include <linux/in6.h>
#include <linux/types.h>

struct egress_change;
struct egress_net;

/**
 * struct egress_adopt - what is to be adopted, and what came of it
 * @machine: serial number of the machine whose connections are meant; 0 for all
 * @pair: id of the pair whose connections are meant; 0 for all
 * @adopted: number of connections that have been adopted
 * @known: number of those that had their places already
 * @strangers: number of those that are no machine's own: another address began them, or they have
 *	not been translated, or nobody has their port
 * @no_room: number of those for which there is no room
 * @no_memory: number of those for which there was no memory
 */
struct egress_adopt {
	unsigned long machine;
	unsigned long pair;
	u32 adopted;
	u32 known;
	u32 strangers;
	u32 no_room;
	u32 no_memory;
};

int egress_adopt_check(struct egress_change *ch, const char *id, const struct in6_addr *addr,
		       struct egress_adopt *adopt);
int egress_adopt(struct egress_net *en, struct egress_adopt *adopt);

void egress_adopt_soon(struct egress_net *en);
void egress_adopter_init(struct egress_net *en);
void egress_adopter_stop(struct egress_net *en);

#endif
