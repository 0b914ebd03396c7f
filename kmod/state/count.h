/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_COUNT_H
#define EGRESS_COUNT_H

struct egress_net;
struct in6_addr;

int egress_count_pairs(struct egress_net *en, const char *app, const char *org,
		       const char *region);
int egress_count_pair(struct egress_net *en, const struct in6_addr *addr);
int egress_count_machine(struct egress_net *en, const char *id);

#endif
