// SPDX-License-Identifier: GPL-2.0
/*
 * Telling of changes: who asked for one gets an echo if they want it, and all
 * who listen get events, also about machines that somebody else's change, or the
 * end of a connection, gave another lease.
 */
#include <net/genetlink.h>

#include "lease.h"
#include "machine.h"
#include "message.h"
#include "net.h"
#include "netlink.h"
#include "tell.h"
#include "warning.h"

/* The command says what the object is. */
static int fill(struct egress_net *en, struct egress_msg *msg, void *object)
{
	switch (msg->cmd) {
	case EGRESS_CMD_POOL_NEW:
	case EGRESS_CMD_POOL_DEL:
	case EGRESS_CMD_POOL_DRAIN:
		return egress_msg_pool(en, msg, object);
	case EGRESS_CMD_PAIR_NEW:
	case EGRESS_CMD_PAIR_DEL:
	case EGRESS_CMD_PROMOTE:
	case EGRESS_CMD_PAIR_SET:
		return egress_msg_pair(en, msg, object);
	case EGRESS_CMD_MACHINE_NEW:
	case EGRESS_CMD_MACHINE_DEL:
	case EGRESS_CMD_BIND:
		return egress_msg_machine(en, msg, object);
	case EGRESS_CMD_REBALANCE:
		return egress_msg_rebalance(en, msg, object);
	case EGRESS_CMD_APP_SET:
		return egress_msg_app(en, msg, object);
	case EGRESS_CMD_WARNING:
		return egress_msg_warning(en, msg, object);
	default:
		return egress_msg_nothing(en, msg);
	}
}

/**
 * egress_tell_sender() - echo an object to who asked for its change, if they want it
 * @en: namespace, locked
 * @info: request
 * @object: what its command is about
 *
 * Without memory for it, the ack says so: the change is made by now.
 * Context: process.
 */
void egress_tell_sender(struct egress_net *en, struct genl_info *info, void *object)
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
		if (!msg.skb || fill(en, &msg, object)) {
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

/**
 * egress_tell_all() - tell all who listen that an object has changed
 * @en: namespace, locked; its generation counts the change already
 * @cmd: EGRESS_CMD_*, what happened to it
 * @object: what that command is about
 *
 * Context: process. Without listeners it costs nothing.
 */
void egress_tell_all(struct egress_net *en, u8 cmd, void *object)
{
	struct egress_msg msg = { .cmd = cmd, .brief = true };

	lockdep_assert_held(&en->lock);
	if (en->flushing || !genl_has_listeners(&egress_family, en->net, 0))
		return;
	do {
		msg.skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
		if (!msg.skb || fill(en, &msg, object)) {
			nlmsg_free(msg.skb);
			/* They learn that they missed something. */
			genl_set_err(&egress_family, en->net, 0, 0, -ENOBUFS);
			return;
		}
		genlmsg_multicast_netns(&egress_family, en->net, msg.skb, 0, 0, GFP_KERNEL);
	} while (msg.from);
}

/**
 * egress_tell() - both: an echo, and an event of the request's command
 * @en: namespace, locked; its generation counts the change already
 * @info: request
 * @object: what its command is about
 */
void egress_tell(struct egress_net *en, struct genl_info *info, void *object)
{
	egress_tell_sender(en, info, object);
	egress_tell_all(en, info->genlhdr->cmd, object);
}

/**
 * egress_tell_later() - a machine has changed: an event is due when all is done
 * @en: namespace, locked
 * @machine: machine
 */
void egress_tell_later(struct egress_net *en, struct egress_machine *machine)
{
	lockdep_assert_held(&en->lock);
	if (list_empty(&machine->changed))
		list_add_tail(&machine->changed, &en->changed);
}

/**
 * egress_tell_changed() - the events that are due, one for each machine, and warnings
 * @en: namespace, locked; its generation counts the change already
 */
void egress_tell_changed(struct egress_net *en)
{
	struct egress_machine *machine, *tmp;

	lockdep_assert_held(&en->lock);
	list_for_each_entry_safe(machine, tmp, &en->changed, changed) {
		list_del_init(&machine->changed);
		egress_tell_all(en, EGRESS_CMD_MACHINE_NEW, machine);
	}
	egress_warn_now(en);
}
