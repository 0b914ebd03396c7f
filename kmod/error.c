// SPDX-License-Identifier: GPL-2.0
/*
 * Error messages with the names and addresses in them. The ack is built after
 * the operation has returned, and extack keeps a pointer (in 6.1) or up to 80
 * characters (in 6.12): so the texts live here, long enough to be copied.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <net/genetlink.h>

#include "error.h"

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
 * egress_refuse() - say why a request is refused
 * @info: request
 * @at: attribute that is to blame, with EGRESS_AT() if there may be several; 0 for none
 * @err: negative error
 * @fmt: sentence without capital and full stop, what is wrong and what helps
 *
 * Context: process; a flood of errors is slowed to what TEXTS and REST allow.
 * Return: @err.
 */
int egress_refuse(struct genl_info *info, unsigned int at, int err, const char *fmt, ...)
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

/**
 * egress_missing() - does the request lack an attribute that it can't do without
 * @info: request, refused then with -EINVAL
 * @attr: EGRESS_A_*
 */
bool egress_missing(struct genl_info *info, int attr)
{
	if (!GENL_REQ_ATTR_CHECK(info, attr))
		return false;
	NL_SET_ERR_MSG(info->extack, "an attribute that this command needs is missing");
	return true;
}
