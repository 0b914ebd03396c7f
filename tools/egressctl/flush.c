// SPDX-License-Identifier: GPL-2.0
#include "commands.h"
#include "exchange.h"
#include "output.h"
#include "request.h"

int flush(const struct command *command, int argc, char **argv)
{
	bool all = false;
	const struct option opts[] = {
		{ "--all", NULL, NULL, &all, "must be given, so that nobody does it by accident" },
		{}
	};
	struct nl_msg *msg;
	int rc = args_parse(command, opts, 0, 0, &argc, argv);

	if (rc)
		return rc;
	if (!all)
		return args_missing(command, "--all");
	msg = netlink_message(EGRESS_CMD_FLUSH, 0);
	if (!msg)
		return STATUS_FAILED;
	put_flag_if(msg, EGRESS_A_ALL, all);
	return exchange_change(msg, NULL, 1);
}
