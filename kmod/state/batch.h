/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_BATCH_H
#define EGRESS_BATCH_H

#include "state/machine.h"
#include "state/pair.h"

struct egress_change;

enum egress_batch_does {
	EGRESS_BATCH_ADD,	/* a machine */
	EGRESS_BATCH_DEL,	/* a machine */
	EGRESS_BATCH_RELEASE,	/* pairs */
};

/**
 * struct egress_batch_part - one of several things that a request does, all or none
 * @does: which of the members below is meant
 * @entry: number of the command that it belongs to, from 0, for a refusal
 * @index: number of the machine within that command, from 0, for a refusal
 * @add: machine to add
 * @id: machine to delete
 * @missing_ok: a machine to be deleted may not be there
 * @release: pairs to release, and how
 * @pairs: used by egress_batch(): struct egress_pair.drain of those pairs
 */
struct egress_batch_part {
	enum egress_batch_does does;
	unsigned int entry;
	unsigned int index;
	union {
		struct egress_machine_request add;
		struct {
			const char *id;
			bool missing_ok;
		};
		struct egress_release_request release;
	};
	struct list_head pairs;
};

int egress_batch(struct egress_change *ch, struct egress_batch_part *parts, unsigned int n);

#endif
