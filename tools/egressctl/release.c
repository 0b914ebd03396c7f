// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "atomic.h"
#include "change.h"
#include "commands.h"
#include "confirm.h"
#include "dry_run.h"
#include "next.h"
#include "output.h"
#include "pair.h"
#include "libegress/error.h"
#include "libegress/events.h"
#include "libegress/exchange.h"
#include "libegress/netlink.h"
#include "libegress/pair.h"
#include "libegress/parse.h"
#include "libegress/request.h"

/* Both addresses of one pair may be given. */
static void make_unique(struct pairs *pairs)
{
	size_t n = 0;

	for (size_t i = 0; i < pairs->n; i++) {
		size_t k = 0;

		while (k < n && pairs->v[k].id != pairs->v[i].id)
			k++;
		if (k == n)
			pairs->v[n++] = pairs->v[i];
	}
	pairs->n = n;
}

static bool same_place(const struct pair *a, const struct pair *b)
{
	return !strcmp(a->app, b->app) && !strcmp(a->org, b->org) &&
		!strcmp(a->region, b->region);
}

/* For each app or org and region, once. */
static int tell_next(const struct pairs *pairs)
{
	int rc = 0;

	for (size_t i = 0; i < pairs->n && !rc; i++) {
		const struct pair *p = &pairs->v[i];
		size_t machines = 0, k = 0;

		while (!same_place(p, &pairs->v[k]))
			k++;
		if (k < i)
			continue;
		for (; k < pairs->n; k++)
			if (same_place(p, &pairs->v[k]))
				machines += pairs->v[k].machines;
		if (machines)
			rc = *p->org ? next_tell_org(p->org, p->region, pairs, machines) :
				       next_tell(p->app, p->region, pairs, machines);
	}
	return rc;
}

static int confirm_release(const struct addrs *addrs, const struct number *drain, get_fn get)
{
	unsigned long long machines = 0, connections = 0;
	struct pairs pairs = {};
	int rc = 0;

	for (size_t i = 0; i < addrs->n && !rc; i++)
		rc = pairs_get(&pairs, get, &addrs->v[i], false);
	make_unique(&pairs);
	for (size_t i = 0; i < pairs.n; i++) {
		machines += pairs.v[i].machines;
		connections += pairs.v[i].connections;
	}
	if (!rc) {
		confirm_say("This releases %zu pair%s used by %llu machine%s and cuts ",
			    pairs.n, plural(pairs.n), machines, plural(machines));
		if (drain->given)
			confirm_say("what is left of %llu connection%s in %u seconds.\n",
				    connections, plural(connections), drain->value);
		else
			confirm_say("%llu connection%s.\n", connections, plural(connections));
		rc = tell_next(&pairs) ?: confirm();
	}
	pairs_free(&pairs);
	return rc;
}

static int is_end(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	const struct genlmsghdr *header = nlmsg_data(message);

	*(bool *)arg |= header->cmd == EGRESS_CMD_PAIR_DEL || header->cmd == EGRESS_CMD_FLUSH;
	return 0;
}

/* How many of the pairs that have these addresses drain yet. */
static int count_draining(const struct addrs *addrs, size_t *n)
{
	struct pairs pairs = {};
	int rc = 0;

	*n = 0;
	for (size_t i = 0; i < addrs->n && !rc; i++)
		rc = pairs_get(&pairs, exchange_find, &addrs->v[i], true);
	for (size_t i = 0; i < pairs.n; i++)
		*n += pairs.v[i].draining;
	pairs_free(&pairs);
	return rc;
}

/* Come back when the pairs have gone. events_open() has been called before their release. */
static int wait_until_gone(const struct addrs *addrs)
{
	bool told = false;
	size_t n;
	int rc = count_draining(addrs, &n);

	while (!rc && n) {
		bool ended = false, lost;

		if (!told && isatty(STDERR_FILENO))
			fprintf(stderr, "waiting for the last connection\n");
		told = true;
		rc = events_read(-1, is_end, &ended, &lost);
		if (!rc && (ended || lost))
			rc = count_draining(addrs, &n);
	}
	return rc;
}

/* A part for each address, as a part can't be long. */
static int release_as_parts(const struct addrs *addrs, const char *app, const char *org,
			    const struct number *drain, bool missing_ok)
{
	int rc = 0;

	for (size_t i = 0; i < addrs->n && !rc; i++) {
		struct nl_msg *msg = atomic_part(EGRESS_CMD_PAIR_DEL);

		if (!msg)
			return STATUS_FAILED;
		put_addr_nest_if(msg, EGRESS_A_ADDR, &addrs->v[i]);
		put_string_if(msg, EGRESS_A_APP, app);
		put_string_if(msg, EGRESS_A_ORG, org);
		put_number_if(msg, EGRESS_A_DRAIN, drain);
		put_flag_if(msg, EGRESS_A_MISSING_OK, missing_ok);
		rc = atomic_part_end();
	}
	return rc;
}

int release(const struct command *command, int argc, char **argv)
{
	const char *app = NULL, *org = NULL;
	struct addrs addrs = {};
	struct number drain = {};
	bool yes = false, missing_ok = false, wait = false, dry_run = false;
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &app, "refuse unless the pairs are this app's" },
		{ "--org", "ORG", parse_org, &org, "refuse unless the pairs are this org's" },
		{ "--drain", "[=SECONDS]", parse_seconds, &drain,
		  "let connections end first, for so long at most, if given" },
		{ "--wait", NULL, NULL, &wait, "with --drain: come back when the pairs have gone" },
		{ "--missing-ok", NULL, NULL, &missing_ok,
		  "an address that is not allocated is no error" },
		{ "--dry-run", NULL, NULL, &dry_run, DRY_RUN_HELP },
		{ "-y", NULL, NULL, &yes, "do not ask, on a terminal" },
		{}
	};
	struct nl_msg *msg;
	int rc;

	rc = args_parse(command, opts, 1, -1, &argc, argv);
	for (int i = 0; i < argc && !rc; i++)
		rc = parse_addrs("ADDR", argv[i], &addrs);
	rc = rc ?: atomic_check_without(command, dry_run, "--dry-run");
	if (!rc && app && org)
		rc = fail_usage("%s: --app '%s' and --org '%s': give one of them", command->name,
				app, org);
	if (!rc && wait && !drain.given)
		rc = args_missing(command, "--drain, which --wait goes with");
	if (!rc && wait && output.file)
		rc = fail_usage("%s: --wait would hold up the batch: run it by itself",
				command->name);
	/* Without a deadline, nothing is cut. */
	if (!rc && (!drain.given || drain.value) && confirm_wanted(yes || dry_run))
		rc = confirm_release(&addrs, &drain, missing_ok ? exchange_find : exchange_get);
	wait = wait && !dry_run;
	if (!rc && wait)
		rc = events_open();
	if (rc)
		goto out;
	rc = STATUS_FAILED;
	if (atomic_on()) {
		rc = release_as_parts(&addrs, app, org, &drain, missing_ok);
		goto out;
	}
	msg = netlink_message(EGRESS_CMD_PAIR_DEL, 0);
	if (!msg)
		goto out;
	put_addrs(msg, EGRESS_A_ADDR, &addrs);
	put_string_if(msg, EGRESS_A_APP, app);
	put_string_if(msg, EGRESS_A_ORG, org);
	put_number_if(msg, EGRESS_A_DRAIN, &drain);
	put_flag_if(msg, EGRESS_A_MISSING_OK, missing_ok);
	put_flag_if(msg, EGRESS_A_DRY_RUN, dry_run);
	rc = change(msg, dry_run ? would_go : pairs_released, addrs.n);
	if (!rc && wait)
		rc = wait_until_gone(&addrs);
out:
	free(addrs.v);
	return rc;
}
