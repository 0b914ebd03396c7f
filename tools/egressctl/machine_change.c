// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "atomic.h"
#include "batch.h"
#include "change.h"
#include "commands.h"
#include "confirm.h"
#include "dry_run.h"
#include "machine.h"
#include "next.h"
#include "output.h"
#include "wait.h"
#include "warn.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/machine.h"
#include "libegress/netlink.h"
#include "libegress/pair.h"
#include "libegress/parse.h"
#include "libegress/request.h"

static void print_line(const struct machine *m)
{
	char v4[ADDR_TEXT], v6[ADDR_TEXT], ports[PORTS_TEXT], waits[WAITS_TEXT];

	if (m->waiting) {
		printf("%s: waiting %s\n", m->id, machine_waits_text(m, waits));
		return;
	}
	printf("%s: %s%s%s ports %s\n", m->id, addr_text(&m->lease.v4, v4),
	       m->lease.v4.len && m->lease.v6.len ? " " : "", addr_text(&m->lease.v6, v6),
	       ports_text(&m->lease, ports));
}

static void beware_of_slot_0(const struct machine *m)
{
	char pair[2 * ADDR_TEXT];

	if (!m->leased || m->lease.slot)
		return;
	warn_add("machine '%s' has slot 0 of %s, ports 1-%u: some servers refuse low source ports",
		 m->id, pair_text(&m->lease.v4, &m->lease.v6, pair), m->lease.port_last);
}

static void beware_of_family(const struct machine *m, const char *family, const struct addr *egress,
			     uint8_t len)
{
	char pair[2 * ADDR_TEXT];
	bool has = false;

	for (size_t i = 0; i < m->n_addrs; i++)
		has |= m->addrs[i].len == len;
	if (!m->leased || !has || egress->len)
		return;
	warn_add("machine '%s' has an %s address but its pair %s has none: its %s %s",
		 m->id, family, pair_text(&m->lease.v4, &m->lease.v6, pair), family,
		 "is left to the app's on-none setting");
}

/* In the network namespace that egressctl works in, unlike a look into /sys. */
static void beware_of_device(const struct machine *m)
{
	if (!*m->dev || if_nametoindex(m->dev) || errno != ENODEV)
		return;
	warn_add("there is no device '%s' yet: packets of machine '%s' are dropped until it comes",
		 m->dev, m->id);
}

/* A new one is told about in text, too; one that is new somewhere may lack room there. */
static int tell(const struct answer *answer, struct json *j, bool added, bool moved)
{
	struct machines machines = {};
	int rc = machines_of_answer(&machines, answer);

	for (size_t i = 0; i < machines.n; i++) {
		if (moved) {
			warn_about(machines.v[i].app, machines.v[i].region);
			warn_about_machine(machines.v[i].id);
		}
		if (added)
			rc = wait_for_lease(&machines.v[i]);
		if (j && !i)
			machine_json(j, &machines.v[i], false);
		else if (!j && added)
			print_line(&machines.v[i]);
		beware_of_slot_0(&machines.v[i]);
		beware_of_family(&machines.v[i], "IPv4", &machines.v[i].lease.v4, 4);
		beware_of_family(&machines.v[i], "IPv6", &machines.v[i].lease.v6, 16);
		beware_of_device(&machines.v[i]);
	}
	machines_free(&machines);
	return rc;
}

static int machine_added(const struct answer *answer, struct json *j)
{
	return tell(answer, j, true, true);
}

static int machine_moved(const struct answer *answer, struct json *j)
{
	return tell(answer, j, false, true);
}

int machine_changed(const struct answer *answer, struct json *j)
{
	return tell(answer, j, false, false);
}

static int confirm_move(const char *id, const char *app, const char *region)
{
	const struct pairs none = {};
	struct machines machines = {};
	int rc = machines_get(&machines, exchange_find, id);

	for (size_t i = 0; i < machines.n && !rc; i++) {
		const struct machine *m = &machines.v[i];

		if (!strcmp(m->app, app))
			continue;
		confirm_say("This moves '%s' from app '%s' to '%s' and cuts %llu connection%s.\n",
			    m->id, m->app, app, m->connections, plural(m->connections));
		rc = next_tell_own(m->app, m->id) ?:
		     next_tell(app, region ?: m->region, &none, 1) ?:
		     confirm();
	}
	machines_free(&machines);
	return rc;
}

static int machine_new(const struct command *command, uint8_t cmd, int argc, char **argv)
{
	const char *id, *app = NULL, *region = NULL, *dev = NULL;
	struct addr pair = {};
	struct addrs addrs = {};
	struct number slot = {}, wait = {};
	bool yes = cmd == EGRESS_CMD_MACHINE_NEW, dry_run = false;
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &app, "the app it belongs to" },
		{ "--region", "REGION", parse_region, &region, "the region it is in" },
		{ "--addr", "ADDR...", parse_addrs, &addrs,
		  "its inside addresses, IPv4 and IPv6, 1 to 8" },
		{ "--dev", "DEV", parse_dev, &dev,
		  "the device its packets come in by; others are dropped" },
		{ "--pair", "ADDR", parse_addr, &pair, "pin it to the pair with this address" },
		{ "--slot", "N", parse_slot, &slot, "and to this slot of the pair" },
		{ "--wait", "[=SECONDS]", parse_seconds, &wait,
		  "come back when it has a lease, at the latest after so long, if given" },
		/* The last options are of `machine replace` alone. */
		{ yes ? NULL : "--dry-run", NULL, NULL, &dry_run, DRY_RUN_HELP },
		{ yes ? NULL : "-y", NULL, NULL, &yes, "do not ask, on a terminal" },
		{}
	};
	struct nl_msg *msg;
	int rc;

	rc = args_parse(command, opts, 1, 1, &argc, argv) ?: parse_machine("ID", argv[0], &id);
	rc = rc ?: atomic_check_without(command, dry_run, "--dry-run");
	if (!rc && wait.given && output.file)
		rc = fail_usage("%s: --wait would hold up the batch: run it by itself",
				command->name);
	if (rc)
		goto out;
	rc = !app ? args_missing(command, "--app APP") :
	     !region ? args_missing(command, "--region REGION") :
	     !addrs.n ? args_missing(command, "--addr ADDR") :
	     slot.given && !pair.len ? args_missing(command, "--pair ADDR") :
	     confirm_wanted(yes || dry_run) ? confirm_move(id, app, region) : 0;
	if (!rc && wait.given)
		rc = wait_begin(wait.value);
	if (rc)
		goto out;
	rc = STATUS_FAILED;
	msg = atomic_part(cmd);
	if (!msg)
		goto out;
	put_string(msg, EGRESS_A_MACHINE, id);
	put_string(msg, EGRESS_A_APP, app);
	put_string(msg, EGRESS_A_REGION, region);
	put_addrs(msg, EGRESS_A_ADDR, &addrs);
	put_string_if(msg, EGRESS_A_DEV, dev);
	put_addr_nest_if(msg, EGRESS_A_PAIR, &pair);
	put_number_if(msg, EGRESS_A_SLOT, &slot);
	if (atomic_on()) {
		rc = atomic_part_end();
		warn_about(app, region);
		goto out;
	}
	put_flag_if(msg, EGRESS_A_DRY_RUN, dry_run);
	rc = change(msg, dry_run ? would_move : machine_added, 1);
out:
	free(addrs.v);
	return rc;
}

int machine_add(const struct command *command, int argc, char **argv)
{
	return machine_new(command, EGRESS_CMD_MACHINE_NEW, argc, argv);
}

int machine_replace(const struct command *command, int argc, char **argv)
{
	return machine_new(command, EGRESS_CMD_MACHINE_REPLACE, argc, argv);
}

int machine_set(const struct command *command, int argc, char **argv)
{
	const char *id, *app = NULL, *region = NULL, *dev = NULL;
	struct addrs addrs = {};
	bool yes = false, dry_run = false;
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &app,
		  "move it to this app; that cuts its connections" },
		{ "--region", "REGION", parse_region, &region, "move it to this region" },
		{ "--addr", "ADDR...", parse_addrs, &addrs,
		  "its inside addresses from now on, all of them" },
		{ "--dev", "DEV", parse_dev_or_any, &dev,
		  "the device its packets come in by; '' for any" },
		{ "--dry-run", NULL, NULL, &dry_run, DRY_RUN_HELP },
		{ "-y", NULL, NULL, &yes, "do not ask, on a terminal" },
		{}
	};
	struct nl_msg *msg;
	int rc;

	rc = args_parse(command, opts, 1, 1, &argc, argv) ?: parse_machine("ID", argv[0], &id);
	if (!rc && !app && !region && !dev && !addrs.n)
		rc = args_missing(command, "what to set");
	rc = rc ?: atomic_check_without(command, dry_run, "--dry-run");
	if (!rc && app && confirm_wanted(yes || dry_run))
		rc = confirm_move(id, app, region);
	if (rc)
		goto out;
	rc = STATUS_FAILED;
	msg = atomic_part(EGRESS_CMD_MACHINE_SET);
	if (!msg)
		goto out;
	put_string(msg, EGRESS_A_MACHINE, id);
	put_string_if(msg, EGRESS_A_APP, app);
	put_string_if(msg, EGRESS_A_REGION, region);
	put_addrs(msg, EGRESS_A_ADDR, &addrs);
	put_string_if(msg, EGRESS_A_DEV, dev);
	if (atomic_on()) {
		rc = atomic_part_end();
		if (app && region)
			warn_about(app, region);
		goto out;
	}
	put_flag_if(msg, EGRESS_A_DRY_RUN, dry_run);
	rc = change(msg, dry_run ? would_move : app || region ? machine_moved : machine_changed,
		    1);
out:
	free(addrs.v);
	return rc;
}

static int machines_gone(const struct answer *answer, struct json *j)
{
	struct machines machines = {};
	int rc = machines_of_answer(&machines, answer);

	if (j)
		json_begin_array(j, "machines");
	for (size_t i = 0; i < machines.n; i++) {
		if (j) {
			json_begin_object(j, NULL);
			machine_json(j, &machines.v[i], false);
			json_end_object(j);
		}
		warn_about(machines.v[i].app, machines.v[i].region);
	}
	if (j)
		json_end_array(j);
	machines_free(&machines);
	return rc;
}

/* What goes, and what that cuts; of the machines that are named, or of an app's. */
static int confirm_deletion(int argc, char **argv, get_fn get, const char *app, const char *region)
{
	const struct view view = { .app = app, .region = region };
	struct machines machines = {};
	unsigned long long connections = 0;
	int rc = app ? machines_load(&machines, exchange_glance, &view) : 0;

	for (int i = 0; i < argc && !rc; i++)
		rc = machines_get(&machines, get, argv[i]);
	for (size_t i = 0; i < machines.n; i++)
		connections += machines.v[i].connections;
	if (!rc)
		confirm_say("This deletes %zu machine%s and cuts %llu connection%s.\n", machines.n,
			    plural(machines.n), connections, plural(connections));
	for (size_t i = 0; i < machines.n && !rc; i++)
		rc = next_tell_own(machines.v[i].app, machines.v[i].id);
	rc = rc ?: confirm();
	machines_free(&machines);
	return rc;
}

/* A part for each, as a part can't be long; or one for all machines of an app. */
static int delete_as_parts(int argc, char **argv, const char *app, const char *region,
			   bool missing_ok)
{
	int i = 0, rc;

	do {
		struct nl_msg *msg = atomic_part(EGRESS_CMD_MACHINE_DEL);

		if (!msg)
			return STATUS_FAILED;
		put_string_if(msg, EGRESS_A_MACHINE, i < argc ? argv[i] : NULL);
		put_string_if(msg, EGRESS_A_APP, app);
		put_string_if(msg, EGRESS_A_REGION, region);
		put_flag_if(msg, EGRESS_A_MISSING_OK, missing_ok);
		rc = atomic_part_end();
	} while (++i < argc && !rc);
	return rc;
}

int machine_del(const struct command *command, int argc, char **argv)
{
	const char *app = NULL, *region = NULL, *id;
	bool yes = false, missing_ok = false, dry_run = false;
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &app, "all machines of this app instead" },
		{ "--region", "REGION", parse_region, &region,
		  "of them, only those in this region" },
		{ "--missing-ok", NULL, NULL, &missing_ok,
		  "a machine that is not there is no error" },
		{ "--dry-run", NULL, NULL, &dry_run, DRY_RUN_HELP },
		{ "-y", NULL, NULL, &yes, "do not ask, on a terminal" },
		{}
	};
	int rc = args_parse(command, opts, 0, -1, &argc, argv);
	struct nl_msg *msg;

	for (int i = 0; i < argc && !rc; i++)
		rc = parse_machine("ID", argv[i], &id);
	if (!rc && !argc && !app)
		rc = args_missing(command, "ID, or --app APP");
	if (!rc && argc && (app || region))
		rc = fail_usage("machine del: '%s' and --%s: give one of them", argv[0],
				app ? "app" : "region");
	if (!rc && confirm_wanted(yes || dry_run))
		rc = confirm_deletion(argc, argv, missing_ok ? exchange_find : exchange_get, app,
				      region);
	if (rc)
		return rc;
	rc = atomic_check_without(command, dry_run, "--dry-run");
	if (rc)
		return rc;
	if (atomic_on())
		return delete_as_parts(argc, argv, app, region, missing_ok);
	msg = netlink_message(EGRESS_CMD_MACHINE_DEL, 0);
	if (!msg)
		return STATUS_FAILED;
	for (int i = 0; i < argc; i++)
		put_string(msg, EGRESS_A_MACHINE, argv[i]);
	put_string_if(msg, EGRESS_A_APP, app);
	put_string_if(msg, EGRESS_A_REGION, region);
	put_flag_if(msg, EGRESS_A_MISSING_OK, missing_ok);
	put_flag_if(msg, EGRESS_A_DRY_RUN, dry_run);
	return change(msg, dry_run ? would_go : machines_gone, argc + 1);
}
