// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "commands.h"
#include "exchange.h"
#include "output.h"
#include "pool.h"
#include "request.h"

struct part {
	struct prefix prefix;
	unsigned long long used;
	unsigned long long free;
	bool draining;
};

struct pool {
	char region[EGRESS_REGION_MAX + 1];
	char dev[IFNAMSIZ];
	uint32_t slot_first;
	uint32_t slot_last;
	uint32_t pairs;
	struct part *parts;
	size_t n;
};

struct pools {
	struct pool *v;
	size_t n;
};

static void read_parts(struct pool *pool, struct nlmsghdr *message)
{
	struct nlattr *nest, *attrs[EGRESS_PREFIX_A_MAX + 1];
	int left;

	nlmsg_for_each_attr(nest, message, GENL_HDRLEN, left) {
		struct part part;

		if (nla_type(nest) != EGRESS_A_PREFIX || !get_prefix(nest, attrs, &part.prefix))
			continue;
		part.used = get_u64(attrs, EGRESS_PREFIX_A_USED);
		part.free = get_u64(attrs, EGRESS_PREFIX_A_FREE);
		part.draining = attrs[EGRESS_PREFIX_A_DRAINING];
		pool->parts = array_grow(pool->parts, pool->n, sizeof(part));
		pool->parts[pool->n++] = part;
	}
}

/* A pool of many prefixes comes in several messages. */
static int append(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct pools *pools = arg;
	char region[EGRESS_REGION_MAX + 1];
	struct pool *pool;

	get_string(attrs, EGRESS_A_REGION, region, sizeof(region));
	if (!pools->n || strcmp(pools->v[pools->n - 1].region, region)) {
		pools->v = array_grow(pools->v, pools->n, sizeof(*pools->v));
		pool = &pools->v[pools->n++];
		*pool = (struct pool){
			.slot_first = get_u32(attrs, EGRESS_A_SLOT_FIRST),
			.slot_last = get_u32(attrs, EGRESS_A_SLOT_LAST),
			.pairs = get_u32(attrs, EGRESS_A_PAIRS),
		};
		memcpy(pool->region, region, sizeof(region));
		get_string(attrs, EGRESS_A_DEV, pool->dev, sizeof(pool->dev));
	}
	read_parts(&pools->v[pools->n - 1], message);
	return 0;
}

static void pools_free(struct pools *pools)
{
	for (size_t i = 0; i < pools->n; i++)
		free(pools->v[i].parts);
	free(pools->v);
}

static int load(struct pools *pools, const char *region)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_POOL_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_string_if(msg, EGRESS_A_REGION, region);
	return region ? exchange_get(msg, append, pools) : exchange_dump(msg, append, pools);
}

int pool_dev(const char *region, char dev[IF_NAMESIZE])
{
	struct pools pools = {};
	int rc = load(&pools, region);

	*dev = '\0';
	if (!rc && pools.n)
		memcpy(dev, pools.v[0].dev, IF_NAMESIZE);
	pools_free(&pools);
	return rc;
}

/* Members of an object. */
static void pool_json(struct json *j, const struct pool *pool)
{
	char text[PREFIX_TEXT];

	json_string(j, "region", pool->region);
	json_array(j, "prefixes");
	for (size_t i = 0; i < pool->n; i++) {
		json_object(j, NULL);
		json_string(j, "prefix", prefix_text(&pool->parts[i].prefix, text));
		json_unsigned(j, "used", pool->parts[i].used);
		json_unsigned(j, "free", pool->parts[i].free);
		json_bool(j, "draining", pool->parts[i].draining);
		json_object_end(j);
	}
	json_array_end(j);
	json_string_or_null(j, "dev", pool->dev);
	json_unsigned(j, "slot-first", pool->slot_first);
	json_unsigned(j, "slot-last", pool->slot_last);
	json_unsigned(j, "pairs", pool->pairs);
}

static int pool_made(const struct answer *answer, struct json *j)
{
	struct pools pools = {};
	int rc = answer_each(answer, append, &pools);

	if (j && pools.n)
		pool_json(j, &pools.v[0]);
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

int pool_add(const struct command *command, int argc, char **argv)
{
	const char *region, *dev = NULL;
	struct prefixes prefixes = {};
	struct range slots = {};
	const struct option opts[] = {
		{ "dev", "DEV", parse_dev, &dev,
		  "answer for allocated addresses on this device (ARP, ND)" },
		{ "slots", "A-B", parse_slots, &slots,
		  "hand out only these slots; other hosts have the others" },
		{}
	};
	struct nl_msg *msg;
	int rc;

	rc = args_parse(command, opts, 2, -1, &argc, argv) ?:
	     parse_positional(argc, argv, &region, &prefixes);
	if (rc)
		goto out;
	rc = STATUS_FAILED;
	msg = netlink_message(EGRESS_CMD_POOL_NEW, NLM_F_CREATE);
	if (!msg)
		goto out;
	put_string(msg, EGRESS_A_REGION, region);
	put_prefixes(msg, EGRESS_A_PREFIX, &prefixes);
	put_string_if(msg, EGRESS_A_DEV, dev);
	if (slots.given) {
		put_u32(msg, EGRESS_A_SLOT_FIRST, slots.first);
		put_u32(msg, EGRESS_A_SLOT_LAST, slots.last);
	}
	rc = exchange_change(msg, pool_made, 1);
out:
	free(prefixes.v);
	return rc;
}

int pool_del(const struct command *command, int argc, char **argv)
{
	const struct option opts[] = { {} };
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
	rc = exchange_change(msg, NULL, 1);
out:
	free(prefixes.v);
	return rc;
}

int pool_drain(const struct command *command, int argc, char **argv)
{
	bool off = false;
	const struct option opts[] = {
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
	rc = exchange_change(msg, pool_made, 1);
out:
	free(prefixes.v);
	return rc;
}

static void print_json(const struct pools *pools)
{
	struct json j = json_to(stdout);

	json_array(&j, NULL);
	for (size_t i = 0; i < pools->n; i++) {
		json_object(&j, NULL);
		pool_json(&j, &pools->v[i]);
		json_object_end(&j);
	}
	json_array_end(&j);
}

/* A great number as the nearest power of two: the few addresses in use do not show in it. */
static void count_cell(struct table *t, unsigned long long count)
{
	int power = 0;

	while (count >> power > 1)
		power++;
	if (power < 31)
		table_cell(t, "%llu", count);
	else
		table_cell(t, "2^%llu", power + (count >> (power - 1) & 1));
}

static void print_row(struct table *t, const struct pool *pool, const struct part *part)
{
	char text[PREFIX_TEXT];

	table_row(t);
	table_cell(t, "%s", pool->region);
	table_cell(t, "%s", prefix_text(&part->prefix, text));
	table_cell(t, "%llu", part->used);
	count_cell(t, part->free);
	table_cell(t, "%s", or_dash(pool->dev));
	table_cell(t, "%u-%u", pool->slot_first, pool->slot_last);
	table_cell(t, "%s", part->draining ? "draining" : "-");
}

static void print_table(const struct pools *pools)
{
	static const char *const columns[] = {
		"REGION", "PREFIX", ">USED", ">FREE", "DEV", "SLOTS", "STATE", NULL
	};
	struct table *t = table_new(columns);

	for (size_t i = 0; i < pools->n; i++)
		for (size_t k = 0; k < pools->v[i].n; k++)
			print_row(t, &pools->v[i], &pools->v[i].parts[k]);
	table_print(t);
}

int pool_list(const struct command *command, int argc, char **argv)
{
	const struct option opts[] = { {} };
	const char *region = NULL;
	struct pools pools = {};
	int rc;

	rc = args_parse(command, opts, 0, 1, &argc, argv);
	if (!rc && argc)
		rc = parse_region("REGION", argv[0], &region);
	if (rc)
		return rc;
	rc = load(&pools, region);
	if (!rc && output.json)
		print_json(&pools);
	else if (!rc)
		print_table(&pools);
	pools_free(&pools);
	return rc;
}
