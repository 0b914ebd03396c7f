/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_MACHINE_H
#define EGRESSCTL_MACHINE_H

#include <net/if.h>

#include "exchange.h"
#include "request.h"
#include "counters.h"

struct machine {
	char id[EGRESS_NAME_MAX + 1];
	char app[EGRESS_NAME_MAX + 1];
	char region[EGRESS_REGION_MAX + 1];
	struct addr addrs[EGRESS_MACHINE_ADDRS];
	size_t n_addrs;
	char dev[IFNAMSIZ];
	bool leased;		/* for destinations of no particular pair */
	bool waiting;		/* for that, or for another lease that it should have */
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
int machines_get(struct machines *machines, const char *id);
int machines_load(struct machines *machines, dump_fn dump, const char *app, const char *region);
int machines_load_counters(struct machines *machines, const char *app, const char *region);
int machines_of_answer(struct machines *machines, const struct answer *answer);

void machine_json(struct json *j, const struct machine *machine);	/* members of an object */
const char *machine_addrs_text(const struct machine *machine, char text[ADDRS_TEXT]);
const char *ports_text(uint16_t first, uint16_t last, char text[PORTS_TEXT]);

/* For exchange_change(): the machine in JSON, and what to beware of. */
int machine_changed(const struct answer *answer, struct json *j);

#endif
