// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "confirm.h"
#include "next.h"
#include "libegress/app.h"
#include "libegress/exchange.h"
#include "libegress/lease.h"
#include "libegress/pair.h"
#include "libegress/parse.h"

#define PAIRS_SHOWN	8

/* What an app has in a region. */
struct place {
	struct pairs pairs;
	struct leases leases;
};

static uint32_t room_of(const struct place *place, const struct pair *pair)
{
	uint32_t used = 0;

	/* Those that linger are not free either. */
	for (size_t i = 0; i < place->leases.n; i++)
		used += place->leases.v[i].block.pair_id == pair->id;
	return used < pair->slots ? pair->slots - used : 0;
}

static bool loses_lease(const struct place *place, const struct pairs *gone, const char *machine)
{
	for (size_t i = 0; i < place->leases.n; i++) {
		const struct lease *l = &place->leases.v[i];

		if (l->state == EGRESS_LEASE_STATE_LEASED && !strcmp(l->machine, machine) &&
		    pairs_find(gone, l->block.pair_id))
			return true;
	}
	return false;
}

/* Machines that have another pair of their own. */
static size_t tell_own(const struct place *place, const struct pairs *gone)
{
	char text[2 * ADDR_TEXT];
	size_t machines = 0;

	for (size_t i = 0; i < place->pairs.n; i++) {
		const struct pair *p = &place->pairs.v[i];

		if (p->scope != EGRESS_SCOPE_MACHINE || p->draining || pairs_find(gone, p->id) ||
		    !room_of(place, p) || !loses_lease(place, gone, p->machine))
			continue;
		confirm_say("Machine '%s' goes to its own pair %s.\n", p->machine,
			    pair_text(&p->v4, &p->v6, text));
		machines++;
	}
	return machines;
}

/* A machine's own pairs have sets of their own. */
static bool same_destinations(const struct pair *a, const struct pair *b)
{
	return a->set == b->set || (a->to && b->to && prefixes_equal(a->to, b->to));
}

/* For the destinations of one that goes; if none goes, for those that no other is for. */
static bool is_alike(const struct pairs *gone, const struct pair *pair)
{
	if (!gone->n)
		return !pair->set;
	for (size_t i = 0; i < gone->n; i++)
		if (same_destinations(&gone->v[i], pair))
			return true;
	return false;
}

/* Are there pairs for other destinations than the rest, and none is left for them? */
static bool closes_sets(const struct place *place, const struct pairs *gone)
{
	for (size_t i = 0; i < gone->n; i++)
		if (!gone->v[i].set)
			return false;
	for (size_t i = 0; i < place->pairs.n; i++) {
		const struct pair *p = &place->pairs.v[i];

		if (!p->draining && !pairs_find(gone, p->id) && is_alike(gone, p))
			return false;
	}
	return gone->n;
}

/* Returns how many machines there is room for. */
static size_t tell_room(const struct place *place, const struct pairs *gone)
{
	size_t room = 0, more = 0, shown = 0;
	char text[2 * ADDR_TEXT];

	for (size_t i = 0; i < place->pairs.n; i++) {
		const struct pair *p = &place->pairs.v[i];
		uint32_t free = room_of(place, p);

		if (p->scope == EGRESS_SCOPE_MACHINE || p->draining || pairs_find(gone, p->id) ||
		    !free || !is_alike(gone, p))
			continue;
		room += free;
		if (shown == PAIRS_SHOWN) {
			more++;
			continue;
		}
		confirm_say("%s %s has room for %u", shown++ ? "," : "Next:",
			    pair_text(&p->v4, &p->v6, text), free);
	}
	if (more)
		confirm_say(" and so on, %zu more pair%s", more, plural(more));
	if (room)
		confirm_say(".\n");
	return room;
}

static int tell_fate(const char *app, const char *region, size_t machines, size_t room)
{
	static const char *const fates[] = {
		[EGRESS_ON_NONE_PASS] = "leaves by the host's usual NAT",
		[EGRESS_ON_NONE_DROP] = "is dropped",
		[EGRESS_ON_NONE_REJECT] = "is refused",
	};
	size_t wait = machines > room ? machines - room : 0;
	uint32_t v4, v6;
	int rc;

	if (!wait) {
		confirm_say("%zu machine%s of app '%s' in region '%s' go%s there at once.\n",
			    machines, plural(machines), app, region, machines == 1 ? "es" : "");
		return 0;
	}
	rc = app_on_none(app, &v4, &v6);
	if (rc)
		return rc;
	confirm_say("%zu machine%s of app '%s' in region '%s' will wait for room; ", wait,
		    plural(wait), app, region);
	if (v4 > EGRESS_ON_NONE_REJECT || v6 > EGRESS_ON_NONE_REJECT)
		confirm_say("until then on-none decides.\n");
	else if (v4 == v6)
		confirm_say("until then what they send %s.\n", fates[v4]);
	else
		confirm_say("until then their IPv4 %s, and IPv6 %s.\n", fates[v4], fates[v6]);
	return 0;
}

static int load(struct place *place, const struct view *view)
{
	return pairs_load(&place->pairs, exchange_glance, view) ?:
	       leases_load(&place->leases, exchange_glance, view);
}

/* Leave out the pairs of other apps; with NULL, those of all apps. */
static void keep_pairs(struct pairs *pairs, const char *app)
{
	size_t n = 0;

	for (size_t i = 0; i < pairs->n; i++)
		if (pairs->v[i].scope == EGRESS_SCOPE_ORG ||
		    (app && !strcmp(pairs->v[i].app, app)))
			pairs->v[n++] = pairs->v[i];
	pairs->n = n;
}

static void place_free(struct place *place)
{
	pairs_free(&place->pairs);
	free(place->leases.v);
}

int next_tell(const char *app, const char *region, const struct pairs *gone, size_t machines)
{
	struct view view = { .app = app, .region = region, .brief = true };
	struct place place = {};
	struct apps apps = {};
	size_t own;
	int rc = apps_get(&apps, exchange_find, app);

	/* The pairs of its org are for them, too. */
	if (apps.n && *apps.v[0].org) {
		view.app = NULL;
		view.org = apps.v[0].org;
	}
	rc = rc ?: load(&place, &view);
	if (!rc) {
		keep_pairs(&place.pairs, app);
		own = tell_own(&place, gone);
		machines -= own < machines ? own : machines;
	}
	if (!rc && machines && closes_sets(&place, gone))
		confirm_say("No other pair is for these destinations: they go as all others do.\n");
	else if (!rc && machines)
		rc = tell_fate(app, region, machines, tell_room(&place, gone));
	place_free(&place);
	apps_free(&apps);
	return rc;
}

int next_tell_org(const char *org, const char *region, const struct pairs *gone, size_t machines)
{
	const struct view view = { .org = org, .region = region, .brief = true };
	struct place place = {};
	int rc = load(&place, &view);
	size_t room;

	if (rc)
		goto out;
	keep_pairs(&place.pairs, NULL);
	if (closes_sets(&place, gone)) {
		confirm_say("No other pair is for these destinations: they go as all others do.\n");
		goto out;
	}
	room = tell_room(&place, gone);
	if (machines <= room)
		confirm_say("%zu machine%s of org '%s' in region '%s' go%s there at once.\n",
			    machines, plural(machines), org, region, machines == 1 ? "es" : "");
	else
		confirm_say("%zu machine%s of org '%s' in region '%s' will wait for room; "
			    "until then the on-none of each app decides.\n", machines - room,
			    plural(machines - room), org, region);
out:
	place_free(&place);
	return rc;
}

int next_tell_own(const char *app, const char *machine)
{
	const struct view view = { .app = app, .brief = true };
	struct pairs pairs = {};
	char text[2 * ADDR_TEXT];
	int rc = pairs_load(&pairs, exchange_glance, &view);

	for (size_t i = 0; i < pairs.n && !rc; i++) {
		const struct pair *p = &pairs.v[i];

		if (p->scope == EGRESS_SCOPE_MACHINE && !strcmp(p->machine, machine))
			confirm_say("The pair %s of '%s' alone is released.\n",
				    pair_text(&p->v4, &p->v6, text), machine);
	}
	pairs_free(&pairs);
	return rc;
}
