// SPDX-License-Identifier: GPL-2.0
/* A batch whose lines are one request, which the kernel carries out whole or not at all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "atomic.h"
#include "commands.h"
#include "output.h"
#include "warn.h"
#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/json.h"
#include "libegress/netlink.h"
#include "libegress/request.h"

/* A part of the request, what line it is of, and where it begins. */
struct part {
	unsigned int line;
	uint32_t offset;
};

static struct {
	bool on;
	bool only_adds;		/* all parts add a machine */
	struct nl_msg *msg;
	struct part *parts;
	size_t n;
	size_t lines;
} atomic;

void atomic_begin(void)
{
	atomic.on = true;
	atomic.only_adds = true;
}

bool atomic_on(void)
{
	return atomic.on;
}

int atomic_check(const struct command *command)
{
	if (command->run != machine_add && command->run != machine_del &&
	    command->run != release)
		return fail_usage("-atomic takes machine add, machine del and release, not '%s'",
				  command->name);
	return 0;
}

struct nl_msg *atomic_part(uint8_t cmd)
{
	if (!atomic.msg)
		atomic.msg = netlink_message(EGRESS_CMD_BATCH, 0);
	if (!atomic.msg)
		return NULL;
	if (!atomic.n || atomic.parts[atomic.n - 1].line != output.line)
		atomic.lines++;
	atomic.only_adds &= cmd == EGRESS_CMD_MACHINE_NEW;
	atomic.parts = array_grow(atomic.parts, atomic.n, sizeof(*atomic.parts));
	atomic.parts[atomic.n++] = (struct part){
		.line = output.line,
		.offset = put_request_begin(atomic.msg, cmd),
	};
	return atomic.msg;
}

void atomic_part_end(void)
{
	put_request_end(atomic.msg, atomic.parts[atomic.n - 1].offset);
}

unsigned int atomic_line(uint32_t offset)
{
	unsigned int line = output.line;

	for (size_t i = 0; i < atomic.n && atomic.parts[i].offset <= offset; i++)
		line = atomic.parts[i].line;
	return line;
}

/* What has lost something may need more. */
static int note_place(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	char app[EGRESS_NAME_MAX + 1], region[EGRESS_REGION_MAX + 1];

	get_string(attrs, EGRESS_A_APP, app, sizeof(app));
	get_string(attrs, EGRESS_A_REGION, region, sizeof(region));
	if (*app)
		warn_about(app, region);
	return 0;
}

static int lines_done(const struct answer *answer, struct json *j)
{
	if (j)
		json_add_unsigned(j, "lines", atomic.lines);
	else
		printf("%zu lines done, as one change\n", atomic.lines);
	return answer_each(answer, note_place, NULL);
}

int atomic_end(int rc)
{
	struct nl_msg *msg = atomic.msg;

	if (!rc && msg)
		rc = change(msg, atomic.only_adds ? change_counted : lines_done, atomic.n);
	else if (msg)
		nlmsg_free(msg);
	free(atomic.parts);
	memset(&atomic, 0, sizeof(atomic));
	return rc;
}
