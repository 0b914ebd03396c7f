/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_COUNTERS_H
#define LIBEGRESS_COUNTERS_H

#include "libegress/json.h"
#include "libegress/netlink.h"

struct counters {
	unsigned long long value[EGRESS_STATS_A_MAX + 1];
};

/* The counters' names, by attribute. */
extern const char *const counter_names[EGRESS_STATS_A_MAX + 1];

extern const char counters_help[];	/* a line for each */

void counters_read(struct counters *counters, struct nlattr *nest);
void counters_json(struct json *j, const struct counters *counters);	/* the member "stats" */

#endif
