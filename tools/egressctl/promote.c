// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "commands.h"
#include "output.h"
#include "pair.h"
#include "warn.h"

static int promoted(const struct answer *answer, struct json *j)
{
	struct pairs pairs = {};
	int rc = pairs_of_answer(&pairs, answer);

	if (j) {
		json_array(j, "pairs");
		pairs_json(j, &pairs);
		json_array_end(j);
	} else {
		pairs_list(&pairs);
	}
	for (size_t i = 0; i < pairs.n; i++)
		warn_about(pairs.v[i].app, pairs.v[i].region);
	pairs_free(&pairs);
	return rc;
}

int promote(const struct command *command, int argc, char **argv)
{
	struct nl_msg *msg;
	const char *id;
	int rc;

	rc = args_parse(command, (const struct option[]){ {} }, 1, 1, &argc, argv) ?:
	     parse_machine("ID", argv[0], &id);
	if (rc)
		return rc;
	msg = netlink_message(EGRESS_CMD_PROMOTE, 0);
	if (!msg)
		return STATUS_FAILED;
	put_string(msg, EGRESS_A_MACHINE, id);
	return exchange_change(msg, promoted, 1);
}
