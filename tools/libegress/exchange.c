// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/netlink.h"
#include "libegress/request.h"

#define DUMP_TRIES	2
#define EXACT_TRIES	10

/* What one group may cost: the kernel queues all its answers before we read. */
#define GROUP_CHANGES	128
#define GROUP_OBJECTS	1024
#define GROUP_BYTES	(256 << 10)

struct pending {
	uint32_t seq;
	struct change change;
	answered_fn answered;
};

static struct {
	bool on;
	bool draining;
	int status;
	struct pending changes[GROUP_CHANGES];
	size_t n;
	size_t objects;
	char *bytes;
	size_t length;
} group;

/* Of dumps: does somebody insist, and did the table change while the last was read? */
static bool exact, interrupted;

/* The generation that a change is to find. */
static struct {
	bool given;
	bool sent;
	uint64_t generation;
} expected;

static int exchange(struct nl_msg *msg, struct answer *answer)
{
	int rc;

	*answer = (struct answer){ .seq = netlink_stamp(msg) };
	rc = netlink_send(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	return rc ?: netlink_receive(answer);
}

static int get(struct nl_msg *msg, object_fn fn, void *arg, bool missing_ok)
{
	struct answer answer = {};
	int rc = STATUS_FAILED;

	if (!msg)
		return rc;
	interrupted = false;
	group.status = exchange_drain();
	rc = exchange(msg, &answer);
	if (!rc && !(missing_ok && answer.error == ENOENT))
		rc = answer_status(&answer) ?: answer_each(&answer, fn, arg);
	answer_free(&answer);
	nlmsg_free(msg);
	return rc;
}

int exchange_get(struct nl_msg *msg, object_fn fn, void *arg)
{
	return get(msg, fn, arg, false);
}

int exchange_find(struct nl_msg *msg, object_fn fn, void *arg)
{
	return get(msg, fn, arg, true);
}

/* changed is whether the table changed while it was read; NULL if nobody wants to know. */
static int dump(struct nl_msg *msg, object_fn fn, void *arg, int tries, bool *changed)
{
	struct answer answer = {};
	int rc = STATUS_FAILED;

	if (!msg)
		return rc;
	interrupted = false;
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
	if (changed)
		*changed = answer.interrupted;
	if (!rc && answer.interrupted && changed && exact && !answer.error)
		rc = fail("in-use", "the table changed each of the %d times it was read", tries);
	if (!rc)
		rc = answer_status(&answer) ?: answer_each(&answer, fn, arg);
	answer_free(&answer);
	nlmsg_free(msg);
	return rc;
}

int exchange_dump(struct nl_msg *msg, object_fn fn, void *arg)
{
	return dump(msg, fn, arg, exact ? EXACT_TRIES : DUMP_TRIES, &interrupted);
}

int exchange_glance(struct nl_msg *msg, object_fn fn, void *arg)
{
	return dump(msg, fn, arg, 1, NULL);
}

int exchange_aside(struct nl_msg *msg, object_fn fn, void *arg)
{
	struct answer answer = {};
	int rc = STATUS_FAILED;

	if (!msg)
		return rc;
	netlink_aside(true);
	rc = netlink_open() ?: exchange(msg, &answer);
	if (answer.error)
		netlink_abandon();
	netlink_aside(false);
	if (!rc && answer.error != ENOENT)
		rc = answer_status(&answer) ?: answer_each(&answer, fn, arg);
	answer_free(&answer);
	nlmsg_free(msg);
	return rc;
}

int exchange_aside_dump(struct nl_msg *msg, object_fn fn, void *arg)
{
	if (msg)
		nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_DUMP;
	return exchange_aside(msg, fn, arg);
}

void exchange_exact(bool on)
{
	exact = on;
}

void exchange_expect(unsigned long long generation)
{
	expected.given = true;
	expected.generation = generation;
}

bool exchange_expected(void)
{
	return expected.sent;
}

bool exchange_interrupted(void)
{
	return interrupted;
}

int exchange_table(uint8_t cmd, dump_fn dump, const struct view *view, object_fn fn, void *arg)
{
	struct nl_msg *msg = netlink_message(cmd, 0);

	if (!msg)
		return STATUS_FAILED;
	put_string_if(msg, EGRESS_A_APP, view->app);
	put_string_if(msg, EGRESS_A_ORG, view->org);
	put_string_if(msg, EGRESS_A_REGION, view->region);
	put_flag_if(msg, EGRESS_A_BRIEF, view->brief);
	return dump(msg, fn, arg);
}

void exchange_pipeline(bool on)
{
	group.on = on;
}

int exchange_drain(void)
{
	int status = group.status, rc;
	size_t n = group.n;

	/* Who is told of an error may ask for what came before it. */
	if (group.draining)
		return 0;
	group.draining = true;
	rc = n ? netlink_send(group.bytes, group.length) : 0;
	for (size_t i = 0; i < n && !rc; i++) {
		const struct pending *pending = &group.changes[i];
		struct answer answer = { .seq = pending->seq };

		status = worse_status(status, pending->answered(&answer, &pending->change));
		answer_free(&answer);
	}
	status = worse_status(status, rc);
	group.n = 0;
	group.objects = 0;
	group.length = 0;
	group.status = 0;
	group.draining = false;
	return status;
}

void exchange_settle(void)
{
	if (!group.draining)
		group.status = exchange_drain();
}

static void enqueue(struct nl_msg *msg, const struct change *change, answered_fn answered,
		    unsigned int objects)
{
	size_t length = nlmsg_hdr(msg)->nlmsg_len, padded = NLMSG_ALIGN(length);

	if (group.n == GROUP_CHANGES || group.objects + objects > GROUP_OBJECTS ||
	    group.length + padded > GROUP_BYTES)
		group.status = exchange_drain();
	group.changes[group.n++] = (struct pending){
		.seq = netlink_stamp(msg),
		.change = *change,
		.answered = answered,
	};
	group.objects += objects;
	group.bytes = xrealloc(group.bytes, group.length + padded > GROUP_BYTES ?
			       group.length + padded : GROUP_BYTES);
	memcpy(group.bytes + group.length, nlmsg_hdr(msg), length);
	memset(group.bytes + group.length + length, 0, padded - length);
	group.length += padded;
}

int exchange_change(struct nl_msg *msg, const struct change *change, answered_fn answered,
		    unsigned int objects)
{
	struct answer answer;
	int rc;

	if (!msg)
		return STATUS_FAILED;
	interrupted = false;
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ECHO;
	if (expected.given) {
		put_uint(msg, EGRESS_A_GENERATION, expected.generation);
		expected.sent = true;
	}
	if (group.on) {
		enqueue(msg, change, answered, objects);
		nlmsg_free(msg);
		return 0;
	}
	answer = (struct answer){ .seq = netlink_stamp(msg) };
	rc = netlink_send(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len) ?: answered(&answer, change);
	answer_free(&answer);
	nlmsg_free(msg);
	return rc;
}
