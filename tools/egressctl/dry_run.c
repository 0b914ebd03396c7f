// SPDX-License-Identifier: GPL-2.0
/* What a change would do, told in place of what it did. */
#include <stdio.h>
#include <stdlib.h>

#include "args.h"
#include "confirm.h"
#include "dry_run.h"
#include "machine.h"
#include "output.h"
#include "pair.h"
#include "libegress/alloc.h"
#include "libegress/json.h"
#include "libegress/machine.h"
#include "libegress/netlink.h"
#include "libegress/pair.h"
#include "libegress/parse.h"
#include "libegress/request.h"

/* A machine that would have another lease. */
struct move {
	char machine[EGRESS_NAME_MAX + 1];
	char app[EGRESS_NAME_MAX + 1];
	char region[EGRESS_REGION_MAX + 1];
	struct addr from;
	struct addr v4;		/* of the pair it would come to, if that is known */
	struct addr v6;
	bool waiting;
	bool cut;
	unsigned long long connections;
};

struct plan {
	struct pairs pairs;		/* that would go */
	struct machines machines;	/* that would go, or stay as they are */
	struct move *moves;
	size_t n;
};

static int read_one(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct plan *plan = arg;
	struct move *move;

	if (attrs[EGRESS_A_SCOPE])
		return pairs_add(attrs, message, &plan->pairs);
	if (!attrs[EGRESS_A_MACHINE])
		return 0;
	if (!attrs[EGRESS_A_MOVES])
		return machines_add(attrs, message, &plan->machines);
	plan->moves = array_grow(plan->moves, plan->n, sizeof(*plan->moves));
	move = &plan->moves[plan->n++];
	*move = (struct move){
		.waiting = get_u32(attrs, EGRESS_A_WAITING),
		.cut = attrs[EGRESS_A_CONNECTIONS],
		.connections = get_uint(attrs, EGRESS_A_CONNECTIONS),
	};
	get_string(attrs, EGRESS_A_MACHINE, move->machine, sizeof(move->machine));
	get_string(attrs, EGRESS_A_APP, move->app, sizeof(move->app));
	get_string(attrs, EGRESS_A_REGION, move->region, sizeof(move->region));
	get_addr_nest(attrs[EGRESS_A_FROM], &move->from);
	get_addr(attrs[EGRESS_A_V4], &move->v4);
	get_addr(attrs[EGRESS_A_V6], &move->v6);
	return 0;
}

void dry_run_json(struct json *j)
{
	json_add_bool(j, "dry-run", true);
}

void dry_run_text(void)
{
	puts("Nothing was changed.");
}

static void plan_json(struct json *j, const struct plan *plan)
{
	char text[ADDR_TEXT];

	dry_run_json(j);
	json_begin_array(j, "pairs");
	pairs_json(j, &plan->pairs);
	json_end_array(j);
	json_begin_array(j, "machines");
	for (size_t i = 0; i < plan->machines.n; i++) {
		json_begin_object(j, NULL);
		machine_json(j, &plan->machines.v[i], false);
		json_end_object(j);
	}
	json_end_array(j);
	json_begin_array(j, "moves");
	for (size_t i = 0; i < plan->n; i++) {
		const struct move *m = &plan->moves[i];

		json_begin_object(j, NULL);
		json_add_string(j, "machine", m->machine);
		json_add_string(j, "app", m->app);
		json_add_string(j, "region", m->region);
		json_add_string_or_null(j, "from", addr_text(&m->from, text));
		json_add_string_or_null(j, "v4", addr_text(&m->v4, text));
		json_add_string_or_null(j, "v6", addr_text(&m->v6, text));
		json_add_bool(j, "waiting", m->waiting);
		json_add_unsigned(j, "connections", m->connections);
		json_end_object(j);
	}
	json_end_array(j);
}

static void plan_text(const struct plan *plan, bool goes)
{
	char text[2 * ADDR_TEXT];

	for (size_t i = 0; i < plan->pairs.n; i++) {
		const struct pair *p = &plan->pairs.v[i];

		printf("pair %s would go: %u machine%s, %llu connection%s\n",
		       pair_text(&p->v4, &p->v6, text), p->machines, plural(p->machines),
		       p->connections, plural(p->connections));
	}
	for (size_t i = 0; i < plan->machines.n; i++) {
		const struct machine *m = &plan->machines.v[i];

		if (goes)
			printf("machine '%s' would go: %llu connection%s\n", m->id,
			       m->connections, plural(m->connections));
		else
			printf("machine '%s' would stay as it is\n", m->id);
	}
	for (size_t i = 0; i < plan->n; i++) {
		const struct move *m = &plan->moves[i];

		printf("machine '%s' of app '%s' in region '%s': ", m->machine, m->app, m->region);
		printf("%s -> ", or_dash(addr_text(&m->from, text)));
		printf("%s", m->waiting ? "waiting" :
		       m->v4.len || m->v6.len ? pair_text(&m->v4, &m->v6, text) : "another pair");
		if (m->cut)
			printf(", %llu connection%s cut", m->connections, plural(m->connections));
		putchar('\n');
	}
	dry_run_text();
}

static int told(const struct answer *answer, struct json *j, bool goes)
{
	struct plan plan = {};
	int rc = answer_each(answer, read_one, &plan);

	if (j)
		plan_json(j, &plan);
	else
		plan_text(&plan, goes);
	pairs_free(&plan.pairs);
	free(plan.machines.v);
	free(plan.moves);
	return rc;
}

int would_go(const struct answer *answer, struct json *j)
{
	return told(answer, j, true);
}

int would_move(const struct answer *answer, struct json *j)
{
	return told(answer, j, false);
}
