// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "args.h"
#include "commands.h"
#include "exists.h"
#include "pair.h"
#include "warn.h"
#include "libegress/app.h"
#include "libegress/exchange.h"
#include "libegress/pair.h"
#include "libegress/parse.h"

int list(const struct command *command, int argc, char **argv)
{
	struct view view = {};
	bool exact = false;
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &view.app, "only pairs of this app and its machines" },
		{ "--region", "REGION", parse_region, &view.region, "only pairs in this region" },
		{ "--brief", NULL, NULL, &view.brief, BRIEF_HELP },
		{ "--exact", NULL, NULL, &exact, EXACT_HELP },
		{}
	};
	struct pairs pairs = {};
	int rc;

	rc = args_parse(command, opts, 0, 0, &argc, argv);
	exchange_exact(exact);
	rc = rc ?: must_exist(view.app, view.region) ?: pairs_load(&pairs, exchange_dump, &view);
	if (rc)
		return rc;
	pairs_list(&pairs);
	warn_interrupted();
	pairs_free(&pairs);
	rc = warn_check(view.app, view.region);
	warn_text();
	return rc;
}
