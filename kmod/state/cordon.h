/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_CORDON_H
#define EGRESS_CORDON_H

#include <linux/types.h>

struct egress_change;
struct egress_machine;
struct egress_net;

bool egress_cordon_bars(const struct egress_net *en, const struct egress_machine *machine);
int egress_cordon_check(struct egress_change *ch, const struct egress_machine *machine,
			const char *id);
void egress_cordon(struct egress_change *ch, bool on);

#endif
