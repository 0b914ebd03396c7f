// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "args.h"
#include "atomic.h"
#include "change.h"
#include "commands.h"
#include "machine_cut.h"
#include "output.h"
#include "pair.h"
#include "libegress/error.h"
#include "libegress/netlink.h"
#include "libegress/parse.h"
#include "libegress/request.h"

static int allocated_and_cut(const struct answer *answer, struct json *j)
{
	return pairs_changed(answer, j) ?: cut_told(answer, j);
}

int allocate(const struct command *command, int argc, char **argv)
{
	const char *app = NULL, *machine = NULL, *org = NULL, *region = NULL;
	struct number count = {}, block_size = {};
	struct prefixes to = {};
	struct addr v4 = {}, v6 = {};
	bool ensure = false, cut_stale = false;
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &app, "for this app's machines in the region" },
		{ "--machine", "ID", parse_machine, &machine, "for this machine alone" },
		{ "--org", "ORG", parse_org, &org,
		  "for the machines in the region of all this org's apps" },
		{ "--region", "REGION", parse_region, &region, "from this region's pool" },
		{ "--count", "N", parse_count, &count, "so many pairs (1)" },
		{ "--ensure", NULL, NULL, &ensure, "only what is missing of so many" },
		{ "--v4", "ADDR", parse_v4, &v4, "this IPv4 address" },
		{ "--v6", "ADDR", parse_v6, &v6, "this IPv6 address" },
		{ "--block-size", "N", parse_block_size, &block_size,
		  "ports, so connections to a destination, for each machine (1024)" },
		{ "--to", "PREFIX,...", parse_prefixes, &to, "for these destinations only" },
		{ "--cut-stale", NULL, NULL, &cut_stale, CUT_STALE_HELP },
		{}
	};
	struct nl_msg *msg;
	int rc;

	rc = args_parse(command, opts, 0, 0, &argc, argv) ?:
	     atomic_check_without(command, cut_stale, "--cut-stale");
	if (rc)
		return rc;
	if (app && machine)
		return fail_usage("%s: --app '%s' and --machine '%s': give one of them",
				  command->name, app, machine);
	if (org && (app || machine))
		return fail_usage("%s: --org '%s' and --%s '%s': give one of them", command->name,
				  org, app ? "app" : "machine", app ?: machine);
	if (!app && !machine && !org)
		return args_missing(command, "one of --app APP, --machine ID and --org ORG");
	if (!region)
		return args_missing(command, "--region REGION");
	if (count.given && count.value != 1 && (v4.len || v6.len))
		return fail_usage("%s: --count %u does not go with a given address",
				  command->name, count.value);
	msg = atomic_part(EGRESS_CMD_PAIR_NEW);
	if (!msg)
		return STATUS_FAILED;
	put_string(msg, EGRESS_A_REGION, region);
	put_string_if(msg, EGRESS_A_APP, app);
	put_string_if(msg, EGRESS_A_MACHINE, machine);
	put_string_if(msg, EGRESS_A_ORG, org);
	put_number_if(msg, EGRESS_A_COUNT, &count);
	put_flag_if(msg, EGRESS_A_ENSURE, ensure);
	put_addr_if(msg, EGRESS_A_V4, &v4);
	put_addr_if(msg, EGRESS_A_V6, &v6);
	put_number_if(msg, EGRESS_A_BLOCK_SIZE, &block_size);
	put_prefixes(msg, EGRESS_A_TO, &to);
	put_flag_if(msg, EGRESS_A_CUT_STALE, cut_stale);
	free(to.v);
	if (atomic_on())
		return atomic_part_end();
	return change(msg, cut_stale ? allocated_and_cut : pairs_changed,
			       (count.given ? count.value : 1) * (1 + to.n / 64));
}
