// SPDX-License-Identifier: GPL-2.0
/* A batch whose lines are one request, which the kernel carries out whole or not at all. */
#include <stdlib.h>
#include <string.h>

#include "atomic.h"
#include "commands.h"
#include "output.h"
#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/netlink.h"

/* A line, and where its part of the request begins. */
struct part {
	unsigned int line;
	uint32_t offset;
};

static struct {
	bool on;
	const struct command *command;	/* that all lines are; NULL before the first */
	char *options;
	made_fn made;
	struct nl_msg *msg;
	struct part *parts;
	size_t n;
} atomic;

void atomic_begin(void)
{
	atomic.on = true;
}

bool atomic_on(void)
{
	return atomic.on;
}

int atomic_check(const struct command *command)
{
	if (command->run != machine_add && command->run != machine_del &&
	    command->run != release)
		return fail_usage("-atomic takes machine add, machine del or release, not '%s'",
				  command->name);
	if (atomic.command && atomic.command != command)
		return fail_usage("-atomic takes one command: this is '%s', the first is '%s'",
				  command->name, atomic.command->name);
	return 0;
}

struct nl_msg *atomic_part(const struct command *command, uint8_t cmd, const char *options,
			   made_fn made)
{
	if (!atomic.msg) {
		atomic.msg = netlink_message(cmd, 0);
		atomic.command = command;
		atomic.options = xstrdup(options);
		atomic.made = made;
	} else if (strcmp(atomic.options, options)) {
		fail_usage("-atomic takes '%s' with the same options in all lines", command->name);
		return NULL;
	}
	if (!atomic.msg)
		return NULL;
	atomic.parts = array_grow(atomic.parts, atomic.n, sizeof(*atomic.parts));
	atomic.parts[atomic.n++] = (struct part){
		.line = output.line,
		.offset = nlmsg_hdr(atomic.msg)->nlmsg_len,
	};
	return atomic.msg;
}

unsigned int atomic_line(uint32_t offset)
{
	unsigned int line = output.line;

	for (size_t i = 0; i < atomic.n && atomic.parts[i].offset <= offset; i++)
		line = atomic.parts[i].line;
	return line;
}

bool atomic_is_first(void)
{
	return atomic.n == 1;
}

int atomic_end(int rc)
{
	struct nl_msg *msg = atomic.msg;

	if (!rc && msg)
		rc = change(msg, atomic.made, atomic.n);
	else if (msg)
		nlmsg_free(msg);
	free(atomic.options);
	free(atomic.parts);
	memset(&atomic, 0, sizeof(atomic));
	return rc;
}
