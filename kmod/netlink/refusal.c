// SPDX-License-Identifier: GPL-2.0
/*
 * Refusals: why a request is refused, in a sentence that contains names and addresses.
 * genetlink copies the sentence into the ack only after the operation has returned. Until then
 * extack has a pointer to it, or memory of its own for 80 characters in Linux 6.12 and none in
 * 6.1. So each sentence is written to one of the texts here, and stays there long enough to be
 * copied.
 */
#include <linux/egress.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <net/genetlink.h>

#include "error.h"
#include "netlink/refusal.h"

#define TEXTS	512		/* sentences kept at a time */
#define REST	(HZ / 10)	/* jiffies before a text is overwritten: copied by then */

static struct {
	unsigned long written;
	char text[256];
} texts[TEXTS];
static unsigned int next_text;
/* Protects texts and next_text. */
static DEFINE_MUTEX(texts_lock);

/* The attribute of a request that EGRESS_AT() means, or NULL. */
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
 * @at: EGRESS_A_* of the attribute that is to blame, or EGRESS_AT() if the request may have
 *	several of the type; 0 if no attribute is to blame
 * @err: negative error code
 * @fmt: a sentence that says what is wrong and with what, without a capital at its
 *	beginning and without a full stop
 *
 * Context: process, with or without egress_net.lock. Waits if TEXTS requests were refused
 * within the last REST jiffies. Return: @err.
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
};

/**
 * egress_nl_refuse_for() - refuse a request for a reason that a function of state/ gave
 * @info: request
 * @error: the reason
 *
 * Context: process; see egress_nl_refuse(). Return: the code in @error.
 */
int egress_nl_refuse_for(struct genl_info *info, const struct egress_error *error)
{
	unsigned int attr = attrs[error->subject];
	u32 reason = error->reason;

	if (reason) {
		BUILD_BUG_ON(sizeof(reason) > sizeof(info->extack->cookie));
		memcpy(info->extack->cookie, &reason, sizeof(reason));
		info->extack->cookie_len = sizeof(reason);
	}
	return egress_nl_refuse(info, attr ? EGRESS_AT(attr, error->index) : 0, error->code,
				"%s", error->text);
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
