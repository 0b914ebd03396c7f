/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_REAP_H
#define EGRESS_REAP_H

#include <linux/types.h>

struct egress_net;

int egress_reap_lingering(struct egress_net *en, bool now);
void egress_reaper_init(struct egress_net *en);
void egress_reaper_start(struct egress_net *en);
void egress_reaper_stop(struct egress_net *en);

#endif
