// SPDX-License-Identifier: GPL-2.0
#include "args.h"
#include "change.h"
#include "commands.h"
#include "output.h"
#include "pair.h"
#include "libegress/error.h"
#include "libegress/netlink.h"
#include "libegress/parse.h"
#include "libegress/request.h"

int promote(const struct command *command, int argc, char **argv)
{
	const char *org = NULL, *id;
	const struct option opts[] = {
		{ "--org", "ORG", parse_org, &org, "make them this org's, which its app is in" },
		{}
	};
	struct nl_msg *msg;
	int rc;

	rc = args_parse(command, opts, 1, 1, &argc, argv) ?:
	     parse_machine("ID", argv[0], &id);
	if (rc)
		return rc;
	msg = netlink_message(EGRESS_CMD_PROMOTE, 0);
	if (!msg)
		return STATUS_FAILED;
	put_string(msg, EGRESS_A_MACHINE, id);
	put_string_if(msg, EGRESS_A_ORG, org);
	return change(msg, pairs_changed, 1);
}
