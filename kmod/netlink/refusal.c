// SPDX-License-Identifier: GPL-2.0
/*
 * Refusals: error messages with the names and addresses in them. The ack is built after
 * the operation has returned, and extack keeps a pointer (in 6.1) or up to 80
 * characters (in 6.12): so the texts live here, long enough to be copied.
 */
#include <linux/egress.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <net/genetlink.h>

#include "error.h"
#include "netlink/refusal.h"

#define TEXTS	512
#define REST	(HZ / 10)	/* before a text's memory is used again */

static struct {
	unsigned long written;
	char text[256];
} texts[TEXTS];
static unsigned int next_text;
/* Protects texts and next_text. */
static DEFINE_MUTEX(texts_lock);

static const struct nlattr *find_attr(const struct genl_info *info, unsigned int at)
{
	unsigned int index = at >> 8;
	const struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		if (nla_type(attr) == (at & 0xff) && !index--)
			return attr;
	return NULL;
}

/**
 * egress_nl_refuse() - say why a request is refused
 * @info: request
 * @at: attribute that is to blame, with EGRESS_AT() if there may be several; 0 for none
 * @err: negative error
 * @fmt: sentence without capital and full stop, what is wrong and what helps
 *
 * Context: process; a flood of errors is slowed to what TEXTS and REST allow.
 * Return: @err.
 */
int egress_nl_refuse(struct genl_info *info, unsigned int at, int err, const char *fmt, ...)
{
	unsigned int i;
	va_list args;

	mutex_lock(&texts_lock);
	i = next_text++ % TEXTS;
	while (texts[i].written && time_before(jiffies, texts[i].written + REST))
		schedule_timeout_uninterruptible(1);
	va_start(args, fmt);
	vscnprintf(texts[i].text, sizeof(texts[i].text), fmt, args);
	va_end(args);
	texts[i].written = jiffies;
	info->extack->_msg = texts[i].text;
	mutex_unlock(&texts_lock);
	if (at)
		NL_SET_BAD_ATTR(info->extack, find_attr(info, at));
	return err;
}

/* What the subjects of state/ are in a request. */
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
};

/**
 * egress_nl_refuse_for() - refuse a request for a reason that state/ gave
 * @info: request
 * @error: the reason
 *
 * Context: process. Return: the error's code.
 */
int egress_nl_refuse_for(struct genl_info *info, const struct egress_error *error)
{
	unsigned int attr = attrs[error->subject];

	return egress_nl_refuse(info, attr ? EGRESS_AT(attr, error->index) : 0, error->code,
				"%s", error->text);
}

/**
 * egress_nl_missing() - does the request lack an attribute that it can't do without
 * @info: request, refused then with -EINVAL
 * @attr: EGRESS_A_*
 */
bool egress_nl_missing(struct genl_info *info, int attr)
{
	if (!GENL_REQ_ATTR_CHECK(info, attr))
		return false;
	NL_SET_ERR_MSG(info->extack, "an attribute that this command needs is missing");
	return true;
}
