// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <ifaddrs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "inside.h"
#include "output.h"
#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/machine.h"
#include "libegress/netns.h"
#include "libegress/parse.h"

/* Namespaces that have been looked into. */
struct seen {
	ino_t *v;
	size_t n;
};

static bool seen_before(struct seen *seen, ino_t inode)
{
	for (size_t i = 0; i < seen->n; i++)
		if (seen->v[i] == inode)
			return true;
	seen->v = array_grow(seen->v, seen->n, sizeof(*seen->v));
	seen->v[seen->n++] = inode;
	return false;
}

static bool owns(const struct ifaddrs *ifas, const struct addr *addr)
{
	for (; ifas; ifas = ifas->ifa_next) {
		const struct sockaddr *sa = ifas->ifa_addr;
		const void *bytes;

		if (!sa || sa->sa_family != (addr->len == 4 ? AF_INET : AF_INET6))
			continue;
		bytes = addr->len == 4 ? (void *)&((struct sockaddr_in *)sa)->sin_addr :
					 (void *)&((struct sockaddr_in6 *)sa)->sin6_addr;
		if (!memcmp(bytes, addr->bytes, addr->len))
			return true;
	}
	return false;
}

/* How many of the machine's addresses the namespace has that we are in. */
static size_t count_owned(struct inside *inside, const struct machine *machine)
{
	struct ifaddrs *ifas;
	size_t n = 0;

	if (getifaddrs(&ifas))
		return 0;
	for (size_t i = 0; i < machine->n_addrs; i++) {
		const struct addr *addr = &machine->addrs[i];
		struct addr *to = addr->len == 4 ? &inside->v4 : &inside->v6;

		if (!owns(ifas, addr))
			continue;
		n++;
		if (!to->len)
			*to = *addr;
	}
	freeifaddrs(ifas);
	return n;
}

/* Look into a namespace and come back. */
static size_t look(struct inside *inside, const struct machine *machine, int home)
{
	size_t n;

	if (setns(inside->fd, CLONE_NEWNET))
		return 0;
	n = count_owned(inside, machine);
	if (setns(home, CLONE_NEWNET))
		abort();	/* what follows would happen somewhere else */
	return n;
}

static void name_it(struct inside *inside, const char *path)
{
	char comm[32] = "", file[64];
	FILE *from;
	int pid;

	if (sscanf(path, "/proc/%d/", &pid) != 1) {
		snprintf(inside->name, sizeof(inside->name), "%s", strrchr(path, '/') + 1);
		return;
	}
	snprintf(file, sizeof(file), "/proc/%d/comm", pid);
	from = fopen(file, "re");
	if (from) {
		if (fgets(comm, sizeof(comm), from))
			comm[strcspn(comm, "\n")] = '\0';
		fclose(from);
	}
	snprintf(inside->name, sizeof(inside->name), "%s (process %d)", comm, pid);
}

/* The best of those that match; more than one with as many addresses is none. */
struct search {
	struct inside best;
	size_t owned;
	char other[64];		/* as good as the best */
	struct seen seen;
};

static void search_in(struct search *search, const char *pattern, const struct machine *machine,
		      int home)
{
	glob_t paths;

	if (glob(pattern, GLOB_NOSORT, NULL, &paths))
		return;
	for (size_t i = 0; i < paths.gl_pathc; i++) {
		struct inside here = {};
		struct stat st;
		size_t owned;

		/* Processes come and go. */
		here.fd = open(paths.gl_pathv[i], O_RDONLY | O_CLOEXEC);
		if (here.fd < 0)
			continue;
		if (fstat(here.fd, &st) || seen_before(&search->seen, st.st_ino)) {
			close(here.fd);
			continue;
		}
		owned = look(&here, machine, home);
		name_it(&here, paths.gl_pathv[i]);
		if (owned && owned == search->owned)
			memcpy(search->other, here.name, sizeof(here.name));
		if (owned <= search->owned) {
			close(here.fd);
			continue;
		}
		if (search->best.fd >= 0)
			close(search->best.fd);
		search->best = here;
		search->owned = owned;
		*search->other = '\0';
	}
	globfree(&paths);
}

static int find_owner(struct inside *inside, const struct machine *machine, int home)
{
	struct search search = { .best.fd = -1 };
	char text[ADDR_TEXT];

	search_in(&search, "/run/netns/*", machine, home);
	search_in(&search, "/proc/[0-9]*/ns/net", machine, home);
	free(search.seen.v);
	addr_text(&machine->addrs[0], text);
	if (!search.owned)
		return fail("not-found", "no network namespace here has %s: %s %s to ADDR'", text,
			    "choose with --netns, or for a VM ask 'egressctl get from", text);
	*inside = search.best;
	if (*search.other) {
		close(inside->fd);
		return fail("invalid", "%s is in two network namespaces, '%s' and '%s': %s", text,
			    inside->name, search.other, "choose with --netns");
	}
	return 0;
}

static int home_fd = -1;

int inside_find(struct inside *inside, const struct machine *machine, const char *netns)
{
	char text[ADDR_TEXT];
	int rc;

	home_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home_fd < 0)
		return fail("invalid", "/proc/self/ns/net: %s", strerror(errno));
	if (!netns)
		return find_owner(inside, machine, home_fd);
	*inside = (struct inside){};
	rc = netns_open(netns, &inside->fd);
	if (rc)
		return rc;
	snprintf(inside->name, sizeof(inside->name), "%s", netns);
	if (look(inside, machine, home_fd))
		return 0;
	close(inside->fd);
	return fail("not-found", "network namespace '%s' does not have %s", netns,
		    addr_text(&machine->addrs[0], text));
}

int inside_socket(const struct inside *inside, uint8_t family_len)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd, rc;

	if (setns(inside->fd, CLONE_NEWNET))
		return -1;
	fd = socket(family_len == 4 ? AF_INET : AF_INET6,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (setns(home_fd, CLONE_NEWNET))
		abort();
	if (fd < 0)
		return -1;
	memcpy(&sin.sin_addr, inside->v4.bytes, sizeof(sin.sin_addr));
	memcpy(&sin6.sin6_addr, inside->v6.bytes, sizeof(sin6.sin6_addr));
	rc = family_len == 4 ? bind(fd, (struct sockaddr *)&sin, sizeof(sin)) :
			       bind(fd, (struct sockaddr *)&sin6, sizeof(sin6));
	if (!rc)
		return fd;
	rc = errno;
	close(fd);
	errno = rc;
	return -1;
}
