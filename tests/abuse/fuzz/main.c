// SPDX-License-Identifier: GPL-2.0
/*
 * Hostile messages to the family "egress" of this network namespace.
 *
 * usage: netlink_fuzz MODE MESSAGES [SEED]
 *
 *   noise    random bytes after headers that are right
 *   invalid  as the specification has them but for one thing that nobody may accept
 *   single   with things wrong that may matter or not, one by one
 *   mixed    the same, many at once, while dumps run and events are listened to
 *   denied   all of these, from somebody who may not ask for anything
 *
 * Each message must have an answer and each refusal a reason. What is refused has
 * changed nothing: state is compared before and after, in noise and invalid for
 * groups of messages, in single for each.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define GROUP		10000	/* messages between two looks at the state */
#define LEARN		20000	/* messages between two looks for values */
#define TRIES		50	/* for a state that rests */
#define ERRORS		4096

struct mode {
	const char *name;
	void (*make)(struct message *msg);
	void (*run)(unsigned long n);
	bool denied;
};

static const struct mode *mode;
static int sock;
static unsigned char batch[MESSAGE_MAX * 2 + NLMSG_HDRLEN];
static unsigned long sent, accepted, changes, errors[ERRORS];

static void hopeless(struct message *msg)
{
	grammatical(msg);
	spoil_surely(msg);
}

static void doubtful(struct message *msg)
{
	grammatical(msg);
	if (chance(80))
		spoil(msg);
}

static void anything(struct message *msg)
{
	static void (*const makes[])(struct message *msg) = { noise, hopeless, doubtful };

	makes[below(3)](msg);
}

static void give_up(const struct message *msg, const char *what)
{
	const struct command_spec *spec = command(msg->cmd);
	size_t len = encode(msg, batch), i;

	fprintf(stderr, "%s, flags 0x%x:", spec ? spec->name : "an unknown command", msg->flags);
	for (i = 0; i < len && i < 512; i++)
		fprintf(stderr, "%s%02x", i % 4 ? "" : " ", batch[i]);
	fprintf(stderr, "\n");
	die("message %lu of %s: %s", sent, mode->name, what);
}

/* What the kernel itself refuses comes without words. */
static bool needs_words(const struct message *msg, int error)
{
	return error != -EOPNOTSUPP && error != -ENOMEM &&
		(error != -EBUSY || (msg->flags & NLM_F_DUMP) != NLM_F_DUMP);
}

/* Has a message flags that have no meaning for any command? */
static bool odd_flags(const struct message *msg)
{
	unsigned int flags = msg->flags & ~(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO);

	return flags && flags != NLM_F_DUMP;
}

/* For want of permission, before anything but the header is looked at. */
static bool may_be_denied(const struct message *msg, int error)
{
	return error == -EPERM || error == -EOPNOTSUPP ||
		(error == -EINVAL && (!command(msg->cmd) || odd_flags(msg)));
}

static void judge(const struct message *msg, const struct answer *answer)
{
	sent++;
	if (mode->denied) {
		if (answer->data || !may_be_denied(msg, answer->error))
			give_up(msg, answer->error ? strerror(-answer->error) : "not refused");
	} else if (!answer->error) {
		accepted++;
		changes += msg->changes;
		if (msg->invalid)
			give_up(msg, "accepted");
	} else if (!answer->said && needs_words(msg, answer->error)) {
		give_up(msg, "refused without a word");
	}
	errors[-answer->error % ERRORS]++;
}

/* Return: how many were sent. */
static unsigned int send_batch(unsigned int n)
{
	static struct message msgs[BATCH];
	struct answer answers[BATCH + 1];
	struct nlmsghdr *nlh;
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < n && len < sizeof(batch) - NLMSG_HDRLEN - MESSAGE_MAX; i++) {
		mode->make(&msgs[i]);
		nlh = (struct nlmsghdr *)(batch + len);
		len += encode(&msgs[i], nlh);
		nlh->nlmsg_seq = i + 1;
	}
	n = i;
	exchange(sock, batch, len, n, answers);
	for (i = 0; i < n; i++)
		judge(&msgs[i], &answers[i + 1]);
	return n;
}

/* What was released in peace may go at any time; wait until nothing does. */
static void at_rest(struct snapshot *snap)
{
	static struct snapshot later;
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		take_snapshot(sock, snap);
		usleep(1000);
		take_snapshot(sock, &later);
		if (same_state(snap, &later))
			return;
		usleep(10000);
	}
	die("the state does not come to rest");
}

static void run_groups(unsigned long n)
{
	static struct snapshot before, after;
	unsigned long end, had;

	while (sent < n) {
		learn(sock);
		at_rest(&before);
		had = changes;
		for (end = sent + GROUP < n ? sent + GROUP : n; sent < end;)
			send_batch(end - sent < BATCH ? end - sent : BATCH);
		take_snapshot(sock, &after);
		if (had != changes || same_state(&before, &after))
			continue;
		show_difference(&before, &after);
		die("refused messages have changed something, up to %lu of %s", sent, mode->name);
	}
}

static void without_drain(struct message *msg)
{
	unsigned int i;

	do {
		doubtful(msg);
		for (i = 0; i < msg->n; i++)
			if ((msg->part[i].type & NLA_TYPE_MASK) == EGRESS_A_DRAIN)
				break;
	} while (i < msg->n);
}

static struct answer send_one(const struct message *msg)
{
	struct answer answers[2];
	size_t len = encode(msg, batch);

	((struct nlmsghdr *)batch)->nlmsg_seq = 1;
	exchange(sock, batch, len, 1, answers);
	return answers[1];
}

static void run_single(unsigned long n)
{
	static struct snapshot before, after;
	static struct message msg;
	struct answer answer;
	unsigned int i;

	at_rest(&before);
	while (sent < n) {
		if (sent % 100 == 0)
			learn(sock);
		mode->make(&msg);
		answer = send_one(&msg);
		judge(&msg, &answer);
		take_snapshot(sock, &after);
		/* A connection may have ended meanwhile: then again. */
		for (i = 0; answer.error && !same_state(&before, &after); i++) {
			if (i == 5) {
				show_difference(&before, &after);
				give_up(&msg, "refused, and has changed something");
			}
			at_rest(&before);
			answer = send_one(&msg);
			take_snapshot(sock, &after);
		}
		if (!answer.error)
			at_rest(&before);
	}
}

static void run_mixed(unsigned long n)
{
	int slow = open_socket(), events = open_socket();
	unsigned long learnt = 0, dumps = 0, broken = 0, heard = 0;
	struct message msg;
	bool running = false;
	char buf[65536];

	join_events(events);
	while (sent < n) {
		if (!learnt || sent - learnt > LEARN) {
			learn(sock);
			learnt = sent;
		}
		if (!running && chance(20)) {
			do {
				grammatical(&msg);
			} while ((msg.flags & NLM_F_DUMP) != NLM_F_DUMP);
			if (chance(20))
				spoil(&msg);
			running = dump_start(slow, &msg);
			dumps += running;
		}
		send_batch(1 + below(n - sent < BATCH ? n - sent : BATCH));
		if (running && chance(20)) {
			close(slow);
			slow = open_socket();
			running = false;
			broken++;
		} else if (running) {
			running = dump_part(slow, NULL, NULL);
		}
		while (recv(events, buf, sizeof(buf), MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
			heard++;
	}
	printf("ok: %lu dumps went on while changes were made, %lu broken off, %lu events heard\n",
	       dumps, broken, heard);
	close(slow);
	close(events);
}

static void run_denied(unsigned long n)
{
	while (sent < n)
		send_batch(n - sent < 16 ? n - sent : 16);
}

static const struct mode modes[] = {
	{ "noise", noise, run_groups, false },
	{ "invalid", hopeless, run_groups, false },
	{ "single", without_drain, run_single, false },
	{ "mixed", doubtful, run_mixed, false },
	{ "denied", anything, run_denied, true },
};

int main(int argc, char **argv)
{
	unsigned int i;

	for (i = 0; argc > 2 && i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(argv[1], modes[i].name))
			mode = &modes[i];
	if (!mode) {
		fprintf(stderr,
			"usage: netlink_fuzz noise|invalid|single|mixed|denied MESSAGES [SEED]\n");
		return 1;
	}
	random_seed(argc > 3 ? strtoull(argv[3], NULL, 0) : time(NULL) * 1000ull + getpid() % 1000);
	find_family();
	sock = open_socket();
	mode->run(strtoul(argv[2], NULL, 0));
	printf("ok: %s, seed %llu: %lu messages, %lu carried out, %lu of these changes;",
	       mode->name, (unsigned long long)seed, sent, accepted, changes);
	for (i = 1; i < ERRORS; i++)
		if (errors[i])
			printf(" %s %lu", strerrorname_np(i), errors[i]);
	printf("\n");
	return 0;
}
