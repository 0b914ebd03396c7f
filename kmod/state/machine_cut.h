/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_MACHINE_CUT_H
#define EGRESS_MACHINE_CUT_H

#include "packet/objects.h"

struct egress_change;
struct egress_machine;

void egress_machine_cut_later(struct egress_change *ch, struct egress_machine *machine,
			      enum egress_cut which);
void egress_machine_cut_leased(struct egress_change *ch, struct egress_machine *machine);
int egress_machine_cut(struct egress_change *ch, const char **ids, unsigned int n,
		       enum egress_cut which);
void egress_machines_cut(struct egress_change *ch);
void egress_machines_cut_tell(struct egress_change *ch);

#endif
