// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "warn.h"
#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/netlink.h"
#include "libegress/request.h"

/*
 * An app or an org in a region, or "" for both and a region, where something was changed. Without a
 * region, in all of them.
 */
struct place {
	char app[EGRESS_NAME_MAX + 1];
	char org[EGRESS_NAME_MAX + 1];
	char region[EGRESS_REGION_MAX + 1];
};

static char **sentences;
static size_t n_sentences;
static struct place *changes;
static size_t n_changes;
static char (*machines)[EGRESS_NAME_MAX + 1];
static size_t n_machines;
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

static void changed(const char *app, const char *org, const char *region)
{
	struct place *place = n_changes ? &changes[n_changes - 1] : NULL;

	/* The lines of a batch are often about the same. */
	if (place && !strcmp(place->app, app) && !strcmp(place->org, org) &&
	    !strcmp(place->region, region))
		return;
	changes = array_grow(changes, n_changes, sizeof(*changes));
	place = &changes[n_changes++];
	snprintf(place->app, sizeof(place->app), "%s", app);
	snprintf(place->org, sizeof(place->org), "%s", org);
	snprintf(place->region, sizeof(place->region), "%s", region);
}

void warn_about(const char *app, const char *region)
{
	changed(app, "", region);
}

void warn_about_org(const char *org, const char *region)
{
	changed("", org, region);
}

void warn_about_pool(const char *region)
{
	warn_about("", region);
}

void warn_about_machine(const char *id)
{
	machines = array_grow(machines, n_machines, sizeof(*machines));
	snprintf(machines[n_machines++], sizeof(*machines), "%s", id);
}

static int by_app(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return strcmp(x->app, y->app) ?: strcmp(x->org, y->org);
}

static int by_app_and_region(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return by_app(x, y) ?: strcmp(x->region, y->region);
}

static int add(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	if (attrs[EGRESS_A_TEXT])
		warn_add("%s", nla_get_string(attrs[EGRESS_A_TEXT]));
	return 0;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool region_changed(const char *region)
{
	for (size_t i = 0; i < n_changes; i++)
		if (!strcmp(changes[i].region, region))
			return true;
	return false;
}

/* Is a warning about what was changed? */
static bool concerns_changes(struct nlattr **attrs)
{
	char id[EGRESS_NAME_MAX + 1];
	struct place at, anywhere;

	get_string(attrs, EGRESS_A_APP, at.app, sizeof(at.app));
	get_string(attrs, EGRESS_A_ORG, at.org, sizeof(at.org));
	get_string(attrs, EGRESS_A_REGION, at.region, sizeof(at.region));
	switch (get_u32(attrs, EGRESS_A_WARNING)) {
	case EGRESS_WARNING_NO_PAIRS:
		/* Who allocates in one region may have forgotten another. */
		return bsearch(&at, changes, n_changes, sizeof(at), by_app);
	case EGRESS_WARNING_POOL_SHORT:
		return region_changed(at.region);
	case EGRESS_WARNING_LEFT_BEHIND:
		get_string(attrs, EGRESS_A_MACHINE, id, sizeof(id));
		return n_machines && bsearch(id, machines, n_machines, sizeof(id), by_id);
	default:
		anywhere = at;
		*anywhere.region = '\0';
		return bsearch(&at, changes, n_changes, sizeof(at), by_app_and_region) ||
			bsearch(&anywhere, changes, n_changes, sizeof(at), by_app_and_region);
	}
}

static int add_if_changed(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	return concerns_changes(attrs) ? add(attrs, message, arg) : 0;
}

/* What a machine has left behind. */
static int add_if_left(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	char id[EGRESS_NAME_MAX + 1];

	get_string(attrs, EGRESS_A_MACHINE, id, sizeof(id));
	return strcmp(id, arg) ? 0 : add(attrs, message, arg);
}

static int load(const struct view *view, object_fn fn, void *arg)
{
	const struct view warnings = { .app = view->app, .org = view->org, .region = view->region };

	return exchange_table(EGRESS_CMD_WARNING_GET, exchange_glance, &warnings, fn, arg);
}

int warn_settle(void)
{
	struct view view = {};
	int rc;

	if (deferred || !n_changes)
		return 0;
	qsort(changes, n_changes, sizeof(*changes), by_app_and_region);
	if (n_machines)
		qsort(machines, n_machines, sizeof(*machines), by_id);
	/* One app, or one region, is asked for by name, several are found in the whole. */
	if (*changes[0].app && !by_app(&changes[0], &changes[n_changes - 1]))
		view.app = changes[0].app;
	else if (n_changes == 1 && *changes[0].region)
		view.region = changes[0].region;
	rc = load(&view, add_if_changed, NULL);
	free(changes);
	free(machines);
	changes = NULL;
	machines = NULL;
	n_changes = 0;
	n_machines = 0;
	return rc;
}

void warn_defer(bool on)
{
	deferred = on;
}

int warn_check(const struct view *view)
{
	return load(view, add, NULL);
}

int warn_check_machine(const char *app, const char *id)
{
	const struct view view = { .app = app };

	return load(&view, add_if_left, (void *)id);
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
	json_begin_array(j, "warnings");
	for (size_t i = 0; i < n_sentences; i++)
		json_add_string(j, NULL, sentences[i]);
	json_end_array(j);
	forget();
}

static void warn(const char *sentence)
{
	struct json j = json_to(stderr);

	fflush(stdout);
	if (!output.json) {
		fprintf(stderr, "egressctl: warning: %s\n", sentence);
		return;
	}
	json_begin_object(&j, NULL);
	json_add_string(&j, "warning", sentence);
	json_end_object(&j);
}

void warn_text(void)
{
	for (size_t i = 0; i < n_sentences; i++)
		warn(sentences[i]);
	forget();
}

void warn_interrupted(void)
{
	if (exchange_interrupted())
		warn("the table changed while it was read, and is not of one moment: see --exact");
}
