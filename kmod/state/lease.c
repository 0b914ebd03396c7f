// SPDX-License-Identifier: GPL-2.0
/*
 * Leases: which machine has which block of which pair, one for each set of
 * destinations that its app tells apart.
 *
 *   lease_make.c    they come and go with machines and sets
 *   lease_choice.c  which block a machine gets
 *   lease_wait.c    who waits for one, and gets it when one is free
 *   lease_bind.c    an operator's word in it
 */
#include <linux/rcupdate.h>

#include "net.h"
#include "packet/objects.h"
#include "state/block.h"
#include "state/change.h"
#include "state/group.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/set.h"

/**
 * egress_lease_block() - the block of a lease
 * @en: namespace, locked
 * @lease: lease
 *
 * Return: block, NULL if it has none.
 */
struct egress_block *egress_lease_block(struct egress_net *en, const struct egress_lease *lease)
{
	struct egress_ports *ports;

	ports = rcu_dereference_protected(*lease->place, lockdep_is_held(&en->lock));
	return ports ? container_of(ports, struct egress_block, ports) : NULL;
}

/**
 * egress_lease_find() - a machine's lease for a set of destinations
 * @machine: machine, egress_net locked
 * @set: set
 *
 * Return: lease, NULL if the set is not of this machine or its app.
 */
struct egress_lease *egress_lease_find(const struct egress_machine *machine,
				       const struct egress_set *set)
{
	struct egress_lease *lease;

	list_for_each_entry(lease, &machine->leases, list)
		if (lease->set == set)
			return lease;
	return NULL;
}

/**
 * egress_lease_own_rest() - a machine's lease of a pair of its own for all destinations
 * @machine: machine, egress_net locked
 *
 * Return: lease, maybe without a block; NULL if it never had a pair of its own.
 */
struct egress_lease *egress_lease_own_rest(const struct egress_machine *machine)
{
	return machine->own ? egress_lease_find(machine, &machine->own->rest) : NULL;
}

/**
 * egress_lease_of() - a machine's lease for destinations of no particular set
 * @en: namespace, locked
 * @machine: machine
 *
 * Return: lease, maybe without a block.
 */
struct egress_lease *egress_lease_of(struct egress_net *en, const struct egress_machine *machine)
{
	struct egress_lease *own = egress_lease_own_rest(machine);

	if (own && egress_lease_block(en, own))
		return own;
	return egress_lease_find(machine, &machine->group->sets.rest);
}

/* Handed over, two leases have it for a while. */
static bool is_held(struct egress_net *en, const struct egress_machine *machine,
		    const struct egress_block *block)
{
	const struct egress_lease *lease;

	list_for_each_entry(lease, &machine->leases, list)
		if (egress_lease_block(en, lease) == block)
			return true;
	return false;
}

/**
 * egress_lease_move() - give a lease another block, or none
 * @ch: change
 * @lease: lease
 * @block: free, or NULL
 *
 * Holds for new connections from the next packet on. The old block lingers.
 */
void egress_lease_move(struct egress_change *ch, struct egress_lease *lease,
		       struct egress_block *block)
{
	struct egress_block *old = egress_lease_block(ch->en, lease);
	struct egress_machine *machine = lease->machine;

	if (block) {
		egress_block_lease(block, machine);
		egress_lease_unwait(lease);
	}
	/* What takes the place of a lease is there before it goes: see classify.c. */
	smp_wmb();
	rcu_assign_pointer(*lease->place, block ? &block->ports : NULL);
	egress_lease_recount(ch, machine);
	egress_change_machine(ch, machine);
	if (old && !is_held(ch->en, machine, old))
		egress_block_linger(ch->en, old);
}

/**
 * egress_lease_hand_over() - let another lease of the same machine have the block
 * @ch: change
 * @from: has a block
 * @to: if it has one, that lingers
 *
 * @from has it as well until it is given another: no packet is without.
 */
void egress_lease_hand_over(struct egress_change *ch, struct egress_lease *from,
			    struct egress_lease *to)
{
	struct egress_block *old = egress_lease_block(ch->en, to);

	egress_lease_unwait(to);
	to->pinned = from->pinned;
	rcu_assign_pointer(*to->place, &egress_lease_block(ch->en, from)->ports);
	egress_lease_recount(ch, to->machine);
	if (old)
		egress_block_linger(ch->en, old);
}
