// SPDX-License-Identifier: GPL-2.0
/*
 * Adopting: conntrack may have connections of our machines that no packet has told us of, since
 * they were loaded from a file or came from another host. They have their ports, so they are given
 * the places of these. From then on they count, their ports are nobody else's, and they are cut
 * with their block.
 *
 * To find them, all of conntrack's table is walked, in pieces, each under egress_net.lock: under
 * that no block changes its machine. This is done when somebody asks for it, and after leases have
 * begun, since their blocks may have such connections. Many leases share one walk, by a work item
 * that rests for most of the time. What a packet meets meanwhile is adopted by egress_snat().
 */
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <net/netfilter/nf_conntrack.h>

#include "addr.h"
#include "net.h"
#include "packet/destination.h"
#include "packet/walk.h"
#include "state/adopt.h"
#include "state/block.h"
#include "state/change.h"
#include "state/machine.h"
#include "state/pair.h"

/*
 * Buckets and tuples to look at in a piece. To adopt a connection, which has two tuples, takes
 * about 2,500 instructions.
 */
#define PIECE	1024

#define DELAY	(HZ / 10)	/* from the beginning of a lease to the walk: more may come */
#define SHARE	10		/* the walks take at most this part of the time */

struct walk {
	struct egress_net *en;
	struct egress_adopt *adopt;
};

static void visit(struct nf_conn *ct, void *data)
{
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	struct egress_machine *machine;
	struct walk *walk = data;
	struct egress_adopt *adopt = walk->adopt;
	struct egress_block *block;
	struct egress_pair *pair;
	struct in6_addr to;
	int err = -ESRCH;

	egress_addr_inet(&to, reply->src.l3num, &reply->dst.u3);
	pair = egress_pair_find(walk->en, &to);
	if (!pair || (adopt->pair && pair->id != adopt->pair))
		return;
	block = &pair->blocks[egress_reply_port(reply) >> pair->nat.order];
	machine = egress_block_machine(block);
	if (adopt->machine && (!machine || machine->serial != adopt->machine))
		return;
	/* A block that is being cut belongs to who cuts it. */
	if (block->ports.state == EGRESS_BLOCK_LEASED ||
	    block->ports.state == EGRESS_BLOCK_LINGERING)
		err = egress_dest_adopt(walk->en, &block->ports, ct);
	switch (err) {
	case 0:
		adopt->adopted++;
		break;
	case -EEXIST:
		adopt->known++;
		break;
	case -ENOSPC:
		adopt->no_room++;
		break;
	case -ENOMEM:
		adopt->no_memory++;
		break;
	default:
		adopt->strangers++;
		break;
	}
}

/**
 * egress_adopt_check() - find out whose connections a request means
 * @ch: change
 * @id: id of a machine, or NULL
 * @addr: either address of a pair, or NULL
 * @adopt: filled for egress_adopt()
 *
 * Return: 0, or -ENOENT if there is no such machine or pair.
 */
int egress_adopt_check(struct egress_change *ch, const char *id, const struct in6_addr *addr,
		       struct egress_adopt *adopt)
{
	const struct egress_machine *machine;
	const struct egress_pair *pair;
	char text[EGRESS_ADDR_STR];

	*adopt = (struct egress_adopt) {};
	if (id) {
		machine = egress_machine_find(ch->en, id);
		if (!machine)
			return egress_refuse(&ch->error, EGRESS_ABOUT_MACHINE, -ENOENT,
					     "there is no machine '%s'", id);
		adopt->machine = machine->serial;
	}
	if (addr) {
		pair = egress_pair_find(ch->en, addr);
		if (!pair) {
			egress_addr_str(text, addr);
			return egress_refuse(&ch->error, EGRESS_ABOUT_ADDR, -ENOENT,
					     "%s is not an allocated egress address", text);
		}
		adopt->pair = pair->id;
	}
	return 0;
}

/**
 * egress_adopt() - give connections that conntrack has their places in the rings
 * @en: namespace, not locked
 * @adopt: what is meant, and counted up by what came of it. A connection may be counted twice if
 *	conntrack's table gets another size meanwhile, the second time as known
 *
 * Context: process. Return: 0; -EINTR if the task is to die.
 */
int egress_adopt(struct egress_net *en, struct egress_adopt *adopt)
{
	struct walk walk = { .en = en, .adopt = adopt };
	struct egress_ct_cursor at = {};
	bool more;

	do {
		if (mutex_lock_killable(&en->lock))
			return -EINTR;
		more = egress_ct_walk(en->net, &at, PIECE, visit, &walk);
		mutex_unlock(&en->lock);
		cond_resched();
	} while (more);
	return 0;
}

static void adopt_all(struct work_struct *work)
{
	struct egress_net *en = container_of(to_delayed_work(work), struct egress_net,
					     adopter.work);
	struct egress_adopt all = {};
	unsigned long begun = jiffies, rest = READ_ONCE(en->adopter.rest);

	/* A lease began during the last walk, before it was known how long to rest. */
	if (time_after(rest, begun)) {
		queue_delayed_work(system_unbound_wq, &en->adopter.work, rest - begun);
		return;
	}
	/* A worker is never about to die. */
	egress_adopt(en, &all);
	WRITE_ONCE(en->adopter.rest, jiffies + (jiffies - begun) * (SHARE - 1));
}

/**
 * egress_adopt_soon() - a lease has begun: adopt the connections of its block, if it has any
 * @en: namespace, locked
 */
void egress_adopt_soon(struct egress_net *en)
{
	unsigned long now = jiffies, rest = READ_ONCE(en->adopter.rest), delay = DELAY;

	if (!egress_ct_any(en->net))
		return;
	if (time_after(rest, now + delay))
		delay = rest - now;
	/* If the work item waits already, it stays at its time. */
	queue_delayed_work(system_unbound_wq, &en->adopter.work, delay);
}

/**
 * egress_adopter_init() - prepare a new namespace for adopting
 * @en: namespace
 */
void egress_adopter_init(struct egress_net *en)
{
	INIT_DELAYED_WORK(&en->adopter.work, adopt_all);
	en->adopter.rest = jiffies;
}

/**
 * egress_adopter_stop() - stop adopting for good
 * @en: namespace, in which no lease begins any more
 *
 * Context: process, egress_net.lock not held, as the work item takes it.
 */
void egress_adopter_stop(struct egress_net *en)
{
	cancel_delayed_work_sync(&en->adopter.work);
}
