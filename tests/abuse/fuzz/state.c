// SPDX-License-Identifier: GPL-2.0
/* All there is in the namespace: to take values from, and to compare. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define VALUES	256	/* of each attribute */

static struct {
	unsigned int n;
	struct value value[VALUES];
} values[EGRESS_A_MAX + 1];

/* What shows a namespace's whole state. */
static const unsigned char dumps[] = {
	EGRESS_CMD_POOL_GET, EGRESS_CMD_PAIR_GET, EGRESS_CMD_MACHINE_GET, EGRESS_CMD_LEASE_GET,
	EGRESS_CMD_APP_GET, EGRESS_CMD_WARNING_GET, EGRESS_CMD_DESTINATION_GET,
	EGRESS_CMD_STATS_GET, EGRESS_CMD_SET_GET,
};

static void dump(int sock, unsigned int cmd, void (*each)(const struct nlmsghdr *nlh, void *arg),
		 void *arg)
{
	static struct message msg;

	msg.cmd = cmd;
	msg.flags = NLM_F_DUMP;
	dump_start(sock, &msg);
	while (dump_part(sock, each, arg))
		;
}

static void keep(const struct nlmsghdr *nlh, void *arg)
{
	const char *p = (const char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN;
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *attr;
	struct value *value;
	unsigned int type;

	for (; p < end; p += NLA_ALIGN(attr->nla_len)) {
		attr = (const struct nlattr *)p;
		type = attr->nla_type & NLA_TYPE_MASK;
		if (type > EGRESS_A_MAX)
			die("attribute %u is not in the specification", type);
		if (attr->nla_len - NLA_HDRLEN > (int)sizeof(value->data))
			continue;
		value = &values[type].value[values[type].n++ % VALUES];
		value->len = attr->nla_len - NLA_HDRLEN;
		memcpy(value->data, p + NLA_HDRLEN, value->len);
	}
}

void learn(int sock)
{
	unsigned int i;

	memset(values, 0, sizeof(values));
	for (i = 0; i < sizeof(dumps); i++)
		dump(sock, dumps[i], keep, NULL);
}

/* A value that an attribute has somewhere, or NULL. */
const struct value *seen(unsigned int type)
{
	unsigned int n = values[type].n;

	return n ? &values[type].value[below(n < VALUES ? n : VALUES)] : NULL;
}

static void append(const struct nlmsghdr *nlh, void *arg)
{
	struct snapshot *snap = arg;
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN;

	while (snap->len + len > snap->size) {
		snap->size = 2 * (snap->size + len);
		snap->data = realloc(snap->data, snap->size);
		if (!snap->data)
			die("no memory");
	}
	memcpy(snap->data + snap->len, NLMSG_DATA(nlh), len);
	snap->len += len;
}

void take_snapshot(int sock, struct snapshot *snap)
{
	unsigned int i;

	snap->len = 0;
	for (i = 0; i < sizeof(dumps); i++)
		dump(sock, dumps[i], append, snap);
}

bool same_state(const struct snapshot *a, const struct snapshot *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static void show(const char *when, const struct snapshot *snap, size_t from)
{
	size_t i;

	fprintf(stderr, "%s, at %zu of %zu:", when, from, snap->len);
	for (i = from < 64 ? 0 : (from - 64) & ~3; i < snap->len && i < from + 192; i++)
		fprintf(stderr, "%s%02x", i % 4 ? "" : " ", snap->data[i]);
	fprintf(stderr, "\n");
}

/* Where they begin to differ. */
void show_difference(const struct snapshot *before, const struct snapshot *after)
{
	size_t i = 0;

	while (i < before->len && i < after->len && before->data[i] == after->data[i])
		i++;
	show("before", before, i);
	show("after", after, i);
}
