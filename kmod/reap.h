/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_REAP_H
#define EGRESS_REAP_H

#include <linux/workqueue.h>

struct egress_net;

/**
 * struct egress_reaper - what goes from table to table, round after round
 * @work: a stretch of a round; all else is changed under egress_net.reap
 * @pair: the pair it is at
 * @slot: the slot of it
 * @left: tables of it that are to be swept yet
 * @budget: tables and places in a stretch; never less in a round, though tables go
 * @met: tables and places met in this round
 */
struct egress_reaper {
	struct delayed_work work;
	unsigned long pair;
	unsigned int slot;
	unsigned int left;
	unsigned int budget;
	unsigned int met;
};

void egress_reaper_init(struct egress_net *en);
void egress_reaper_start(struct egress_net *en);
void egress_reaper_stop(struct egress_net *en);

#endif
