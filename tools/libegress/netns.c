// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "libegress/error.h"
#include "libegress/netns.h"

int netns_open(const char *name, int *fd)
{
	char path[PATH_MAX];
	int length;

	length = snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : "/run/netns/", name);
	if (length >= (int)sizeof(path))
		return fail_usage("network namespace '%.20s...': the name is too long", name);
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd >= 0)
		return 0;
	if (errno == ENOENT)
		return fail("not-found", "no network namespace '%s': see 'ip netns list'", name);
	return fail("invalid", "network namespace '%s': %s", name, strerror(errno));
}

int netns_enter(const char *name)
{
	int fd, rc = netns_open(name, &fd);

	if (rc)
		return rc;
	if (setns(fd, CLONE_NEWNET))
		rc = fail(errno == EPERM ? "permission" : "invalid",
			  "entering network namespace '%s': %s%s", name, strerror(errno),
			  errno == EPERM ? ": run as root" : "");
	close(fd);
	return rc;
}
