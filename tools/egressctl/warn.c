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

/* An app in a region, where something was changed. */
struct place {
	char app[EGRESS_NAME_MAX + 1];
	char region[EGRESS_REGION_MAX + 1];
};

static char **sentences;
static size_t n_sentences;
static struct place *changes;
static size_t n_changes;
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

void warn_about(const char *app, const char *region)
{
	struct place *place;

	changes = array_grow(changes, n_changes, sizeof(*changes));
	place = &changes[n_changes++];
	snprintf(place->app, sizeof(place->app), "%s", app);
	snprintf(place->region, sizeof(place->region), "%s", region);
}

static int by_app(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return strcmp(x->app, y->app);
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

static int add_if_changed(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct place at;

	get_string(attrs, EGRESS_A_APP, at.app, sizeof(at.app));
	get_string(attrs, EGRESS_A_REGION, at.region, sizeof(at.region));
	/* Who allocates in one region may have forgotten another. */
	if (!bsearch(&at, changes, n_changes, sizeof(at),
		     get_u32(attrs, EGRESS_A_WARNING) == EGRESS_WARNING_NO_PAIRS ?
		     by_app : by_app_and_region))
		return 0;
	return add(attrs, message, arg);
}

static int load(const char *app, const char *region, object_fn fn)
{
	return exchange_table(EGRESS_CMD_WARNING_GET, exchange_glance, app, region, fn, NULL);
}

int warn_settle(void)
{
	const char *app = NULL;
	int rc;

	if (deferred || !n_changes)
		return 0;
	qsort(changes, n_changes, sizeof(*changes), by_app_and_region);
	/* One app is asked for by name, several are found in the whole. */
	if (!by_app(&changes[0], &changes[n_changes - 1]))
		app = changes[0].app;
	rc = load(app, NULL, add_if_changed);
	free(changes);
	changes = NULL;
	n_changes = 0;
	return rc;
}

void warn_defer(bool on)
{
	deferred = on;
}

int warn_check(const char *app, const char *region)
{
	return load(app, region, add);
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
