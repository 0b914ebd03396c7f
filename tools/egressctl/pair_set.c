// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "args.h"
#include "change.h"
#include "commands.h"
#include "output.h"
#include "pair.h"
#include "libegress/error.h"
#include "libegress/netlink.h"
#include "libegress/parse.h"
#include "libegress/request.h"

int pair_set(const struct command *command, int argc, char **argv)
{
	struct prefixes to = {};
	struct addr addr = {};
	const struct option opts[] = {
		{ "--to", "PREFIX,...", parse_prefixes, &to,
		  "for these destinations only; without it, for those of no other pair" },
		{}
	};
	struct nl_msg *msg;
	int rc;

	rc = args_parse(command, opts, 1, 1, &argc, argv) ?: parse_addr("ADDR", argv[0], &addr);
	if (rc)
		return rc;
	msg = netlink_message(EGRESS_CMD_PAIR_SET, 0);
	if (!msg)
		return STATUS_FAILED;
	put_addr_nest_if(msg, EGRESS_A_ADDR, &addr);
	put_prefixes(msg, EGRESS_A_TO, &to);
	free(to.v);
	return change(msg, pairs_changed, 1 + to.n / 64);
}
