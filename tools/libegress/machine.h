/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_MACHINE_H
#define LIBEGRESS_MACHINE_H

#include <net/if.h>

#include "libegress/exchange.h"
#include "libegress/request.h"
#include "libegress/counters.h"

struct machine {
	char id[EGRESS_NAME_MAX + 1];
	char app[EGRESS_NAME_MAX + 1];
	char region[EGRESS_REGION_MAX + 1];
	struct addr addrs[EGRESS_MACHINE_ADDRS];
	size_t n_addrs;
	char dev[IFNAMSIZ];
	bool leased;		/* for destinations of no particular pair */
	bool waiting;		/* for that, or for another lease that it should have */
	bool cordoned;		/* that is why it waits */
	bool pinned;
	unsigned long long pair_id;
	enum egress_scope scope;
	struct addr v4;
	struct addr v6;
	uint32_t slot;
	uint32_t block_size;
	uint16_t port_first;
	uint16_t port_last;
	unsigned long long connections;
	struct counters counters;
};

struct machines {
	struct machine *v;
	size_t n;
};

#define PORTS_TEXT	12	/* "64512-65535" */
#define ADDRS_TEXT	(EGRESS_MACHINE_ADDRS * (ADDR_TEXT + 1))

/* These append. No app, or no region, means any. */
int machines_get(struct machines *machines, get_fn get, const char *id);
int machines_load(struct machines *machines, dump_fn dump, const char *app, const char *region);
int machines_load_counters(struct machines *machines, const char *app, const char *region);
int machines_add(struct nlattr **attrs, struct nlmsghdr *message, void *machines);
int machines_of_answer(struct machines *machines, const struct answer *answer);

const char *machine_addrs_text(const struct machine *machine, char text[ADDRS_TEXT]);
/* What a machine is waiting for, such as "for a pair of app 'shop' in region 'ord'". */
#define WAITS_TEXT	(EGRESS_NAME_MAX + EGRESS_REGION_MAX + 64)
const char *machine_waits_text(const struct machine *machine, char text[WAITS_TEXT]);

const char *ports_text(uint16_t first, uint16_t last, char text[PORTS_TEXT]);

#endif
