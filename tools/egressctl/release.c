// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "commands.h"
#include "confirm.h"
#include "output.h"
#include "pair.h"
#include "warn.h"

static int released(const struct answer *answer, struct json *j)
{
	struct pairs pairs = {};
	int rc = pairs_of_answer(&pairs, answer);

	if (j) {
		json_array(j, "pairs");
		pairs_json(j, &pairs);
		json_array_end(j);
	}
	for (size_t i = 0; i < pairs.n; i++)
		warn_about(pairs.v[i].app, pairs.v[i].region);
	free(pairs.v);
	return rc;
}

static bool is_among(const struct pairs *pairs, size_t first, uint64_t id)
{
	for (size_t i = 0; i < first; i++)
		if (pairs->v[i].id == id)
			return true;
	return false;
}

static int confirm_release(const struct addrs *addrs)
{
	unsigned long long machines = 0, connections = 0;
	struct pairs pairs = {};
	int rc = 0;

	for (size_t i = 0; i < addrs->n && !rc; i++)
		rc = pairs_get(&pairs, &addrs->v[i]);
	for (size_t i = 0; i < pairs.n; i++) {
		/* Both addresses of one pair may be given. */
		if (is_among(&pairs, i, pairs.v[i].id))
			continue;
		machines += pairs.v[i].machines;
		connections += pairs.v[i].connections;
	}
	if (!rc)
		rc = confirm("takes their address from %llu machine%s and cuts %llu connection%s",
			     machines, plural(machines), connections, plural(connections));
	free(pairs.v);
	return rc;
}

int release(const struct command *command, int argc, char **argv)
{
	const char *app = NULL;
	struct addrs addrs = {};
	struct number drain = {};
	bool yes = false;
	const struct option opts[] = {
		{ "--app", "APP", parse_app, &app, "refuse unless the pairs are this app's" },
		{ "--drain", "[=SECONDS]", parse_seconds, &drain,
		  "let connections end first, for so long at most" },
		{ "-y", NULL, NULL, &yes, "do not ask, on a terminal" },
		{}
	};
	struct nl_msg *msg;
	int rc;

	rc = args_parse(command, opts, 1, -1, &argc, argv);
	for (int i = 0; i < argc && !rc; i++)
		rc = parse_addrs("ADDR", argv[i], &addrs);
	if (!rc && !drain.given && confirm_wanted(yes))
		rc = confirm_release(&addrs);
	if (rc)
		goto out;
	rc = STATUS_FAILED;
	msg = netlink_message(EGRESS_CMD_PAIR_DEL, 0);
	if (!msg)
		goto out;
	put_addrs(msg, EGRESS_A_ADDR, &addrs);
	put_string_if(msg, EGRESS_A_APP, app);
	put_number_if(msg, EGRESS_A_DRAIN, &drain);
	rc = exchange_change(msg, released, addrs.n);
out:
	free(addrs.v);
	return rc;
}
