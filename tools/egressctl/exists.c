// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exists.h"
#include "libegress/app.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/machine.h"
#include "libegress/pair.h"
#include "libegress/pool.h"

#define ALIKE	4	/* one letter in so many may differ, but one at least */

/* A name that somebody gave, and the one that is most like it. */
struct guess {
	const char *given;
	bool known;
	unsigned int distance;
	char nearest[EGRESS_NAME_MAX + 1];
};

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

/*
 * How many letters to add, to leave out, to change, or to swap with the next, make b of a
 * (optimal string alignment).
 */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int rows[3][EGRESS_NAME_MAX + 1], n = strlen(b), i;

	for (unsigned int j = 0; j <= n; j++)
		rows[0][j] = j;
	for (i = 1; a[i - 1]; i++) {
		const unsigned int *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
		unsigned int *row = rows[i % 3];

		row[0] = i;
		for (unsigned int j = 1; j <= n; j++) {
			row[j] = min3(last[j] + 1, row[j - 1] + 1,
				      last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	return rows[(i + 2) % 3][n];
}

static void compare(struct guess *guess, const char *name)
{
	unsigned int d = distance(guess->given, name), most = strlen(guess->given) / ALIKE;

	guess->known |= !d;
	if (*guess->nearest ? d >= guess->distance : d > (most ? most : 1))
		return;
	guess->distance = d;
	snprintf(guess->nearest, sizeof(guess->nearest), "%s", name);
}

static int missing(const char *what, const struct guess *guess)
{
	if (!*guess->nearest)
		return fail("not-found", "there is no %s '%s'", what, guess->given);
	return fail("not-found", "there is no %s '%s': did you mean '%s'?", what, guess->given,
		    guess->nearest);
}

static int app_exists(const char *app)
{
	struct guess guess = { .given = app };
	struct apps apps = {};
	int rc = apps_get(&apps, exchange_find, app);

	if (rc || apps.n)
		goto out;
	rc = apps_load(&apps, exchange_glance, NULL);
	for (size_t i = 0; i < apps.n; i++)
		compare(&guess, apps.v[i].name);
	if (!rc && !guess.known)
		rc = missing("app", &guess);
out:
	apps_free(&apps);
	return rc;
}

/* An org is there as long as it has an app or a pair. */
static int org_exists(const char *org)
{
	const struct view view = { .brief = true };
	struct guess guess = { .given = org };
	struct pairs pairs = {};
	struct apps apps = {};
	int rc = apps_load(&apps, exchange_glance, NULL);

	for (size_t i = 0; i < apps.n; i++)
		if (*apps.v[i].org)
			compare(&guess, apps.v[i].org);
	if (!rc && !guess.known)
		rc = pairs_load(&pairs, exchange_glance, &view);
	for (size_t i = 0; i < pairs.n; i++)
		if (*pairs.v[i].org)
			compare(&guess, pairs.v[i].org);
	if (!rc && !guess.known)
		rc = missing("org", &guess);
	pairs_free(&pairs);
	apps_free(&apps);
	return rc;
}

/* A region is there as long as it has a pool, or machines that wait for one. */
static int region_exists(const char *region)
{
	const struct view view = { .region = region, .brief = true };
	struct guess guess = { .given = region };
	struct machines machines = {};
	struct pools pools = {};
	int rc = pools_load(&pools, exchange_glance, NULL);

	for (size_t i = 0; i < pools.n; i++)
		compare(&guess, pools.v[i].region);
	if (!rc && !guess.known)
		rc = machines_load(&machines, exchange_glance, &view);
	if (!rc && !guess.known && !machines.n)
		rc = missing("region", &guess);
	machines_free(&machines);
	pools_free(&pools);
	return rc;
}

int must_exist(const struct view *view)
{
	int rc = view->app ? app_exists(view->app) : 0;

	if (!rc && view->org)
		rc = org_exists(view->org);
	if (!rc && view->region)
		rc = region_exists(view->region);
	return rc;
}
