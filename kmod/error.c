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

#include "error.h"

#define TEXTS	512
#define REST	(HZ / 10)	/* before a text's memory is used again */

static struct {
	unsigned long written;
	char text[200];
} texts[TEXTS];
static unsigned int next_text;
/* Protects texts and next_text. */
static DEFINE_MUTEX(texts_lock);

/**
 * egress_refuse() - say why a request is refused
 * @extack: of the request, or NULL
 * @err: negative error
 * @fmt: sentence without capital and full stop, what is wrong and what helps
 *
 * Context: process; a flood of errors is slowed to what TEXTS and REST allow.
 * Return: @err.
 */
int egress_refuse(struct netlink_ext_ack *extack, int err, const char *fmt, ...)
{
	unsigned int i;
	va_list args;

	if (!extack)
		return err;
	mutex_lock(&texts_lock);
	i = next_text++ % TEXTS;
	while (texts[i].written && time_before(jiffies, texts[i].written + REST))
		schedule_timeout_uninterruptible(1);
	va_start(args, fmt);
	vscnprintf(texts[i].text, sizeof(texts[i].text), fmt, args);
	va_end(args);
	texts[i].written = jiffies;
	extack->_msg = texts[i].text;
	mutex_unlock(&texts_lock);
	return err;
}
