// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "libegress/alloc.h"
#include "libegress/app.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/netlink.h"
#include "libegress/request.h"

/* An app with a long exclude list comes in several messages. */
static int append(struct nlattr **attrs, struct nlmsghdr *message, void *arg)
{
	char name[EGRESS_NAME_MAX + 1];
	struct apps *apps = arg;
	struct app *app;

	get_string(attrs, EGRESS_A_APP, name, sizeof(name));
	if (!apps->n || strcmp(apps->v[apps->n - 1].name, name)) {
		apps->v = array_grow(apps->v, apps->n, sizeof(*apps->v));
		app = &apps->v[apps->n++];
		*app = (struct app){
			.generation = get_uint(attrs, EGRESS_A_GENERATION),
			.limit = get_u32(attrs, EGRESS_A_LIMIT),
			.on_limit = get_u32(attrs, EGRESS_A_ON_LIMIT),
			.on_none = get_u32(attrs, EGRESS_A_ON_NONE),
			.on_none_v6 = get_u32(attrs, attrs[EGRESS_A_ON_NONE_V6] ?
					      EGRESS_A_ON_NONE_V6 : EGRESS_A_ON_NONE),
			.pairs = get_u32(attrs, EGRESS_A_PAIRS),
			.machines = get_u32(attrs, EGRESS_A_MACHINES),
			.waiting = get_u32(attrs, EGRESS_A_WAITING),
			.exclude_default = attrs[EGRESS_A_EXCLUDE_DEFAULT],
		};
		memcpy(app->name, name, sizeof(name));
		get_string(attrs, EGRESS_A_ORG, app->org, sizeof(app->org));
	}
	get_prefixes(message, EGRESS_A_EXCLUDE, &apps->v[apps->n - 1].exclude);
	return 0;
}

void apps_free(struct apps *apps)
{
	for (size_t i = 0; i < apps->n; i++)
		free(apps->v[i].exclude.v);
	free(apps->v);
}

int apps_get(struct apps *apps, get_fn get, const char *app)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_APP_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_string(msg, EGRESS_A_APP, app);
	return get(msg, append, apps);
}

/* One that does not exist yet will begin with the usual settings. */
int app_on_none(const char *app, uint32_t *v4, uint32_t *v6)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_APP_GET, 0);
	struct apps apps = {};
	int rc;

	if (!msg)
		return STATUS_FAILED;
	put_string(msg, EGRESS_A_APP, app);
	rc = exchange_glance(msg, append, &apps);
	*v4 = apps.n ? apps.v[0].on_none : EGRESS_ON_NONE_PASS;
	*v6 = apps.n ? apps.v[0].on_none_v6 : EGRESS_ON_NONE_PASS;
	apps_free(&apps);
	return rc;
}

int apps_load(struct apps *apps, dump_fn dump, const char *org)
{
	struct nl_msg *msg = netlink_message(EGRESS_CMD_APP_GET, 0);

	if (!msg)
		return STATUS_FAILED;
	put_string_if(msg, EGRESS_A_ORG, org);
	return dump(msg, append, apps);
}

int apps_of_answer(struct apps *apps, const struct answer *answer)
{
	return answer_each(answer, append, apps);
}
