// SPDX-License-Identifier: GPL-2.0
/* Changes: sent, and what came of each told, with the warnings that it calls for. */
#include <stdio.h>

#include "atomic.h"
#include "change.h"
#include "confirm.h"
#include "output.h"
#include "warn.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/netlink.h"

int change_counted(const struct answer *answer, struct json *j)
{
	uint32_t n = answer_untold(answer);

	if (j)
		json_add_unsigned(j, "machines", n);
	else
		printf("%u machine%s as asked\n", n, plural(n));
	return 0;
}

/* The change is done or refused: tell. */
static int finish(const struct answer *answer, made_fn made)
{
	struct json j = json_to(stdout);
	uint32_t untold = atomic_on() ? 0 : answer_untold(answer);
	uint64_t generation;
	int rc = answer_status(answer);

	if (answer->error)
		return rc;
	if (output.json)
		json_begin_object(&j, NULL);
	if (made)
		rc = worse_status(rc, made(answer, output.json ? &j : NULL));
	rc = worse_status(rc, warn_settle());
	if (output.json) {
		if (answer_generation(answer, &generation))
			json_add_unsigned(&j, "generation", generation);
		if (untold)
			json_add_unsigned(&j, "untold", untold);
		warn_json(&j);
		json_end_object(&j);
	}
	if (untold && !output.json)
		printf("and %u more, done but not listed\n", untold);
	warn_text();
	return rc;
}

/* Errors in an answer are told of the line that asked. */
static int answered(struct answer *answer, const struct change *what)
{
	unsigned int line = output.line;
	int rc;

	output.line = what->line;
	rc = netlink_receive(answer);
	if (!rc && atomic_on() && answer->offset)
		output.line = atomic_line(answer->offset);
	rc = rc ?: finish(answer, what->made);
	output.line = line;
	return rc;
}

void change_in_groups(bool on)
{
	exchange_pipeline(on);
	output.settle = on ? exchange_settle : NULL;
}

int change(struct nl_msg *msg, made_fn made, unsigned int objects)
{
	const struct change what = { .line = output.line, .made = made };

	return exchange_change(msg, &what, answered, objects);
}
