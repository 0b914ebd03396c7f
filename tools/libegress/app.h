/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_APP_H
#define LIBEGRESS_APP_H

#include "libegress/exchange.h"
#include "libegress/request.h"

struct app {
	unsigned long long generation;
	char name[EGRESS_NAME_MAX + 1];
	char org[EGRESS_NAME_MAX + 1];	/* "" if it is in none */
	uint32_t limit;
	uint32_t on_limit;
	uint32_t on_none;
	uint32_t on_none_v6;
	uint32_t pairs;
	uint32_t machines;
	uint32_t waiting;
	bool exclude_default;
	struct prefixes exclude;
};

struct apps {
	struct app *v;
	size_t n;
};

void apps_free(struct apps *apps);

/* These append, and return a status. */
int apps_get(struct apps *apps, get_fn get, const char *app);
int apps_load(struct apps *apps, dump_fn dump, const char *org);
int apps_of_answer(struct apps *apps, const struct answer *answer);

/* Whether connections of its machines without a lease are dropped. Returns a status. */
int app_on_none(const char *app, uint32_t *v4, uint32_t *v6);

#endif
