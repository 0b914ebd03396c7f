// SPDX-License-Identifier: GPL-2.0
/*
 * Echoes and events. The client that asks for a change gets the changed objects back as echoes,
 * if its request says so. All clients that have joined the group "events" get events, of each
 * change and of connections that are refused at the limit.
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

/* An event is a message of the command by which a client makes such a change. */
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
	[EGRESS_EVENT_CORDON] = EGRESS_CMD_CORDON,
	[EGRESS_EVENT_MOVE] = EGRESS_CMD_UNSPEC,
	[EGRESS_EVENT_LEASE] = EGRESS_CMD_LEASE,
	[EGRESS_EVENT_SET_NEW] = EGRESS_CMD_SET_NEW,
	[EGRESS_EVENT_SET_GONE] = EGRESS_CMD_SET_DEL,
	[EGRESS_EVENT_CUT] = EGRESS_CMD_UNSPEC,
};

/* Write the message about @object. @event says of what type it is: see state/change.h. */
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
	case EGRESS_EVENT_MOVE:
		return egress_msg_move(en, msg, object);
	case EGRESS_EVENT_CUT:
		return egress_msg_cut(en, msg, object);
	case EGRESS_EVENT_CORDON:
		return egress_msg_cordon(en, msg);
	case EGRESS_EVENT_SET_NEW:
	case EGRESS_EVENT_SET_GONE:
		return egress_msg_set(en, msg, object);
	case EGRESS_EVENT_LEASE:
		return egress_msg_lease_event(en, msg, object);
	case EGRESS_EVENT_FLUSHED:
		break;
	}
	return egress_msg_nothing(en, msg);
}

/* Bytes that echoes leave in the client's socket, for what comes after them. */
#define ECHO_LEAVES	8192

/*
 * Has the client's socket room for another message? Where it is full, netlink would lose the ack
 * as well, and the client could not tell whether its request was carried out.
 */
static bool has_room(const struct genl_info *info)
{
	const struct sock *sk = NETLINK_CB((struct sk_buff *)info->user_ptr[1]).sk;

	return atomic_read(&sk->sk_rmem_alloc) + ECHO_LEAVES <= READ_ONCE(sk->sk_rcvbuf);
}

static void lost(const struct genl_info *info)
{
	NL_SET_ERR_MSG(info->extack, "done, but there was no memory to tell all that came of it");
}

/**
 * egress_tell_sender() - echo an object to the client that asked for its change
 * @en: namespace, locked
 * @info: the client's request; without NLM_F_ECHO nothing is sent, but for a dry run
 * @dry: the request is a dry run
 * @event: what happened to the object
 * @object: the object, of the type that @event says
 *
 * The change is made already, so the request does not fail if there is no memory for the echo:
 * the ack says what is missing. Context: process. Return: 0; -ENOBUFS if the client's socket has
 * no room for all of the object.
 */
int egress_tell_sender(struct egress_net *en, struct genl_info *info, bool dry,
		       enum egress_change_event event, void *object)
{
	struct egress_msg msg = {
		.portid = info->snd_portid,
		.seq = info->snd_seq,
		.cmd = info->genlhdr->cmd,
		.dry_run = dry,
	};

	lockdep_assert_held(&en->lock);
	/* A dry run is there for its answer. */
	if (!(info->nlhdr->nlmsg_flags & NLM_F_ECHO) && !msg.dry_run)
		return 0;
	do {
		if (!has_room(info))
			return -ENOBUFS;
		msg.skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
		if (!msg.skb || fill(en, &msg, event, object)) {
			nlmsg_free(msg.skb);
			lost(info);
			return 0;
		}
		if (genlmsg_reply(msg.skb, info)) {
			lost(info);
			return 0;
		}
	} while (msg.from);
	return 0;
}

/**
 * egress_tell_untold() - tell the client how many objects were not echoed
 * @en: namespace, locked
 * @info: the client's request
 * @dry: the request is a dry run
 * @n: how many; 0 to tell of the generation only
 *
 * Context: process.
 */
void egress_tell_untold(struct egress_net *en, struct genl_info *info, bool dry, unsigned int n)
{
	struct egress_msg msg = {
		.skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL),
		.portid = info->snd_portid,
		.seq = info->snd_seq,
		.cmd = info->genlhdr->cmd,
		.dry_run = dry,
	};

	lockdep_assert_held(&en->lock);
	if (!msg.skb || egress_msg_untold(en, &msg, n)) {
		nlmsg_free(msg.skb);
		lost(info);
	} else if (genlmsg_reply(msg.skb, info)) {
		lost(info);
	}
}

static bool listened(struct egress_net *en)
{
	return genl_has_listeners(&egress_family, en->net, 0);
}

/* Send an event to all listeners. Without any, no message is written. */
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
			/* The listeners' sockets report ENOBUFS: an event is missing. */
			genl_set_err(&egress_family, en->net, 0, 0, -ENOBUFS);
			return;
		}
		genlmsg_multicast_netns(&egress_family, en->net, msg.skb, 0, 0, GFP_KERNEL);
	} while (msg.from);
}

/* Send the event that a machine has reached its limit. Context: softirq, under RCU. */
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
		/* The listeners' sockets report ENOBUFS: an event is missing. */
		nlmsg_free(msg.skb);
		genl_set_err(&egress_family, en->net, 0, 0, -ENOBUFS);
		return;
	}
	genlmsg_multicast_netns(&egress_family, en->net, msg.skb, 0, 0, GFP_ATOMIC);
}

static const struct egress_teller teller = {
	.event = tell_all,
};

/**
 * egress_tell_init() - have state/ and packet/ call this file for what they have to tell
 *
 * Context: while the module is loaded, before there can be a request or a hook.
 */
void __init egress_tell_init(void)
{
	egress_change_tell_by(&teller);
	egress_refused = tell_refused;
}

/**
 * egress_tell_exit() - have state/ call this file no more
 *
 * Context: while the module is removed. No namespace has a machine or a pair then, so packet/
 * has no hooks that could call.
 */
void egress_tell_exit(void)
{
	egress_change_tell_by(NULL);
}
