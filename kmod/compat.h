/* SPDX-License-Identifier: GPL-2.0 */
/* What 6.1 and 6.12 differ in. */
#ifndef EGRESS_COMPAT_H
#define EGRESS_COMPAT_H

#include <linux/version.h>
#include <net/genetlink.h>

static inline struct nlattr **egress_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	return genl_dumpit_info(cb)->attrs;
#else
	return genl_dumpit_info(cb)->info.attrs;
#endif
}

#endif
