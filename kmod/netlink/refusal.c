// SPDX-License-Identifier: GPL-2.0
/*
 * Refusals: why a request is refused, in a sentence that contains names and addresses.
 *
 * netlink acknowledges a request when its operation has returned. extack has a pointer to a
 * sentence, but no memory for one: none in Linux 6.1, and for 80 characters in 6.12. So a refusal
 * acknowledges the request itself, while the sentence is on its stack, and the operation returns
 * -EINTR: to netlink that means that there is nothing left to acknowledge.
 */
#include <linux/egress.h>
#include <linux/kernel.h>
#include <net/genetlink.h>

#include "error.h"
#include "netlink/refusal.h"

static const struct nlattr *find_nth(const struct genl_info *info, int type, unsigned int index)
{
	const struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		if (nla_type(attr) == type && !index--)
			return attr;
	return NULL;
}

/* The attribute of a request that EGRESS_AT() means, or NULL. */
static const struct nlattr *find_attr(const struct genl_info *info, unsigned int at)
{
	return find_nth(info, at & 0xff, at >> 8);
}

/*
 * The attribute of the same meaning in one of the machines of a request that has several. Return:
 * the attribute, or the machine's nest if there is none.
 */
static const struct nlattr *find_in_entry(const struct nlattr *entry, unsigned int attr,
					  unsigned int index)
{
	static const u8 types[EGRESS_A_MAX + 1] = {
		[EGRESS_A_MACHINE] = EGRESS_ENTRY_A_MACHINE,
		[EGRESS_A_APP] = EGRESS_ENTRY_A_APP,
		[EGRESS_A_REGION] = EGRESS_ENTRY_A_REGION,
		[EGRESS_A_ADDR] = EGRESS_ENTRY_A_ADDR,
		[EGRESS_A_DEV] = EGRESS_ENTRY_A_DEV,
		[EGRESS_A_PAIR] = EGRESS_ENTRY_A_PAIR,
		[EGRESS_A_SLOT] = EGRESS_ENTRY_A_SLOT,
	};
	const struct nlattr *in;
	int rem;

	nla_for_each_nested(in, entry, rem)
		if (types[attr] && nla_type(in) == types[attr] && !index--)
			return in;
	return entry;
}

/* The same in one of the commands of a batch, whose attributes are those of any request. */
static const struct nlattr *find_in_command(const struct nlattr *nest, unsigned int type,
					    unsigned int index)
{
	const struct nlattr *attr;
	int rem;

	nla_for_each_nested(attr, nest, rem)
		if (nla_type(attr) == type && !index--)
			return attr;
	return nest;
}

/* Acknowledge a request, with an error and what else is in its extack. Return: -EINTR. */
static int acknowledge(struct genl_info *info, int err, const char *text)
{
	struct sk_buff *skb = info->user_ptr[1];

	info->extack->_msg = text;
	netlink_ack(skb, nlmsg_hdr(skb), err, info->extack);
	info->extack->_msg = NULL;
	return -EINTR;
}

/**
 * egress_nl_refuse() - refuse a request, and say why
 * @info: request, from egress_nl_pre_doit()
 * @at: EGRESS_A_* of the attribute that is to blame, or EGRESS_AT() if the request may have
 *	several of the type; 0 if no attribute is to blame
 * @err: negative error code
 * @fmt: a sentence that says what is wrong and with what, without a capital at its
 *	beginning and without a full stop
 *
 * The client has its answer then: the operation has to return what this returns, and nothing may
 * refuse the request again. Context: process, with or without egress_net.lock. Return: -EINTR.
 */
int egress_nl_refuse(struct genl_info *info, unsigned int at, int err, const char *fmt, ...)
{
	char text[EGRESS_ERROR_TEXT];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (at)
		NL_SET_BAD_ATTR(info->extack, find_attr(info, at));
	return acknowledge(info, err, text);
}

/* Which attribute of a request each subject is; 0 for EGRESS_ABOUT_NOTHING. */
static const u8 attrs[] = {
	[EGRESS_ABOUT_REGION] = EGRESS_A_REGION,
	[EGRESS_ABOUT_APP] = EGRESS_A_APP,
	[EGRESS_ABOUT_MACHINE] = EGRESS_A_MACHINE,
	[EGRESS_ABOUT_PREFIX] = EGRESS_A_PREFIX,
	[EGRESS_ABOUT_DEVICE] = EGRESS_A_DEV,
	[EGRESS_ABOUT_SLOTS] = EGRESS_A_SLOT_FIRST,
	[EGRESS_ABOUT_COUNT] = EGRESS_A_COUNT,
	[EGRESS_ABOUT_ADDR] = EGRESS_A_ADDR,
	[EGRESS_ABOUT_V4] = EGRESS_A_V4,
	[EGRESS_ABOUT_V6] = EGRESS_A_V6,
	[EGRESS_ABOUT_PAIR] = EGRESS_A_PAIR,
	[EGRESS_ABOUT_SLOT] = EGRESS_A_SLOT,
	[EGRESS_ABOUT_BLOCK_SIZE] = EGRESS_A_BLOCK_SIZE,
	[EGRESS_ABOUT_TO] = EGRESS_A_TO,
	[EGRESS_ABOUT_LIMIT] = EGRESS_A_LIMIT,
	[EGRESS_ABOUT_EXCLUDE] = EGRESS_A_EXCLUDE,
	[EGRESS_ABOUT_ORG] = EGRESS_A_ORG,
};

/**
 * egress_nl_refuse_for() - refuse a request for a reason that a function of state/ gave
 * @info: request
 * @error: the reason
 *
 * Context: process. Return: -EINTR; see egress_nl_refuse().
 */
int egress_nl_refuse_for(struct genl_info *info, const struct egress_error *error)
{
	unsigned int attr = attrs[error->subject];
	const struct nlattr *entry, *command;
	u32 reason = error->reason;

	if (reason) {
		BUILD_BUG_ON(sizeof(reason) > sizeof(info->extack->cookie));
		memcpy(info->extack->cookie, &reason, sizeof(reason));
		info->extack->cookie_len = sizeof(reason);
	}
	entry = find_nth(info, EGRESS_A_ENTRY, error->entry);
	command = find_nth(info, EGRESS_A_REQUEST, error->entry);
	if (attr && command)
		NL_SET_BAD_ATTR(info->extack, find_in_command(command, attr, error->index));
	else if (attr && entry)
		NL_SET_BAD_ATTR(info->extack, find_in_entry(entry, attr, error->index));
	else if (attr)
		NL_SET_BAD_ATTR(info->extack, find_attr(info, EGRESS_AT(attr, error->index)));
	return acknowledge(info, error->code, error->text);
}

/**
 * egress_nl_missing() - refuse a request that lacks a necessary attribute
 * @info: request
 * @attr: EGRESS_A_*
 *
 * Return: true if it is missing; the caller returns -EINVAL then.
 */
bool egress_nl_missing(struct genl_info *info, int attr)
{
	if (!GENL_REQ_ATTR_CHECK(info, attr))
		return false;
	NL_SET_ERR_MSG(info->extack, "an attribute that this command needs is missing");
	return true;
}
