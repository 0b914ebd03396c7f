// SPDX-License-Identifier: GPL-2.0
#include <netlink/attr.h>

#include "libegress/counters.h"
#include "libegress/json.h"
#include "libegress/request.h"

const char *const counter_names[EGRESS_STATS_A_MAX + 1] = {
	[EGRESS_STATS_A_OPENED]		= "opened",
	[EGRESS_STATS_A_CLOSED]		= "closed",
	[EGRESS_STATS_A_LIMIT]		= "limit",
	[EGRESS_STATS_A_PASSED]		= "passed",
	[EGRESS_STATS_A_UNBOUND]	= "unbound",
	[EGRESS_STATS_A_SPOOFED]	= "spoofed",
	[EGRESS_STATS_A_UNSUPPORTED]	= "unsupported",
	[EGRESS_STATS_A_LEAK]		= "leak",
	[EGRESS_STATS_A_UNSOLICITED]	= "unsolicited",
	[EGRESS_STATS_A_NOMEM]		= "nomem",
	[EGRESS_STATS_A_EARLY_DROP]	= "early-drop",
};

const char counters_help[] =
	"Counters:\n"
	"  opened        connections given a port\n"
	"  closed        of those, found ended\n"
	"  limit         refused at the limit\n"
	"  passed        no lease: left to the host's own NAT\n"
	"  unbound       no lease: dropped, or refused\n"
	"  spoofed       came in by another device than the machine's, or from an egress address: dropped\n"
	"  unsupported   no ports or ids to share an address by, or active modes: dropped\n"
	"  leak          would have left under a wrong address or port: dropped\n"
	"  unsolicited   came in to an egress address, or to another one of a pool, belongs to nothing: dropped\n"
	"  nomem         dropped: no memory for the connection\n"
	"  early-drop    idle UDP flows ended at the limit, for new connections\n";

void counters_read(struct counters *counters, struct nlattr *nest)
{
	struct nlattr *attrs[EGRESS_STATS_A_MAX + 1];

	*counters = (struct counters){};
	if (!nest || !netlink_parse(attrs, EGRESS_STATS_A_MAX, NULL, nest))
		return;
	for (int i = 0; i <= EGRESS_STATS_A_MAX; i++)
		if (counter_names[i])
			counters->value[i] = get_uint(attrs, i);
}

void counters_json(struct json *j, const struct counters *counters)
{
	json_begin_object(j, "stats");
	for (int i = 0; i <= EGRESS_STATS_A_MAX; i++)
		if (counter_names[i])
			json_add_unsigned(j, counter_names[i], counters->value[i]);
	json_end_object(j);
}
