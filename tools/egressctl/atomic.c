// SPDX-License-Identifier: GPL-2.0
/* A batch whose lines are one request, which the kernel carries out whole or not at all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "atomic.h"
#include "commands.h"
#include "output.h"
#include "pair.h"
#include "warn.h"
#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/json.h"
#include "libegress/netlink.h"
#include "libegress/request.h"

#define ATOMIC_COMMANDS \
	"machine add, set, replace and del, bind, allocate, release and app set"

/* A part of the request, what line it is of, and where it begins. */
struct part {
	unsigned int line;
	uint32_t offset;
};

static struct {
	bool on;
	bool only_adds;		/* all parts add a machine */
	bool allocates;		/* a part allocates pairs */
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
	if (command->run != machine_add && command->run != machine_set &&
	    command->run != machine_replace && command->run != machine_del &&
	    command->run != bind_machine && command->run != allocate && command->run != release &&
	    command->run != app_set)
		return fail_usage("-atomic takes %s, not '%s'", ATOMIC_COMMANDS, command->name);
	return 0;
}

int atomic_check_without(const struct command *command, bool given, const char *option)
{
	if (!atomic.on || !given)
		return 0;
	return fail_usage("%s: -atomic takes no line with %s", command->name, option);
}

struct nl_msg *atomic_part(uint8_t cmd)
{
	if (!atomic.on)
		return netlink_message(cmd, 0);
	if (!atomic.msg)
		atomic.msg = netlink_message(EGRESS_CMD_BATCH, 0);
	if (!atomic.msg)
		return NULL;
	if (!atomic.n || atomic.parts[atomic.n - 1].line != output.line)
		atomic.lines++;
	atomic.only_adds &= cmd == EGRESS_CMD_MACHINE_NEW;
	atomic.allocates |= cmd == EGRESS_CMD_PAIR_NEW;
	atomic.parts = array_grow(atomic.parts, atomic.n, sizeof(*atomic.parts));
	atomic.parts[atomic.n++] = (struct part){
		.line = output.line,
		.offset = put_request_begin(atomic.msg, cmd),
	};
	return atomic.msg;
}

int atomic_part_end(void)
{
	if (put_request_end(atomic.msg, atomic.parts[atomic.n - 1].offset))
		return 0;
	return fail_usage("the line is too long for -atomic: it makes more than 64 KB");
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
	if (*app && *region)
		warn_about(app, region);
	return 0;
}

static int lines_done(const struct answer *answer, struct json *j)
{
	if (j)
		json_add_unsigned(j, "lines", atomic.lines);
	else
		printf("%zu lines done, as one change\n", atomic.lines);
	return answer_each(answer, note_place, NULL) ?:
	       atomic.allocates ? pairs_made(answer, j) : 0;
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
