// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "atomic.h"
#include "change.h"
#include "commands.h"
#include "dry_run.h"
#include "machine.h"
#include "machine_cut.h"
#include "output.h"
#include "libegress/error.h"
#include "libegress/json.h"
#include "libegress/netlink.h"
#include "libegress/parse.h"
#include "libegress/request.h"

static int bound_and_cut(const struct answer *answer, struct json *j)
{
	return machine_changed(answer, j) ?: cut_told(answer, j);
}

int bind_machine(const struct command *command, int argc, char **argv)
{
	struct addr pair = {};
	struct number slot = {};
	bool dry_run = false, cut_stale = false;
	const struct option opts[] = {
		{ "--slot", "N", parse_slot, &slot, "and to this slot of the pair" },
		{ "--dry-run", NULL, NULL, &dry_run, DRY_RUN_HELP },
		{ "--cut-stale", NULL, NULL, &cut_stale, CUT_STALE_HELP },
		{}
	};
	struct nl_msg *msg;
	const char *id;
	bool automatic;
	int rc;

	rc = args_parse(command, opts, 2, 2, &argc, argv) ?: parse_machine("ID", argv[0], &id);
	if (rc)
		return rc;
	if (dry_run && cut_stale)
		return fail_usage("bind: --dry-run can't tell what --cut-stale would cut: %s",
				  "leave one of them out");
	automatic = !strcmp(argv[1], "auto");
	if (automatic && slot.given)
		return fail_usage("bind: --slot goes with an address of a pair, not with 'auto'");
	rc = automatic ? 0 : parse_addr("ADDR", argv[1], &pair);
	rc = rc ?: atomic_check_without(command, dry_run, "--dry-run") ?:
	     atomic_check_without(command, cut_stale, "--cut-stale");
	if (rc)
		return rc;
	msg = atomic_part(EGRESS_CMD_BIND);
	if (!msg)
		return STATUS_FAILED;
	put_string(msg, EGRESS_A_MACHINE, id);
	put_addr_nest_if(msg, EGRESS_A_PAIR, &pair);
	put_number_if(msg, EGRESS_A_SLOT, &slot);
	if (atomic_on())
		return atomic_part_end();
	put_flag_if(msg, EGRESS_A_DRY_RUN, dry_run);
	put_flag_if(msg, EGRESS_A_CUT_STALE, cut_stale);
	return change(msg, dry_run ? would_move : cut_stale ? bound_and_cut : machine_changed, 1);
}

static int add_moved(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	*(unsigned long long *)arg += get_u32(attrs, EGRESS_A_COUNT);
	return 0;
}

static int rebalanced(const struct answer *answer, struct json *j)
{
	unsigned long long moved = 0;
	int rc = answer_each(answer, add_moved, &moved);

	if (j)
		json_add_unsigned(j, "count", moved);
	return rc;
}

static int would_rebalance(const struct answer *answer, struct json *j)
{
	return would_move(answer, j) ?: j ? rebalanced(answer, j) : 0;
}

int rebalance(const struct command *command, int argc, char **argv)
{
	const char *app = NULL, *org = NULL, *region = NULL;
	struct number max = {};
	bool dry_run = false;
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &app, "the app whose machines to spread" },
		{ "--org", "ORG", parse_org, &org, "the org whose pairs to spread machines over" },
		{ "--region", "REGION", parse_region, &region, "only in this region" },
		{ "--max-moves", "N", parse_moves, &max, "move no more machines than that" },
		{ "--dry-run", NULL, NULL, &dry_run, DRY_RUN_HELP },
		{}
	};
	struct nl_msg *msg;
	int rc = args_parse(command, opts, 0, 0, &argc, argv);

	if (rc)
		return rc;
	if (app && org)
		return fail_usage("%s: --app '%s' and --org '%s': give one of them", command->name,
				  app, org);
	if (!app && !org)
		return args_missing(command, "one of --app APP and --org ORG");
	msg = netlink_message(EGRESS_CMD_REBALANCE, 0);
	if (!msg)
		return STATUS_FAILED;
	put_string_if(msg, EGRESS_A_APP, app);
	put_string_if(msg, EGRESS_A_ORG, org);
	put_string_if(msg, EGRESS_A_REGION, region);
	put_number_if(msg, EGRESS_A_MACHINES, &max);
	put_flag_if(msg, EGRESS_A_DRY_RUN, dry_run);
	return change(msg, dry_run ? would_rebalance : rebalanced, 1);
}
