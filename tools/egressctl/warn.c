// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "confirm.h"
#include "machine.h"
#include "output.h"
#include "pool.h"
#include "warn.h"

/* Of an app in a region; sums of what single pairs, machines and changes add. */
struct tally {
	char app[EGRESS_NAME_MAX + 1];
	char region[EGRESS_REGION_MAX + 1];
	uint32_t pairs;		/* without those of one machine alone */
	uint32_t v4;
	uint32_t v6;
	uint32_t slots;
	uint32_t machines;	/* without those that have a pair of their own */
	bool changed;
	bool new_pair;
	bool v4_alone;		/* a new one is */
};

struct tallies {
	struct tally *v;
	size_t n;
};

static char **sentences;
static size_t n_sentences;
static struct tallies changes;
static bool deferred;

void warn_add(const char *format, ...)
{
	va_list args;
	int length;

	sentences = array_grow(sentences, n_sentences, sizeof(*sentences));
	va_start(args, format);
	length = vasprintf(&sentences[n_sentences++], format, args);
	va_end(args);
	if (length < 0)
		out_of_memory();
}

static struct tally *add(struct tallies *tallies, const char *app, const char *region)
{
	struct tally *t;

	tallies->v = array_grow(tallies->v, tallies->n, sizeof(*tallies->v));
	t = &tallies->v[tallies->n++];
	memset(t, 0, sizeof(*t));
	snprintf(t->app, sizeof(t->app), "%s", app);
	snprintf(t->region, sizeof(t->region), "%s", region);
	return t;
}

void warn_about(const char *app, const char *region)
{
	add(&changes, app, region)->changed = true;
}

void warn_about_new_pair(const struct pair *pair)
{
	struct tally *t = add(&changes, pair->app, pair->region);

	t->changed = true;
	t->new_pair = pair->scope == EGRESS_SCOPE_APP;
	t->v4_alone = !pair->v6.len;
}

static int compare(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	return strcmp(x->app, y->app) ?: strcmp(x->region, y->region);
}

/* Sort, and sum up what is of the same app and region. */
static void merge(struct tallies *tallies)
{
	struct tally *to = tallies->v;

	if (!tallies->n)
		return;
	qsort(tallies->v, tallies->n, sizeof(*tallies->v), compare);
	for (size_t i = 1; i < tallies->n; i++) {
		const struct tally *t = &tallies->v[i];

		if (compare(to, t)) {
			*++to = *t;
			continue;
		}
		to->pairs += t->pairs;
		to->v4 += t->v4;
		to->v6 += t->v6;
		to->slots += t->slots;
		to->machines += t->machines;
		to->changed |= t->changed;
		to->new_pair |= t->new_pair;
		to->v4_alone |= t->v4_alone;
	}
	tallies->n = to + 1 - tallies->v;
}

/* What there is, of the app or of all. */
static int load(struct tallies *tallies, const char *app)
{
	struct machines machines = {};
	struct pairs pairs = {};
	int rc;

	rc = pairs_load(&pairs, exchange_glance, app, NULL) ?:
	     machines_load(&machines, exchange_glance, app, NULL);
	for (size_t i = 0; i < pairs.n && !rc; i++) {
		const struct pair *p = &pairs.v[i];
		struct tally *t;

		if (p->scope == EGRESS_SCOPE_MACHINE)
			continue;
		t = add(tallies, p->app, p->region);
		t->pairs = 1;
		t->v4 = !!p->v4.len;
		t->v6 = !!p->v6.len;
		t->slots = p->slots;
	}
	for (size_t i = 0; i < machines.n && !rc; i++) {
		const struct machine *m = &machines.v[i];

		if (!m->leased || m->scope == EGRESS_SCOPE_APP)
			add(tallies, m->app, m->region)->machines = 1;
	}
	free(pairs.v);
	free(machines.v);
	return rc;
}

/* Pairs that have room for so many slots. */
static uint32_t pairs_for(const struct tally *t, uint32_t slots)
{
	uint32_t each = t->pairs ? t->slots / t->pairs : EGRESS_SLOTS;

	return each ? (slots + each - 1) / each : slots;
}

static void __attribute__((format(printf, 2, 3)))
tell(const struct tally *t, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		out_of_memory();
	va_end(args);
	warn_add("app '%s' in region '%s' has %s", t->app, t->region, text);
	free(text);
}

static void check_room(const struct tally *t)
{
	uint32_t doubled = 0, more;

	if (2 * t->machines > t->slots)
		doubled = pairs_for(t, 2 * t->machines - t->slots);
	if (t->machines > t->slots) {
		more = pairs_for(t, t->machines - t->slots);
		tell(t, "%u machines, but %u slots: need at least %u more pair%s",
		     t->machines, t->slots, more, plural(more));
		return;
	}
	if (t->machines * 64ull > t->slots * 40ull)
		tell(t, "%u machines for %u slots: room is getting short", t->machines, t->slots);
	if (doubled)
		tell(t, "no room to double its %u machines (blue-green): need %u more pair%s",
		     t->machines, doubled, plural(doubled));
}

static int check_families(const struct tally *t)
{
	bool lacks = false;
	int rc = 0;

	if (t->v4_alone)
		rc = pool_lacks_v6(t->region, &lacks);
	if (lacks)
		tell(t, "got IPv4 alone: the region has no IPv6 pool");
	else if (t->v4 != t->v6)
		tell(t, "%u IPv4 and %u IPv6 addresses: some machines lack one",
		     t->v4, t->v6);
	return rc;
}

static int check_region(const struct tally *t)
{
	if (t->new_pair && !t->machines)
		tell(t, "no machines: nothing uses its new pair yet");
	if (t->pairs)
		check_room(t);
	return check_families(t);
}

/* One app's regions are next to each other in tallies. */
static int check_app(const struct tally *first, const struct tally *end)
{
	bool changed = false, pairs = false;
	int rc = 0;

	for (const struct tally *t = first; t < end; t++) {
		changed |= t->changed;
		pairs |= t->pairs;
	}
	for (const struct tally *t = first; t < end && changed && !rc; t++) {
		/* Who allocates in one region may have forgotten another. */
		if (t->machines && !t->pairs && pairs)
			tell(t, "%u machine%s but pairs elsewhere only: need at least %u here",
			     t->machines, plural(t->machines), pairs_for(t, t->machines));
		if (t->changed)
			rc = check_region(t);
	}
	return rc;
}

static int check(const struct tallies *tallies)
{
	const struct tally *end = tallies->v + tallies->n, *next;
	int rc = 0;

	for (const struct tally *t = tallies->v; t < end && !rc; t = next) {
		for (next = t; next < end && !strcmp(next->app, t->app); next++)
			;
		rc = check_app(t, next);
	}
	return rc;
}

int warn_settle(void)
{
	const char *app;
	int rc;

	if (deferred || !changes.n)
		return 0;
	merge(&changes);
	/* One app is asked for by name, several are found in the whole. */
	app = strcmp(changes.v[0].app, changes.v[changes.n - 1].app) ? NULL : changes.v[0].app;
	app = app ? xstrdup(app) : NULL;
	rc = load(&changes, app);
	if (!rc) {
		merge(&changes);
		rc = check(&changes);
	}
	free((char *)app);
	free(changes.v);
	changes = (struct tallies){};
	return rc;
}

void warn_defer(bool on)
{
	deferred = on;
}

int warn_check(const char *app, const char *region)
{
	struct tallies tallies = {};
	int rc = load(&tallies, app);

	if (!rc) {
		merge(&tallies);
		for (size_t i = 0; i < tallies.n; i++) {
			struct tally *t = &tallies.v[i];

			t->changed = !region || !strcmp(region, t->region);
			if (!t->changed)
				t->machines = 0;	/* only its pairs matter */
		}
		rc = check(&tallies);
	}
	free(tallies.v);
	return rc;
}

bool warn_any(void)
{
	return n_sentences;
}

static void forget(void)
{
	for (size_t i = 0; i < n_sentences; i++)
		free(sentences[i]);
	free(sentences);
	sentences = NULL;
	n_sentences = 0;
}

void warn_json(struct json *j)
{
	json_array(j, "warnings");
	for (size_t i = 0; i < n_sentences; i++)
		json_string(j, NULL, sentences[i]);
	json_array_end(j);
	forget();
}

void warn_text(void)
{
	fflush(stdout);
	for (size_t i = 0; i < n_sentences; i++) {
		struct json j = json_to(stderr);

		if (output.json) {
			json_object(&j, NULL);
			json_string(&j, "warning", sentences[i]);
			json_object_end(&j);
		} else {
			fprintf(stderr, "egressctl: warning: %s\n", sentences[i]);
		}
	}
	forget();
}
