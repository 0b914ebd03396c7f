// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "exists.h"
#include "pair.h"
#include "uplink.h"
#include "warn.h"
#include "libegress/app.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/pair.h"
#include "libegress/parse.h"
#include "libegress/pool.h"

/* Warn of pools on whose device nobody can be answered, if a pair that is shown is of them. */
static int warn_unanswered(const struct pairs *pairs)
{
	char trouble[TROUBLE_TEXT];
	struct pools pools = {};
	int rc;

	rc = pairs->n ? pools_load(&pools, exchange_glance, NULL) : 0;
	for (size_t i = 0; i < pools.n; i++) {
		const struct pool *pool = &pools.v[i];

		if (!*pool->dev || !uplink_trouble(pool->dev, trouble))
			continue;
		for (size_t k = 0; k < pairs->n; k++) {
			if (strcmp(pairs->v[k].region, pool->region))
				continue;
			warn_add("nobody answers for the addresses of region '%s': '%s' %s",
				 pool->region, pool->dev, trouble);
			break;
		}
	}
	pools_free(&pools);
	return rc;
}

int list(const struct command *command, int argc, char **argv)
{
	struct view view = {};
	bool exact = false;
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &view.app, "only pairs of this app and its machines" },
		{ "--org", "ORG", parse_org, &view.org,
		  "only pairs of this org, its apps and their machines" },
		{ "--region", "REGION", parse_region, &view.region, "only pairs in this region" },
		{ "--brief", NULL, NULL, &view.brief, BRIEF_HELP },
		{ "--exact", NULL, NULL, &exact, EXACT_HELP },
		{}
	};
	struct pairs pairs = {};
	int rc;

	rc = args_parse(command, opts, 0, 0, &argc, argv);
	exchange_exact(exact);
	rc = rc ?: must_exist(&view) ?: pairs_load(&pairs, exchange_dump, &view);
	if (rc)
		return rc;
	pairs_list(&pairs);
	warn_interrupted();
	rc = warn_unanswered(&pairs);
	pairs_free(&pairs);
	rc = worse_status(rc, warn_check(&view));
	warn_text();
	return rc;
}
