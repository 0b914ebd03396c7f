// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "egress": what uapi/egress.yaml specifies. Requests
 * are taken apart here and carried out elsewhere, where tell.c is asked to answer.
 */
#include <linux/ctype.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "addr.h"
#include "netlink/dump.h"
#include "netlink/family.h"
#include "netlink/refusal.h"
#include "netlink/request.h"
#include "netlink/tell.h"
#include "state/app.h"
#include "state/change.h"
#include "state/flush.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/pool.h"

/* NLA_POLICY_VALIDATE_FN goes without a length: is it a string of 1 to @max characters? */
static bool is_string(const struct nlattr *attr, size_t max)
{
	size_t len = strnlen(nla_data(attr), nla_len(attr));

	return len && len < nla_len(attr) && len <= max;
}

static int validate_name(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *p = nla_data(attr);

	if (!is_string(attr, EGRESS_NAME_MAX)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a name is of 1 to 63 characters");
		return -EINVAL;
	}
	for (; *p; p++)
		if (!isascii(*p) || (!isalnum(*p) && (p == nla_data(attr) || !strchr("._:@-", *p))))
			break;
	if (!*p)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "a name is of letters, digits and . _ : @ -, and begins with a letter or digit");
	return -EINVAL;
}

static int validate_region(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *p = nla_data(attr);

	if (is_string(attr, EGRESS_REGION_MAX)) {
		while (isascii(*p) && (islower(*p) || isdigit(*p) || *p == '-'))
			p++;
		if (!*p)
			return 0;
	}
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "a region's name is of 1 to 31 lower case letters, digits and -");
	return -EINVAL;
}

/**
 * egress_nl_addr() - an address of either family
 * @attr: 4 or 16 bytes
 * @addr: where to
 * @extack: why not
 *
 * Return: 0 or -EINVAL.
 */
int egress_nl_addr(const struct nlattr *attr, struct in6_addr *addr,
		   struct netlink_ext_ack *extack)
{
	switch (nla_len(attr)) {
	case sizeof(__be32):
		egress_addr_v4(addr, nla_get_in_addr(attr));
		return 0;
	case sizeof(struct in6_addr):
		*addr = nla_get_in6_addr(attr);
		if (!egress_addr_is_v4(addr))
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, attr, "an IPv4 address is of 4 bytes, not mapped");
		return -EINVAL;
	default:
		NL_SET_ERR_MSG_ATTR(extack, attr, "an address is of 4 or 16 bytes");
		return -EINVAL;
	}
}

static int validate_addr(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct in6_addr addr;

	return egress_nl_addr(attr, &addr, extack);
}

static const struct nla_policy prefix_policy[EGRESS_PREFIX_A_MAX + 1] = {
	[EGRESS_PREFIX_A_ADDR] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, validate_addr),
	[EGRESS_PREFIX_A_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
};

#define CHECKED(fn)	NLA_POLICY_VALIDATE_FN(NLA_BINARY, fn)
#define PREFIXES	NLA_POLICY_NESTED(prefix_policy)
#define SLOT		NLA_POLICY_MAX(NLA_U32, S16_MAX)

static const struct nla_policy pool_new_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_U64 },
	[EGRESS_A_REGION] = CHECKED(validate_region),
	[EGRESS_A_PREFIX] = PREFIXES,
	[EGRESS_A_DEV] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[EGRESS_A_SLOT_FIRST] = NLA_POLICY_MAX(NLA_U32, EGRESS_SLOTS - 1),
	[EGRESS_A_SLOT_LAST] = NLA_POLICY_MAX(NLA_U32, EGRESS_SLOTS - 1),
};

static const struct nla_policy pool_del_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_U64 },
	[EGRESS_A_REGION] = CHECKED(validate_region),
	[EGRESS_A_PREFIX] = PREFIXES,
};

static const struct nla_policy pool_drain_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_U64 },
	[EGRESS_A_REGION] = CHECKED(validate_region),
	[EGRESS_A_PREFIX] = PREFIXES,
	[EGRESS_A_DRAINING] = { .type = NLA_FLAG },
};

static const struct nla_policy pool_get_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_REGION] = CHECKED(validate_region),
};

static const struct nla_policy pair_new_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_U64 },
	[EGRESS_A_REGION] = CHECKED(validate_region),
	[EGRESS_A_APP] = CHECKED(validate_name),
	[EGRESS_A_MACHINE] = CHECKED(validate_name),
	[EGRESS_A_COUNT] = { .type = NLA_U32 },
	[EGRESS_A_ENSURE] = { .type = NLA_FLAG },
	[EGRESS_A_V4] = NLA_POLICY_EXACT_LEN(sizeof(__be32)),
	[EGRESS_A_V6] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[EGRESS_A_BLOCK_SIZE] = { .type = NLA_U32 },
	[EGRESS_A_TO] = PREFIXES,
};

static const struct nla_policy pair_set_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_U64 },
	[EGRESS_A_ADDR] = CHECKED(validate_addr),
	[EGRESS_A_TO] = PREFIXES,
};

static const struct nla_policy pair_del_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_U64 },
	[EGRESS_A_APP] = CHECKED(validate_name),
	[EGRESS_A_ADDR] = CHECKED(validate_addr),
	[EGRESS_A_DRAIN] = { .type = NLA_U32 },
};

static const struct nla_policy pair_get_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_REGION] = CHECKED(validate_region),
	[EGRESS_A_APP] = CHECKED(validate_name),
	[EGRESS_A_ADDR] = CHECKED(validate_addr),
};

static const struct nla_policy machine_new_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_U64 },
	[EGRESS_A_REGION] = CHECKED(validate_region),
	[EGRESS_A_APP] = CHECKED(validate_name),
	[EGRESS_A_MACHINE] = CHECKED(validate_name),
	[EGRESS_A_DEV] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[EGRESS_A_ADDR] = CHECKED(validate_addr),
	[EGRESS_A_PAIR] = CHECKED(validate_addr),
	[EGRESS_A_SLOT] = SLOT,
};

static const struct nla_policy machine_del_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_U64 },
	[EGRESS_A_MACHINE] = CHECKED(validate_name),
};

static const struct nla_policy machine_get_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_REGION] = CHECKED(validate_region),
	[EGRESS_A_APP] = CHECKED(validate_name),
	[EGRESS_A_MACHINE] = CHECKED(validate_name),
};

static const struct nla_policy group_get_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_REGION] = CHECKED(validate_region),
	[EGRESS_A_APP] = CHECKED(validate_name),
};

static const struct nla_policy bind_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_U64 },
	[EGRESS_A_MACHINE] = CHECKED(validate_name),
	[EGRESS_A_PAIR] = CHECKED(validate_addr),
	[EGRESS_A_SLOT] = SLOT,
};

static const struct nla_policy promote_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_U64 },
	[EGRESS_A_MACHINE] = CHECKED(validate_name),
};

static const struct nla_policy rebalance_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_U64 },
	[EGRESS_A_REGION] = CHECKED(validate_region),
	[EGRESS_A_APP] = CHECKED(validate_name),
};

static const struct nla_policy app_set_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_U64 },
	[EGRESS_A_APP] = CHECKED(validate_name),
	[EGRESS_A_LIMIT] = { .type = NLA_U32 },
	[EGRESS_A_ON_LIMIT] = NLA_POLICY_MAX(NLA_U32, EGRESS_ON_LIMIT_DROP),
	[EGRESS_A_ON_NONE] = NLA_POLICY_MAX(NLA_U32, EGRESS_ON_NONE_DROP),
	[EGRESS_A_EXCLUDE] = PREFIXES,
	[EGRESS_A_EXCLUDE_DEFAULT] = { .type = NLA_FLAG },
};

static const struct nla_policy app_get_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_APP] = CHECKED(validate_name),
};

static const struct nla_policy route_get_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_DEV] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[EGRESS_A_SOURCE] = CHECKED(validate_addr),
	[EGRESS_A_SOURCE_PORT] = { .type = NLA_U16 },
	[EGRESS_A_DESTINATION] = CHECKED(validate_addr),
	[EGRESS_A_DESTINATION_PORT] = { .type = NLA_U16 },
	[EGRESS_A_PROTO] = { .type = NLA_U8 },
};

static const struct nla_policy flush_policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_U64 },
	[EGRESS_A_ALL] = { .type = NLA_FLAG },
};

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

/* Prefixes of @type; to be freed with kvfree(). Return: how many, or an error. */
static int get_prefixes(struct genl_info *info, int type, struct egress_cidr **prefixes)
{
	struct nlattr *tb[EGRESS_PREFIX_A_MAX + 1];
	unsigned int n = count_of(info, type), max;
	struct egress_cidr *cidr;
	const struct nlattr *attr;
	int rem, err;
	u8 len;

	*prefixes = NULL;
	if (n > EGRESS_PREFIX_MAX)
		return egress_nl_refuse(info, type, -E2BIG,
				     "%u prefixes: at most %u in one request", n,
				     EGRESS_PREFIX_MAX);
	if (!n)
		return 0;
	cidr = kvcalloc(n, sizeof(*cidr), GFP_KERNEL_ACCOUNT);
	if (!cidr)
		return -ENOMEM;
	*prefixes = cidr;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != type)
			continue;
		err = nla_parse_nested(tb, EGRESS_PREFIX_A_MAX, attr, prefix_policy, info->extack);
		if (err)
			goto free;
		err = -EINVAL;
		if (!tb[EGRESS_PREFIX_A_ADDR] || !tb[EGRESS_PREFIX_A_LEN]) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "a prefix has an address and a length");
			goto free;
		}
		err = egress_nl_addr(tb[EGRESS_PREFIX_A_ADDR], &cidr->addr, info->extack);
		if (err)
			goto free;
		len = nla_get_u8(tb[EGRESS_PREFIX_A_LEN]);
		max = nla_len(tb[EGRESS_PREFIX_A_ADDR]) * 8;
		if (len > max) {
			NL_SET_ERR_MSG_ATTR(info->extack, tb[EGRESS_PREFIX_A_LEN],
					    "the prefix is longer than its address");
			err = -EINVAL;
			goto free;
		}
		cidr->len = len + 128 - max;
		cidr++;
	}
	return n;

free:
	kvfree(*prefixes);
	*prefixes = NULL;
	return err;
}

/* Addresses of @type; to be freed with kvfree(). Return: how many, or an error. */
static int get_addrs(const struct genl_info *info, int type, struct in6_addr **addrs)
{
	unsigned int n = count_of(info, type), i = 0;
	const struct nlattr *attr;
	int rem, err;

	*addrs = NULL;
	if (!n)
		return 0;
	*addrs = kvcalloc(n, sizeof(**addrs), GFP_KERNEL_ACCOUNT);
	if (!*addrs)
		return -ENOMEM;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != type)
			continue;
		err = egress_nl_addr(attr, &(*addrs)[i++], info->extack);
		if (err) {
			kvfree(*addrs);
			*addrs = NULL;
			return err;
		}
	}
	return n;
}

static int pool_new(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_pool_request req = {
		.region = string(info, EGRESS_A_REGION),
		.device = string(info, EGRESS_A_DEV),
		.slot_first = number(info, EGRESS_A_SLOT_FIRST, -1),
		.slot_last = number(info, EGRESS_A_SLOT_LAST, -1),
		.make = info->nlhdr->nlmsg_flags & NLM_F_CREATE,
		.only_make = info->nlhdr->nlmsg_flags & NLM_F_EXCL,
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

	err = egress_request_begin(&rq, info);
	if (!err)
		err = egress_request_end(&rq, egress_pool_add(&rq.ch, &req));
	kvfree(prefixes);
	return err;
}

static int pool_del(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_pool_request req = { .region = string(info, EGRESS_A_REGION) };
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

static int pool_drain(struct sk_buff *skb, struct genl_info *info)
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

static int pair_new(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_pair_request req = {
		.app = string(info, EGRESS_A_APP),
		.machine = string(info, EGRESS_A_MACHINE),
		.region = string(info, EGRESS_A_REGION),
		.count = number(info, EGRESS_A_COUNT, 1),
		.ensure = info->attrs[EGRESS_A_ENSURE],
		.block_size = number(info, EGRESS_A_BLOCK_SIZE, EGRESS_BLOCK_SIZE),
		.given[EGRESS_V4] = info->attrs[EGRESS_A_V4],
		.given[EGRESS_V6] = info->attrs[EGRESS_A_V6],
	};
	struct egress_request rq;
	unsigned int i;
	int err;

	if (egress_nl_missing(info, EGRESS_A_REGION))
		return -EINVAL;
	if (!(info->nlhdr->nlmsg_flags & NLM_F_CREATE))
		return egress_nl_refuse(info, 0, -EINVAL,
				     "a pair is allocated with NLM_F_CREATE");
	if (!req.app == !req.machine)
		return egress_nl_refuse(info, EGRESS_A_MACHINE, -EINVAL,
				     "a pair is for an app or for a machine: give one of the two");
	for (i = 0; i < EGRESS_FAMILIES; i++) {
		if (!req.given[i])
			continue;
		err = egress_nl_addr(info->attrs[i == EGRESS_V4 ? EGRESS_A_V4 : EGRESS_A_V6],
				     &req.addr[i], info->extack);
		if (err)
			return err;
	}
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

static int pair_set(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_cidr *to;
	struct in6_addr addr;
	struct egress_request rq;
	int err, n;

	if (egress_nl_missing(info, EGRESS_A_ADDR))
		return -EINVAL;
	err = egress_nl_addr(info->attrs[EGRESS_A_ADDR], &addr, info->extack);
	if (err)
		return err;
	n = get_prefixes(info, EGRESS_A_TO, &to);
	if (n < 0)
		return n;
	err = egress_request_begin(&rq, info);
	if (!err)
		err = egress_request_end(&rq, egress_pair_set(&rq.ch, &addr, to, n));
	kvfree(to);
	return err;
}

static int pair_del(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_release_request req = {
		.app = string(info, EGRESS_A_APP),
		.drain = info->attrs[EGRESS_A_DRAIN],
		.seconds = number(info, EGRESS_A_DRAIN, 0),
	};
	struct in6_addr *addrs;
	struct egress_request rq;
	int err;

	if (egress_nl_missing(info, EGRESS_A_ADDR))
		return -EINVAL;
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

static int machine_new(struct sk_buff *skb, struct genl_info *info)
{
	u16 flags = info->nlhdr->nlmsg_flags;
	struct egress_machine_request req = {
		.id = string(info, EGRESS_A_MACHINE),
		.app = string(info, EGRESS_A_APP),
		.region = string(info, EGRESS_A_REGION),
		.device = string(info, EGRESS_A_DEV),
		.slot = number(info, EGRESS_A_SLOT, -1),
	};
	struct in6_addr *addrs, pair;
	struct egress_request rq;
	bool exists;
	int err;

	if (egress_nl_missing(info, EGRESS_A_MACHINE))
		return -EINVAL;
	if (info->attrs[EGRESS_A_PAIR]) {
		err = egress_nl_addr(info->attrs[EGRESS_A_PAIR], &pair, info->extack);
		if (err)
			return err;
		req.pair = &pair;
	} else if (req.slot >= 0) {
		return egress_nl_refuse(info, EGRESS_A_SLOT, -EINVAL,
				     "a slot needs the pair it is of");
	}
	err = get_addrs(info, EGRESS_A_ADDR, &addrs);
	if (err < 0)
		return err;
	req.addrs = addrs;
	req.n_addrs = err;

	err = egress_request_begin(&rq, info);
	if (err)
		goto free;
	exists = egress_machine_find(rq.ch.en, req.id);
	if (exists && flags & NLM_F_REPLACE && !(flags & NLM_F_EXCL)) {
		err = egress_machine_set(&rq.ch, &req);
	} else if (!exists && !(flags & NLM_F_CREATE)) {
		err = egress_nl_refuse(info, EGRESS_A_MACHINE, -ENOENT, "there is no machine '%s'",
				       req.id);
	} else if (!exists && (!req.app || !req.region || !req.n_addrs)) {
		err = egress_nl_refuse(info, 0, -EINVAL,
				       "a new machine needs an app, a region and an address");
	} else {
		err = egress_machine_add(&rq.ch, &req);
	}
	err = egress_request_end(&rq, err);
free:
	kvfree(addrs);
	return err;
}

static int machine_del(struct sk_buff *skb, struct genl_info *info)
{
	unsigned int n = count_of(info, EGRESS_A_MACHINE), i = 0;
	const struct nlattr *attr;
	struct egress_request rq;
	const char **ids;
	int rem, err;

	if (egress_nl_missing(info, EGRESS_A_MACHINE))
		return -EINVAL;
	ids = kvcalloc(n, sizeof(*ids), GFP_KERNEL_ACCOUNT);
	if (!ids)
		return -ENOMEM;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		if (nla_type(attr) == EGRESS_A_MACHINE)
			ids[i++] = nla_data(attr);
	err = egress_request_begin(&rq, info);
	if (!err)
		err = egress_request_end(&rq, egress_machine_del(&rq.ch, ids, n));
	kvfree(ids);
	return err;
}

static int bind(struct sk_buff *skb, struct genl_info *info)
{
	int slot = number(info, EGRESS_A_SLOT, -1);
	struct egress_request rq;
	struct in6_addr pair;
	const char *id;
	int err;

	if (egress_nl_missing(info, EGRESS_A_MACHINE))
		return -EINVAL;
	id = string(info, EGRESS_A_MACHINE);
	if (info->attrs[EGRESS_A_PAIR]) {
		err = egress_nl_addr(info->attrs[EGRESS_A_PAIR], &pair, info->extack);
		if (err)
			return err;
	} else if (slot >= 0) {
		return egress_nl_refuse(info, EGRESS_A_SLOT, -EINVAL,
				     "a slot needs the pair it is of");
	}
	err = egress_request_begin(&rq, info);
	if (err)
		return err;
	err = egress_bind(&rq.ch, id, info->attrs[EGRESS_A_PAIR] ? &pair : NULL, slot);
	return egress_request_end(&rq, err);
}

static int rebalance(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_request rq;
	int err;

	if (egress_nl_missing(info, EGRESS_A_APP))
		return -EINVAL;
	err = egress_request_begin(&rq, info);
	if (err)
		return err;
	return egress_request_end(&rq, egress_rebalance(&rq.ch, string(info, EGRESS_A_APP),
					       string(info, EGRESS_A_REGION)));
}

static int promote(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_request rq;
	int err;

	if (egress_nl_missing(info, EGRESS_A_MACHINE))
		return -EINVAL;
	err = egress_request_begin(&rq, info);
	if (err)
		return err;
	return egress_request_end(&rq, egress_promote(&rq.ch, string(info, EGRESS_A_MACHINE)));
}

static int app_set(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_app_request req = {
		.app = string(info, EGRESS_A_APP),
		.has_limit = info->attrs[EGRESS_A_LIMIT],
		.limit = number(info, EGRESS_A_LIMIT, 0),
		.has_on_limit = info->attrs[EGRESS_A_ON_LIMIT],
		.on_limit = number(info, EGRESS_A_ON_LIMIT, 0),
		.has_on_none = info->attrs[EGRESS_A_ON_NONE],
		.on_none = number(info, EGRESS_A_ON_NONE, 0),
		.has_exclude = info->attrs[EGRESS_A_EXCLUDE],
		.default_exclude = info->attrs[EGRESS_A_EXCLUDE_DEFAULT],
	};
	struct egress_cidr *prefixes;
	struct egress_request rq;
	int err;

	if (egress_nl_missing(info, EGRESS_A_APP))
		return -EINVAL;
	if (req.has_exclude && req.default_exclude)
		return egress_nl_refuse(info, EGRESS_A_EXCLUDE_DEFAULT, -EINVAL,
				     "either an exclude list or the default one, not both");
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

static int flush(struct sk_buff *skb, struct genl_info *info)
{
	struct egress_request rq;
	int err;

	if (egress_nl_missing(info, EGRESS_A_ALL))
		return -EINVAL;
	err = egress_request_begin(&rq, info);
	if (err)
		return err;
	egress_flush(&rq.ch);
	egress_change_did(&rq.ch, EGRESS_EVENT_FLUSHED, NULL);
	return egress_request_end(&rq, 0);
}

#define DO(c, fn, p) \
	{ .cmd = c, .flags = GENL_ADMIN_PERM, .doit = fn, .policy = p, .maxattr = EGRESS_A_MAX }
#define GET(c, fn, dump, p) \
	{ .cmd = c, .flags = GENL_ADMIN_PERM, .doit = fn, .dumpit = dump, .policy = p, \
	  .maxattr = EGRESS_A_MAX }

static const struct genl_ops ops[] = {
	DO(EGRESS_CMD_POOL_NEW, pool_new, pool_new_policy),
	DO(EGRESS_CMD_POOL_DEL, pool_del, pool_del_policy),
	GET(EGRESS_CMD_POOL_GET, egress_get_pool, egress_dump_pools, pool_get_policy),
	DO(EGRESS_CMD_PAIR_NEW, pair_new, pair_new_policy),
	DO(EGRESS_CMD_PAIR_DEL, pair_del, pair_del_policy),
	GET(EGRESS_CMD_PAIR_GET, egress_get_pair, egress_dump_pairs, pair_get_policy),
	DO(EGRESS_CMD_MACHINE_NEW, machine_new, machine_new_policy),
	DO(EGRESS_CMD_MACHINE_DEL, machine_del, machine_del_policy),
	GET(EGRESS_CMD_MACHINE_GET, egress_get_machine, egress_dump_machines, machine_get_policy),
	GET(EGRESS_CMD_LEASE_GET, NULL, egress_dump_leases, group_get_policy),
	DO(EGRESS_CMD_BIND, bind, bind_policy),
	DO(EGRESS_CMD_REBALANCE, rebalance, rebalance_policy),
	DO(EGRESS_CMD_APP_SET, app_set, app_set_policy),
	GET(EGRESS_CMD_APP_GET, egress_get_app, egress_dump_apps, app_get_policy),
	GET(EGRESS_CMD_STATS_GET, egress_get_stats, egress_dump_stats, group_get_policy),
	DO(EGRESS_CMD_FLUSH, flush, flush_policy),
	DO(EGRESS_CMD_POOL_DRAIN, pool_drain, pool_drain_policy),
	DO(EGRESS_CMD_ROUTE_GET, egress_get_route, route_get_policy),
	DO(EGRESS_CMD_PROMOTE, promote, promote_policy),
	DO(EGRESS_CMD_PAIR_SET, pair_set, pair_set_policy),
	GET(EGRESS_CMD_WARNING_GET, NULL, egress_dump_warnings, group_get_policy),
	{
		.cmd = EGRESS_CMD_DESTINATION_GET,
		.flags = GENL_ADMIN_PERM,
		.start = egress_dump_destinations_start,
		.dumpit = egress_dump_destinations,
		.done = egress_dump_destinations_done,
		.policy = group_get_policy,
		.maxattr = EGRESS_A_MAX,
	},
};

static const struct genl_multicast_group groups[] = {
	{ .name = EGRESS_MCGRP_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

struct genl_family egress_family __ro_after_init = {
	.name = EGRESS_FAMILY_NAME,
	.version = EGRESS_FAMILY_VERSION,
	.maxattr = EGRESS_A_MAX,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	/* From here on genetlink refuses NLM_F_CREATE, EXCL and REPLACE, which we use. */
	.resv_start_op = __EGRESS_CMD_MAX,
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

int __init egress_netlink_init(void)
{
	egress_tell_init();
	return genl_register_family(&egress_family);
}

void egress_netlink_exit(void)
{
	genl_unregister_family(&egress_family);
	egress_tell_exit();
}
