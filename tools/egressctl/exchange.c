// SPDX-License-Identifier: GPL-2.0
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "exchange.h"
#include "output.h"
#include "warn.h"

#define DUMP_TRIES	10

/* What one group may cost: the kernel queues all its answers before we read. */
#define GROUP_CHANGES	128
#define GROUP_OBJECTS	1024
#define GROUP_BYTES	(256 << 10)

struct change {
	uint32_t seq;
	unsigned int line;
	made_fn made;
};

static struct {
	bool on;
	int status;
	struct change changes[GROUP_CHANGES];
	size_t n;
	size_t objects;
	char *bytes;
	size_t length;
} group;

static int worse(int a, int b)
{
	return a > b ? a : b;
}

static int exchange(struct nl_msg *msg, struct answer *answer)
{
	int rc;

	*answer = (struct answer){ .seq = netlink_stamp(msg) };
	rc = netlink_send(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	return rc ?: netlink_receive(answer);
}

int exchange_get(struct nl_msg *msg, object_fn fn, void *arg)
{
	struct answer answer = {};
	int rc = STATUS_FAILED;

	if (!msg)
		return rc;
	group.status = exchange_drain();
	rc = exchange(msg, &answer);
	if (!rc)
		rc = answer_status(&answer) ?: answer_each(&answer, fn, arg);
	answer_free(&answer);
	nlmsg_free(msg);
	return rc;
}

static int dump(struct nl_msg *msg, object_fn fn, void *arg, int tries, bool exact)
{
	struct answer answer = {};
	int rc = STATUS_FAILED;

	if (!msg)
		return rc;
	group.status = exchange_drain();
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_DUMP;
	for (int try = 0; try < tries; try++) {
		answer_free(&answer);
		rc = exchange(msg, &answer);
		/*
		 * Where there was no memory for its first answer, a dump is refused and is
		 * under way all the same: the socket's next would find it busy.
		 */
		if (answer.error)
			netlink_abandon();
		if (rc || answer.error || !answer.interrupted)
			break;
	}
	if (!rc && answer.interrupted && exact && !answer.error)
		rc = fail("in-use", "the table changed each of the %d times it was read: try again",
			  tries);
	if (!rc)
		rc = answer_status(&answer) ?: answer_each(&answer, fn, arg);
	answer_free(&answer);
	nlmsg_free(msg);
	return rc;
}

int exchange_dump(struct nl_msg *msg, object_fn fn, void *arg)
{
	return dump(msg, fn, arg, DUMP_TRIES, true);
}

int exchange_glance(struct nl_msg *msg, object_fn fn, void *arg)
{
	return dump(msg, fn, arg, 1, false);
}

/* The change is done or refused: tell. */
static int finish(const struct answer *answer, made_fn made)
{
	struct json j = json_to(stdout);
	int rc = answer_status(answer);

	if (answer->error)
		return rc;
	if (output.json)
		json_object(&j, NULL);
	if (made)
		rc = worse(rc, made(answer, output.json ? &j : NULL));
	rc = worse(rc, warn_settle());
	if (output.json) {
		warn_json(&j);
		json_object_end(&j);
	}
	warn_text();
	return rc;
}

static void settle(void)
{
	group.status = exchange_drain();
}

void exchange_pipeline(bool on)
{
	group.on = on;
	output.settle = on ? settle : NULL;
}

int exchange_drain(void)
{
	unsigned int line = output.line;
	int status = group.status, rc;

	output.settle = NULL;
	rc = group.n ? netlink_send(group.bytes, group.length) : 0;
	for (size_t i = 0; i < group.n && !rc; i++) {
		struct answer answer = { .seq = group.changes[i].seq };

		output.line = group.changes[i].line;
		status = worse(status, netlink_receive(&answer) ?:
			       finish(&answer, group.changes[i].made));
		answer_free(&answer);
	}
	status = worse(status, rc);
	output.line = line;
	group.n = 0;
	group.objects = 0;
	group.length = 0;
	group.status = 0;
	exchange_pipeline(group.on);
	return status;
}

static void enqueue(struct nl_msg *msg, made_fn made, unsigned int objects)
{
	size_t length = nlmsg_hdr(msg)->nlmsg_len, padded = NLMSG_ALIGN(length);

	if (group.n == GROUP_CHANGES || group.objects + objects > GROUP_OBJECTS ||
	    group.length + padded > GROUP_BYTES)
		group.status = exchange_drain();
	group.changes[group.n++] = (struct change){
		.seq = netlink_stamp(msg),
		.line = output.line,
		.made = made,
	};
	group.objects += objects;
	group.bytes = xrealloc(group.bytes, group.length + padded > GROUP_BYTES ?
			       group.length + padded : GROUP_BYTES);
	memcpy(group.bytes + group.length, nlmsg_hdr(msg), length);
	memset(group.bytes + group.length + length, 0, padded - length);
	group.length += padded;
}

int exchange_change(struct nl_msg *msg, made_fn made, unsigned int objects)
{
	struct answer answer = {};
	int rc;

	if (!msg)
		return STATUS_FAILED;
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ECHO;
	if (group.on) {
		enqueue(msg, made, objects);
		nlmsg_free(msg);
		return 0;
	}
	rc = exchange(msg, &answer);
	if (!rc)
		rc = finish(&answer, made);
	answer_free(&answer);
	nlmsg_free(msg);
	return rc;
}
