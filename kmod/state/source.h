/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_SOURCE_H
#define EGRESS_SOURCE_H

#include <linux/types.h>

struct egress_change;
struct egress_machine;
struct egress_net;
struct egress_source;
struct in6_addr;

int egress_sources_check(struct egress_change *ch, const struct egress_machine *machine,
			 const struct in6_addr *addrs, unsigned int n);
bool egress_sources_are(const struct egress_machine *machine, const struct in6_addr *addrs,
			unsigned int n);
int egress_sources_make(struct egress_net *en, const struct in6_addr *addrs, unsigned int n,
			struct egress_source **sources);
void egress_sources_publish(struct egress_machine *machine);
int egress_sources_add(struct egress_net *en, const struct egress_machine *machine,
		       const struct in6_addr *addrs, unsigned int n, struct egress_source **fresh,
		       unsigned int *n_fresh);
void egress_sources_set(struct egress_net *en, struct egress_machine *machine,
			const struct in6_addr *addrs, unsigned int n, struct egress_source **fresh,
			unsigned int n_fresh);
void egress_sources_free(struct egress_net *en, struct egress_source **sources, unsigned int n);

#endif
