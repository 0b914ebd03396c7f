// SPDX-License-Identifier: GPL-2.0
/* A request to adopt connections: answered when all are, which takes longer than one change may. */
#include "addr.h"
#include "net.h"
#include "netlink/family.h"
#include "netlink/generated.h"
#include "netlink/message.h"
#include "netlink/refusal.h"
#include "netlink/request.h"
#include "state/adopt.h"

static int answer(struct genl_info *info, const struct egress_adopt *adopt)
{
	struct egress_net *en = egress_net(genl_info_net(info));
	struct egress_msg msg = {
		.skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL),
		.portid = info->snd_portid,
		.seq = info->snd_seq,
		.cmd = info->genlhdr->cmd,
	};
	int err;

	if (!msg.skb)
		return -ENOMEM;
	err = egress_msg_adopt(en, &msg, adopt);
	if (!err)
		return genlmsg_reply(msg.skb, info);
	nlmsg_free(msg.skb);
	return err;
}

int egress_nl_adopt_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_net *en = egress_net(genl_info_net(info));
	const struct nlattr *machine = info->attrs[EGRESS_A_MACHINE];
	const struct nlattr *pair = info->attrs[EGRESS_A_ADDR];
	struct egress_adopt adopt;
	struct egress_request rq;
	struct in6_addr addr;
	int err;

	if (machine && pair)
		return egress_nl_refuse(info, EGRESS_A_ADDR, -EINVAL,
					"connections of a machine or of a pair: give one of the two");
	if (pair)
		egress_nl_addr(pair, &addr);
	err = egress_request_begin(&rq, info);
	if (err)
		return err;
	err = egress_adopt_check(&rq.ch, machine ? nla_data(machine) : NULL, pair ? &addr : NULL,
				 &adopt);
	err = egress_request_end(&rq, err) ?: egress_adopt(en, &adopt);
	return err ?: answer(info, &adopt);
}
