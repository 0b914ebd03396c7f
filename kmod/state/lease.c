// SPDX-License-Identifier: GPL-2.0
/*
 * Leases: which machine has which block of which pair. A machine has one lease for each set
 * of destinations that its app tells apart, one for each that its org does, and one for each set of
 * its own pairs.
 *
 *   lease_make.c    makes and frees leases, as machines and sets come and go
 *   lease_choice.c  chooses the block that a machine gets
 *   lease_wait.c    has leases wait for a block, and gives them one that becomes free
 *   lease_bind.c    does what an operator asks for: pins machines, spreads them over pairs
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
 * Return: lease; NULL if the machine has none, as the set is neither its app's or org's in its
 * region nor its own.
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
 * egress_lease_twin() - a machine's lease for the same destinations, of the other shared scope
 * @lease: lease for pairs of a machine's app or org, egress_net locked
 *
 * Return: its lease for its org's pairs if @lease is for its app's, for its app's if @lease is for
 * its org's; NULL if there is none, as no live pair there is for just these destinations.
 */
struct egress_lease *egress_lease_twin(const struct egress_lease *lease)
{
	struct egress_group *group = lease->machine->group;
	struct egress_sets *sets = NULL;
	struct egress_set *set;

	if (lease->set->sets->scope == EGRESS_SCOPE_ORG)
		sets = &group->sets;
	else if (lease->set->sets->scope == EGRESS_SCOPE_APP && group->org)
		sets = &group->org->sets;
	set = sets ? egress_set_find(sets, lease->set->cidrs, lease->set->n_cidrs) : NULL;
	return set ? egress_lease_find(lease->machine, set) : NULL;
}

/**
 * egress_lease_own_rest() - a machine's lease for a pair of its own for all destinations
 * @machine: machine, egress_net locked
 *
 * Return: lease, maybe without a block; NULL if no pair was asked for this machine alone since
 * the machine came to its app.
 */
struct egress_lease *egress_lease_own_rest(const struct egress_machine *machine)
{
	return machine->own ? egress_lease_find(machine, &machine->own->rest) : NULL;
}

/**
 * egress_lease_of() - the lease by which a machine reaches destinations of no particular set
 * @en: namespace, locked
 * @machine: machine
 *
 * Return: the lease for the machine's own pair if that has a block, else that for its app's pairs,
 * else that for its org's; if none has a block, the one for its app's pairs.
 */
struct egress_lease *egress_lease_of(struct egress_net *en, const struct egress_machine *machine)
{
	struct egress_lease *own = egress_lease_own_rest(machine), *lease, *twin;

	if (own && egress_lease_block(en, own))
		return own;
	lease = egress_lease_find(machine, &machine->group->sets.rest);
	twin = egress_lease_block(en, lease) ? NULL : egress_lease_twin(lease);
	return twin && egress_lease_block(en, twin) ? twin : lease;
}

/**
 * egress_lease_on() - the lease that has a block
 * @en: namespace, locked
 * @block: block of a machine, leased or about to linger
 *
 * Return: one of the machine's leases, NULL if none has the block. After
 * egress_lease_hand_over() two of them have the same block for a while.
 */
struct egress_lease *egress_lease_on(struct egress_net *en, const struct egress_block *block)
{
	struct egress_lease *lease;

	list_for_each_entry(lease, &egress_block_machine(block)->leases, list)
		if (egress_lease_block(en, lease) == block)
			return lease;
	return NULL;
}

/**
 * egress_lease_move() - give a lease another block, or none
 * @ch: change
 * @lease: lease
 * @block: free block, or NULL to leave the lease without one
 *
 * New connections use the new block from their next packet on. The old block lingers, unless
 * another lease of the machine has it, too.
 */
void egress_lease_move(struct egress_change *ch, struct egress_lease *lease,
		       struct egress_block *block)
{
	struct egress_block *old = egress_lease_block(ch->en, lease);
	struct egress_machine *machine = lease->machine;

	if (block) {
		egress_block_lease(ch, block, machine);
		egress_lease_unwait(lease);
	}
	/*
	 * If this lease loses its block because another lease takes its place, a packet that
	 * sees the block gone must see the other lease's block when it looks again. Pairs with
	 * the smp_rmb() of ports_for() and of ports_of() in packet/classify.c.
	 */
	smp_wmb();
	rcu_assign_pointer(*lease->place, block ? &block->ports : NULL);
	egress_lease_recount(ch, machine);
	egress_change_machine(ch, machine);
	egress_change_group(ch, machine->group);
	if (lease->set->sets->scope == EGRESS_SCOPE_ORG)
		egress_change_group(ch, egress_sets_group(lease->set->sets));
	if (old && !egress_lease_on(ch->en, old))
		egress_block_linger(ch, old);
}

/**
 * egress_lease_hand_over() - let another lease of the same machine have a lease's block
 * @ch: change
 * @from: lease that has a block
 * @to: lease that gets this block; if it had another, that lingers
 *
 * Both leases have the block until the caller gives @from another one or none, so that no
 * packet finds a lease without a block meanwhile.
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
		egress_block_linger(ch, old);
}
