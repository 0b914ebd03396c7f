// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "args.h"
#include "change.h"
#include "commands.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/netlink.h"
#include "libegress/parse.h"
#include "libegress/request.h"

static int add_counts(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct json *j = arg;

	if (j) {
		json_add_unsigned(j, "adopted", get_u32(attrs, EGRESS_A_ADOPTED));
		json_add_unsigned(j, "known", get_u32(attrs, EGRESS_A_KNOWN));
		json_add_unsigned(j, "strangers", get_u32(attrs, EGRESS_A_STRANGERS));
		json_add_unsigned(j, "no-room", get_u32(attrs, EGRESS_A_NO_ROOM));
		json_add_unsigned(j, "no-memory", get_u32(attrs, EGRESS_A_NO_MEMORY));
		return 0;
	}
	printf("adopted       %u\n", get_u32(attrs, EGRESS_A_ADOPTED));
	printf("known         %u\n", get_u32(attrs, EGRESS_A_KNOWN));
	printf("strangers     %u\n", get_u32(attrs, EGRESS_A_STRANGERS));
	printf("no-room       %u\n", get_u32(attrs, EGRESS_A_NO_ROOM));
	printf("no-memory     %u\n", get_u32(attrs, EGRESS_A_NO_MEMORY));
	return 0;
}

static int adopted(const struct answer *answer, struct json *j)
{
	return answer_each(answer, add_counts, j);
}

int adopt(const struct command *command, int argc, char **argv)
{
	const char *machine = NULL;
	struct addr pair = {};
	const struct option opts[] = {
		{ "--machine", "ID", parse_machine, &machine, "only this machine's connections" },
		{ "--pair", "ADDR", parse_addr, &pair, "only those under this pair's addresses" },
		{}
	};
	struct nl_msg *msg;
	int rc = args_parse(command, opts, 0, 0, &argc, argv);

	if (rc)
		return rc;
	if (machine && pair.len)
		return fail_usage("%s: give --machine or --pair, not both", command->name);
	msg = netlink_message(EGRESS_CMD_ADOPT, 0);
	if (!msg)
		return STATUS_FAILED;
	put_string_if(msg, EGRESS_A_MACHINE, machine);
	put_addr_nest_if(msg, EGRESS_A_ADDR, &pair);
	return change(msg, adopted, 1);
}
