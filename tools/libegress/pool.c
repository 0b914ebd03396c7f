// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/netlink.h"
#include "libegress/parse.h"
#include "libegress/pool.h"
#include "libegress/request.h"

static void read_parts(struct pool *pool, struct nlmsghdr *message)
{
	struct nlattr *nest, *attrs[EGRESS_PREFIX_A_MAX + 1];
	int left;

	nlmsg_for_each_attr(nest, message, GENL_HDRLEN, left) {
		struct part part;

		if (nla_type(nest) != EGRESS_A_PREFIX || !get_prefix(nest, attrs, &part.prefix))
			continue;
		part.used = get_uint(attrs, EGRESS_PREFIX_A_USED);
		part.free = get_uint(attrs, EGRESS_PREFIX_A_FREE);
		part.draining = attrs[EGRESS_PREFIX_A_DRAINING];
		pool->parts = array_grow(pool->parts, pool->n, sizeof(part));
		pool->parts[pool->n++] = part;
	}
}

/* A pool of many prefixes comes in several messages. */
static int append(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	struct pools *pools = arg;
	char region[EGRESS_REGION_MAX + 1];
	struct pool *pool;

	get_string(attrs, EGRESS_A_REGION, region, sizeof(region));
	if (!pools->n || strcmp(pools->v[pools->n - 1].region, region)) {
		pools->v = array_grow(pools->v, pools->n, sizeof(*pools->v));
		pool = &pools->v[pools->n++];
		*pool = (struct pool){
			.generation = get_uint(attrs, EGRESS_A_GENERATION),
			.slot_first = get_u32(attrs, EGRESS_A_SLOT_FIRST),
			.slot_last = get_u32(attrs, EGRESS_A_SLOT_LAST),
			.pairs = get_u32(attrs, EGRESS_A_PAIRS),
		};
		memcpy(pool->region, region, sizeof(region));
		get_string(attrs, EGRESS_A_DEV, pool->dev, sizeof(pool->dev));
		if (attrs[EGRESS_A_ON_UNALLOCATED])
			pool->on_unallocated =
				on_unallocated_text(get_u32(attrs, EGRESS_A_ON_UNALLOCATED));
	}
	read_parts(&pools->v[pools->n - 1], message);
	return 0;
}

void pools_free(struct pools *pools)
{
	for (size_t i = 0; i < pools->n; i++)
		free(pools->v[i].parts);
	free(pools->v);
}

int pools_load(struct pools *pools, dump_fn dump, const char *region)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_POOL_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_string_if(msg, EGRESS_A_REGION, region);
	return region ? exchange_get(msg, append, pools) : dump(msg, append, pools);
}

int pool_dev(const char *region, char dev[IF_NAMESIZE])
{
	struct pools pools = {};
	int rc = pools_load(&pools, exchange_glance, region);

	*dev = '\0';
	if (!rc && pools.n)
		memcpy(dev, pools.v[0].dev, IF_NAMESIZE);
	pools_free(&pools);
	return rc;
}

int pools_of_answer(struct pools *pools, const struct answer *answer)
{
	return answer_each(answer, append, pools);
}
