// SPDX-License-Identifier: GPL-2.0
/* A request of several commands, which are carried out as one change, all or none. */
#include <linux/mm.h>
#include <linux/slab.h>

#include "net.h"
#include "netlink/family.h"
#include "netlink/generated.h"
#include "netlink/refusal.h"
#include "netlink/request.h"
#include "state/batch.h"

/**
 * struct reader - where the parts of a request are read to
 * @parts: room for all parts
 * @addrs: room for all addresses
 * @n: parts read so far
 * @n_addrs: addresses read so far
 * @entry: number of the command that is read, from 0
 */
struct reader {
	struct egress_batch_part *parts;
	struct in6_addr *addrs;
	unsigned int n;
	unsigned int n_addrs;
	unsigned int entry;
};

static unsigned int count_in(const struct nlattr *nest, int type)
{
	const struct nlattr *attr;
	unsigned int n = 0;
	int rem;

	nla_for_each_nested(attr, nest, rem)
		n += nla_type(attr) == type;
	return n;
}

/* The operation of a command that can be part of a batch, or NULL. */
static const struct genl_split_ops *find_op(unsigned int cmd)
{
	unsigned int i;

	if (cmd != EGRESS_CMD_MACHINE_NEW && cmd != EGRESS_CMD_MACHINE_DEL &&
	    cmd != EGRESS_CMD_PAIR_DEL)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(egress_nl_ops); i++)
		if (egress_nl_ops[i].cmd == cmd && egress_nl_ops[i].doit)
			return &egress_nl_ops[i];
	return NULL;
}

/* Check a command's attributes as those of a request of its own are checked. */
static int check_attrs(const struct nlattr *nest, const struct genl_split_ops *op,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	unsigned int type;
	int rem, err = 0;

	nla_for_each_nested(attr, nest, rem) {
		type = nla_type(attr);
		if (type == EGRESS_A_COMMAND)
			continue;
		if (type > op->maxattr || op->policy[type].type == NLA_UNSPEC) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "this command does not take the attribute");
			return -EINVAL;
		}
		err = egress_nl_check(attr, extack);
		if (err)
			return err;
	}
	return 0;
}

static struct egress_batch_part *next_part(struct reader *to, enum egress_batch_does does)
{
	struct egress_batch_part *part = &to->parts[to->n++];

	part->does = does;
	part->entry = to->entry;
	return part;
}

/* Read all addresses of a command. Return: how many. */
static unsigned int get_addrs(const struct nlattr *nest, struct reader *to)
{
	unsigned int before = to->n_addrs;
	const struct nlattr *attr;
	int rem;

	nla_for_each_nested(attr, nest, rem)
		if (nla_type(attr) == EGRESS_A_ADDR)
			egress_nl_addr(attr, &to->addrs[to->n_addrs++]);
	return to->n_addrs - before;
}

static int get_addition(const struct nlattr *nest, struct nlattr **tb, struct reader *to,
			struct netlink_ext_ack *extack)
{
	struct egress_machine_request *req;

	if (!tb[EGRESS_A_MACHINE] || !tb[EGRESS_A_APP] || !tb[EGRESS_A_REGION] ||
	    !tb[EGRESS_A_ADDR]) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "a machine needs an id, an app, a region and an address");
		return -EINVAL;
	}
	if (tb[EGRESS_A_SLOT] && !tb[EGRESS_A_PAIR]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[EGRESS_A_SLOT], "a slot needs the pair it is of");
		return -EINVAL;
	}
	req = &next_part(to, EGRESS_BATCH_ADD)->add;
	req->id = nla_data(tb[EGRESS_A_MACHINE]);
	req->app = nla_data(tb[EGRESS_A_APP]);
	req->region = nla_data(tb[EGRESS_A_REGION]);
	req->device = tb[EGRESS_A_DEV] ? nla_data(tb[EGRESS_A_DEV]) : NULL;
	req->addrs = &to->addrs[to->n_addrs];
	req->n_addrs = get_addrs(nest, to);
	req->slot = tb[EGRESS_A_SLOT] ? nla_get_u32(tb[EGRESS_A_SLOT]) : -1;
	if (tb[EGRESS_A_PAIR]) {
		req->pair = &to->addrs[to->n_addrs];
		egress_nl_addr(tb[EGRESS_A_PAIR], &to->addrs[to->n_addrs++]);
	}
	return 0;
}

static int get_deletions(const struct nlattr *nest, struct nlattr **tb, struct reader *to,
			 struct netlink_ext_ack *extack)
{
	const struct nlattr *unwanted = tb[EGRESS_A_APP] ?: tb[EGRESS_A_REGION], *attr;
	struct egress_batch_part *part;
	unsigned int index = 0;
	int rem;

	if (unwanted || !tb[EGRESS_A_MACHINE]) {
		NL_SET_ERR_MSG_ATTR(extack, unwanted ?: nest,
				    "in a batch, machines are deleted by their ids");
		return -EINVAL;
	}
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != EGRESS_A_MACHINE)
			continue;
		part = next_part(to, EGRESS_BATCH_DEL);
		part->index = index++;
		part->id = nla_data(attr);
		part->missing_ok = tb[EGRESS_A_MISSING_OK];
	}
	return 0;
}

static int get_release(const struct nlattr *nest, struct nlattr **tb, struct reader *to,
		       struct netlink_ext_ack *extack)
{
	struct egress_release_request *req;

	if (!tb[EGRESS_A_ADDR]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a release needs an address of a pair");
		return -EINVAL;
	}
	req = &next_part(to, EGRESS_BATCH_RELEASE)->release;
	req->addrs = &to->addrs[to->n_addrs];
	req->n = get_addrs(nest, to);
	req->app = tb[EGRESS_A_APP] ? nla_data(tb[EGRESS_A_APP]) : NULL;
	req->drain = tb[EGRESS_A_DRAIN];
	req->seconds = tb[EGRESS_A_DRAIN] ? nla_get_u32(tb[EGRESS_A_DRAIN]) : 0;
	req->missing_ok = tb[EGRESS_A_MISSING_OK];
	return 0;
}

/* Read one command. */
static int get_command(const struct nlattr *nest, struct reader *to,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARRAY_SIZE(egress_request_nl_policy)];
	const struct genl_split_ops *op;
	int err;

	err = nla_parse_nested(tb, ARRAY_SIZE(tb) - 1, nest, egress_request_nl_policy, extack);
	if (err)
		return err;
	if (!tb[EGRESS_A_COMMAND]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "each request of a batch has a command");
		return -EINVAL;
	}
	op = find_op(nla_get_u32(tb[EGRESS_A_COMMAND]));
	if (!op) {
		NL_SET_ERR_MSG_ATTR(extack, tb[EGRESS_A_COMMAND],
				    "a batch is of machine-new, machine-del and pair-del only");
		return -EOPNOTSUPP;
	}
	err = check_attrs(nest, op, extack);
	if (err)
		return err;
	switch (op->cmd) {
	case EGRESS_CMD_MACHINE_NEW:
		return get_addition(nest, tb, to, extack);
	case EGRESS_CMD_MACHINE_DEL:
		return get_deletions(nest, tb, to, extack);
	default:
		return get_release(nest, tb, to, extack);
	}
}

int egress_nl_batch_doit(struct sk_buff *skb, struct genl_info *info)
{
	unsigned int n = 0, n_addrs = 0;
	const struct nlattr *attr;
	struct egress_request rq;
	struct reader to = {};
	int rem, err;

	if (egress_nl_missing(info, EGRESS_A_REQUEST))
		return -EINVAL;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != EGRESS_A_REQUEST)
			continue;
		n += max(count_in(attr, EGRESS_A_MACHINE), 1u);
		n_addrs += count_in(attr, EGRESS_A_ADDR) + count_in(attr, EGRESS_A_PAIR);
		cond_resched();
	}
	to.parts = kvcalloc(n, sizeof(*to.parts), GFP_KERNEL_ACCOUNT);
	to.addrs = kvcalloc(max(n_addrs, 1u), sizeof(*to.addrs), GFP_KERNEL_ACCOUNT);
	err = to.parts && to.addrs ? 0 : -ENOMEM;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (err)
			goto free;
		if (nla_type(attr) != EGRESS_A_REQUEST)
			continue;
		err = get_command(attr, &to, info->extack);
		to.entry++;
		cond_resched();
	}
	err = err ?: egress_request_begin(&rq, info);
	if (!err)
		err = egress_request_end(&rq, egress_batch(&rq.ch, to.parts, to.n));
free:
	kvfree(to.addrs);
	kvfree(to.parts);
	return err;
}
