// SPDX-License-Identifier: GPL-2.0
#include <net/netlink.h>

#include "counters.h"

/**
 * egress_counters_sum() - add up a namespace's counters
 * @ns: one for each CPU
 * @sum: where to
 */
void egress_counters_sum(struct egress_counters __percpu *ns, u64 sum[EGRESS_C_MAX])
{
	int cpu, i;

	memset(sum, 0, EGRESS_C_MAX * sizeof(*sum));
	for_each_possible_cpu(cpu)
		for (i = 0; i < EGRESS_C_MAX; i++)
			sum[i] += READ_ONCE(per_cpu_ptr(ns, cpu)->count[i]);
}

/**
 * egress_counters_put() - append EGRESS_A_STATS to a message
 * @skb: message
 * @sum: counts
 *
 * Return: 0 or -EMSGSIZE.
 */
int egress_counters_put(struct sk_buff *skb, const u64 sum[EGRESS_C_MAX])
{
	struct nlattr *nest;
	int i;

	BUILD_BUG_ON(EGRESS_STATS_A_OPENED + EGRESS_C_MAX != EGRESS_STATS_A_MAX + 1);

	nest = nla_nest_start(skb, EGRESS_A_STATS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < EGRESS_C_MAX; i++) {
		if (nla_put_u64_64bit(skb, EGRESS_STATS_A_OPENED + i, sum[i],
				      EGRESS_STATS_A_PAD)) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * egress_machine_counters_put() - the same for one machine
 * @skb: message
 * @machine: its counters
 *
 * Return: 0 or -EMSGSIZE.
 */
int egress_machine_counters_put(struct sk_buff *skb,
				const struct egress_machine_counters *machine)
{
	u64 sum[EGRESS_C_MAX];
	int i;

	for (i = 0; i < EGRESS_C_MAX; i++)
		sum[i] = atomic64_read(&machine->count[i]);
	return egress_counters_put(skb, sum);
}
