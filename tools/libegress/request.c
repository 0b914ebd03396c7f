// SPDX-License-Identifier: GPL-2.0
#include <netlink/attr.h>
#include <string.h>

#include "libegress/alloc.h"
#include "libegress/parse.h"
#include "libegress/request.h"

/* An attribute that a pointer is kept to must not move while it is filled. */
static void reserve(struct nl_msg *msg, size_t length)
{
	size_t needed = nlmsg_hdr(msg)->nlmsg_len + NLMSG_ALIGN(length);

	if (needed > nlmsg_get_max_size(msg) && nlmsg_expand(msg, 2 * needed))
		out_of_memory();
}

static void put(struct nl_msg *msg, int attr, const void *data, size_t length)
{
	reserve(msg, nla_total_size(length));
	if (nla_put(msg, attr, length, data))
		out_of_memory();
}

void put_string(struct nl_msg *msg, int attr, const char *value)
{
	put(msg, attr, value, strlen(value) + 1);
}

void put_string_if(struct nl_msg *msg, int attr, const char *value)
{
	if (value)
		put_string(msg, attr, value);
}

void put_u32(struct nl_msg *msg, int attr, uint32_t value)
{
	put(msg, attr, &value, sizeof(value));
}

void put_uint(struct nl_msg *msg, int attr, uint64_t value)
{
	if (value > UINT32_MAX)
		put(msg, attr, &value, sizeof(value));
	else
		put_u32(msg, attr, value);
}

void put_u16_if(struct nl_msg *msg, int attr, const struct number *value)
{
	uint16_t number = value->value;

	if (value->given)
		put(msg, attr, &number, sizeof(number));
}

void put_u8(struct nl_msg *msg, int attr, uint8_t value)
{
	put(msg, attr, &value, sizeof(value));
}

void put_number_if(struct nl_msg *msg, int attr, const struct number *value)
{
	if (value->given)
		put_u32(msg, attr, value->value);
}

void put_flag_if(struct nl_msg *msg, int attr, bool value)
{
	if (value)
		put(msg, attr, NULL, 0);
}

void put_addr_if(struct nl_msg *msg, int attr, const struct addr *value)
{
	if (value->len)
		put(msg, attr, value->bytes, value->len);
}

void put_addr_nest_if(struct nl_msg *msg, int attr, const struct addr *value)
{
	struct nlattr *nest;

	if (!value->len)
		return;
	reserve(msg, nla_total_size(nla_total_size(value->len)));
	nest = nla_nest_start(msg, attr);
	if (!nest)
		out_of_memory();
	put(msg, value->len == 4 ? EGRESS_ADDRESS_A_V4 : EGRESS_ADDRESS_A_V6,
	    value->bytes, value->len);
	nla_nest_end(msg, nest);
}

void put_addrs(struct nl_msg *msg, int attr, const struct addrs *value)
{
	for (size_t i = 0; i < value->n; i++)
		put_addr_nest_if(msg, attr, &value->v[i]);
}

void put_prefixes(struct nl_msg *msg, int attr, const struct prefixes *value)
{
	for (size_t i = 0; i < value->n; i++) {
		const struct prefix *p = &value->v[i];
		int inside = nla_total_size(p->addr.len) + nla_total_size(sizeof(p->len));
		struct nlattr *nest;

		reserve(msg, nla_total_size(inside));
		nest = nla_nest_start(msg, attr);
		if (!nest)
			out_of_memory();
		put(msg, p->addr.len == 4 ? EGRESS_PREFIX_A_V4 : EGRESS_PREFIX_A_V6,
		    p->addr.bytes, p->addr.len);
		put(msg, EGRESS_PREFIX_A_LEN, &p->len, sizeof(p->len));
		nla_nest_end(msg, nest);
	}
}

/* By its place, as the message may move while it grows. */
size_t put_request_begin(struct nl_msg *msg, uint32_t cmd)
{
	size_t at = nlmsg_hdr(msg)->nlmsg_len;

	reserve(msg, NLA_HDRLEN);
	if (!nla_nest_start(msg, EGRESS_A_REQUEST))
		out_of_memory();
	put_u32(msg, EGRESS_A_COMMAND, cmd);
	return at;
}

bool put_request_end(struct nl_msg *msg, size_t at)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);

	if (nlh->nlmsg_len - at > UINT16_MAX)
		return false;
	nla_nest_end(msg, (struct nlattr *)((char *)nlh + at));
	return true;
}

uint16_t get_u16(struct nlattr **attrs, int attr)
{
	return attrs[attr] ? nla_get_u16(attrs[attr]) : 0;
}

uint32_t get_u32(struct nlattr **attrs, int attr)
{
	return attrs[attr] ? nla_get_u32(attrs[attr]) : 0;
}

unsigned long long get_uint(struct nlattr **attrs, int attr)
{
	switch (attrs[attr] ? nla_len(attrs[attr]) : 0) {
	case sizeof(uint32_t):
		return nla_get_u32(attrs[attr]);
	case sizeof(uint64_t):
		return nla_get_u64(attrs[attr]);
	default:
		return 0;
	}
}

void get_string(struct nlattr **attrs, int attr, char *to, size_t room)
{
	size_t length = attrs[attr] ? strnlen(nla_data(attrs[attr]), nla_len(attrs[attr])) : 0;

	if (length >= room)
		length = room - 1;
	if (length)
		memcpy(to, nla_data(attrs[attr]), length);
	to[length] = '\0';
}

void get_addr(const struct nlattr *attr, struct addr *to)
{
	*to = (struct addr){};
	if (!attr || (nla_len(attr) != 4 && nla_len(attr) != 16))
		return;
	to->len = nla_len(attr);
	memcpy(to->bytes, nla_data(attr), to->len);
}

void get_addr_nest(struct nlattr *nest, struct addr *to)
{
	static const struct nla_policy policy[EGRESS_ADDRESS_A_MAX + 1] = {
		[EGRESS_ADDRESS_A_V4]	= { .minlen = 4, .maxlen = 4 },
		[EGRESS_ADDRESS_A_V6]	= { .minlen = 16, .maxlen = 16 },
	};
	struct nlattr *attrs[EGRESS_ADDRESS_A_MAX + 1] = {};

	if (nest && !netlink_parse(attrs, EGRESS_ADDRESS_A_MAX, policy, nest))
		memset(attrs, 0, sizeof(attrs));
	get_addr(attrs[EGRESS_ADDRESS_A_V4] ?: attrs[EGRESS_ADDRESS_A_V6], to);
}

bool get_prefix(struct nlattr *nest, struct nlattr **attrs, struct prefix *to)
{
	static const struct nla_policy policy[EGRESS_PREFIX_A_MAX + 1] = {
		[EGRESS_PREFIX_A_V4]	= { .minlen = 4, .maxlen = 4 },
		[EGRESS_PREFIX_A_V6]	= { .minlen = 16, .maxlen = 16 },
		[EGRESS_PREFIX_A_LEN]	= { .type = NLA_U8 },
		[EGRESS_PREFIX_A_USED]	= UINT_POLICY,
		[EGRESS_PREFIX_A_FREE]	= UINT_POLICY,
		[EGRESS_PREFIX_A_DRAINING] = { .type = NLA_FLAG },
	};

	if (!netlink_parse(attrs, EGRESS_PREFIX_A_MAX, policy, nest))
		return false;
	get_addr(attrs[EGRESS_PREFIX_A_V4] ?: attrs[EGRESS_PREFIX_A_V6], &to->addr);
	to->len = attrs[EGRESS_PREFIX_A_LEN] ? nla_get_u8(attrs[EGRESS_PREFIX_A_LEN]) : 0;
	return to->addr.len;
}

void get_prefixes(struct nlmsghdr *message, int attr, struct prefixes *to)
{
	struct nlattr *nest, *attrs[EGRESS_PREFIX_A_MAX + 1];
	struct prefix prefix;
	int left;

	nlmsg_for_each_attr(nest, message, GENL_HDRLEN, left) {
		if (nla_type(nest) != attr || !get_prefix(nest, attrs, &prefix))
			continue;
		to->v = array_grow(to->v, to->n, sizeof(prefix));
		to->v[to->n++] = prefix;
	}
}
