// SPDX-License-Identifier: GPL-2.0
/* A request of several commands, which are carried out as one change, all or none. */
#include <linux/mm.h>
#include <linux/slab.h>

#include "addr.h"
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

/* The operation of a command, which has one. */
static const struct genl_split_ops *find_op(unsigned int cmd)
{
	unsigned int i;

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

/* Read a command that is about one machine. */
static int get_machine(const struct nlattr *nest, struct nlattr **tb, struct reader *to,
		       enum egress_batch_does does, struct netlink_ext_ack *extack)
{
	struct egress_machine_request *req;

	if (!tb[EGRESS_A_MACHINE]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a machine's id is missing");
		return -EINVAL;
	}
	if (tb[EGRESS_A_SLOT] && !tb[EGRESS_A_PAIR]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[EGRESS_A_SLOT], "a slot needs the pair it is of");
		return -EINVAL;
	}
	req = &next_part(to, does)->request;
	req->id = nla_data(tb[EGRESS_A_MACHINE]);
	req->app = tb[EGRESS_A_APP] ? nla_data(tb[EGRESS_A_APP]) : NULL;
	req->region = tb[EGRESS_A_REGION] ? nla_data(tb[EGRESS_A_REGION]) : NULL;
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

/* Read a command that says all of a machine. */
static int get_whole(const struct nlattr *nest, struct nlattr **tb, struct reader *to,
		     enum egress_batch_does does, struct netlink_ext_ack *extack)
{
	if (!tb[EGRESS_A_MACHINE] || !tb[EGRESS_A_APP] || !tb[EGRESS_A_REGION] ||
	    !tb[EGRESS_A_ADDR]) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "a machine needs an id, an app, a region and an address");
		return -EINVAL;
	}
	return get_machine(nest, tb, to, does, extack);
}

static int get_deletions(const struct nlattr *nest, struct nlattr **tb, struct reader *to,
			 struct netlink_ext_ack *extack)
{
	struct egress_batch_part *part;
	const struct nlattr *attr;
	unsigned int index = 0;
	int rem;

	if (!tb[EGRESS_A_APP] == !tb[EGRESS_A_MACHINE] ||
	    (tb[EGRESS_A_REGION] && !tb[EGRESS_A_APP])) {
		NL_SET_ERR_MSG_ATTR(extack, tb[EGRESS_A_APP] ?: tb[EGRESS_A_REGION] ?: nest,
				    "either machines, or an app whose machines are to go");
		return -EINVAL;
	}
	if (tb[EGRESS_A_APP]) {
		part = next_part(to, EGRESS_BATCH_DEL_OF);
		part->app = nla_data(tb[EGRESS_A_APP]);
		part->region = tb[EGRESS_A_REGION] ? nla_data(tb[EGRESS_A_REGION]) : NULL;
		part->missing_ok = tb[EGRESS_A_MISSING_OK];
		return 0;
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

/* Read all attributes of @type, which are prefixes. Return: how many, or a negative error. */
static int get_prefixes(const struct nlattr *nest, int type, struct egress_cidr **prefixes,
			struct netlink_ext_ack *extack)
{
	unsigned int n = count_in(nest, type), i = 0;
	const struct nlattr *attr;
	int rem, err;

	if (!n)
		return 0;
	*prefixes = kvcalloc(n, sizeof(**prefixes), GFP_KERNEL_ACCOUNT);
	if (!*prefixes)
		return -ENOMEM;
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != type)
			continue;
		err = egress_nl_prefix(attr, &(*prefixes)[i++], extack);
		if (err)
			return err;
	}
	return n;
}

static int get_allocation(const struct nlattr *nest, struct nlattr **tb, struct reader *to,
			  struct netlink_ext_ack *extack)
{
	struct egress_batch_pairs *pairs;
	struct egress_pair_request *req;
	int err;

	if (!tb[EGRESS_A_REGION] ||
	    !!tb[EGRESS_A_APP] + !!tb[EGRESS_A_MACHINE] + !!tb[EGRESS_A_ORG] != 1) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "a pair is from a region, and for an app, a machine or an org");
		return -EINVAL;
	}
	pairs = kzalloc(sizeof(*pairs), GFP_KERNEL_ACCOUNT);
	if (!pairs)
		return -ENOMEM;
	next_part(to, EGRESS_BATCH_ALLOCATE)->allocate = pairs;
	req = &pairs->request;
	req->app = tb[EGRESS_A_APP] ? nla_data(tb[EGRESS_A_APP]) : NULL;
	req->machine = tb[EGRESS_A_MACHINE] ? nla_data(tb[EGRESS_A_MACHINE]) : NULL;
	req->org = tb[EGRESS_A_ORG] ? nla_data(tb[EGRESS_A_ORG]) : NULL;
	req->region = nla_data(tb[EGRESS_A_REGION]);
	req->count = tb[EGRESS_A_COUNT] ? nla_get_u32(tb[EGRESS_A_COUNT]) : 1;
	req->ensure = tb[EGRESS_A_ENSURE];
	req->has_block_size = tb[EGRESS_A_BLOCK_SIZE];
	req->block_size = tb[EGRESS_A_BLOCK_SIZE] ? nla_get_u32(tb[EGRESS_A_BLOCK_SIZE]) :
						    EGRESS_BLOCK_SIZE;
	req->given[EGRESS_V4] = tb[EGRESS_A_V4];
	if (tb[EGRESS_A_V4])
		egress_addr_v4(&req->addr[EGRESS_V4], nla_get_in_addr(tb[EGRESS_A_V4]));
	req->given[EGRESS_V6] = tb[EGRESS_A_V6];
	if (tb[EGRESS_A_V6])
		req->addr[EGRESS_V6] = nla_get_in6_addr(tb[EGRESS_A_V6]);
	err = get_prefixes(nest, EGRESS_A_TO, &req->to, extack);
	if (err < 0)
		return err;
	req->n_to = err;
	return 0;
}

static int get_app(const struct nlattr *nest, struct nlattr **tb, struct reader *to,
		   struct netlink_ext_ack *extack)
{
	struct nlattr *v4 = tb[EGRESS_A_ON_NONE], *v6 = tb[EGRESS_A_ON_NONE_V6] ?: v4;
	struct egress_app_request *req;
	struct egress_batch_app *app;
	struct egress_cidr *exclude = NULL;
	int err;

	if (!tb[EGRESS_A_APP] || (tb[EGRESS_A_EXCLUDE] && tb[EGRESS_A_EXCLUDE_DEFAULT])) {
		NL_SET_ERR_MSG_ATTR(extack, tb[EGRESS_A_EXCLUDE_DEFAULT] ?: nest,
				    "an app's settings have an exclude list or the default one");
		return -EINVAL;
	}
	/* Its machines would be others than those that the other parts are checked against. */
	if (tb[EGRESS_A_ORG]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[EGRESS_A_ORG],
				    "in a batch, an app stays in its org");
		return -EOPNOTSUPP;
	}
	app = kzalloc(sizeof(*app), GFP_KERNEL_ACCOUNT);
	if (!app)
		return -ENOMEM;
	next_part(to, EGRESS_BATCH_APP)->settings = app;
	req = &app->request;
	req->app = nla_data(tb[EGRESS_A_APP]);
	req->has_limit = tb[EGRESS_A_LIMIT];
	req->limit = tb[EGRESS_A_LIMIT] ? nla_get_u32(tb[EGRESS_A_LIMIT]) : 0;
	req->has_on_limit = tb[EGRESS_A_ON_LIMIT];
	req->on_limit = tb[EGRESS_A_ON_LIMIT] ? nla_get_u32(tb[EGRESS_A_ON_LIMIT]) : 0;
	req->has_on_none[EGRESS_V4] = v4;
	req->on_none[EGRESS_V4] = v4 ? nla_get_u32(v4) : 0;
	req->has_on_none[EGRESS_V6] = v6;
	req->on_none[EGRESS_V6] = v6 ? nla_get_u32(v6) : 0;
	req->has_exclude = tb[EGRESS_A_EXCLUDE];
	req->default_exclude = tb[EGRESS_A_EXCLUDE_DEFAULT];
	err = get_prefixes(nest, EGRESS_A_EXCLUDE, &exclude, extack);
	req->exclude = exclude;
	if (err < 0)
		return err;
	req->n_exclude = err;
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
	req->org = tb[EGRESS_A_ORG] ? nla_data(tb[EGRESS_A_ORG]) : NULL;
	if (req->app && req->org) {
		NL_SET_ERR_MSG_ATTR(extack, tb[EGRESS_A_ORG],
				    "a pair is an app's or an org's, not both");
		return -EINVAL;
	}
	req->drain = tb[EGRESS_A_DRAIN];
	req->seconds = tb[EGRESS_A_DRAIN] ? nla_get_u32(tb[EGRESS_A_DRAIN]) : 0;
	req->missing_ok = tb[EGRESS_A_MISSING_OK];
	return 0;
}

static bool can_be_part(unsigned int cmd)
{
	switch (cmd) {
	case EGRESS_CMD_MACHINE_NEW:
	case EGRESS_CMD_MACHINE_SET:
	case EGRESS_CMD_MACHINE_REPLACE:
	case EGRESS_CMD_MACHINE_DEL:
	case EGRESS_CMD_BIND:
	case EGRESS_CMD_PAIR_NEW:
	case EGRESS_CMD_APP_SET:
	case EGRESS_CMD_PAIR_DEL:
		return true;
	default:
		return false;
	}
}

/* Read one command. */
static int get_command(const struct nlattr *nest, struct reader *to,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARRAY_SIZE(egress_request_nl_policy)];
	unsigned int cmd;
	int err;

	err = nla_parse_nested(tb, ARRAY_SIZE(tb) - 1, nest, egress_request_nl_policy, extack);
	if (err)
		return err;
	if (!tb[EGRESS_A_COMMAND]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "each request of a batch has a command");
		return -EINVAL;
	}
	cmd = nla_get_u32(tb[EGRESS_A_COMMAND]);
	if (!can_be_part(cmd)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[EGRESS_A_COMMAND],
				    "a batch is of machine-new, machine-set, machine-replace, machine-del, bind, pair-new, pair-del and app-set only");
		return -EOPNOTSUPP;
	}
	err = check_attrs(nest, find_op(cmd), extack);
	if (err)
		return err;
	switch (cmd) {
	case EGRESS_CMD_MACHINE_NEW:
		return get_whole(nest, tb, to, EGRESS_BATCH_ADD, extack);
	case EGRESS_CMD_MACHINE_REPLACE:
		return get_whole(nest, tb, to, EGRESS_BATCH_REPLACE, extack);
	case EGRESS_CMD_MACHINE_SET:
		return get_machine(nest, tb, to, EGRESS_BATCH_SET, extack);
	case EGRESS_CMD_BIND:
		return get_machine(nest, tb, to,
				   tb[EGRESS_A_PAIR] ? EGRESS_BATCH_SET : EGRESS_BATCH_UNBIND,
				   extack);
	case EGRESS_CMD_MACHINE_DEL:
		return get_deletions(nest, tb, to, extack);
	case EGRESS_CMD_PAIR_NEW:
		return get_allocation(nest, tb, to, extack);
	case EGRESS_CMD_APP_SET:
		return get_app(nest, tb, to, extack);
	default:
		return get_release(nest, tb, to, extack);
	}
}

static void free_parts(struct reader *to)
{
	unsigned int i;

	for (i = 0; i < to->n; i++) {
		struct egress_batch_part *part = &to->parts[i];

		if (part->does == EGRESS_BATCH_ALLOCATE) {
			kvfree(part->allocate->request.to);
			kfree(part->allocate);
		} else if (part->does == EGRESS_BATCH_APP) {
			kvfree(part->settings->request.exclude);
			kfree(part->settings);
		}
	}
	kvfree(to->parts);
	kvfree(to->addrs);
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
	free_parts(&to);
	return err;
}
