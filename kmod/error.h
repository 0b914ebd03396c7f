/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_ERROR_H
#define EGRESS_ERROR_H

#include <linux/netlink.h>

__printf(3, 4)
int egress_refuse(struct netlink_ext_ack *extack, int err, const char *fmt, ...);

#endif
