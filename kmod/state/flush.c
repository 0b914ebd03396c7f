// SPDX-License-Identifier: GPL-2.0
/* Flushing: everything in a namespace goes, on request or with the namespace. */
#include "net.h"
#include "state/app.h"
#include "state/block.h"
#include "state/cut.h"
#include "state/change.h"
#include "state/flush.h"
#include "state/group.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/pool.h"

/* How many machines go, or lingering blocks are cut, before others have their turn. */
#define PIECE	1024

/**
 * egress_flush_some() - do a part of what takes long in a flush, for egress_flush() to find little
 * @ch: change
 * @last: egress_net.last_machine when the flush began; what others add meanwhile is left to
 *	egress_flush()
 *
 * Machines go, and lingering blocks are cut. Listeners are told. Context: process. Return: 0;
 * -EAGAIN if it is to go on with another change.
 */
int egress_flush_some(struct egress_change *ch, unsigned long last)
{
	struct egress_net *en = ch->en;
	struct egress_block *block, *tmp;
	unsigned int n;

	if (egress_machines_del_some(ch, last, PIECE) == PIECE)
		return -EAGAIN;
	n = 0;
	list_for_each_entry_safe(block, tmp, &en->lingering, linger) {
		if (n++ == PIECE)
			return -EAGAIN;
		egress_cut_block(ch, block);
	}
	return 0;
}

/**
 * egress_flush() - delete all machines, pairs, apps and pools of a namespace
 * @ch: change; listeners are not told of the objects: the caller may tell that all are gone
 *
 * Context: process, with egress_net.cuts held since before the change began; waits for one grace
 * period. Connections are cut under the lock, as nothing is to be left when the change is told:
 * a request has egress_flush_some() cut most of them before.
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
