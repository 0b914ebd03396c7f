// SPDX-License-Identifier: GPL-2.0
/*
 * The cordon: a host that is cordoned gives no leases to machines that have none. Machines that
 * have one keep it, and get another where they would lose it, so that a cordon harms nobody who
 * is there already.
 */
#include "error.h"
#include "net.h"
#include "state/app.h"
#include "state/block.h"
#include "state/change.h"
#include "state/cordon.h"
#include "state/group.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/pair.h"

/**
 * egress_cordon_bars() - is a machine to get no lease, as the host is cordoned
 * @en: namespace, locked
 * @machine: machine, or NULL for one that is not there yet
 */
bool egress_cordon_bars(const struct egress_net *en, const struct egress_machine *machine)
{
	const struct egress_block *block;

	if (!en->cordoned)
		return false;
	if (!machine)
		return true;
	list_for_each_entry(block, &machine->blocks, node)
		if (block->ports.state == EGRESS_BLOCK_LEASED)
			return false;
	return true;
}

/**
 * egress_cordon_check() - may a machine be given the lease that a request asks for
 * @ch: change
 * @machine: machine, or NULL for one that is not there yet
 * @id: id of the machine
 *
 * Return: 0, or -EBUSY if the host is cordoned.
 */
int egress_cordon_check(struct egress_change *ch, const struct egress_machine *machine,
			const char *id)
{
	if (!egress_cordon_bars(ch->en, machine))
		return 0;
	egress_refuse(&ch->error, EGRESS_ABOUT_PAIR, -EBUSY,
		      "the host is cordoned: machine '%s' has no lease and gets none", id);
	return egress_refuse_reason(&ch->error, EGRESS_REASON_CORDONED);
}

/* Give leases to all machines that wait for one, as far as there is room. */
static void serve(struct egress_change *ch)
{
	struct egress_group *group;
	struct egress_pair *pair;
	struct egress_app *app;
	unsigned long id;
	int orgs;

	/*
	 * A machine's own pairs win, so that it need not take a block of its app's first, nor one
	 * of its org's before one of its app's.
	 */
	xa_for_each(&ch->en->pairs, id, pair)
		if (pair->scope == EGRESS_SCOPE_MACHINE)
			egress_lease_offer(ch, pair);
	for (orgs = 0; orgs < 2; orgs++)
		xa_for_each(&ch->en->apps, id, app)
			list_for_each_entry(group, &app->groups, list)
				if (app->is_org == orgs)
					egress_lease_feed(ch, group);
}

/**
 * egress_cordon() - cordon the host, or end that and serve the machines that wait
 * @ch: change; nothing changes if it is so already
 * @on: whether the host is to be cordoned
 *
 * Context: process; may wait for a grace period.
 */
void egress_cordon(struct egress_change *ch, bool on)
{
	if (ch->en->cordoned != on) {
		ch->en->cordoned = on;
		egress_change_count(ch);
		egress_change_did(ch, EGRESS_EVENT_CORDON, NULL);
		if (!on)
			serve(ch);
	}
	egress_change_answer(ch, EGRESS_EVENT_CORDON, NULL);
}
