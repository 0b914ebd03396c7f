/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_ERROR_H
#define EGRESS_ERROR_H

#include <linux/types.h>

struct genl_info;

/* The @index-th attribute of type @attr, from 0. */
#define EGRESS_AT(attr, index)	((attr) | (index) << 8)

__printf(4, 5)
int egress_refuse(struct genl_info *info, unsigned int at, int err, const char *fmt, ...);
bool egress_missing(struct genl_info *info, int attr);

#endif
