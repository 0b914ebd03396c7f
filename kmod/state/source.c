// SPDX-License-Identifier: GPL-2.0
/* Sources: a machine's inside addresses, by which packets find the machine. */
#include <linux/inetdevice.h>
#include <linux/slab.h>

#include "addr.h"
#include "error.h"
#include "net.h"
#include "table.h"
#include "packet/objects.h"
#include "state/address.h"
#include "state/change.h"
#include "state/machine.h"
#include "state/pool.h"
#include "state/source.h"

static int check_addr(struct egress_change *ch, const struct egress_machine *machine,
		      const struct in6_addr *addr, unsigned int nth)
{
	const struct egress_machine *other = NULL;
	const struct egress_sender *sender = NULL;
	const struct egress_source *source;
	char text[EGRESS_ADDR_STR];
	bool unusable;
	__be32 v4;

	if (egress_addr_is_v4(addr)) {
		v4 = egress_addr_to_v4(addr);
		unusable = ipv4_is_zeronet(v4) || ipv4_is_loopback(v4) ||
			ipv4_is_multicast(v4) || ipv4_is_lbcast(v4) ||
			ipv4_is_linklocal_169(v4);
	} else {
		unusable = ipv6_addr_any(addr) ||
			ipv6_addr_type(addr) & (IPV6_ADDR_LOOPBACK | IPV6_ADDR_MULTICAST |
						IPV6_ADDR_LINKLOCAL);
	}
	if (unusable)
		return egress_refuse_nth(&ch->error, EGRESS_ABOUT_ADDR, nth, -EINVAL,
					 "%s can't be a machine's address",
					 egress_addr_str(text, addr));
	if (egress_pool_covers(ch->en, addr))
		return egress_refuse_nth(&ch->error, EGRESS_ABOUT_ADDR, nth, -EINVAL,
				     "%s is in a pool: a machine's address is its inside one",
				     egress_addr_str(text, addr));
	if (egress_addr_is_local(ch->en, addr))
		return egress_refuse_nth(&ch->error, EGRESS_ABOUT_ADDR, nth, -EADDRINUSE,
				     "%s is an address of this host",
				     egress_addr_str(text, addr));
	rcu_read_lock();
	source = rhashtable_lookup(&ch->en->sources, addr, egress_source_params);
	if (source)
		sender = rcu_dereference(source->sender);
	if (sender)
		other = container_of(sender, struct egress_machine, sender);
	rcu_read_unlock();
	/* It is of a machine that the same request adds, and that no packet finds yet. */
	if (source && !sender)
		return egress_refuse_nth(&ch->error, EGRESS_ABOUT_ADDR, nth, -EINVAL,
					 "%s is given twice", egress_addr_str(text, addr));
	if (other && other != machine)
		return egress_refuse_nth(&ch->error, EGRESS_ABOUT_ADDR, nth, -EEXIST,
				     "%s belongs to machine '%s' already",
				     egress_addr_str(text, addr), other->id);
	return 0;
}

/**
 * egress_sources_check() - check the inside addresses that a machine is to have
 * @ch: change
 * @machine: machine, which may have these addresses already; NULL if it is not there yet
 * @addrs: addresses
 * @n: number of addresses
 *
 * Context: process. Return: 0; -EINVAL, -EADDRINUSE or -EEXIST, then @ch says why.
 */
int egress_sources_check(struct egress_change *ch, const struct egress_machine *machine,
			 const struct in6_addr *addrs, unsigned int n)
{
	char text[EGRESS_ADDR_STR];
	unsigned int i, j;
	int err;

	if (n > EGRESS_MACHINE_ADDRS)
		return egress_refuse_nth(&ch->error, EGRESS_ABOUT_ADDR, EGRESS_MACHINE_ADDRS,
				     -EINVAL, "%u addresses: a machine has 1 to %u",
				     n, EGRESS_MACHINE_ADDRS);
	for (i = 0; i < n; i++) {
		err = check_addr(ch, machine, &addrs[i], i);
		if (err)
			return err;
		for (j = 0; j < i; j++)
			if (ipv6_addr_equal(&addrs[i], &addrs[j]))
				return egress_refuse_nth(&ch->error, EGRESS_ABOUT_ADDR, i,
						     -EINVAL, "%s is given twice",
						     egress_addr_str(text, &addrs[i]));
	}
	return 0;
}

/**
 * egress_sources_free() - take inside addresses out of the table, and free them
 * @en: namespace, locked
 * @sources: the addresses' entries
 * @n: number of addresses
 */
void egress_sources_free(struct egress_net *en, struct egress_source **sources, unsigned int n)
{
	while (n--) {
		rhashtable_remove_fast(&en->sources, &sources[n]->node, egress_source_params);
		kfree_rcu(sources[n], rcu);
	}
}

/**
 * egress_sources_make() - put inside addresses into the table, without a machine yet
 * @en: namespace, locked
 * @addrs: addresses, checked
 * @n: number of addresses
 * @sources: gets the new entries
 *
 * Until egress_sources_publish(), packets from these addresses are still taken for those of no
 * machine. Return: 0, -ENOMEM or -EBUSY; after an error the table is as it was.
 */
int egress_sources_make(struct egress_net *en, const struct in6_addr *addrs, unsigned int n,
			struct egress_source **sources)
{
	unsigned int i;
	int err;

	for (i = 0; i < n; i++) {
		sources[i] = kzalloc(sizeof(**sources), GFP_KERNEL_ACCOUNT);
		if (!sources[i]) {
			err = -ENOMEM;
			goto free;
		}
		sources[i]->addr = addrs[i];
		err = egress_table_insert(&en->sources, &sources[i]->node, egress_source_params);
		if (err) {
			kfree(sources[i]);
			goto free;
		}
	}
	return 0;

free:
	egress_sources_free(en, sources, i);
	return err;
}

/**
 * egress_sources_publish() - let packets find a machine by its inside addresses
 * @machine: machine whose leases are settled, egress_net locked
 */
void egress_sources_publish(struct egress_machine *machine)
{
	unsigned int i;

	/* A packet that finds the machine by one of these pointers also finds its leases. */
	for (i = 0; i < machine->n_sources; i++)
		rcu_assign_pointer(machine->sources[i]->sender, &machine->sender);
}

static bool has_source(const struct egress_machine *machine, const struct in6_addr *addr)
{
	unsigned int i;

	for (i = 0; i < machine->n_sources; i++)
		if (ipv6_addr_equal(&machine->sources[i]->addr, addr))
			return true;
	return false;
}

/**
 * egress_sources_are() - has a machine these inside addresses and no others
 * @machine: machine, egress_net locked
 * @addrs: addresses
 * @n: number of addresses
 */
bool egress_sources_are(const struct egress_machine *machine, const struct in6_addr *addrs,
			unsigned int n)
{
	unsigned int i, j;

	for (i = 0; i < n; i++) {
		if (!has_source(machine, &addrs[i]))
			return false;
		for (j = 0; j < i; j++)
			if (ipv6_addr_equal(&addrs[i], &addrs[j]))
				return false;
	}
	return machine->n_sources == n;
}

/**
 * egress_sources_add() - put those inside addresses into the table that a machine lacks
 * @en: namespace, locked
 * @machine: machine
 * @addrs: addresses that it is to have, checked
 * @n: number of addresses
 * @fresh: gets the new entries, which no packet takes for the machine's yet
 * @n_fresh: set to the number of new entries
 *
 * To be followed by egress_sources_set(), or by egress_sources_free() of the new entries. Return:
 * as egress_sources_make(); after an error nothing has changed.
 */
int egress_sources_add(struct egress_net *en, const struct egress_machine *machine,
		       const struct in6_addr *addrs, unsigned int n, struct egress_source **fresh,
		       unsigned int *n_fresh)
{
	struct in6_addr lacking[EGRESS_MACHINE_ADDRS];
	unsigned int i, n_lacking = 0;
	int err;

	for (i = 0; i < n; i++)
		if (!has_source(machine, &addrs[i]))
			lacking[n_lacking++] = addrs[i];
	err = egress_sources_make(en, lacking, n_lacking, fresh);
	if (!err)
		*n_fresh = n_lacking;
	return err;
}

/**
 * egress_sources_set() - replace a machine's inside addresses
 * @en: namespace, locked
 * @machine: machine
 * @addrs: addresses
 * @n: number of addresses
 * @fresh: entries of those that the machine lacks, from egress_sources_add()
 * @n_fresh: number of these entries
 *
 * Those that the machine keeps stay in the table all the time, so that their packets find the
 * machine.
 */
void egress_sources_set(struct egress_net *en, struct egress_machine *machine,
			const struct in6_addr *addrs, unsigned int n, struct egress_source **fresh,
			unsigned int n_fresh)
{
	struct egress_source *keep[EGRESS_MACHINE_ADDRS];
	unsigned int i, j, kept = 0;

	for (i = 0; i < machine->n_sources; i++) {
		for (j = 0; j < n; j++)
			if (ipv6_addr_equal(&machine->sources[i]->addr, &addrs[j]))
				break;
		if (j < n)
			keep[kept++] = machine->sources[i];
		else
			egress_sources_free(en, &machine->sources[i], 1);
	}
	memcpy(machine->sources, keep, kept * sizeof(*keep));
	memcpy(machine->sources + kept, fresh, n_fresh * sizeof(*fresh));
	machine->n_sources = kept + n_fresh;
	en->readdressed++;
	egress_sources_publish(machine);
}
