// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "change.h"
#include "commands.h"
#include "dry_run.h"
#include "output.h"
#include "warn.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/netlink.h"
#include "libegress/parse.h"
#include "libegress/pool.h"
#include "libegress/request.h"

/* Members of an object. */
static void pool_json(struct json *j, const struct pool *pool)
{
	char text[PREFIX_TEXT];

	json_add_string(j, "region", pool->region);
	json_begin_array(j, "prefixes");
	for (size_t i = 0; i < pool->n; i++) {
		json_begin_object(j, NULL);
		json_add_string(j, "prefix", prefix_text(&pool->parts[i].prefix, text));
		json_add_unsigned(j, "used", pool->parts[i].used);
		/* A /64 has more than most readers of JSON can count. */
		json_add_unsigned(j, "free", pool->parts[i].free < INT64_MAX ?
				  pool->parts[i].free : INT64_MAX);
		json_add_bool(j, "draining", pool->parts[i].draining);
		json_end_object(j);
	}
	json_end_array(j);
	json_add_string_or_null(j, "dev", pool->dev);
	json_add_unsigned(j, "slot-first", pool->slot_first);
	json_add_unsigned(j, "slot-last", pool->slot_last);
	json_add_string_or_null(j, "on-unallocated", pool->on_unallocated);
	json_add_unsigned(j, "pairs", pool->pairs);
}

/* A great number as the nearest power of two: the few addresses in use do not show in it. */
static void count_cell(struct table *t, unsigned long long count)
{
	int power = 0;

	while (count >> power > 1)
		power++;
	if (power < 31)
		table_number(t, count);
	else
		table_cell(t, "2^%llu", power + (count >> (power - 1) & 1));
}

static void print_row(struct table *t, const struct pool *pool, const struct part *part)
{
	char text[PREFIX_TEXT];

	table_row(t);
	table_text(t, pool->region);
	table_text(t, prefix_text(&part->prefix, text));
	table_number(t, part->used);
	count_cell(t, part->free);
	table_text(t, or_dash(pool->dev));
	table_cell(t, "%u-%u", pool->slot_first, pool->slot_last);
	table_text(t, pool->on_unallocated ?: "-");
	table_text(t, part->draining ? "draining" : "-");
}

static void print_table(const struct pools *pools)
{
	static const char *const columns[] = {
		"REGION", "PREFIX", ">USED", ">FREE", "DEV", "SLOTS", "UNALLOCATED", "STATE",
		NULL
	};
	struct table *t = table_new(columns);

	for (size_t i = 0; i < pools->n; i++)
		for (size_t k = 0; k < pools->v[i].n; k++)
			print_row(t, &pools->v[i], &pools->v[i].parts[k]);
	table_print(t);
}

static int pool_made(const struct answer *answer, struct json *j)
{
	struct pools pools = {};
	int rc = pools_of_answer(&pools, answer);

	if (j && pools.n)
		pool_json(j, &pools.v[0]);
	if (pools.n)
		warn_about_pool(pools.v[0].region);
	pools_free(&pools);
	return rc;
}

/* Prefixes have gone: few addresses may be left. */
static int pool_smaller(const struct answer *answer, struct json *j)
{
	return pool_made(answer, NULL);
}

/* What is left, in a table. */
static int pool_would_be(const struct answer *answer, struct json *j)
{
	struct pools pools = {};
	int rc = pools_of_answer(&pools, answer);

	if (j)
		dry_run_json(j);
	if (j && pools.n)
		pool_json(j, &pools.v[0]);
	if (!j) {
		print_table(&pools);
		dry_run_text();
	}
	pools_free(&pools);
	return rc;
}

static int parse_positional(int argc, char **argv, const char **region, struct prefixes *prefixes)
{
	int rc = parse_region("REGION", argv[0], region);

	for (int i = 1; i < argc && !rc; i++)
		rc = parse_prefixes("PREFIX", argv[i], prefixes);
	return rc;
}

static int pool_new(const struct command *command, uint8_t cmd, int argc, char **argv)
{
	const char *region, *dev = NULL;
	struct prefixes prefixes = {};
	struct range slots = {};
	struct number on_unallocated = {};
	const struct option opts[] = {
		{ "dev", "DEV", parse_dev, &dev,
		  "answer for allocated addresses on this device (ARP, ND)" },
		{ "slots", "A-B", parse_slots, &slots,
		  "hand out only these slots; other hosts have the others" },
		{ "on-unallocated", "pass|drop", parse_on_unallocated, &on_unallocated,
		  "what comes in for free addresses and would go back (drop; with slots, pass)" },
		{}
	};
	struct nl_msg *msg;
	int rc;

	rc = args_parse(command, opts, 2, -1, &argc, argv) ?:
	     parse_positional(argc, argv, &region, &prefixes);
	if (rc)
		goto out;
	rc = STATUS_FAILED;
	msg = netlink_message(cmd, 0);
	if (!msg)
		goto out;
	put_string(msg, EGRESS_A_REGION, region);
	put_prefixes(msg, EGRESS_A_PREFIX, &prefixes);
	put_string_if(msg, EGRESS_A_DEV, dev);
	if (slots.given) {
		put_u32(msg, EGRESS_A_SLOT_FIRST, slots.first);
		put_u32(msg, EGRESS_A_SLOT_LAST, slots.last);
	}
	put_number_if(msg, EGRESS_A_ON_UNALLOCATED, &on_unallocated);
	rc = change(msg, pool_made, 1);
out:
	free(prefixes.v);
	return rc;
}

int pool_add(const struct command *command, int argc, char **argv)
{
	return pool_new(command, EGRESS_CMD_POOL_NEW, argc, argv);
}

int pool_replace(const struct command *command, int argc, char **argv)
{
	return pool_new(command, EGRESS_CMD_POOL_REPLACE, argc, argv);
}

int pool_del(const struct command *command, int argc, char **argv)
{
	bool missing_ok = false, dry_run = false;
	const struct option opts[] = {
		{ "--dry-run", NULL, NULL, &dry_run, DRY_RUN_HELP },
		{ "--missing-ok", NULL, NULL, &missing_ok, "what is not there is no error" },
		{}
	};
	struct prefixes prefixes = {};
	const char *region;
	struct nl_msg *msg;
	int rc;

	rc = args_parse(command, opts, 1, -1, &argc, argv) ?:
	     parse_positional(argc, argv, &region, &prefixes);
	if (rc)
		goto out;
	rc = STATUS_FAILED;
	msg = netlink_message(EGRESS_CMD_POOL_DEL, 0);
	if (!msg)
		goto out;
	put_string(msg, EGRESS_A_REGION, region);
	put_prefixes(msg, EGRESS_A_PREFIX, &prefixes);
	put_flag_if(msg, EGRESS_A_MISSING_OK, missing_ok);
	put_flag_if(msg, EGRESS_A_DRY_RUN, dry_run);
	rc = change(msg, dry_run ? pool_would_be : pool_smaller, 1);
out:
	free(prefixes.v);
	return rc;
}

int pool_drain(const struct command *command, int argc, char **argv)
{
	bool off = false, dry_run = false;
	const struct option opts[] = {
		{ "--dry-run", NULL, NULL, &dry_run, DRY_RUN_HELP },
		{ "off", NULL, NULL, &off, "allocate from them again" },
		{}
	};
	struct prefixes prefixes = {};
	const char *region;
	struct nl_msg *msg;
	int rc;

	rc = args_parse(command, opts, 2, -1, &argc, argv) ?:
	     parse_positional(argc, argv, &region, &prefixes);
	if (rc)
		goto out;
	rc = STATUS_FAILED;
	msg = netlink_message(EGRESS_CMD_POOL_DRAIN, 0);
	if (!msg)
		goto out;
	put_string(msg, EGRESS_A_REGION, region);
	put_prefixes(msg, EGRESS_A_PREFIX, &prefixes);
	put_flag_if(msg, EGRESS_A_DRAINING, !off);
	put_flag_if(msg, EGRESS_A_DRY_RUN, dry_run);
	rc = change(msg, dry_run ? pool_would_be : pool_made, 1);
out:
	free(prefixes.v);
	return rc;
}

static void print_json(const struct pools *pools)
{
	struct json j = json_to(stdout);

	json_begin_array(&j, NULL);
	for (size_t i = 0; i < pools->n; i++) {
		json_begin_object(&j, NULL);
		pool_json(&j, &pools->v[i]);
		json_add_unsigned(&j, "generation", pools->v[i].generation);
		json_end_object(&j);
	}
	json_end_array(&j);
}

int pool_list(const struct command *command, int argc, char **argv)
{
	bool exact = false;
	const struct option opts[] = {
		{ "--exact", NULL, NULL, &exact, EXACT_HELP },
		{}
	};
	const char *region = NULL;
	struct pools pools = {};
	int rc;

	rc = args_parse(command, opts, 0, 1, &argc, argv);
	if (!rc && argc)
		rc = parse_region("REGION", argv[0], &region);
	if (rc)
		return rc;
	exchange_exact(exact);
	rc = pools_load(&pools, exchange_dump, region);
	if (!rc && output.json)
		print_json(&pools);
	else if (!rc)
		print_table(&pools);
	if (!rc)
		warn_interrupted();
	pools_free(&pools);
	return rc;
}
