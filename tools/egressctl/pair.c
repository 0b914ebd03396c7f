// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"
#include "confirm.h"
#include "output.h"
#include "pair.h"
#include "warn.h"

static void pair_read(struct pair *pair, struct nlattr **attrs)
{
	pair->id = get_u64(attrs, EGRESS_A_PAIR_ID);
	pair->scope = get_u32(attrs, EGRESS_A_SCOPE);
	get_string(attrs, EGRESS_A_REGION, pair->region, sizeof(pair->region));
	get_string(attrs, EGRESS_A_APP, pair->app, sizeof(pair->app));
	get_string(attrs, EGRESS_A_MACHINE, pair->machine, sizeof(pair->machine));
	get_addr(attrs[EGRESS_A_V4], &pair->v4);
	get_addr(attrs[EGRESS_A_V6], &pair->v6);
	pair->block_size = get_u32(attrs, EGRESS_A_BLOCK_SIZE);
	pair->slots = get_u32(attrs, EGRESS_A_SLOTS);
	pair->machines = get_u32(attrs, EGRESS_A_MACHINES);
	pair->connections = get_u64(attrs, EGRESS_A_CONNECTIONS);
	pair->created = get_u64(attrs, EGRESS_A_CREATED);
	pair->draining = attrs[EGRESS_A_DRAINING];
	pair->has_deadline = attrs[EGRESS_A_DRAIN];
	pair->drain = get_u32(attrs, EGRESS_A_DRAIN);
}

/* A pair for many destinations comes in several messages. */
static int append(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct pairs *pairs = arg;

	if (!pairs->n || pairs->v[pairs->n - 1].id != get_u64(attrs, EGRESS_A_PAIR_ID)) {
		pairs->v = array_grow(pairs->v, pairs->n, sizeof(*pairs->v));
		pairs->v[pairs->n] = (struct pair){};
		pair_read(&pairs->v[pairs->n++], attrs);
	}
	get_prefixes(message, EGRESS_A_TO, &pairs->v[pairs->n - 1].to);
	return 0;
}

void pairs_free(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++)
		free(pairs->v[i].to.v);
	free(pairs->v);
}

const struct pair *pairs_find(const struct pairs *pairs, unsigned long long id)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (pairs->v[i].id == id)
			return &pairs->v[i];
	return NULL;
}

int pairs_get(struct pairs *pairs, const struct addr *addr)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_PAIR_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_addr_nest_if(msg, EGRESS_A_ADDR, addr);
	return exchange_get(msg, append, pairs);
}

int pairs_load(struct pairs *pairs, dump_fn dump, const char *app, const char *region)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_PAIR_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_string_if(msg, EGRESS_A_APP, app);
	put_string_if(msg, EGRESS_A_REGION, region);
	return dump(msg, append, pairs);
}

int pairs_of_answer(struct pairs *pairs, const struct answer *answer)
{
	return answer_each(answer, append, pairs);
}

void to_json(struct json *j, const struct prefixes *to)
{
	char text[PREFIX_TEXT];

	json_array(j, "to");
	for (size_t i = 0; i < to->n; i++)
		json_string(j, NULL, prefix_text(&to->v[i], text));
	json_array_end(j);
}

/* A few of them, and how many more. */
const char *to_text(const struct prefixes *to, char text[TO_TEXT])
{
	const size_t shown = to->n > 2 ? 1 : to->n;
	size_t n = 0;

	*text = '\0';
	for (size_t i = 0; i < shown; i++) {
		if (i)
			text[n++] = ',';
		prefix_text(&to->v[i], text + n);
		n += strlen(text + n);
	}
	if (shown < to->n)
		snprintf(text + n, TO_TEXT - n, " and %zu more", to->n - shown);
	return text;
}

static void drain_json(struct json *j, const struct pair *pair)
{
	json_bool(j, "draining", pair->draining);
	if (!pair->draining)
		return;
	if (pair->has_deadline)
		json_unsigned(j, "drain", pair->drain);
	else
		json_null(j, "drain");
}

const char *scope_text(enum egress_scope scope)
{
	return scope == EGRESS_SCOPE_MACHINE ? "machine" : "app";
}

const char *pair_text(const struct addr *v4, const struct addr *v6, char text[2 * ADDR_TEXT])
{
	addr_text(v4, text);
	if (v4->len && v6->len)
		strcat(text, ",");
	addr_text(v6, text + strlen(text));
	return text;
}

void pairs_json(struct json *j, const struct pairs *pairs)
{
	char text[ADDR_TEXT];

	for (size_t i = 0; i < pairs->n; i++) {
		const struct pair *p = &pairs->v[i];

		json_object(j, NULL);
		json_unsigned(j, "pair-id", p->id);
		json_string(j, "scope", scope_text(p->scope));
		json_string(j, "region", p->region);
		json_string_or_null(j, "app", p->app);
		json_string_or_null(j, "machine", p->machine);
		json_string_or_null(j, "v4", addr_text(&p->v4, text));
		json_string_or_null(j, "v6", addr_text(&p->v6, text));
		json_unsigned(j, "block-size", p->block_size);
		json_unsigned(j, "slots", p->slots);
		json_unsigned(j, "machines", p->machines);
		json_unsigned(j, "connections", p->connections);
		json_signed(j, "created", p->created);
		to_json(j, &p->to);
		drain_json(j, p);
		json_object_end(j);
	}
}

static const char *owner(const struct pair *pair)
{
	return pair->scope == EGRESS_SCOPE_MACHINE ? pair->machine : pair->app;
}

/* Of a pair that drains, what it waits for. */
static void machines_cell(struct table *t, const struct pair *pair)
{
	if (!pair->draining)
		table_cell(t, "%u", pair->machines);
	else if (pair->has_deadline)
		table_cell(t, "draining, %llu connection%s left, %u s", pair->connections,
			   plural(pair->connections), pair->drain);
	else
		table_cell(t, "draining, %llu connection%s left", pair->connections,
			   plural(pair->connections));
}

static void address_row(struct table *t, const struct pair *pair, const struct addr *addr,
			bool with_to)
{
	time_t created = pair->created;
	char text[TO_TEXT], when[32];
	struct tm utc;

	if (!addr->len)
		return;
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&created, &utc));
	table_row(t);
	table_cell(t, "%s", addr->len == 4 ? "v4" : "v6");
	table_cell(t, "%s", addr_text(addr, text));
	table_cell(t, "%s", scope_text(pair->scope));
	table_cell(t, "%s", pair->region);
	table_cell(t, "%s", owner(pair));
	machines_cell(t, pair);
	table_cell(t, "%s", when);
	if (with_to)
		table_cell(t, "%s", or_dash(to_text(&pair->to, text)));
}

static void address_json(struct json *j, const struct pair *pair, const struct addr *addr)
{
	char text[ADDR_TEXT];

	if (!addr->len)
		return;
	json_object(j, NULL);
	json_string(j, "family", addr->len == 4 ? "v4" : "v6");
	json_string(j, "ip", addr_text(addr, text));
	json_string(j, "type", scope_text(pair->scope));
	json_string(j, "region", pair->region);
	json_string(j, "owner", owner(pair));
	json_unsigned(j, "machines", pair->machines);
	json_signed(j, "created", pair->created);
	json_unsigned(j, "pair-id", pair->id);
	json_string_or_null(j, "app", pair->app);
	json_unsigned(j, "block-size", pair->block_size);
	json_unsigned(j, "slots", pair->slots);
	json_unsigned(j, "connections", pair->connections);
	to_json(j, &pair->to);
	drain_json(j, pair);
	json_object_end(j);
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
		with_to |= pairs->v[i].to.n;
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
	json_array(&j, NULL);
	for (size_t i = 0; i < pairs->n; i++) {
		address_json(&j, &pairs->v[i], &pairs->v[i].v4);
		address_json(&j, &pairs->v[i], &pairs->v[i].v6);
	}
	json_array_end(&j);
}

static int tell(const struct answer *answer, struct json *j, bool rows)
{
	struct pairs pairs = {};
	int rc = pairs_of_answer(&pairs, answer);

	if (j) {
		json_array(j, "pairs");
		pairs_json(j, &pairs);
		json_array_end(j);
	} else if (rows) {
		pairs_list(&pairs);
	}
	for (size_t i = 0; i < pairs.n; i++)
		warn_about(pairs.v[i].app, pairs.v[i].region);
	pairs_free(&pairs);
	return rc;
}

int pairs_changed(const struct answer *answer, struct json *j)
{
	return tell(answer, j, true);
}

int pairs_released(const struct answer *answer, struct json *j)
{
	return tell(answer, j, false);
}
