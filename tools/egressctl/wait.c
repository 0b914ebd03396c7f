// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "confirm.h"
#include "output.h"
#include "wait.h"
#include "warn.h"
#include "libegress/error.h"
#include "libegress/events.h"
#include "libegress/exchange.h"
#include "libegress/machine.h"
#include "libegress/request.h"

#define LOOK_EVERY	60000	/* milliseconds: poll() takes no more than an int of them */

static struct {
	bool on;
	uint32_t seconds;
	long long end;		/* in milliseconds of the monotonic clock */
} patience;

/* A machine that events may be about. */
struct subject {
	const char *id;
	bool changed;
};

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

int wait_begin(uint32_t seconds)
{
	patience.on = true;
	patience.seconds = seconds;
	patience.end = now() + seconds * 1000ll;
	return events_open();
}

static int is_about(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	const struct genlmsghdr *header = nlmsg_data(message);
	struct subject *subject = arg;
	char id[EGRESS_NAME_MAX + 1];

	get_string(attrs, EGRESS_A_MACHINE, id, sizeof(id));
	subject->changed |= header->cmd == EGRESS_CMD_FLUSH || !strcmp(id, subject->id);
	return 0;
}

static int look(struct machine *machine)
{
	struct machines machines = {};
	int rc = machines_get(&machines, exchange_get, machine->id);

	if (!rc && machines.n) {
		free(machine->others);
		*machine = machines.v[0];
		machines.v[0].others = NULL;
	}
	machines_free(&machines);
	return rc;
}

/* What is known already is not to be held back until then. */
static int tell(const struct machine *machine)
{
	char waits[WAITS_TEXT];
	int rc;

	if (output.json)
		return 0;
	rc = warn_settle();
	warn_text();
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "%s: waiting %s\n", machine->id,
			machine_waits_text(machine, waits));
	return rc;
}

static int out_of_patience(const struct machine *machine)
{
	char waits[WAITS_TEXT];

	return fail("exhausted", "machine '%s' still waits %s after %u second%s", machine->id,
		    machine_waits_text(machine, waits), patience.seconds,
		    plural(patience.seconds));
}

int wait_for_lease(struct machine *machine)
{
	struct subject subject = { .id = machine->id };
	int rc;

	if (!patience.on || !machine->waiting)
		return 0;
	rc = tell(machine);
	while (!rc && machine->waiting) {
		long long left = patience.seconds ? patience.end - now() : LOOK_EVERY;
		bool lost;

		if (left <= 0)
			return out_of_patience(machine);
		subject.changed = false;
		rc = events_read(left < LOOK_EVERY ? left : LOOK_EVERY, is_about, &subject, &lost);
		if (!rc && (subject.changed || lost))
			rc = look(machine);
	}
	return rc;
}
