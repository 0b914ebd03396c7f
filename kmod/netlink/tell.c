// SPDX-License-Identifier: GPL-2.0
/*
 * Telling: who asked for a change gets an echo if they want it, and all who listen
 * get events, of changes and of connections that are refused.
 */
#include <net/genetlink.h>
#include <net/netfilter/nf_conntrack.h>

#include "addr.h"
#include "net.h"
#include "netlink/family.h"
#include "netlink/message.h"
#include "netlink/tell.h"
#include "packet/classify.h"
#include "packet/snat.h"
#include "state/change.h"

/* An event is a message of the command that makes such a change. */
static const u8 commands[] = {
	[EGRESS_EVENT_POOL_CHANGED] = EGRESS_CMD_POOL_NEW,
	[EGRESS_EVENT_POOL_GONE] = EGRESS_CMD_POOL_DEL,
	[EGRESS_EVENT_PAIR_CHANGED] = EGRESS_CMD_PAIR_NEW,
	[EGRESS_EVENT_PAIR_GONE] = EGRESS_CMD_PAIR_DEL,
	[EGRESS_EVENT_MACHINE_CHANGED] = EGRESS_CMD_MACHINE_NEW,
	[EGRESS_EVENT_MACHINE_GONE] = EGRESS_CMD_MACHINE_DEL,
	[EGRESS_EVENT_APP_CHANGED] = EGRESS_CMD_APP_SET,
	[EGRESS_EVENT_REBALANCED] = EGRESS_CMD_REBALANCE,
	[EGRESS_EVENT_FLUSHED] = EGRESS_CMD_FLUSH,
	[EGRESS_EVENT_WARNING] = EGRESS_CMD_WARNING,
};

/* The event says what the object is. */
static int fill(struct egress_net *en, struct egress_msg *msg, enum egress_change_event event,
		void *object)
{
	switch (event) {
	case EGRESS_EVENT_POOL_CHANGED:
	case EGRESS_EVENT_POOL_GONE:
		return egress_msg_pool(en, msg, object);
	case EGRESS_EVENT_PAIR_CHANGED:
	case EGRESS_EVENT_PAIR_GONE:
		return egress_msg_pair(en, msg, object);
	case EGRESS_EVENT_MACHINE_CHANGED:
	case EGRESS_EVENT_MACHINE_GONE:
		return egress_msg_machine(en, msg, object);
	case EGRESS_EVENT_REBALANCED:
		return egress_msg_rebalance(en, msg, object);
	case EGRESS_EVENT_APP_CHANGED:
		return egress_msg_app(en, msg, object);
	case EGRESS_EVENT_WARNING:
		return egress_msg_warning(en, msg, object);
	case EGRESS_EVENT_FLUSHED:
		break;
	}
	return egress_msg_nothing(en, msg);
}

/**
 * egress_tell_sender() - echo an object to who asked for its change, if they want it
 * @en: namespace, locked
 * @info: request
 * @event: what happened
 * @object: to what
 *
 * Without memory for it, the ack says so: the change is made by now.
 * Context: process.
 */
void egress_tell_sender(struct egress_net *en, struct genl_info *info,
			enum egress_change_event event, void *object)
{
	struct egress_msg msg = {
		.portid = info->snd_portid,
		.seq = info->snd_seq,
		.cmd = info->genlhdr->cmd,
	};

	lockdep_assert_held(&en->lock);
	if (!(info->nlhdr->nlmsg_flags & NLM_F_ECHO))
		return;
	do {
		msg.skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
		if (!msg.skb || fill(en, &msg, event, object)) {
			nlmsg_free(msg.skb);
			goto lost;
		}
		if (genlmsg_reply(msg.skb, info))
			goto lost;
	} while (msg.from);
	return;

lost:
	NL_SET_ERR_MSG(info->extack, "done, but there was no memory to tell all that came of it");
}

static bool listened(struct egress_net *en)
{
	return genl_has_listeners(&egress_family, en->net, 0);
}

/* Tell all who listen. Without listeners it costs nothing. */
static void tell_all(struct egress_net *en, enum egress_change_event event, void *object)
{
	struct egress_msg msg = { .cmd = commands[event], .brief = true };

	lockdep_assert_held(&en->lock);
	if (!listened(en))
		return;
	do {
		msg.skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
		if (!msg.skb || fill(en, &msg, event, object)) {
			nlmsg_free(msg.skb);
			/* They learn that they missed something. */
			genl_set_err(&egress_family, en->net, 0, 0, -ENOBUFS);
			return;
		}
		genlmsg_multicast_netns(&egress_family, en->net, msg.skb, 0, 0, GFP_KERNEL);
	} while (msg.from);
}

/* A machine has reached its limit. Context: softirq, under RCU. */
static void tell_refused(struct egress_net *en, const struct egress_packet *packet,
			 const struct nf_conn *ct, u8 pf, unsigned int held_back)
{
	struct egress_msg msg = { .cmd = EGRESS_CMD_LIMIT };
	struct in6_addr to;

	if (!listened(en))
		return;
	msg.skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC | __GFP_NOWARN);
	egress_addr_inet(&to, pf, &ct->tuplehash[IP_CT_DIR_REPLY].tuple.src.u3);
	if (!msg.skb || egress_msg_limit(en, &msg, packet, &to, held_back)) {
		/* They learn that they missed something. */
		nlmsg_free(msg.skb);
		genl_set_err(&egress_family, en->net, 0, 0, -ENOBUFS);
		return;
	}
	genlmsg_multicast_netns(&egress_family, en->net, msg.skb, 0, 0, GFP_ATOMIC);
}

static const struct egress_teller teller = {
	.listened = listened,
	.event = tell_all,
};

/**
 * egress_tell_init() - tell of what the lower floors do from now on
 *
 * Context: while the module is loaded, before there can be a change or a packet.
 */
void __init egress_tell_init(void)
{
	egress_change_tell_by(&teller);
	egress_refused = tell_refused;
}

/**
 * egress_tell_exit() - tell of nothing any more
 *
 * Context: while the module is removed: no machine and no pair is there.
 */
void egress_tell_exit(void)
{
	egress_change_tell_by(NULL);
}
