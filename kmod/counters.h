/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_COUNTERS_H
#define EGRESS_COUNTERS_H

#include <linux/atomic.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/egress.h>

/*
 * What is counted, in the order of enum egress_stats_attr in linux/egress.h: counters_put() in
 * netlink/message.c calculates the attribute of a counter from its number here.
 */
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
	EGRESS_C_EARLY_DROP,
	EGRESS_C_MAX
};

/*
 * The counters of a namespace. Each CPU has a set of its own, so that CPUs that count packets
 * at the same time do not slow one another down.
 */
struct egress_counters {
	u64 count[EGRESS_C_MAX];
};

/*
 * The counters of a machine. All CPUs share one set: with 100,000 machines on a host of a
 * hundred CPUs, a set for each CPU would take too much memory.
 */
struct egress_machine_counters {
	atomic64_t count[EGRESS_C_MAX];
};

/* Count an event in a namespace, and for @machine unless it is NULL. Context: any. */
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
