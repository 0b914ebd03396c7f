// SPDX-License-Identifier: GPL-2.0
#include "counters.h"

/**
 * egress_counters_sum() - add up a namespace's counters
 * @ns: the namespace's counters, one set for each CPU
 * @sum: filled with the sums over all CPUs, by enum egress_counter
 *
 * The CPUs go on counting meanwhile, so the sums are not all of the same moment.
 */
void egress_counters_sum(struct egress_counters __percpu *ns, u64 sum[EGRESS_C_MAX])
{
	int cpu, i;

	memset(sum, 0, EGRESS_C_MAX * sizeof(*sum));
	for_each_possible_cpu(cpu)
		for (i = 0; i < EGRESS_C_MAX; i++)
			sum[i] += READ_ONCE(per_cpu_ptr(ns, cpu)->count[i]);
}
