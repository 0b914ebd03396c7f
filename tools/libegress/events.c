// SPDX-License-Identifier: GPL-2.0
/* A socket of its own: answers to requests would stand in the way. */
#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/events.h"
#include "libegress/netlink.h"

#define LARGEST_EVENT	(64 << 10)

static struct nl_sock *sock;

int events_open(void)
{
	int group, rc = netlink_open();

	if (rc || sock)
		return rc;
	sock = nl_socket_alloc();
	if (!sock)
		out_of_memory();
	rc = genl_connect(sock);
	group = rc ?: genl_ctrl_resolve_grp(sock, EGRESS_FAMILY_NAME, EGRESS_MCGRP_EVENTS);
	rc = group < 0 ? group : nl_socket_add_membership(sock, group);
	if (rc == -NLE_PERM)
		return fail("permission",
			    "needs CAP_NET_ADMIN in the initial user namespace: run as root");
	return rc ? fail("invalid", "listening to events: %s", nl_geterror(rc)) : 0;
}

int events_read(int timeout, object_fn fn, void *arg, bool *lost)
{
	static char buffer[LARGEST_EVENT] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct pollfd fd = { .fd = nl_socket_get_fd(sock), .events = POLLIN };
	struct answer answer = { .messages = buffer };
	ssize_t length;

	*lost = false;
	if (poll(&fd, 1, timeout) < 0 && errno != EINTR)
		return fail("invalid", "waiting for events: %s", strerror(errno));
	length = recv(fd.fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	if (length < 0) {
		*lost = errno == ENOBUFS;
		if (*lost || errno == EAGAIN || errno == EINTR)
			return 0;
		return fail("invalid", "reading events: %s", strerror(errno));
	}
	answer.length = length;
	return answer_each(&answer, fn, arg);
}
