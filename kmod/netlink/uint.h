/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_UINT_H
#define EGRESS_UINT_H

#include <linux/version.h>
#include <net/netlink.h>

/*
 * Numbers of the type uint: 4 bytes where that is enough, 8 where it is not. Linux 6.7 and later
 * know them. Linux 6.1 does not, and this header adds what is missing there.
 */
#if KERNEL_VERSION(6, 7, 0) > LINUX_VERSION_CODE

/* For a policy. Of this type any length passes: split_ops.c sees to it that it is 4 or 8. */
#define NLA_UINT	NLA_BINARY

/* Read a number of 4 or 8 bytes; other lengths have been refused. */
static inline u64 nla_get_uint(const struct nlattr *attr)
{
	return nla_len(attr) < sizeof(u64) ? nla_get_u32(attr) : nla_get_u64(attr);
}

static inline int nla_put_uint(struct sk_buff *skb, int type, u64 value)
{
	if (value > U32_MAX)
		return nla_put(skb, type, sizeof(value), &value);
	return nla_put_u32(skb, type, value);
}

#endif
#endif
