// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "args.h"
#include "change.h"
#include "commands.h"
#include "confirm.h"
#include "dry_run.h"
#include "output.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/netlink.h"
#include "libegress/request.h"

static int ask(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	unsigned long long connections = get_uint(attrs, EGRESS_A_CONNECTIONS);
	unsigned int machines = get_u32(attrs, EGRESS_A_MACHINES);
	unsigned int pairs = get_u32(attrs, EGRESS_A_PAIRS);

	confirm_say("This releases %u pair%s, forgets %u machine%s and cuts %llu connection%s.\n",
		    pairs, plural(pairs), machines, plural(machines), connections,
		    plural(connections));
	if (machines)
		confirm_say("From then on the machines use the host's usual NAT, all of them.\n");
	return confirm();
}

static int would_flush(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	unsigned long long connections = get_uint(attrs, EGRESS_A_CONNECTIONS);
	unsigned int machines = get_u32(attrs, EGRESS_A_MACHINES);
	unsigned int pairs = get_u32(attrs, EGRESS_A_PAIRS);
	struct json j = json_to(stdout);

	if (!output.json) {
		printf("%u pair%s and %u machine%s would go: %llu connection%s\n", pairs,
		       plural(pairs), machines, plural(machines), connections,
		       plural(connections));
		dry_run_text();
		return 0;
	}
	json_begin_object(&j, NULL);
	dry_run_json(&j);
	json_add_unsigned(&j, "pairs", pairs);
	json_add_unsigned(&j, "machines", machines);
	json_add_unsigned(&j, "connections", connections);
	json_add_unsigned(&j, "generation", get_uint(attrs, EGRESS_A_GENERATION));
	json_end_object(&j);
	return 0;
}

int flush(const struct command *command, int argc, char **argv)
{
	bool all = false, yes = false, dry_run = false;
	const struct option opts[] = {
		{ "--all", NULL, NULL, &all, "must be given, so that nobody does it by accident" },
		{ "--dry-run", NULL, NULL, &dry_run, DRY_RUN_HELP },
		{ "-y", NULL, NULL, &yes, "do not ask, on a terminal" },
		{}
	};
	struct nl_msg *msg;
	int rc = args_parse(command, opts, 0, 0, &argc, argv);

	if (rc)
		return rc;
	if (!all)
		return args_missing(command, "--all");
	if (dry_run)
		return exchange_get(netlink_message(EGRESS_CMD_STATS_GET, 0), would_flush, NULL);
	if (confirm_wanted(yes)) {
		rc = exchange_get(netlink_message(EGRESS_CMD_STATS_GET, 0), ask, NULL);
		if (rc)
			return rc;
	}
	msg = netlink_message(EGRESS_CMD_FLUSH, 0);
	if (!msg)
		return STATUS_FAILED;
	put_flag_if(msg, EGRESS_A_ALL, all);
	return change(msg, NULL, 1);
}
