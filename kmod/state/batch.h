/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_BATCH_H
#define EGRESS_BATCH_H

#include "state/app.h"
#include "state/machine.h"
#include "state/pair.h"

struct egress_change;

enum egress_batch_does {
	EGRESS_BATCH_ADD,	/* a machine */
	EGRESS_BATCH_SET,	/* a machine */
	EGRESS_BATCH_REPLACE,	/* a machine */
	EGRESS_BATCH_ALLOCATE,	/* pairs */
	EGRESS_BATCH_APP,	/* an app's settings */
	EGRESS_BATCH_UNBIND,	/* a machine, from all pairs that it is pinned to */
	EGRESS_BATCH_DEL,	/* a machine */
	EGRESS_BATCH_DEL_OF,	/* all machines of an app */
	EGRESS_BATCH_RELEASE,	/* pairs */
};

/**
 * struct egress_batch_pairs - pairs that a part of a request is about to allocate
 * @request: how many, for whom, and of what kind
 * @made: used by egress_batch()
 */
struct egress_batch_pairs {
	struct egress_pair_request request;
	struct egress_allocation made;
};

/**
 * struct egress_batch_app - an app whose settings a part of a request is about to change
 * @request: the settings
 * @app: used by egress_batch()
 */
struct egress_batch_app {
	struct egress_app_request request;
	struct egress_app *app;
};

/**
 * struct egress_batch_part - one of several things that a request does, all or none
 * @does: which of the members below is meant
 * @entry: number of the command that it belongs to, from 0, for a refusal
 * @index: number of the machine within that command, from 0, for a refusal
 * @request: machine to add, to change, or to release from its pins
 * @allocate: pairs to allocate
 * @settings: app to change
 * @id: machine to delete
 * @app: app whose machines are to be deleted
 * @region: name of the only region to look at, or NULL for all
 * @missing_ok: a machine or app to be deleted may not be there
 * @release: pairs to release, and how
 * @pairs: used by egress_batch(): struct egress_pair.drain of those pairs
 * @machine: used by egress_batch(): machine that is prepared, or marked; or NULL
 * @edit: used by egress_batch(): how that machine is about to be changed; NULL if it is not
 */
struct egress_batch_part {
	enum egress_batch_does does;
	unsigned int entry;
	unsigned int index;
	union {
		struct egress_machine_request request;
		struct egress_batch_pairs *allocate;
		struct egress_batch_app *settings;
		struct {
			const char *id;
			const char *app;
			const char *region;
			bool missing_ok;
		};
		struct egress_release_request release;
	};
	union {
		struct list_head pairs;
		struct {
			struct egress_machine *machine;
			struct egress_machine_edit *edit;
		};
	};
};

int egress_batch(struct egress_change *ch, struct egress_batch_part *parts, unsigned int n);

#endif
