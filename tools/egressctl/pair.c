// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "args.h"
#include "confirm.h"
#include "lease.h"
#include "output.h"
#include "pair.h"
#include "warn.h"
#include "libegress/json.h"
#include "libegress/netlink.h"
#include "libegress/pair.h"
#include "libegress/parse.h"

void to_json(struct json *j, const struct prefixes *to)
{
	char text[PREFIX_TEXT];

	if (!to) {
		json_add_null(j, "to");
		return;
	}
	json_begin_array(j, "to");
	for (size_t i = 0; i < to->n; i++)
		json_add_string(j, NULL, prefix_text(&to->v[i], text));
	json_end_array(j);
}

static void drain_json(struct json *j, const struct pair *pair)
{
	json_add_bool(j, "draining", pair->draining);
	if (!pair->draining)
		return;
	json_add_unsigned(j, "slots-lingering", pair->lingering);
	if (pair->has_deadline)
		json_add_unsigned(j, "drain", pair->drain);
	else
		json_add_null(j, "drain");
}

/* Members of an object, the same wherever a pair appears. */
static void pair_json(struct json *j, const struct pair *pair)
{
	char text[ADDR_TEXT];

	json_add_unsigned(j, "pair-id", pair->id);
	json_add_string(j, "scope", scope_text(pair->scope));
	json_add_string(j, "region", pair->region);
	json_add_string_or_null(j, "app", pair->app);
	json_add_string_or_null(j, "org", pair->org);
	json_add_string_or_null(j, "machine", pair->machine);
	json_add_string_or_null(j, "v4", addr_text(&pair->v4, text));
	json_add_string_or_null(j, "v6", addr_text(&pair->v6, text));
	json_add_unsigned(j, "block-size", pair->block_size);
	json_add_unsigned(j, "slots", pair->slots);
	json_add_unsigned(j, "machines", pair->machines);
	if (pair->counted)
		json_add_unsigned(j, "connections", pair->connections);
	if (pair->created)
		json_add_signed(j, "created", pair->created);
	else
		json_add_null(j, "created");
	set_json(j, pair->set);
	to_json(j, pair->to);
	json_add_bool(j, "left-behind", pair->left_behind);
	json_add_string_or_null(j, "conflict-v4", pair->conflict_v4);
	json_add_string_or_null(j, "conflict-v6", pair->conflict_v6);
	drain_json(j, pair);
}

void pairs_json(struct json *j, const struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++) {
		json_begin_object(j, NULL);
		pair_json(j, &pairs->v[i]);
		json_end_object(j);
	}
}

static const char *owner(const struct pair *pair)
{
	if (pair->scope == EGRESS_SCOPE_ORG)
		return pair->org;
	return pair->scope == EGRESS_SCOPE_MACHINE ? pair->machine : pair->app;
}

/*
 * Of a pair that drains, what it waits for; of one that nobody can use, that it is so; of an
 * address that another host has, that it is so.
 */
static void machines_cell(struct table *t, const struct pair *pair, const struct addr *addr)
{
	char deadline[32] = "";

	if (pair->left_behind) {
		table_text(t, *conflict_text(pair, addr) ? "left behind, conflict" : "left behind");
		return;
	}
	if (!pair->draining) {
		if (*conflict_text(pair, addr))
			table_cell(t, "%u, conflict", pair->machines);
		else
			table_number(t, pair->machines);
		return;
	}
	if (!pair->counted) {
		table_text(t, "draining");
		return;
	}
	if (pair->has_deadline)
		snprintf(deadline, sizeof(deadline), ", %u s", pair->drain);
	table_cell(t, "draining, %llu connection%s left%s, %u slot%s", pair->connections,
		   plural(pair->connections), deadline, pair->lingering, plural(pair->lingering));
}

static void address_row(struct table *t, const struct pair *pair, const struct addr *addr,
			bool with_to)
{
	time_t created = pair->created;
	char text[TO_TEXT], when[32] = "-";
	struct tm utc;

	if (!addr->len)
		return;
	if (created)
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&created, &utc));
	table_row(t);
	table_text(t, addr->len == 4 ? "v4" : "v6");
	table_text(t, addr_text(addr, text));
	table_text(t, scope_text(pair->scope));
	table_text(t, pair->region);
	table_text(t, owner(pair));
	machines_cell(t, pair, addr);
	table_text(t, when);
	if (with_to)
		table_text(t, or_dash(to_text(pair->to, text)));
}

static void address_json(struct json *j, const struct pair *pair, const struct addr *addr)
{
	char text[ADDR_TEXT];

	if (!addr->len)
		return;
	json_begin_object(j, NULL);
	json_add_string(j, "family", addr->len == 4 ? "v4" : "v6");
	json_add_string(j, "ip", addr_text(addr, text));
	json_add_string(j, "owner", owner(pair));
	pair_json(j, pair);
	json_add_unsigned(j, "generation", pair->generation);
	json_end_object(j);
}

static void list_table(const struct pairs *pairs)
{
	static const char *const columns[] = {
		"FAMILY", "IP", "TYPE", "REGION", "OWNER", ">MACHINES",
		"CREATED", NULL
	};
	static const char *const columns_to[] = {
		"FAMILY", "IP", "TYPE", "REGION", "OWNER", ">MACHINES",
		"CREATED", "TO", NULL
	};
	struct table *t;
	bool with_to = false;

	for (size_t i = 0; i < pairs->n; i++)
		with_to |= pairs->v[i].set;
	t = table_new(with_to ? columns_to : columns);
	for (size_t i = 0; i < pairs->n; i++) {
		address_row(t, &pairs->v[i], &pairs->v[i].v4, with_to);
		address_row(t, &pairs->v[i], &pairs->v[i].v6, with_to);
	}
	table_print(t);
}

void pairs_list(const struct pairs *pairs)
{
	struct json j = json_to(stdout);

	if (!output.json) {
		list_table(pairs);
		return;
	}
	json_begin_array(&j, NULL);
	for (size_t i = 0; i < pairs->n; i++) {
		address_json(&j, &pairs->v[i], &pairs->v[i].v4);
		address_json(&j, &pairs->v[i], &pairs->v[i].v6);
	}
	json_end_array(&j);
}

static int tell(const struct answer *answer, struct json *j, bool rows,
		int (*read)(struct pairs *pairs, const struct answer *answer))
{
	struct pairs pairs = {};
	int rc = read(&pairs, answer);

	if (j) {
		json_begin_array(j, "pairs");
		pairs_json(j, &pairs);
		json_end_array(j);
	} else if (rows) {
		pairs_list(&pairs);
	}
	for (size_t i = 0; i < pairs.n; i++) {
		if (*pairs.v[i].org)
			warn_about_org(pairs.v[i].org, pairs.v[i].region);
		else
			warn_about(pairs.v[i].app, pairs.v[i].region);
	}
	pairs_free(&pairs);
	return rc;
}

int pairs_changed(const struct answer *answer, struct json *j)
{
	return tell(answer, j, true, pairs_of_answer);
}

int pairs_released(const struct answer *answer, struct json *j)
{
	return tell(answer, j, false, pairs_of_answer);
}

int pairs_made(const struct answer *answer, struct json *j)
{
	return tell(answer, j, true, pairs_new_of_answer);
}
