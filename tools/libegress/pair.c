// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/netlink.h"
#include "libegress/pair.h"
#include "libegress/parse.h"
#include "libegress/request.h"
#include "libegress/set.h"

static void get_mac(const struct nlattr *attr, char text[MAC_TEXT])
{
	const uint8_t *mac = attr ? nla_data(attr) : NULL;

	*text = '\0';
	if (mac)
		snprintf(text, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
			 mac[3], mac[4], mac[5]);
}

static void pair_read(struct pair *pair, struct nlattr **attrs)
{
	pair->id = get_uint(attrs, EGRESS_A_PAIR_ID);
	pair->scope = get_u32(attrs, EGRESS_A_SCOPE);
	get_string(attrs, EGRESS_A_REGION, pair->region, sizeof(pair->region));
	get_string(attrs, EGRESS_A_APP, pair->app, sizeof(pair->app));
	get_string(attrs, EGRESS_A_ORG, pair->org, sizeof(pair->org));
	get_string(attrs, EGRESS_A_MACHINE, pair->machine, sizeof(pair->machine));
	get_addr(attrs[EGRESS_A_V4], &pair->v4);
	get_addr(attrs[EGRESS_A_V6], &pair->v6);
	pair->block_size = get_u32(attrs, EGRESS_A_BLOCK_SIZE);
	pair->slots = get_u32(attrs, EGRESS_A_SLOTS);
	pair->lingering = get_u32(attrs, EGRESS_A_SLOTS_LINGERING);
	pair->machines = get_u32(attrs, EGRESS_A_MACHINES);
	pair->generation = get_uint(attrs, EGRESS_A_GENERATION);
	pair->counted = attrs[EGRESS_A_CONNECTIONS];
	pair->connections = get_uint(attrs, EGRESS_A_CONNECTIONS);
	pair->created = get_uint(attrs, EGRESS_A_CREATED);
	pair->left_behind = attrs[EGRESS_A_LEFT_BEHIND];
	get_mac(attrs[EGRESS_A_CONFLICT_V4], pair->conflict_v4);
	get_mac(attrs[EGRESS_A_CONFLICT_V6], pair->conflict_v6);
	pair->set = get_uint(attrs, EGRESS_A_SET_ID);
	pair->draining = attrs[EGRESS_A_DRAINING];
	pair->has_deadline = attrs[EGRESS_A_DRAIN];
	pair->drain = get_u32(attrs, EGRESS_A_DRAIN);
}

static int append(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct pairs *pairs = arg;

	/* It tells of a machine's connections, beside the pairs. */
	if (attrs[EGRESS_A_CUT])
		return 0;
	pairs->v = array_grow(pairs->v, pairs->n, sizeof(*pairs->v));
	pairs->v[pairs->n] = (struct pair){};
	pair_read(&pairs->v[pairs->n++], attrs);
	return 0;
}

static int find_prefixes(struct pairs *pairs)
{
	static const struct prefixes none;
	int rc = 0;

	for (size_t i = 0; i < pairs->n && !rc; i++) {
		struct pair *pair = &pairs->v[i];

		if (!pair->set)
			pair->to = &none;
		else if (!pair->to)
			rc = set_get(pair->set, &pair->to);
	}
	return rc;
}

void pairs_free(struct pairs *pairs)
{
	free(pairs->v);
}

const struct pair *pairs_find(const struct pairs *pairs, unsigned long long id)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (pairs->v[i].id == id)
			return &pairs->v[i];
	return NULL;
}

int pairs_get(struct pairs *pairs, get_fn get, const struct addr *addr, bool brief)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_PAIR_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_addr_nest_if(msg, EGRESS_A_ADDR, addr);
	put_flag_if(msg, EGRESS_A_BRIEF, brief);
	return get(msg, append, pairs) ?: find_prefixes(pairs);
}

int pairs_load(struct pairs *pairs, dump_fn dump, const struct view *view)
{
	int rc = exchange_table(EGRESS_CMD_PAIR_GET, dump, view, append, pairs);
	bool any = false;

	for (size_t i = 0; i < pairs->n && !rc; i++)
		any |= pairs->v[i].set;
	if (any)
		rc = sets_load(view);
	return rc ?: find_prefixes(pairs);
}

int pairs_of_answer(struct pairs *pairs, const struct answer *answer)
{
	return answer_each(answer, append, pairs) ?: find_prefixes(pairs);
}

/* The answer may also be about machines, and about pairs that go. */
static int append_new(struct nlattr **attrs, struct nlmsghdr *message, void *pairs)
{
	if (!attrs[EGRESS_A_SCOPE] || attrs[EGRESS_A_DRAINING])
		return 0;
	return append(attrs, message, pairs);
}

int pairs_new_of_answer(struct pairs *pairs, const struct answer *answer)
{
	return answer_each(answer, append_new, pairs) ?: find_prefixes(pairs);
}

int pairs_add(struct nlattr **attrs, struct nlmsghdr *message, void *pairs)
{
	return append(attrs, message, pairs);
}

const char *conflict_text(const struct pair *pair, const struct addr *addr)
{
	return addr->len == 4 ? pair->conflict_v4 : pair->conflict_v6;
}

const char *scope_text(enum egress_scope scope)
{
	switch (scope) {
	case EGRESS_SCOPE_APP:
		return "app";
	case EGRESS_SCOPE_MACHINE:
		return "machine";
	case EGRESS_SCOPE_ORG:
		return "org";
	}
	return "-";
}

const char *pair_text(const struct addr *v4, const struct addr *v6, char text[2 * ADDR_TEXT])
{
	addr_text(v4, text);
	if (v4->len && v6->len)
		strcat(text, ",");
	addr_text(v6, text + strlen(text));
	return text;
}

/* A few of them, and how many more. */
const char *to_text(const struct prefixes *to, char text[TO_TEXT])
{
	const size_t shown = !to ? 0 : to->n > 2 ? 1 : to->n;
	size_t n = 0;

	*text = '\0';
	if (!to)
		return strcpy(text, "gone");
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
