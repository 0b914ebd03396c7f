// SPDX-License-Identifier: GPL-2.0
/* Connections of machines that stay, ended. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "change.h"
#include "commands.h"
#include "confirm.h"
#include "dry_run.h"
#include "machine_cut.h"
#include "output.h"
#include "libegress/alloc.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/netlink.h"
#include "libegress/parse.h"
#include "libegress/request.h"

/* How many connections of a machine were ended, or would be. */
struct cut {
	char machine[EGRESS_NAME_MAX + 1];
	unsigned long long n;
};

struct cuts {
	struct cut *v;
	size_t n;
	unsigned long long total;
};

static int read_one(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct cuts *cuts = arg;
	struct cut *cut;

	if (!attrs[EGRESS_A_CUT])
		return 0;
	cuts->v = array_grow(cuts->v, cuts->n, sizeof(*cuts->v));
	cut = &cuts->v[cuts->n++];
	get_string(attrs, EGRESS_A_MACHINE, cut->machine, sizeof(cut->machine));
	cut->n = get_uint(attrs, EGRESS_A_CUT);
	cuts->total += cut->n;
	return 0;
}

static int told(const struct answer *answer, struct json *j, bool dry_run)
{
	struct cuts cuts = {};
	int rc = answer_each(answer, read_one, &cuts);

	if (j && dry_run)
		dry_run_json(j);
	if (j)
		json_begin_array(j, "machines");
	for (size_t i = 0; i < cuts.n; i++) {
		const struct cut *cut = &cuts.v[i];

		if (j) {
			json_begin_object(j, NULL);
			json_add_string(j, "machine", cut->machine);
			json_add_unsigned(j, "cut", cut->n);
			json_end_object(j);
		} else {
			printf("%s: %llu connection%s %scut\n", cut->machine, cut->n,
			       plural(cut->n), dry_run ? "would be " : "");
		}
	}
	if (j) {
		json_end_array(j);
		json_add_unsigned(j, "cut", cuts.total);
	} else if (dry_run) {
		dry_run_text();
	}
	free(cuts.v);
	return rc;
}

int cut_told(const struct answer *answer, struct json *j)
{
	return told(answer, j, false);
}

static int would_be_cut(const struct answer *answer, struct json *j)
{
	return told(answer, j, true);
}

static struct nl_msg *request(int argc, char **argv, bool stale, bool dry_run)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_MACHINE_CUT, 0);

	for (int i = 0; i < argc && msg; i++)
		put_string(msg, EGRESS_A_MACHINE, argv[i]);
	if (msg) {
		put_flag_if(msg, EGRESS_A_STALE, stale);
		put_flag_if(msg, EGRESS_A_DRY_RUN, dry_run);
	}
	return msg;
}

static int confirm_cut(int argc, char **argv, bool stale)
{
	struct cuts cuts = {};
	int rc = exchange_get(request(argc, argv, stale, true), read_one, &cuts);

	if (!rc) {
		confirm_say("This cuts %llu connection%s of %zu machine%s.\n", cuts.total,
			    plural(cuts.total), cuts.n, plural(cuts.n));
		rc = confirm();
	}
	free(cuts.v);
	return rc;
}

int machine_cut(const struct command *command, int argc, char **argv)
{
	bool yes = false, stale = false, dry_run = false;
	const struct option opts[] = {
		{ "--stale", NULL, NULL, &stale,
		  "only connections that are not under the present lease" },
		{ "--dry-run", NULL, NULL, &dry_run, DRY_RUN_HELP },
		{ "-y", NULL, NULL, &yes, "do not ask, on a terminal" },
		{}
	};
	int rc = args_parse(command, opts, 1, -1, &argc, argv);
	const char *id;

	for (int i = 0; i < argc && !rc; i++)
		rc = parse_machine("ID", argv[i], &id);
	if (!rc && confirm_wanted(yes || dry_run))
		rc = confirm_cut(argc, argv, stale);
	if (rc)
		return rc;
	return change(request(argc, argv, stale, dry_run), dry_run ? would_be_cut : cut_told,
		      argc + 1);
}
