// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "egress". uapi/egress.yaml specifies it, and the policies and the
 * table of operations in generated.c are made from that file. The functions of this file take
 * apart the requests that change something, and call the functions of state/ that carry them
 * out. Those that only read are in dump.c.
 */
#include <linux/ctype.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "addr.h"
#include "net.h"
#include "netlink/family.h"
#include "netlink/generated.h"
#include "netlink/refusal.h"
#include "netlink/request.h"
#include "netlink/split_ops.h"
#include "netlink/tell.h"
#include "state/app.h"
#include "state/change.h"
#include "state/cordon.h"
#include "state/flush.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/machine_cut.h"
#include "state/pair.h"
#include "state/pool.h"

/* Check the characters of an app's name or a machine's id. The policies check the length. */
static int check_name(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *name = nla_data(attr), *p;

	if (!*name) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a name is of 1 to 63 characters");
		return -EINVAL;
	}
	for (p = name; *p; p++)
		if (!isascii(*p) || (!isalnum(*p) && (p == name || !strchr("._:@-", *p))))
			break;
	if (!*p)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "a name is of letters, digits and . _ : @ -, and begins with a letter or digit");
	return -EINVAL;
}

static int check_region(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *name = nla_data(attr), *p = name;

	while (isascii(*p) && (islower(*p) || isdigit(*p) || *p == '-'))
		p++;
	if (*name && !*p)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "a region's name is of 1 to 31 lower case letters, digits and -");
	return -EINVAL;
}

/* Read an attribute of 4 bytes (IPv4) or 16 bytes (IPv6). The policies let no others pass. */
static void get_addr(const struct nlattr *attr, struct in6_addr *addr)
{
	if (nla_len(attr) == sizeof(__be32))
		egress_addr_v4(addr, nla_get_in_addr(attr));
	else
		*addr = nla_get_in6_addr(attr);
}

/* An IPv4 address has to come as 4 bytes: refuse one that is mapped to 16 bytes. */
static int check_unmapped(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (nla_len(attr) == sizeof(__be32) || !ipv6_addr_v4mapped(nla_data(attr)))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "an IPv4 address is of 4 bytes, not mapped");
	return -EINVAL;
}

/* Check a nested address: it has exactly one attribute, v4 or v6. */
static int check_addr(const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = nla_data(nest);

	if (nla_len(nest) && nla_len(nest) == NLA_ALIGN(attr->nla_len))
		return check_unmapped(attr, extack);
	NL_SET_ERR_MSG_ATTR(extack, nest, "an address is either v4 or v6: give one of the two");
	return -EINVAL;
}

/**
 * egress_nl_check() - check an attribute for what a policy cannot express
 * @attr: attribute of a request, accepted by its policy
 * @extack: filled with what is wrong with it
 *
 * Return: 0 or -EINVAL.
 */
int egress_nl_check(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	switch (nla_type(attr)) {
	case EGRESS_A_REGION:
		return check_region(attr, extack);
	case EGRESS_A_APP:
	case EGRESS_A_MACHINE:
	case EGRESS_A_ORG:
		return check_name(attr, extack);
	case EGRESS_A_ADDR:
	case EGRESS_A_PAIR:
	case EGRESS_A_SOURCE:
	case EGRESS_A_DESTINATION:
		return check_addr(attr, extack);
	case EGRESS_A_V6:
		return check_unmapped(attr, extack);
	default:
		return 0;
	}
}

/*
 * Check every attribute of a request. info->attrs has only the last one of each type, and a
 * request may have several.
 */
static int check_attrs(const struct nlmsghdr *nlh, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, err;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		err = egress_nl_check(attr, extack);
		if (err)
			return err;
	}
	return 0;
}

/* genetlink calls this before it carries out a request that is not a dump. */
int egress_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		       struct genl_info *info)
{
	/* Where there is no policy, genetlink does not look at what follows its header. */
	if (!ops->policy && nlmsg_attrlen(info->nlhdr, GENL_HDRLEN)) {
		NL_SET_ERR_MSG(info->extack, "this command takes no attribute");
		return -EINVAL;
	}
	/* For refusals, and for echoes: how much room the client has for them. */
	info->user_ptr[1] = skb;
	return check_attrs(info->nlhdr, info->extack);
}

/* genetlink calls this before the first part of a dump. */
int egress_nl_dump_start(struct netlink_callback *cb)
{
	return check_attrs(cb->nlh, cb->extack);
}

/**
 * egress_nl_addr() - read an address of either family
 * @nest: EGRESS_A_ADDR or another nested address, checked by egress_nl_check()
 * @addr: filled with the address
 */
void egress_nl_addr(const struct nlattr *nest, struct in6_addr *addr)
{
	get_addr(nla_data(nest), addr);
}

static const char *string(const struct genl_info *info, int attr)
{
	return info->attrs[attr] ? nla_data(info->attrs[attr]) : NULL;
}

static u32 number(const struct genl_info *info, int attr, u32 otherwise)
{
	return info->attrs[attr] ? nla_get_u32(info->attrs[attr]) : otherwise;
}

static unsigned int count_of(const struct genl_info *info, int type)
{
	const struct nlattr *attr;
	unsigned int n = 0;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		n += nla_type(attr) == type;
	return n;
}

/**
 * egress_nl_prefix() - read a prefix
 * @nest: nested prefix
 * @cidr: filled with the prefix
 * @extack: filled with what is wrong with it
 *
 * Return: 0 or -EINVAL.
 */
int egress_nl_prefix(const struct nlattr *nest, struct egress_cidr *cidr,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[EGRESS_PREFIX_A_MAX + 1];
	const struct nlattr *addr, *told;
	unsigned int len, max;
	int err;

	err = nla_parse_nested(tb, ARRAY_SIZE(egress_prefix_nl_policy) - 1, nest,
			       egress_prefix_nl_policy, extack);
	if (err)
		return err;
	told = tb[EGRESS_PREFIX_A_USED] ?: tb[EGRESS_PREFIX_A_FREE] ?: tb[EGRESS_PREFIX_A_DRAINING];
	if (told) {
		NL_SET_ERR_MSG_ATTR(extack, told, "this is told of a prefix, and can't be set");
		return -EINVAL;
	}
	if (!tb[EGRESS_PREFIX_A_V4] == !tb[EGRESS_PREFIX_A_V6] || !tb[EGRESS_PREFIX_A_LEN]) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "a prefix has an address, either v4 or v6, and a length");
		return -EINVAL;
	}
	addr = tb[EGRESS_PREFIX_A_V4] ?: tb[EGRESS_PREFIX_A_V6];
	err = check_unmapped(addr, extack);
	if (err)
		return err;
	len = nla_get_u8(tb[EGRESS_PREFIX_A_LEN]);
	max = nla_len(addr) * 8;
	if (len > max) {
		NL_SET_ERR_MSG_ATTR(extack, tb[EGRESS_PREFIX_A_LEN],
				    "the prefix is longer than its address");
		return -EINVAL;
	}
	get_addr(addr, &cidr->addr);
	/* A length in the module counts from 128 bits: see addr.h. */
	cidr->len = len + 128 - max;
	return 0;
}

/*
 * Read all attributes of @type, which are prefixes. The caller frees @prefixes with kvfree().
 * Return: how many there are, or a negative error; @prefixes is NULL if there are none.
 */
static int get_prefixes(struct genl_info *info, int type, struct egress_cidr **prefixes)
{
	unsigned int n = count_of(info, type), i = 0;
	const struct nlattr *attr;
	int rem, err;

	*prefixes = NULL;
	if (n > EGRESS_PREFIX_MAX)
		return egress_nl_refuse(info, type, -E2BIG,
				     "%u prefixes: at most %u in one request", n,
				     EGRESS_PREFIX_MAX);
	if (!n)
		return 0;
	*prefixes = kvcalloc(n, sizeof(**prefixes), GFP_KERNEL_ACCOUNT);
	if (!*prefixes)
		return -ENOMEM;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != type)
			continue;
		err = egress_nl_prefix(attr, &(*prefixes)[i++], info->extack);
		if (err) {
			kvfree(*prefixes);
			*prefixes = NULL;
			return err;
		}
	}
	return n;
}

/* The same as get_prefixes(), for attributes that are addresses. */
static int get_addrs(const struct genl_info *info, int type, struct in6_addr **addrs)
{
	unsigned int n = count_of(info, type), i = 0;
	const struct nlattr *attr;
	int rem;

	*addrs = NULL;
	if (!n)
		return 0;
	*addrs = kvcalloc(n, sizeof(**addrs), GFP_KERNEL_ACCOUNT);
	if (!*addrs)
		return -ENOMEM;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		if (nla_type(attr) == type)
			egress_nl_addr(attr, &(*addrs)[i++]);
	return n;
}

/* Make a pool, or add to the one that is there; with @replace, make that one as given. */
static int pool_new(struct genl_info *info, bool replace)
{
	struct egress_pool_request req = {
		.region = string(info, EGRESS_A_REGION),
		.device = string(info, EGRESS_A_DEV),
		.slot_first = number(info, EGRESS_A_SLOT_FIRST, -1),
		.slot_last = number(info, EGRESS_A_SLOT_LAST, -1),
		.on_unallocated = number(info, EGRESS_A_ON_UNALLOCATED, -1),
		.replace = replace,
	};
	struct egress_cidr *prefixes;
	struct egress_request rq;
	int err;

	if (egress_nl_missing(info, EGRESS_A_REGION))
		return -EINVAL;
	if (!info->attrs[EGRESS_A_SLOT_FIRST] != !info->attrs[EGRESS_A_SLOT_LAST] ||
	    req.slot_first > req.slot_last)
		return egress_nl_refuse(info, EGRESS_A_SLOT_FIRST, -EINVAL,
				     "slots are given as first and last, the first not above the last");
	if (req.device && !*req.device)
		return egress_nl_refuse(info, EGRESS_A_DEV, -EINVAL,
				     "the device's name is empty");
	err = get_prefixes(info, EGRESS_A_PREFIX, &prefixes);
	if (err < 0)
		return err;
	req.prefixes = prefixes;
	req.n_prefixes = err;

	err = egress_pool_survey(egress_net(genl_info_net(info)), &req);
	err = err ?: egress_request_begin(&rq, info);
	if (!err)
		err = egress_request_end(&rq, egress_pool_add(&rq.ch, &req));
	kvfree(prefixes);
	return err;
}

int egress_nl_pool_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return pool_new(info, false);
}

int egress_nl_pool_replace_doit(struct sk_buff *skb, struct genl_info *info)
{
	return pool_new(info, true);
}

int egress_nl_pool_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_pool_request req = {
		.region = string(info, EGRESS_A_REGION),
		.missing_ok = info->attrs[EGRESS_A_MISSING_OK],
	};
	struct egress_cidr *prefixes;
	struct egress_request rq;
	int err;

	if (egress_nl_missing(info, EGRESS_A_REGION))
		return -EINVAL;
	err = get_prefixes(info, EGRESS_A_PREFIX, &prefixes);
	if (err < 0)
		return err;
	req.prefixes = prefixes;
	req.n_prefixes = err;

	err = egress_request_begin(&rq, info);
	if (!err)
		err = egress_request_end(&rq, egress_pool_del(&rq.ch, &req));
	kvfree(prefixes);
	return err;
}

int egress_nl_pool_drain_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_pool_request req = { .region = string(info, EGRESS_A_REGION) };
	struct egress_cidr *prefixes;
	struct egress_request rq;
	int err;

	if (egress_nl_missing(info, EGRESS_A_REGION) || egress_nl_missing(info, EGRESS_A_PREFIX))
		return -EINVAL;
	err = get_prefixes(info, EGRESS_A_PREFIX, &prefixes);
	if (err < 0)
		return err;
	req.prefixes = prefixes;
	req.n_prefixes = err;

	err = egress_request_begin(&rq, info);
	if (!err)
		err = egress_request_end(&rq, egress_pool_drain(&rq.ch, &req,
								info->attrs[EGRESS_A_DRAINING]));
	kvfree(prefixes);
	return err;
}

int egress_nl_pair_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_pair_request req = {
		.app = string(info, EGRESS_A_APP),
		.machine = string(info, EGRESS_A_MACHINE),
		.org = string(info, EGRESS_A_ORG),
		.region = string(info, EGRESS_A_REGION),
		.count = number(info, EGRESS_A_COUNT, 1),
		.ensure = info->attrs[EGRESS_A_ENSURE],
		.has_block_size = info->attrs[EGRESS_A_BLOCK_SIZE],
		.block_size = number(info, EGRESS_A_BLOCK_SIZE, EGRESS_BLOCK_SIZE),
		.given[EGRESS_V4] = info->attrs[EGRESS_A_V4],
		.given[EGRESS_V6] = info->attrs[EGRESS_A_V6],
	};
	struct egress_request rq;
	int err;

	if (egress_nl_missing(info, EGRESS_A_REGION))
		return -EINVAL;
	if (!!req.app + !!req.machine + !!req.org != 1)
		return egress_nl_refuse(info, req.org ? EGRESS_A_ORG : EGRESS_A_MACHINE, -EINVAL,
				     "a pair is for an app, a machine or an org: give one of the three");
	if (req.given[EGRESS_V4])
		get_addr(info->attrs[EGRESS_A_V4], &req.addr[EGRESS_V4]);
	if (req.given[EGRESS_V6])
		get_addr(info->attrs[EGRESS_A_V6], &req.addr[EGRESS_V6]);
	err = get_prefixes(info, EGRESS_A_TO, &req.to);
	if (err < 0)
		return err;
	req.n_to = err;
	err = egress_request_begin(&rq, info);
	if (!err)
		err = egress_request_end(&rq, egress_pair_add(&rq.ch, &req));
	kvfree(req.to);
	return err;
}

int egress_nl_pair_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_cidr *to;
	struct in6_addr addr;
	struct egress_request rq;
	int err, n;

	if (egress_nl_missing(info, EGRESS_A_ADDR))
		return -EINVAL;
	egress_nl_addr(info->attrs[EGRESS_A_ADDR], &addr);
	n = get_prefixes(info, EGRESS_A_TO, &to);
	if (n < 0)
		return n;
	err = egress_request_begin(&rq, info);
	if (!err)
		err = egress_request_end(&rq, egress_pair_set(&rq.ch, &addr, to, n));
	kvfree(to);
	return err;
}

int egress_nl_pair_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_release_request req = {
		.app = string(info, EGRESS_A_APP),
		.org = string(info, EGRESS_A_ORG),
		.drain = info->attrs[EGRESS_A_DRAIN],
		.seconds = number(info, EGRESS_A_DRAIN, 0),
		.missing_ok = info->attrs[EGRESS_A_MISSING_OK],
	};
	struct in6_addr *addrs;
	struct egress_request rq;
	int err;

	if (egress_nl_missing(info, EGRESS_A_ADDR))
		return -EINVAL;
	if (req.app && req.org)
		return egress_nl_refuse(info, EGRESS_A_ORG, -EINVAL,
					"a pair is an app's or an org's, not both");
	err = get_addrs(info, EGRESS_A_ADDR, &addrs);
	if (err < 0)
		return err;
	req.addrs = addrs;
	req.n = err;
	err = egress_request_begin(&rq, info);
	if (!err)
		err = egress_request_end(&rq, egress_pair_del(&rq.ch, &req));
	kvfree(addrs);
	return err;
}

/* Add what a request says of a machine to @req, and have @carry_out do what is asked for. */
static int machine_request(struct genl_info *info, struct egress_machine_request *req,
			   int (*carry_out)(struct egress_change *ch,
					    const struct egress_machine_request *req))
{
	struct egress_request rq;
	struct in6_addr *addrs;
	int err;

	if (egress_nl_missing(info, EGRESS_A_MACHINE))
		return -EINVAL;
	req->id = string(info, EGRESS_A_MACHINE);
	req->app = string(info, EGRESS_A_APP);
	req->region = string(info, EGRESS_A_REGION);
	req->device = string(info, EGRESS_A_DEV);
	err = get_addrs(info, EGRESS_A_ADDR, &addrs);
	if (err < 0)
		return err;
	req->addrs = addrs;
	req->n_addrs = err;

	err = egress_request_begin(&rq, info);
	if (!err)
		err = egress_request_end(&rq, carry_out(&rq.ch, req));
	kvfree(addrs);
	return err;
}

/* The same for a request that says all of a machine, and may name a pair to pin it to. */
static int whole_machine(struct genl_info *info,
			 int (*carry_out)(struct egress_change *ch,
					  const struct egress_machine_request *req))
{
	struct egress_machine_request req = { .slot = number(info, EGRESS_A_SLOT, -1) };
	struct in6_addr pair;

	if (info->attrs[EGRESS_A_PAIR]) {
		egress_nl_addr(info->attrs[EGRESS_A_PAIR], &pair);
		req.pair = &pair;
	} else if (req.slot >= 0) {
		return egress_nl_refuse(info, EGRESS_A_SLOT, -EINVAL,
				     "a slot needs the pair it is of");
	}
	if (!info->attrs[EGRESS_A_APP] || !info->attrs[EGRESS_A_REGION] ||
	    !info->attrs[EGRESS_A_ADDR])
		return egress_nl_refuse(info, 0, -EINVAL,
					"a machine needs an app, a region and an address");
	return machine_request(info, &req, carry_out);
}

static int add_one(struct egress_change *ch, const struct egress_machine_request *req)
{
	return egress_machine_add(ch, req, 1);
}

/*
 * Read one of several machines. Its addresses go to @addrs, behind them that of the pair that it
 * is to be pinned to. Return: how many went there, or a negative error.
 */
static int get_entry(const struct nlattr *entry, struct egress_machine_request *req,
		     struct in6_addr *addrs, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[EGRESS_ENTRY_A_MAX + 1];
	const struct nlattr *attr;
	int rem, err, n = 0;

	err = nla_parse_nested(tb, EGRESS_ENTRY_A_MAX, entry, egress_entry_nl_policy, extack);
	if (err)
		return err;
	if (!tb[EGRESS_ENTRY_A_MACHINE] || !tb[EGRESS_ENTRY_A_APP] ||
	    !tb[EGRESS_ENTRY_A_REGION] || !tb[EGRESS_ENTRY_A_ADDR]) {
		NL_SET_ERR_MSG_ATTR(extack, entry,
				    "a machine needs an id, an app, a region and an address");
		return -EINVAL;
	}
	if (tb[EGRESS_ENTRY_A_SLOT] && !tb[EGRESS_ENTRY_A_PAIR]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[EGRESS_ENTRY_A_SLOT],
				    "a slot needs the pair it is of");
		return -EINVAL;
	}
	err = check_name(tb[EGRESS_ENTRY_A_MACHINE], extack) ?:
		check_name(tb[EGRESS_ENTRY_A_APP], extack) ?:
		check_region(tb[EGRESS_ENTRY_A_REGION], extack);
	nla_for_each_nested(attr, entry, rem) {
		if (err)
			return err;
		if (nla_type(attr) != EGRESS_ENTRY_A_ADDR)
			continue;
		err = check_addr(attr, extack);
		if (!err)
			egress_nl_addr(attr, &addrs[n++]);
	}
	*req = (struct egress_machine_request) {
		.id = nla_data(tb[EGRESS_ENTRY_A_MACHINE]),
		.app = nla_data(tb[EGRESS_ENTRY_A_APP]),
		.region = nla_data(tb[EGRESS_ENTRY_A_REGION]),
		.device = tb[EGRESS_ENTRY_A_DEV] ? nla_data(tb[EGRESS_ENTRY_A_DEV]) : NULL,
		.addrs = addrs,
		.n_addrs = n,
		.slot = -1,
	};
	if (tb[EGRESS_ENTRY_A_SLOT])
		req->slot = nla_get_u32(tb[EGRESS_ENTRY_A_SLOT]);
	if (tb[EGRESS_ENTRY_A_PAIR]) {
		err = err ?: check_addr(tb[EGRESS_ENTRY_A_PAIR], extack);
		if (err)
			return err;
		egress_nl_addr(tb[EGRESS_ENTRY_A_PAIR], &addrs[n]);
		req->pair = &addrs[n++];
	}
	return err ?: n;
}

/* Add several machines in one change. */
static int new_machines(struct genl_info *info)
{
	unsigned int n = 0, n_addrs = 0, i = 0;
	struct egress_machine_request *reqs;
	const struct nlattr *attr, *in;
	struct in6_addr *addrs, *next;
	struct egress_request rq;
	int rem, inner, err = 0;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) == EGRESS_A_GENERATION)
			continue;
		if (nla_type(attr) != EGRESS_A_ENTRY)
			return egress_nl_refuse(info, nla_type(attr), -EINVAL,
						"either one machine, or an entry for each");
		n++;
		/* The pair's address is counted, too. */
		nla_for_each_nested(in, attr, inner)
			n_addrs += nla_type(in) == EGRESS_ENTRY_A_ADDR ||
				nla_type(in) == EGRESS_ENTRY_A_PAIR;
	}
	reqs = kvcalloc(n, sizeof(*reqs), GFP_KERNEL_ACCOUNT);
	addrs = kvcalloc(max(n_addrs, 1u), sizeof(*addrs), GFP_KERNEL_ACCOUNT);
	if (!reqs || !addrs) {
		err = -ENOMEM;
		goto free;
	}
	next = addrs;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != EGRESS_A_ENTRY)
			continue;
		err = get_entry(attr, &reqs[i++], next, info->extack);
		if (err < 0)
			goto free;
		next += err;
		cond_resched();
	}
	err = egress_request_begin(&rq, info);
	if (!err)
		err = egress_request_end(&rq, egress_machine_add(&rq.ch, reqs, n));
free:
	kvfree(addrs);
	kvfree(reqs);
	return err;
}

int egress_nl_machine_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return info->attrs[EGRESS_A_ENTRY] ? new_machines(info) : whole_machine(info, add_one);
}

int egress_nl_machine_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_machine_request req = { .slot = -1 };

	return machine_request(info, &req, egress_machine_set);
}

int egress_nl_machine_replace_doit(struct sk_buff *skb, struct genl_info *info)
{
	return whole_machine(info, egress_machine_replace);
}

/* The ids of the @n machines that a request names. Return: to be freed by kvfree(), or NULL. */
static const char **get_ids(const struct genl_info *info, unsigned int n)
{
	const char **ids = kvcalloc(n, sizeof(*ids), GFP_KERNEL_ACCOUNT);
	const struct nlattr *attr;
	unsigned int i = 0;
	int rem;

	if (!ids)
		return NULL;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		if (nla_type(attr) == EGRESS_A_MACHINE)
			ids[i++] = nla_data(attr);
	return ids;
}

int egress_nl_machine_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	unsigned int n = count_of(info, EGRESS_A_MACHINE);
	const char *app = string(info, EGRESS_A_APP);
	const char *region = string(info, EGRESS_A_REGION);
	bool missing_ok = info->attrs[EGRESS_A_MISSING_OK];
	struct egress_request rq;
	const char **ids;
	int err;

	if (!app == !n || (region && !app))
		return egress_nl_refuse(info, app ? EGRESS_A_APP : EGRESS_A_REGION, -EINVAL,
					"either machines, or an app whose machines are to go");
	if (app) {
		err = egress_request_begin(&rq, info);
		if (err)
			return err;
		err = egress_machine_del_of(&rq.ch, app, region, missing_ok);
		return egress_request_end(&rq, err);
	}
	ids = get_ids(info, n);
	if (!ids)
		return -ENOMEM;
	err = egress_request_begin(&rq, info);
	if (!err) {
		err = egress_machine_del(&rq.ch, ids, n, missing_ok);
		err = egress_request_end(&rq, err);
	}
	kvfree(ids);
	return err;
}

int egress_nl_machine_cut_doit(struct sk_buff *skb, struct genl_info *info)
{
	unsigned int n = count_of(info, EGRESS_A_MACHINE);
	enum egress_cut which = info->attrs[EGRESS_A_STALE] ? EGRESS_CUT_STALE : EGRESS_CUT_ALL;
	struct egress_request rq;
	const char **ids;
	int err;

	if (egress_nl_missing(info, EGRESS_A_MACHINE))
		return -EINVAL;
	ids = get_ids(info, n);
	if (!ids)
		return -ENOMEM;
	err = egress_request_begin(&rq, info);
	if (!err)
		err = egress_request_end(&rq, egress_machine_cut(&rq.ch, ids, n, which));
	kvfree(ids);
	return err;
}

int egress_nl_bind_doit(struct sk_buff *skb, struct genl_info *info)
{
	int slot = number(info, EGRESS_A_SLOT, -1);
	struct egress_request rq;
	struct in6_addr pair;
	const char *id;
	int err;

	if (egress_nl_missing(info, EGRESS_A_MACHINE))
		return -EINVAL;
	id = string(info, EGRESS_A_MACHINE);
	if (info->attrs[EGRESS_A_PAIR])
		egress_nl_addr(info->attrs[EGRESS_A_PAIR], &pair);
	else if (slot >= 0)
		return egress_nl_refuse(info, EGRESS_A_SLOT, -EINVAL,
					"a slot needs the pair it is of");
	if (info->attrs[EGRESS_A_CUT_STALE] && info->attrs[EGRESS_A_DRY_RUN])
		return egress_nl_refuse(info, EGRESS_A_CUT_STALE, -EINVAL,
					"a dry run can't tell which connections would be stale");
	err = egress_request_begin(&rq, info);
	if (err)
		return err;
	err = egress_bind(&rq.ch, id, info->attrs[EGRESS_A_PAIR] ? &pair : NULL, slot);
	return egress_request_end(&rq, err);
}

int egress_nl_rebalance_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_rebalance whole = {
		.app = string(info, EGRESS_A_APP),
		.org = string(info, EGRESS_A_ORG),
		.region = string(info, EGRESS_A_REGION),
	};
	struct egress_request rq;
	int err;

	if (!whole.org && egress_nl_missing(info, EGRESS_A_APP))
		return -EINVAL;
	if (whole.app && whole.org)
		return egress_nl_refuse(info, EGRESS_A_ORG, -EINVAL,
					"either an app's pairs or an org's, not both");
	err = egress_request_begin(&rq, info);
	if (err)
		return err;
	for (;;) {
		err = egress_rebalance(&rq.ch, &whole, number(info, EGRESS_A_MACHINES, UINT_MAX));
		if (err != -EAGAIN)
			return egress_request_end(&rq, err);
		err = egress_request_next(&rq);
		if (err)
			return err;
	}
}

int egress_nl_promote_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_request rq;
	int err;

	if (egress_nl_missing(info, EGRESS_A_MACHINE))
		return -EINVAL;
	err = egress_request_begin(&rq, info);
	if (err)
		return err;
	return egress_request_end(&rq, egress_promote(&rq.ch, string(info, EGRESS_A_MACHINE),
						      string(info, EGRESS_A_ORG)));
}

int egress_nl_app_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_app_request req = {
		.app = string(info, EGRESS_A_APP),
		.has_limit = info->attrs[EGRESS_A_LIMIT],
		.limit = number(info, EGRESS_A_LIMIT, 0),
		.has_on_limit = info->attrs[EGRESS_A_ON_LIMIT],
		.on_limit = number(info, EGRESS_A_ON_LIMIT, 0),
		.has_on_none = {
			[EGRESS_V4] = info->attrs[EGRESS_A_ON_NONE],
			[EGRESS_V6] = info->attrs[EGRESS_A_ON_NONE_V6] ?:
				info->attrs[EGRESS_A_ON_NONE],
		},
		.on_none = {
			[EGRESS_V4] = number(info, EGRESS_A_ON_NONE, 0),
			[EGRESS_V6] = number(info, EGRESS_A_ON_NONE_V6,
					     number(info, EGRESS_A_ON_NONE, 0)),
		},
		.has_exclude = info->attrs[EGRESS_A_EXCLUDE],
		.default_exclude = info->attrs[EGRESS_A_EXCLUDE_DEFAULT],
		.org = string(info, EGRESS_A_ORG),
		.no_org = info->attrs[EGRESS_A_ORG_NONE],
	};
	struct egress_cidr *prefixes;
	struct egress_request rq;
	int err;

	if (egress_nl_missing(info, EGRESS_A_APP))
		return -EINVAL;
	if (req.has_exclude && req.default_exclude)
		return egress_nl_refuse(info, EGRESS_A_EXCLUDE_DEFAULT, -EINVAL,
				     "either an exclude list or the default one, not both");
	if (req.org && req.no_org)
		return egress_nl_refuse(info, EGRESS_A_ORG_NONE, -EINVAL,
					"either an org or none, not both");
	err = get_prefixes(info, EGRESS_A_EXCLUDE, &prefixes);
	if (err < 0)
		return err;
	req.exclude = prefixes;
	req.n_exclude = err;

	err = egress_request_begin(&rq, info);
	if (!err)
		err = egress_request_end(&rq, egress_app_set(&rq.ch, &req));
	kvfree(prefixes);
	return err;
}

int egress_nl_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_net *en = egress_net(genl_info_net(info));
	struct egress_request rq;
	unsigned long last;
	int err;

	if (egress_nl_missing(info, EGRESS_A_ALL))
		return -EINVAL;
	err = egress_request_begin(&rq, info);
	if (err)
		return err;
	last = en->last_machine;
	while (egress_flush_some(&rq.ch, last)) {
		err = egress_request_next(&rq);
		if (err)
			return err;
	}
	/* What little is left goes at once, with nobody in between. */
	egress_request_pause(&rq);
	if (mutex_lock_killable(&en->cuts))
		return -EINTR;
	err = egress_request_resume(&rq);
	if (!err) {
		egress_flush(&rq.ch);
		egress_change_did(&rq.ch, EGRESS_EVENT_FLUSHED, NULL);
		egress_request_end(&rq, 0);
	}
	mutex_unlock(&en->cuts);
	return err;
}

int egress_nl_cordon_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_request rq;
	int err;

	err = egress_request_begin(&rq, info);
	if (err)
		return err;
	egress_cordon(&rq.ch, info->attrs[EGRESS_A_CORDONED]);
	return egress_request_end(&rq, 0);
}

static const struct genl_multicast_group groups[] = {
	[EGRESS_NLGRP_EVENTS] = { .name = EGRESS_MCGRP_EVENTS,
				  .flags = GENL_MCAST_CAP_NET_ADMIN },
};

struct genl_family egress_family __ro_after_init = {
	.name = EGRESS_FAMILY_NAME,
	.version = EGRESS_FAMILY_VERSION,
	.maxattr = EGRESS_A_MAX,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	/* From this command on, genetlink refuses flags and header fields that have no meaning. */
	.resv_start_op = EGRESS_CMD_POOL_NEW,
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

int __init egress_netlink_init(void)
{
	egress_tell_init();
	egress_split_ops_use(&egress_family);
	return genl_register_family(&egress_family);
}

void egress_netlink_exit(void)
{
	genl_unregister_family(&egress_family);
	egress_tell_exit();
}
