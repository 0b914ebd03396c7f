// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "args.h"
#include "change.h"
#include "commands.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/netlink.h"
#include "libegress/request.h"

static int add_state(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	json_add_bool(arg, "cordoned", attrs[EGRESS_A_CORDONED]);
	return 0;
}

static int cordoned(const struct answer *answer, struct json *j)
{
	return j ? answer_each(answer, add_state, j) : 0;
}

int cordon(const struct command *command, int argc, char **argv)
{
	const struct option opts[] = { {} };
	int rc = args_parse(command, opts, 0, 1, &argc, argv);
	struct nl_msg *msg;

	if (!rc && argc && strcmp(argv[0], "off"))
		rc = fail_usage("%s: '%s' is not 'off'", command->name, argv[0]);
	if (rc)
		return rc;
	msg = netlink_message(EGRESS_CMD_CORDON, 0);
	if (!msg)
		return STATUS_FAILED;
	put_flag_if(msg, EGRESS_A_CORDONED, !argc);
	return change(msg, cordoned, 1);
}
