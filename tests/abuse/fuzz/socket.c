// SPDX-License-Identifier: GPL-2.0
/* Netlink sockets: many messages in one go, and what became of each. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

#define BUFFER	(64 << 20)

static unsigned short family;
static unsigned int group;

void die(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "netlink_fuzz: ");
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, " (--seed %llu)\n", (unsigned long long)seed);
	exit(1);
}

int open_socket(void)
{
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int one = 1, size = BUFFER;

	if (sock < 0)
		die("socket: %s", strerror(errno));
	/* Only the host's root may have as much. */
	setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(sock, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	if (setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)) ||
	    setsockopt(sock, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)))
		die("setsockopt: %s", strerror(errno));
	return sock;
}

static void sendall(int sock, const void *data, size_t len)
{
	if (send(sock, data, len, 0) != (ssize_t)len)
		die("send %zu bytes: %s", len, strerror(errno));
}

/* One datagram, of at most @size bytes. */
static size_t receive(int sock, void *buf, size_t size)
{
	ssize_t len = recv(sock, buf, size, MSG_TRUNC);

	if (len < 0)
		die("recv: %s", strerror(errno));
	if ((size_t)len > size)
		die("a datagram of %zd bytes", len);
	return len;
}

static const struct nlattr *find(const void *data, size_t len, unsigned int type)
{
	const struct nlattr *attr;

	for (; len >= NLA_HDRLEN; data = (const char *)data + NLA_ALIGN(attr->nla_len)) {
		attr = data;
		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > len)
			die("the kernel sent a malformed attribute");
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
		if ((size_t)NLA_ALIGN(attr->nla_len) >= len)
			break;
		len -= NLA_ALIGN(attr->nla_len);
	}
	return NULL;
}

static const void *payload(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

void find_family(void)
{
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr genl;
		struct nlattr attr;
		char name[8];
	} ask = {
		.nlh = { sizeof(ask), GENL_ID_CTRL, NLM_F_REQUEST, 1, 0 },
		.genl = { CTRL_CMD_GETFAMILY, 1, 0 },
		.attr = { NLA_HDRLEN + sizeof("egress"), CTRL_ATTR_FAMILY_NAME },
		.name = "egress",
	};
	const struct nlattr *attr, *groups;
	struct nlmsghdr *nlh;
	char buf[32768];
	int sock = open_socket();

	sendall(sock, &ask, sizeof(ask));
	receive(sock, buf, sizeof(buf));
	nlh = (struct nlmsghdr *)buf;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		die("there is no family 'egress'");
	attr = find(buf + NLMSG_HDRLEN + GENL_HDRLEN, nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN,
		    CTRL_ATTR_FAMILY_ID);
	groups = find(buf + NLMSG_HDRLEN + GENL_HDRLEN, nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN,
		      CTRL_ATTR_MCAST_GROUPS);
	if (!attr || !groups)
		die("the family has no number or no group");
	memcpy(&family, payload(attr), sizeof(family));
	attr = payload(groups);		/* the first of them */
	attr = find(payload(attr), attr->nla_len - NLA_HDRLEN, CTRL_ATTR_MCAST_GRP_ID);
	memcpy(&group, payload(attr), sizeof(group));
	close(sock);
}

void join_events(int sock)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };

	/* One without a number gets none. */
	if (bind(sock, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(sock, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		die("join the events: %s", strerror(errno));
}

/* A request's headers; its length is the caller's to complete. */
size_t put_header(void *to, unsigned int flags, unsigned int seq, unsigned int cmd)
{
	struct nlmsghdr nlh = {
		.nlmsg_type = family,
		.nlmsg_flags = NLM_F_REQUEST | flags,
		.nlmsg_seq = seq,
		.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN,
	};
	struct genlmsghdr genl = { .cmd = cmd, .version = EGRESS_FAMILY_VERSION };

	memcpy(to, &nlh, sizeof(nlh));
	memcpy((char *)to + NLMSG_HDRLEN, &genl, sizeof(genl));
	return nlh.nlmsg_len;
}

static void read_error(const struct nlmsghdr *nlh, size_t asked, struct answer *answer)
{
	const struct nlmsgerr *err = NLMSG_DATA(nlh);
	const char *tlvs = (const char *)(err + 1);
	size_t len = (const char *)nlh + nlh->nlmsg_len - tlvs;
	const struct nlattr *attr;
	uint32_t at;

	answer->came = true;
	answer->error = err->error;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	attr = find(tlvs, len, NLMSGERR_ATTR_MSG);
	if (attr) {
		if (attr->nla_len < NLA_HDRLEN + 2 ||
		    strnlen(payload(attr), attr->nla_len - NLA_HDRLEN) !=
				attr->nla_len - NLA_HDRLEN - 1u)
			die("a message for people is no string");
		answer->said = true;
	}
	attr = find(tlvs, len, NLMSGERR_ATTR_OFFS);
	if (attr) {
		memcpy(&at, payload(attr), sizeof(at));
		if (at < NLMSG_HDRLEN + GENL_HDRLEN || at >= asked)
			die("the attribute to blame is at %u of %zu bytes", at, asked);
	}
}

/*
 * Send @n messages, numbered from 1, and wait until each has its answer. There is
 * room for one more, which is answered last; a dump goes on after it.
 */
void exchange(int sock, void *batch, size_t len, unsigned int n, struct answer *answers)
{
	struct nlmsghdr last = { NLMSG_HDRLEN, NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, n + 1, 0 };
	static unsigned char buf[1 << 18];
	size_t size[BATCH + 1] = {};
	bool dumps[BATCH + 1] = {}, done = false;
	const struct nlmsghdr *nlh = batch;
	unsigned int i, seq, running = 0;
	size_t left;

	for (left = len; left; left -= NLMSG_ALIGN(nlh->nlmsg_len),
	     nlh = (const void *)((const char *)nlh + NLMSG_ALIGN(nlh->nlmsg_len))) {
		size[nlh->nlmsg_seq] = nlh->nlmsg_len;
		dumps[nlh->nlmsg_seq] = (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	}
	memset(answers, 0, (n + 1) * sizeof(*answers));
	memcpy((char *)batch + len, &last, sizeof(last));
	sendall(sock, batch, len + sizeof(last));
	while (!done || running) {
		left = receive(sock, buf, sizeof(buf));
		for (nlh = (void *)buf; NLMSG_OK(nlh, left); nlh = NLMSG_NEXT(nlh, left)) {
			seq = nlh->nlmsg_seq;
			if (seq > n) {
				done = true;
				for (i = 1; i <= n; i++) {
					if (answers[i].came)
						continue;
					if (!dumps[i])
						die("message %u of %u got no answer", i, n);
					running++;
				}
				continue;
			}
			if (nlh->nlmsg_type != NLMSG_ERROR && nlh->nlmsg_type != NLMSG_DONE) {
				answers[seq].data = true;
				continue;
			}
			if (done)
				running--;
			answers[seq].came = true;
			if (nlh->nlmsg_type == NLMSG_ERROR)
				read_error(nlh, size[seq], &answers[seq]);
		}
	}
}

/* Begin a dump whose parts are read one by one. Return: it has begun. */
bool dump_start(int sock, const struct message *msg)
{
	static unsigned char buf[MESSAGE_MAX];
	size_t len = encode(msg, buf);
	struct nlmsghdr *nlh = (void *)buf;

	nlh->nlmsg_seq = 1;
	sendall(sock, buf, len);
	return (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
}

/*
 * Return: there is more to come.
 * A part is as long as the longest buffer that the socket was ever read with, up to 32 KB.
 */
bool dump_part(int sock, void (*each)(const struct nlmsghdr *nlh, void *arg), void *arg)
{
	static unsigned char buf[1 << 16];
	const struct nlmsghdr *nlh = (void *)buf;
	size_t left = receive(sock, buf, sizeof(buf));

	for (; NLMSG_OK(nlh, left); nlh = NLMSG_NEXT(nlh, left)) {
		if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE)
			return false;
		if (each)
			each(nlh, arg);
	}
	return true;
}
