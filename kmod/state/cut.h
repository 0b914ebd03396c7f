/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_CUT_H
#define EGRESS_CUT_H

#include <linux/types.h>

struct egress_block;
struct egress_change;
struct egress_net;

void egress_cut_block(struct egress_change *ch, struct egress_block *block);
void egress_cut_now(struct egress_change *ch);
void egress_cut_finish(struct egress_net *en, u64 *generation);

#endif
