// SPDX-License-Identifier: GPL-2.0
/* Flushing: everything in a namespace goes, on request or with the namespace. */
#include "net.h"
#include "state/app.h"
#include "state/cut.h"
#include "state/change.h"
#include "state/flush.h"
#include "state/group.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/pool.h"

/**
 * egress_flush() - delete all machines, pairs, apps and pools of a namespace
 * @ch: change; listeners are not told of the objects: the caller may tell that all are gone
 *
 * Context: process, with egress_net.cuts held since before the change began; waits for one grace
 * period. Connections are cut under the lock, as nothing is to be left when the change is told.
 */
void egress_flush(struct egress_change *ch)
{
	struct egress_net *en = ch->en;
	struct egress_group *group;
	struct egress_pair *pair;
	unsigned long id;

	egress_change_count(ch);
	ch->quiet = true;
	egress_machines_flush(ch);
	xa_for_each(&en->pairs, id, pair) {
		group = pair->group;
		egress_pair_destroy(ch, pair);
		egress_group_put(ch, group);
	}
	egress_cut_now(ch);
	egress_app_free_all(en);
	egress_pool_free_all(en);
	ch->quiet = false;
}
