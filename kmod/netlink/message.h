/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_MESSAGE_H
#define EGRESS_MESSAGE_H

#include <net/genetlink.h>

struct egress_adopt;
struct egress_app;
struct egress_block;
struct egress_dest_state;
struct egress_machine;
struct egress_move;
struct egress_net;
struct egress_packet;
struct egress_pair;
struct egress_rebalance;
struct egress_region;
struct egress_set;
struct egress_explained;
struct egress_warned;
struct in6_addr;

/**
 * struct egress_msg - a message to be written: the buffer, and what its header says
 * @skb: buffer to which the message is added
 * @portid: port of the socket that asked; 0 for an event
 * @seq: sequence number of the request; 0 for an event
 * @flags: NLM_F_* of the header
 * @cmd: EGRESS_CMD_* of the header
 * @cb: the dump that the message is part of, to be marked as interrupted if the generation
 *	has changed since its last part; NULL if it is part of none
 * @brief: leave out live connections, which cost a sweep to count, and, where the message is
 *	not about them, a machine's counters
 * @dry_run: the message tells what would be
 * @from: some objects have a list that takes several messages: the number, from 0, of the
 *	list's entry with which the next message begins; 0 after the last message
 */
struct egress_msg {
	struct sk_buff *skb;
	u32 portid;
	u32 seq;
	int flags;
	u8 cmd;
	struct netlink_callback *cb;
	bool brief;
	bool dry_run;
	unsigned int from;
};

int egress_msg_pool(struct egress_net *en, struct egress_msg *msg, struct egress_region *region);
int egress_msg_pair(struct egress_net *en, const struct egress_msg *msg,
		    struct egress_pair *pair);
int egress_msg_machine(struct egress_net *en, struct egress_msg *msg,
		       struct egress_machine *machine);
int egress_msg_lease(struct egress_net *en, const struct egress_msg *msg,
		     struct egress_block *block);
int egress_msg_lease_event(struct egress_net *en, const struct egress_msg *msg,
			   const struct egress_block *block);
int egress_msg_set(struct egress_net *en, struct egress_msg *msg, const struct egress_set *set);
int egress_msg_app(struct egress_net *en, struct egress_msg *msg, struct egress_app *app);
int egress_msg_machine_stats(struct egress_net *en, struct egress_msg *msg,
			     struct egress_machine *machine);
int egress_msg_stats(struct egress_net *en, const struct egress_msg *msg, u64 connections);
int egress_msg_destination(struct egress_net *en, const struct egress_msg *msg,
			   const struct egress_dest_state *state);
int egress_msg_explained(struct egress_net *en, const struct egress_msg *msg,
			 const struct egress_explained *ex);
int egress_msg_limit(struct egress_net *en, const struct egress_msg *msg,
		     const struct egress_packet *packet, const struct in6_addr *to,
		     unsigned int held_back);
int egress_msg_rebalance(struct egress_net *en, const struct egress_msg *msg,
			 const struct egress_rebalance *done);
int egress_msg_untold(struct egress_net *en, const struct egress_msg *msg, unsigned int n);
int egress_msg_move(struct egress_net *en, const struct egress_msg *msg,
		    const struct egress_move *move);
int egress_msg_cut(struct egress_net *en, const struct egress_msg *msg,
		   const struct egress_machine *machine);
int egress_msg_cordon(struct egress_net *en, const struct egress_msg *msg);
int egress_msg_adopt(struct egress_net *en, const struct egress_msg *msg,
		     const struct egress_adopt *adopt);
int egress_msg_nothing(struct egress_net *en, const struct egress_msg *msg);
int egress_msg_warning(struct egress_net *en, const struct egress_msg *msg,
		       const struct egress_warned *warned);

#endif
