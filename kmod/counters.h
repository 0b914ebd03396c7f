/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_COUNTERS_H
#define EGRESS_COUNTERS_H

#include <linux/atomic.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/egress.h>

/* In the order of enum egress_stats_attr. */
enum egress_counter {
	EGRESS_C_OPENED,
	EGRESS_C_CLOSED,
	EGRESS_C_LIMIT,
	EGRESS_C_PASSED,
	EGRESS_C_UNBOUND,
	EGRESS_C_SPOOFED,
	EGRESS_C_UNSUPPORTED,
	EGRESS_C_LEAK,
	EGRESS_C_UNSOLICITED,
	EGRESS_C_NOMEM,
	EGRESS_C_MAX
};

/* A namespace's, one for each CPU. */
struct egress_counters {
	u64 count[EGRESS_C_MAX];
};

/* A machine's. 100,000 machines times a hundred CPUs would be too much to have. */
struct egress_machine_counters {
	atomic64_t count[EGRESS_C_MAX];
};

static inline void egress_count(struct egress_counters __percpu *ns,
				struct egress_machine_counters *machine,
				enum egress_counter c)
{
	this_cpu_inc(ns->count[c]);
	if (machine)
		atomic64_inc(&machine->count[c]);
}

void egress_counters_sum(struct egress_counters __percpu *ns, u64 sum[EGRESS_C_MAX]);

#endif
