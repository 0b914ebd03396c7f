// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink socket. The kernel carries a request out inside
 * sendmsg(), so the answer is there when that returns.
 */
#include <errno.h>
#include <limits.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/netlink.h"
#include "libegress/request.h"
#include "libegress/version.h"

/* Ten thousand prefixes in one message out, a thousand messages in. */
#define SOCKET_BUFFER	(8 << 20)
#define LARGEST_MESSAGE	(64 << 10)	/* that the kernel sends */
#define PATIENCE	30		/* seconds */

struct line {
	struct nl_sock *sock;
	bool ready;
	int lost;	/* why no more answers come, a negative error number */
};

/* The second one is for what is asked while answers are outstanding. */
static struct line lines[2], *line = lines;
static int family;

static struct nla_policy policy[EGRESS_A_MAX + 1] = {
	[EGRESS_A_GENERATION]	= UINT_POLICY,
	[EGRESS_A_REGION]	= { .type = NLA_STRING },
	[EGRESS_A_APP]		= { .type = NLA_STRING },
	[EGRESS_A_MACHINE]	= { .type = NLA_STRING },
	[EGRESS_A_PREFIX]	= { .type = NLA_NESTED },
	[EGRESS_A_DEV]		= { .type = NLA_STRING },
	[EGRESS_A_SLOT_FIRST]	= { .type = NLA_U32 },
	[EGRESS_A_SLOT_LAST]	= { .type = NLA_U32 },
	[EGRESS_A_COUNT]	= { .type = NLA_U32 },
	[EGRESS_A_ADDR]		= { .type = NLA_NESTED },
	[EGRESS_A_V4]		= { .minlen = 4, .maxlen = 4 },
	[EGRESS_A_V6]		= { .minlen = 16, .maxlen = 16 },
	[EGRESS_A_PAIR_ID]	= UINT_POLICY,
	[EGRESS_A_SCOPE]	= { .type = NLA_U32 },
	[EGRESS_A_BLOCK_SIZE]	= { .type = NLA_U32 },
	[EGRESS_A_SLOT]		= { .type = NLA_U32 },
	[EGRESS_A_SLOTS]	= { .type = NLA_U32 },
	[EGRESS_A_PORT_FIRST]	= { .type = NLA_U16 },
	[EGRESS_A_PORT_LAST]	= { .type = NLA_U16 },
	[EGRESS_A_PAIRS]	= { .type = NLA_U32 },
	[EGRESS_A_MACHINES]	= { .type = NLA_U32 },
	[EGRESS_A_WAITING]	= { .type = NLA_U32 },
	[EGRESS_A_CONNECTIONS]	= UINT_POLICY,
	[EGRESS_A_DESTINATIONS]	= UINT_POLICY,
	[EGRESS_A_CREATED]	= UINT_POLICY,
	[EGRESS_A_LIMIT]	= { .type = NLA_U32 },
	[EGRESS_A_ON_LIMIT]	= { .type = NLA_U32 },
	[EGRESS_A_ON_NONE]	= { .type = NLA_U32 },
	[EGRESS_A_ON_NONE_V6]	= { .type = NLA_U32 },
	[EGRESS_A_EXCLUDE]	= { .type = NLA_NESTED },
	[EGRESS_A_STATS]	= { .type = NLA_NESTED },
	[EGRESS_A_DESTINATION]	= { .type = NLA_NESTED },
	[EGRESS_A_REFUSED]	= UINT_POLICY,
	[EGRESS_A_IDLE]		= { .type = NLA_U32 },
	[EGRESS_A_SOURCE]	= { .type = NLA_NESTED },
	[EGRESS_A_SOURCE_PORT]	= { .type = NLA_U16 },
	[EGRESS_A_VERDICT]	= { .type = NLA_U32 },
	[EGRESS_A_RULE]		= { .type = NLA_U32 },
	[EGRESS_A_WARNING]	= { .type = NLA_U32 },
	[EGRESS_A_TEXT]		= { .type = NLA_STRING },
	[EGRESS_A_UNTOLD]	= { .type = NLA_U32 },
	[EGRESS_A_FROM]		= { .type = NLA_NESTED },
	[EGRESS_A_SLOTS_LINGERING] = { .type = NLA_U32 },
	[EGRESS_A_STATE]	= { .type = NLA_U32 },
	[EGRESS_A_SET_ID]		= UINT_POLICY,
	[EGRESS_A_PREFIXES]	= UINT_POLICY,
	[EGRESS_A_CONFLICT_V4]	= { .minlen = 6, .maxlen = 6 },
	[EGRESS_A_CONFLICT_V6]	= { .minlen = 6, .maxlen = 6 },
	[EGRESS_A_CUT]		= UINT_POLICY,
	[EGRESS_A_ADOPTED]	= { .type = NLA_U32 },
	[EGRESS_A_KNOWN]	= { .type = NLA_U32 },
	[EGRESS_A_STRANGERS]	= { .type = NLA_U32 },
	[EGRESS_A_NO_ROOM]	= { .type = NLA_U32 },
	[EGRESS_A_NO_MEMORY]	= { .type = NLA_U32 },
	[EGRESS_A_ON_UNALLOCATED]	= { .type = NLA_U32 },
	[EGRESS_A_ORG]		= { .type = NLA_STRING },
};

/* As large as may be; without the right to exceed the system's bound, that. */
static void set_buffer(int option, int force, int size)
{
	int fd = nl_socket_get_fd(line->sock);

	if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, option, &size, sizeof(size));
}

static int connect_to_family(void)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	int fd, on = 1;

	if (genl_connect(line->sock))
		return fail("invalid", "generic netlink socket: %s", strerror(errno));
	family = genl_ctrl_resolve(line->sock, EGRESS_FAMILY_NAME);
	/* To libnl it is not there either when the kernel had no memory to tell of it. */
	if (family == -NLE_OBJ_NOTFOUND &&
	    (!access("/sys/module/" EGRESS_FAMILY_NAME, F_OK) || errno != ENOENT))
		return fail("invalid", "the kernel said nothing of the family '%s': no memory?",
			    EGRESS_FAMILY_NAME);
	if (family == -NLE_OBJ_NOTFOUND)
		return fail("no-module", "the egress module is not loaded: run 'modprobe egress'");
	if (family < 0)
		return fail("invalid", "asking for the family '%s': %s",
			    EGRESS_FAMILY_NAME, nl_geterror(family));

	fd = nl_socket_get_fd(line->sock);
	set_buffer(SO_RCVBUF, SO_RCVBUFFORCE, SOCKET_BUFFER);
	set_buffer(SO_SNDBUF, SO_SNDBUFFORCE, SOCKET_BUFFER);
	nl_socket_disable_msg_peek(line->sock);
	if (nl_socket_set_msg_buf_size(line->sock, LARGEST_MESSAGE) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		return fail("invalid", "generic netlink socket: %s", strerror(errno));
	return 0;
}

int netlink_open(void)
{
	int rc;

	if (line->ready)
		return 0;
	/* A new one: to libnl, the numbers of one that was closed don't fit. */
	nl_socket_free(line->sock);
	line->sock = nl_socket_alloc();
	if (!line->sock)
		out_of_memory();
	rc = connect_to_family();
	line->ready = !rc;
	return rc;
}

struct nl_msg *netlink_message(uint8_t cmd, int flags)
{
	struct nl_msg *msg;

	if (netlink_open())
		return NULL;
	msg = nlmsg_alloc();
	if (!msg || !genlmsg_put(msg, nl_socket_get_local_port(line->sock), 0, family, 0,
				 NLM_F_REQUEST | NLM_F_ACK | flags, cmd, EGRESS_FAMILY_VERSION))
		out_of_memory();
	return msg;
}

void netlink_abandon(void)
{
	line->ready = false;
}

void netlink_aside(bool on)
{
	line = &lines[on];
}

uint32_t netlink_stamp(struct nl_msg *msg)
{
	nlmsg_hdr(msg)->nlmsg_pid = nl_socket_get_local_port(line->sock);
	return nlmsg_hdr(msg)->nlmsg_seq = nl_socket_use_seq(line->sock);
}

int netlink_send(const void *messages, size_t length)
{
	int rc = netlink_open();

	if (rc)
		return rc;
	/* Many machines in one request. */
	if (length > SOCKET_BUFFER && length < INT_MAX / 4)
		set_buffer(SO_SNDBUF, SO_SNDBUFFORCE, length);
	rc = nl_sendto(line->sock, (void *)messages, length);
	if (rc < 0)
		return fail("invalid", "sending %zu bytes to the kernel: %s",
			    length, nl_geterror(rc));
	return 0;
}

/* The attributes that explain an error begin at offset in the message. */
static void refused(struct answer *answer, int error, struct nlmsghdr *nlh, int offset)
{
	struct nlattr *first = (struct nlattr *)((char *)nlmsg_data(nlh) + offset);
	struct nlattr *text = NULL, *cookie = NULL, *at = NULL;
	int left = nlmsg_datalen(nlh) - offset;

	answer->complete = true;
	answer->error = error;
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS && left > 0) {
		text = nla_find(first, left, NLMSGERR_ATTR_MSG);
		cookie = nla_find(first, left, NLMSGERR_ATTR_COOKIE);
		at = nla_find(first, left, NLMSGERR_ATTR_OFFS);
	}
	if (cookie && nla_len(cookie) == sizeof(answer->reason))
		answer->reason = nla_get_u32(cookie);
	if (at && nla_len(at) == sizeof(answer->offset))
		answer->offset = nla_get_u32(at);
	if (text && nla_len(text) > 0 && !answer->text) {
		answer->text = xrealloc(NULL, nla_len(text) + 1);
		nla_strlcpy(answer->text, text, nla_len(text) + 1);
	}
}

/* Done, though there may be something to say, or not done. */
static void on_error(struct answer *answer, struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = nlmsg_data(nlh);
	int offset = sizeof(*e);

	if (nlmsg_datalen(nlh) < offset)
		return;
	if (e->error && !(nlh->nlmsg_flags & NLM_F_CAPPED))
		offset += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	refused(answer, -e->error, nlh, offset);
}

static void on_end_of_dump(struct answer *answer, struct nlmsghdr *nlh)
{
	answer->complete = true;
	if (nlmsg_datalen(nlh) >= (int)sizeof(int) && *(int *)nlmsg_data(nlh) < 0)
		refused(answer, -*(int *)nlmsg_data(nlh), nlh, NLMSG_ALIGN(sizeof(int)));
}

/*
 * Look at messages that have been received to the end of the answer: objects stay there, one
 * after the other, and what else they say is noted.
 */
static void take_in(struct answer *answer, size_t received)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)(answer->messages + answer->length);
	char *to = (char *)nlh;
	int left = received;
	struct nlmsghdr *next;

	/* The last one may end without the bytes that align the next. */
	memset(to + received, 0, NLMSG_ALIGNTO);
	for (; nlmsg_ok(nlh, left) && !answer->complete; nlh = next) {
		size_t length = NLMSG_ALIGN(nlh->nlmsg_len);

		/* Before the message is moved, maybe over its own header. */
		next = nlmsg_next(nlh, &left);
		if (nlh->nlmsg_seq != answer->seq)
			continue;
		answer->interrupted |= nlh->nlmsg_flags & NLM_F_DUMP_INTR;
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			on_error(answer, nlh);
		} else if (nlh->nlmsg_type == NLMSG_DONE) {
			on_end_of_dump(answer, nlh);
		} else if (nlh->nlmsg_type >= NLMSG_MIN_TYPE) {
			if (to != (char *)nlh)
				memmove(to, nlh, length);
			to += length;
		}
	}
	answer->length = to - answer->messages;
}

/* Receive what comes next. Returns 0 or a negative error number. */
static int receive(struct answer *answer)
{
	struct sockaddr_nl from;
	struct iovec room;
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &room,
		.msg_iovlen = 1,
	};
	ssize_t received;

	if (answer->room - answer->length < LARGEST_MESSAGE + NLMSG_ALIGNTO) {
		answer->room = 2 * answer->length + LARGEST_MESSAGE + NLMSG_ALIGNTO;
		answer->messages = xrealloc(answer->messages, answer->room);
	}
	room = (struct iovec){ answer->messages + answer->length, LARGEST_MESSAGE };
	do {
		received = recvmsg(nl_socket_get_fd(line->sock), &msg, 0);
	} while (received < 0 && errno == EINTR);
	if (received < 0)
		return -errno;
	if (msg.msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	/* Any process may send to the socket; only the kernel is answered for here. */
	if (msg.msg_namelen == sizeof(from) && !from.nl_pid)
		take_in(answer, received);
	return 0;
}

int netlink_receive(struct answer *answer)
{
	while (line->ready && !answer->complete) {
		line->lost = receive(answer);
		/* The rest of an answer, or of a dump, would be in the way of the next one. */
		line->ready = !line->lost || answer->complete;
	}
	if (answer->complete)
		return 0;
	if (line->lost == -EAGAIN)
		return fail("invalid", "the kernel did not answer within %d seconds", PATIENCE);
	if (line->lost == -ENOBUFS || line->lost == -ENOMEM)
		return fail("invalid", "no memory in the kernel to answer: it may be done or not");
	return fail("invalid", "the kernel's answer: %s", strerror(-line->lost));
}

static const char *code_of(int error)
{
	switch (error) {
	case EEXIST:
		return "exists";
	case EBUSY:
		return "in-use";
	case ENOSPC:
		return "exhausted";
	case ESTALE:
		return "stale";
	case ENOENT:
	case ENODEV:
		return "not-found";
	case EPERM:
	case EACCES:
		return "permission";
	default:
		return "invalid";
	}
}

/*
 * A module of another version may lack a command, or an attribute that a command takes; the
 * kernel, which checks these for it, then says so in its own words, of which there are two.
 */
static bool is_unknown(const struct answer *answer)
{
	if (answer->error == EOPNOTSUPP)
		return !answer->text;
	return answer->error == EINVAL && answer->text &&
		(!strncmp(answer->text, "Unknown attribute", 17) ||
		 !strncmp(answer->text, "Unsupported attribute", 21));
}

int answer_status(const struct answer *answer)
{
	char module[VERSION_TEXT];

	if (!answer->error && !answer->text)
		return STATUS_DONE;
	if (is_unknown(answer))
		return fail("unsupported",
			    "module %s does not know what egressctl %s asks of it: %s",
			    version_of_module(module), egressctl_version,
			    "use both of one version");
	if (answer->text) {
		const char *remedy = fail_remedy(answer->reason);

		return fail(code_of(answer->error), "%s%s%s", answer->text, remedy ? ": " : "",
			    remedy ?: "");
	}
	if (answer->error == EPERM || answer->error == EACCES)
		return fail("permission",
			    "needs CAP_NET_ADMIN in the initial user namespace: run as root");
	return fail(code_of(answer->error), "the kernel refused: %s", strerror(answer->error));
}

/*
 * The message in an answer that says how many objects it had no room for is no object. With 0
 * it tells the generation that a change has ended with, after all that came of it.
 */
static uint32_t untold(struct nlattr **attrs)
{
	return attrs[EGRESS_A_UNTOLD] ? nla_get_u32(attrs[EGRESS_A_UNTOLD]) : 0;
}

/* Is an attribute as its policy says? There may be none for it. */
static bool fits(const struct nla_policy *policy, const struct nlattr *attr)
{
	static const uint8_t least[NLA_TYPE_MAX + 1] = {
		[NLA_U8] = 1, [NLA_U16] = 2, [NLA_U32] = 4, [NLA_U64] = 8, [NLA_S8] = 1,
		[NLA_S16] = 2, [NLA_S32] = 4, [NLA_S64] = 8, [NLA_STRING] = 1,
	};
	size_t length = attr->nla_len - NLA_HDRLEN;

	if (length < (policy->minlen ?: least[policy->type]) ||
	    (policy->maxlen && length > policy->maxlen))
		return false;
	return policy->type != NLA_STRING || !((char *)attr)[attr->nla_len - 1];
}

static bool parse(struct nlattr **attrs, int max, const struct nla_policy *policies,
		  const void *first, int left)
{
	struct nlattr *attr = (struct nlattr *)first;

	memset(attrs, 0, (max + 1) * sizeof(*attrs));
	while (left >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN && attr->nla_len <= left) {
		int type = attr->nla_type & NLA_TYPE_MASK, length = NLA_ALIGN(attr->nla_len);

		if (type <= max) {
			if (policies && !fits(&policies[type], attr))
				return false;
			attrs[type] = attr;
		}
		left -= length;
		attr = (struct nlattr *)((char *)attr + length);
	}
	return true;
}

bool netlink_parse(struct nlattr **attrs, int max, const struct nla_policy *policies,
		   const struct nlattr *nest)
{
	return parse(attrs, max, policies, nest + 1, nest->nla_len - NLA_HDRLEN);
}

bool netlink_parse_nest(struct nlattr **attrs, const struct nlattr *nest)
{
	return netlink_parse(attrs, EGRESS_A_MAX, policy, nest);
}

static bool parse_message(struct nlattr **attrs, const struct nlmsghdr *nlh)
{
	int left = nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;

	return left >= 0 &&
		parse(attrs, EGRESS_A_MAX, policy, (char *)nlmsg_data(nlh) + GENL_HDRLEN, left);
}

int answer_each(const struct answer *answer, object_fn fn, void *arg)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)answer->messages;
	struct nlattr *attrs[EGRESS_A_MAX + 1];
	int left = answer->length, rc;

	for (; left > 0 && nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left)) {
		if (!parse_message(attrs, nlh))
			return fail("invalid", "the kernel's answer does not parse");
		rc = attrs[EGRESS_A_UNTOLD] ? 0 : fn(attrs, nlh, arg);
		if (rc)
			return rc;
	}
	return 0;
}

/* The generation of which the answer tells last; false if it has no message. */
bool answer_generation(const struct answer *answer, uint64_t *generation)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)answer->messages;
	struct nlattr *attrs[EGRESS_A_MAX + 1];
	int left = answer->length;
	bool any = false;

	for (; left > 0 && nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left)) {
		if (!parse_message(attrs, nlh) || !attrs[EGRESS_A_GENERATION])
			continue;
		*generation = get_uint(attrs, EGRESS_A_GENERATION);
		any = true;
	}
	return any;
}

uint32_t answer_untold(const struct answer *answer)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)answer->messages;
	struct nlattr *attrs[EGRESS_A_MAX + 1];
	int left = answer->length;
	uint32_t n = 0;

	for (; left > 0 && nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left))
		if (parse_message(attrs, nlh))
			n += untold(attrs);
	return n;
}

void answer_free(struct answer *answer)
{
	free(answer->messages);
	free(answer->text);
}
