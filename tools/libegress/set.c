// SPDX-License-Identifier: GPL-2.0
#include <search.h>

#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/netlink.h"
#include "libegress/request.h"
#include "libegress/set.h"

struct set {
	unsigned long long id;
	unsigned long long n;	/* prefixes that it has; less were read of one in the making */
	struct prefixes to;
};

static void *known;

static int by_id(const void *a, const void *b)
{
	const struct set *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static struct set *find(unsigned long long id)
{
	const struct set key = { .id = id };
	struct set **found = tfind(&key, &known, by_id);

	return found ? *found : NULL;
}

/* A long one comes in several messages; one that was read before may come again. */
static int append(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	unsigned long long id = get_uint(attrs, EGRESS_A_SET_ID);
	struct set *set = find(id);

	if (!set) {
		set = xrealloc(NULL, sizeof(*set));
		*set = (struct set){ .id = id, .n = get_uint(attrs, EGRESS_A_PREFIXES) };
		if (!tsearch(set, &known, by_id))
			out_of_memory();
	}
	if (set->to.n < set->n)
		get_prefixes(message, EGRESS_A_TO, &set->to);
	return 0;
}

int sets_load(const struct view *view)
{
	const struct view sets = { .app = view->app, .org = view->org, .region = view->region };

	return exchange_table(EGRESS_CMD_SET_GET, exchange_aside_dump, &sets, append, NULL);
}

int set_get(unsigned long long id, const struct prefixes **to)
{
	struct set *set = find(id);
	int rc = 0;

	if (!set) {
		struct nl_msg *msg = netlink_message(EGRESS_CMD_SET_GET, 0);

		if (!msg)
			return STATUS_FAILED;
		put_uint(msg, EGRESS_A_SET_ID, id);
		rc = exchange_aside(msg, append, NULL);
		set = find(id);
	}
	*to = set ? &set->to : NULL;
	return rc;
}
