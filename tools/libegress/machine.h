/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_MACHINE_H
#define LIBEGRESS_MACHINE_H

#include <net/if.h>

#include "libegress/exchange.h"
#include "libegress/lease.h"
#include "libegress/request.h"
#include "libegress/counters.h"

struct machine {
	unsigned long long generation;
	char id[EGRESS_NAME_MAX + 1];
	char app[EGRESS_NAME_MAX + 1];
	char org[EGRESS_NAME_MAX + 1];	/* "" if its app is in none */
	char region[EGRESS_REGION_MAX + 1];
	struct addr addrs[EGRESS_MACHINE_ADDRS];
	size_t n_addrs;
	char dev[IFNAMSIZ];
	bool waiting;		/* for a lease that it should have */
	bool cordoned;		/* that is why it waits */
	bool leased;		/* for the destinations of no set: this */
	struct block lease;
	struct block *others;	/* leases for those of sets */
	size_t n_others;
	bool counted;		/* connections */
	bool measured;		/* counters */
	unsigned long long connections;
	struct counters counters;
};

struct machines {
	struct machine *v;
	size_t n;
};

#define ADDRS_TEXT	(EGRESS_MACHINE_ADDRS * (ADDR_TEXT + 1))

void machines_free(struct machines *machines);

/* These append. */
int machines_get(struct machines *machines, get_fn get, const char *id);
int machines_load(struct machines *machines, dump_fn dump, const struct view *view);
int machines_load_counters(struct machines *machines, const struct view *view);
int machines_add(struct nlattr **attrs, struct nlmsghdr *message, void *machines);
int machines_of_answer(struct machines *machines, const struct answer *answer);

const char *machine_addrs_text(const struct machine *machine, char text[ADDRS_TEXT]);
/* What a machine is waiting for, such as "for a pair of app 'shop' in region 'ord'". */
#define WAITS_TEXT	(2 * EGRESS_NAME_MAX + EGRESS_REGION_MAX + 64)
const char *machine_waits_text(const struct machine *machine, char text[WAITS_TEXT]);

#endif
