/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_REFUSAL_H
#define EGRESS_REFUSAL_H

#include <linux/types.h>

struct egress_error;
struct genl_info;

/* For egress_nl_refuse(): among the attributes of type @attr, number @index, from 0. */
#define EGRESS_AT(attr, index)	((attr) | (index) << 8)

__printf(4, 5)
int egress_nl_refuse(struct genl_info *info, unsigned int at, int err, const char *fmt, ...);
int egress_nl_refuse_for(struct genl_info *info, const struct egress_error *error);
bool egress_nl_missing(struct genl_info *info, int attr);

#endif
