// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that only read: one object, or a dump of all objects of a kind.
 *
 * A dump is sent in parts, and between two parts the namespace is not locked. cb->args[] keeps
 * where the next part begins: in most dumps with the number of the object that did not fit,
 * as no other object is ever given that number. cb->seq is the generation: if it is another in
 * the next part, netlink marks the dump as interrupted, and the client reads again.
 */
#include <linux/slab.h>

#include "addr.h"
#include "net.h"
#include "netlink/family.h"
#include "netlink/generated.h"
#include "netlink/message.h"
#include "netlink/refusal.h"
#include "netlink/uint.h"
#include "packet/destination.h"
#include "state/app.h"
#include "state/block.h"
#include "state/count.h"
#include "state/explain.h"
#include "state/group.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/pool.h"
#include "state/reap.h"
#include "state/set.h"
#include "state/warning.h"

/* Finds the object that the request names and writes it to @msg, or refuses the request. */
typedef int (*put_fn)(struct egress_net *en, struct egress_msg *msg, struct genl_info *info);

/*
 * End an answer of several messages as a dump ends. Return: -EINTR, as a dump does that has
 * begun, so that netlink sends no ack besides; or -ENOMEM.
 */
static int answer_done(struct genl_info *info)
{
	struct sk_buff *skb = nlmsg_new(sizeof(int), GFP_KERNEL);
	struct nlmsghdr *nlh;

	if (!skb)
		return -ENOMEM;
	nlh = nlmsg_put(skb, info->snd_portid, info->snd_seq, NLMSG_DONE, sizeof(int), NLM_F_MULTI);
	*(int *)nlmsg_data(nlh) = 0;
	return genlmsg_reply(skb, info) ?: -EINTR;
}

/*
 * Answer a request for one object. A large one takes several messages, all under the lock, so
 * that they tell of the object as it was at one moment.
 */
static int answer_briefly(struct genl_info *info, put_fn put, bool brief)
{
	struct egress_net *en = egress_net(genl_info_net(info));
	struct egress_msg msg = {
		.portid = info->snd_portid,
		.seq = info->snd_seq,
		.cmd = info->genlhdr->cmd,
		.brief = brief,
	};
	int err;

	if (mutex_lock_killable(&en->lock))
		return -EINTR;
	do {
		msg.skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
		if (!msg.skb) {
			err = -ENOMEM;
			break;
		}
		err = put(en, &msg, info);
		if (err) {
			nlmsg_free(msg.skb);
			break;
		}
		/* Whether an object takes several messages is known when the first is full. */
		if (msg.from)
			msg.flags = NLM_F_MULTI;
		nlmsg_hdr(msg.skb)->nlmsg_flags |= msg.flags;
		err = genlmsg_reply(msg.skb, info);
	} while (!err && msg.from);
	mutex_unlock(&en->lock);
	return err || !msg.flags ? err : answer_done(info);
}

static int answer(struct genl_info *info, put_fn put)
{
	return answer_briefly(info, put, false);
}

static int put_pool(struct egress_net *en, struct egress_msg *msg, struct genl_info *info)
{
	const char *name = nla_data(info->attrs[EGRESS_A_REGION]);
	struct egress_region *region = egress_region_find(en, name);

	if (region && !list_empty(&region->prefixes))
		return egress_msg_pool(en, msg, region);
	return egress_nl_refuse(info, EGRESS_A_REGION, -ENOENT, "region '%s' has no pool", name);
}

int egress_nl_pool_get_doit(struct sk_buff *request, struct genl_info *info)
{
	if (egress_nl_missing(info, EGRESS_A_REGION))
		return -EINVAL;
	return answer(info, put_pool);
}

static int put_pair(struct egress_net *en, struct egress_msg *msg, struct genl_info *info)
{
	char text[EGRESS_ADDR_STR];
	struct egress_pair *pair;
	struct in6_addr addr;

	egress_nl_addr(info->attrs[EGRESS_A_ADDR], &addr);
	pair = egress_pair_find(en, &addr);
	if (pair)
		return egress_msg_pair(en, msg, pair);
	return egress_nl_refuse(info, EGRESS_A_ADDR, -ENOENT,
				"%s is not an allocated egress address",
				egress_addr_str(text, &addr));
}

int egress_nl_pair_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct in6_addr addr;
	int err;

	if (egress_nl_missing(info, EGRESS_A_ADDR))
		return -EINVAL;
	if (info->attrs[EGRESS_A_BRIEF])
		return answer_briefly(info, put_pair, true);
	egress_nl_addr(info->attrs[EGRESS_A_ADDR], &addr);
	err = egress_count_pair(egress_net(genl_info_net(info)), &addr);
	return err ?: answer(info, put_pair);
}

static int put_set(struct egress_net *en, struct egress_msg *msg, struct genl_info *info)
{
	u64 id = nla_get_uint(info->attrs[EGRESS_A_SET_ID]);
	const struct egress_set *set = id <= ULONG_MAX ? xa_load(&en->sets, id) : NULL;

	if (set)
		return egress_msg_set(en, msg, set);
	return egress_nl_refuse(info, EGRESS_A_SET_ID, -ENOENT, "there is no set %llu", id);
}

int egress_nl_set_get_doit(struct sk_buff *request, struct genl_info *info)
{
	if (egress_nl_missing(info, EGRESS_A_SET_ID))
		return -EINVAL;
	return answer(info, put_set);
}

static int put_machine(struct egress_net *en, struct egress_msg *msg, struct genl_info *info)
{
	const char *id = nla_data(info->attrs[EGRESS_A_MACHINE]);
	struct egress_machine *machine = egress_machine_find(en, id);

	if (machine)
		return egress_msg_machine(en, msg, machine);
	return egress_nl_refuse(info, EGRESS_A_MACHINE, -ENOENT, "there is no machine '%s'", id);
}

int egress_nl_machine_get_doit(struct sk_buff *request, struct genl_info *info)
{
	int err;

	if (egress_nl_missing(info, EGRESS_A_MACHINE))
		return -EINVAL;
	if (info->attrs[EGRESS_A_BRIEF])
		return answer_briefly(info, put_machine, true);
	err = egress_count_machine(egress_net(genl_info_net(info)),
				   nla_data(info->attrs[EGRESS_A_MACHINE]));
	return err ?: answer(info, put_machine);
}

static int put_app(struct egress_net *en, struct egress_msg *msg, struct genl_info *info)
{
	const char *name = nla_data(info->attrs[EGRESS_A_APP]);
	struct egress_app *app = egress_app_find(en, name);

	if (app)
		return egress_msg_app(en, msg, app);
	return egress_nl_refuse(info, EGRESS_A_APP, -ENOENT, "there is no app '%s'", name);
}

int egress_nl_app_get_doit(struct sk_buff *request, struct genl_info *info)
{
	if (egress_nl_missing(info, EGRESS_A_APP))
		return -EINVAL;
	return answer(info, put_app);
}

static int put_stats(struct egress_net *en, struct egress_msg *msg, struct genl_info *info)
{
	struct egress_pair *pair;
	u64 connections = 0;
	unsigned long id;

	xa_for_each(&en->pairs, id, pair)
		connections += egress_pair_connections(pair);
	return egress_msg_stats(en, msg, connections);
}

int egress_nl_stats_get_doit(struct sk_buff *request, struct genl_info *info)
{
	int err;

	if (info->attrs[EGRESS_A_BRIEF])
		return answer_briefly(info, put_stats, true);
	err = egress_count_pairs(egress_net(genl_info_net(info)), NULL, NULL, NULL);
	return err ?: answer(info, put_stats);
}

static int get_endpoint(struct genl_info *info, int attr, union nf_inet_addr *endpoint, u8 *pf)
{
	struct in6_addr addr;

	if (egress_nl_missing(info, attr))
		return -EINVAL;
	egress_nl_addr(info->attrs[attr], &addr);
	*pf = egress_addr_is_v4(&addr) ? NFPROTO_IPV4 : NFPROTO_IPV6;
	if (*pf == NFPROTO_IPV4)
		endpoint->ip = egress_addr_to_v4(&addr);
	else
		endpoint->in6 = addr;
	return 0;
}

static u16 get_port(const struct genl_info *info, int attr)
{
	return info->attrs[attr] ? nla_get_u16(info->attrs[attr]) : 0;
}

static int put_route(struct egress_net *en, struct egress_msg *msg, struct genl_info *info)
{
	struct egress_explained *route = info->user_ptr[0];
	const struct nlattr *dev = info->attrs[EGRESS_A_DEV];
	struct net_device *device = NULL;
	int err;

	if (dev) {
		device = dev_get_by_name(en->net, nla_data(dev));
		if (!device)
			return egress_nl_refuse(info, EGRESS_A_DEV, -ENODEV,
					     "there is no device '%s'", (char *)nla_data(dev));
	}
	route->device = device;
	egress_explain(en, route);
	err = egress_msg_explained(en, msg, route);
	dev_put(device);
	return err;
}

int egress_nl_route_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct egress_explained route = {
		.proto = IPPROTO_TCP,
		.from_port = get_port(info, EGRESS_A_SOURCE_PORT),
		.to_port = get_port(info, EGRESS_A_DESTINATION_PORT),
	};
	int err;
	u8 pf;

	err = get_endpoint(info, EGRESS_A_SOURCE, &route.from, &route.pf) ?:
		get_endpoint(info, EGRESS_A_DESTINATION, &route.to, &pf);
	if (err)
		return err;
	if (pf != route.pf)
		return egress_nl_refuse(info, EGRESS_A_DESTINATION, -EINVAL,
				     "source and destination are not of the same family");
	if (info->attrs[EGRESS_A_PROTO])
		route.proto = nla_get_u8(info->attrs[EGRESS_A_PROTO]);
	info->user_ptr[0] = &route;
	return answer(info, put_route);
}

/**
 * struct filter - which objects a dump shows
 * @app: only those of this app; NULL for all apps
 * @org: only those of this org and its apps; NULL for all
 * @region: only those in this region; NULL for all regions
 */
struct filter {
	const char *app;
	const char *org;
	const char *region;
};

static const char *dump_string(const struct netlink_callback *cb, int type)
{
	const struct nlattr *attr = nlmsg_find_attr(cb->nlh, GENL_HDRLEN, type);

	return attr ? nla_data(attr) : NULL;
}

static bool dump_is_brief(const struct netlink_callback *cb)
{
	return nlmsg_find_attr(cb->nlh, GENL_HDRLEN, EGRESS_A_BRIEF);
}

/*
 * Before the first part of a dump: count the live connections that it will show. A machine may
 * have left connections in another region, so @everywhere counts in all of them. A brief dump shows
 * none. cb->args[5] says that this has been done. Return: 0 or a negative error.
 */
static int dump_count(struct egress_net *en, struct netlink_callback *cb, bool everywhere)
{
	const char *machine = dump_string(cb, EGRESS_A_MACHINE);
	int err;

	if (cb->args[5])
		return 0;
	if (dump_is_brief(cb))
		err = 0;
	else if (machine)
		err = egress_count_machine(en, machine);
	else
		err = egress_count_pairs(en, dump_string(cb, EGRESS_A_APP),
					 dump_string(cb, EGRESS_A_ORG),
					 everywhere ? NULL : dump_string(cb, EGRESS_A_REGION));
	cb->args[5] = !err;
	return err;
}

/*
 * Begin a part of a dump: read the filter, and lock the namespace until dump_end(). If the task is
 * to die, nothing is locked, and msg.skb is NULL.
 */
static struct egress_msg dump_begin(struct egress_net *en, struct sk_buff *skb,
				    struct netlink_callback *cb, u8 cmd, struct filter *filter)
{
	*filter = (struct filter) {
		.app = dump_string(cb, EGRESS_A_APP),
		.org = dump_string(cb, EGRESS_A_ORG),
		.region = dump_string(cb, EGRESS_A_REGION),
	};
	if (mutex_lock_killable(&en->lock))
		return (struct egress_msg) {};
	/* To netlink 0 means that there is nothing to compare with. */
	cb->seq = (u32)en->generation ?: 1;
	return (struct egress_msg) {
		.skb = skb,
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.flags = NLM_F_MULTI,
		.cmd = cmd,
		.cb = cb,
		.brief = dump_is_brief(cb),
	};
}

/* Return: what the dump's function returns; after a part of length 0 the dump is over. */
static int dump_end(struct egress_net *en, struct sk_buff *skb)
{
	mutex_unlock(&en->lock);
	return skb->len;
}

/* Is an app, or an org, to be shown? */
static bool app_shown(const struct egress_app *app, const struct filter *filter)
{
	const struct egress_app *org = app->is_org ? app : app->org;

	return (!filter->app || (!app->is_org && !strcmp(app->name, filter->app))) &&
		(!filter->org || (org && !strcmp(org->name, filter->org)));
}

static bool shown(const struct egress_group *group, const struct filter *filter)
{
	return app_shown(group->app, filter) &&
		(!filter->region || !strcmp(group->region->name, filter->region));
}

/*
 * Is a block to be shown that a machine has or had last? One of an org's pair is the org's, and
 * that of the machine's app. Its pair has not gone.
 */
static bool block_shown(const struct egress_block *block, const struct filter *filter)
{
	const struct egress_machine *machine = egress_block_machine(block);
	const struct egress_group *group = egress_block_pair(block)->group;
	struct filter rest = *filter;

	if (group->app->is_org && machine && !machine->gone && filter->app &&
	    !strcmp(machine->group->app->name, filter->app))
		rest.app = NULL;
	return shown(group, &rest);
}

int egress_nl_pool_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct egress_net *en = egress_net(sock_net(skb->sk));
	struct egress_region *region;
	struct egress_msg msg;
	struct filter filter;

	msg = dump_begin(en, skb, cb, EGRESS_CMD_POOL_GET, &filter);
	if (!msg.skb)
		return -EINTR;
	msg.from = cb->args[1];
	list_for_each_entry(region, &en->regions, list) {
		if (region->serial < cb->args[0] || list_empty(&region->prefixes) ||
		    (filter.region && strcmp(region->name, filter.region)))
			continue;
		if (region->serial != cb->args[0])
			msg.from = 0;
		cb->args[0] = region->serial;
		do {
			if (egress_msg_pool(en, &msg, region))
				goto out;
		} while (msg.from);
		cb->args[0] = region->serial + 1;
	}
out:
	cb->args[1] = msg.from;
	return dump_end(en, skb);
}

int egress_nl_pair_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct egress_net *en = egress_net(sock_net(skb->sk));
	struct egress_pair *pair;
	struct egress_msg msg;
	struct filter filter;
	unsigned long id;
	int err;

	err = dump_count(en, cb, false);
	if (err)
		return err;
	msg = dump_begin(en, skb, cb, EGRESS_CMD_PAIR_GET, &filter);
	if (!msg.skb)
		return -EINTR;
	xa_for_each_start(&en->pairs, id, pair, cb->args[0]) {
		if (shown(pair->group, &filter) && egress_msg_pair(en, &msg, pair))
			break;
		cb->args[0] = id + 1;
	}
	return dump_end(en, skb);
}

/* Is a pair for this set to be shown? Those of a machine's own may be in several regions. */
static bool set_shown(const struct egress_set *set, const struct filter *filter)
{
	const struct egress_pair *pair;

	list_for_each_entry(pair, &set->pairs, list)
		if (shown(pair->group, filter))
			return true;
	return false;
}

int egress_nl_set_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *only = nlmsg_find_attr(cb->nlh, GENL_HDRLEN, EGRESS_A_SET_ID);
	struct egress_net *en = egress_net(sock_net(skb->sk));
	struct egress_set *set;
	struct egress_msg msg;
	struct filter filter;
	unsigned long id;

	msg = dump_begin(en, skb, cb, EGRESS_CMD_SET_GET, &filter);
	if (!msg.skb)
		return -EINTR;
	msg.from = cb->args[1];
	xa_for_each_start(&en->sets, id, set, cb->args[0]) {
		if (id != cb->args[0])
			msg.from = 0;
		cb->args[0] = id;
		if (set_shown(set, &filter) && (!only || nla_get_uint(only) == id)) {
			do {
				if (egress_msg_set(en, &msg, set))
					goto out;
			} while (msg.from);
		}
		cb->args[0] = id + 1;
	}
out:
	cb->args[1] = msg.from;
	return dump_end(en, skb);
}

static int dump_machines(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
			 int (*put)(struct egress_net *en, struct egress_msg *msg,
				    struct egress_machine *machine))
{
	struct egress_net *en = egress_net(sock_net(skb->sk));
	struct egress_machine *machine;
	struct egress_msg msg;
	struct filter filter;
	unsigned long serial;
	int err;

	err = dump_count(en, cb, true);
	if (err)
		return err;
	msg = dump_begin(en, skb, cb, cmd, &filter);
	if (!msg.skb)
		return -EINTR;
	msg.from = cb->args[1];
	xa_for_each_start(&en->machines, serial, machine, cb->args[0]) {
		if (serial != cb->args[0])
			msg.from = 0;
		cb->args[0] = serial;
		if (shown(machine->group, &filter)) {
			do {
				if (put(en, &msg, machine))
					goto out;
			} while (msg.from);
		}
		cb->args[0] = serial + 1;
	}
out:
	cb->args[1] = msg.from;
	return dump_end(en, skb);
}

int egress_nl_machine_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_machines(skb, cb, EGRESS_CMD_MACHINE_GET, egress_msg_machine);
}

int egress_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_machines(skb, cb, EGRESS_CMD_STATS_GET, egress_msg_machine_stats);
}

static int dump_blocks(struct egress_net *en, const struct egress_msg *msg,
		       struct egress_pair *pair, unsigned long *slot, const struct filter *filter)
{
	for (; *slot < egress_pair_slots(pair); ++*slot) {
		struct egress_block *block = &pair->blocks[*slot];

		if (egress_block_machine(block) && block_shown(block, filter) &&
		    egress_msg_lease(en, msg, block))
			return -EMSGSIZE;
	}
	*slot = 0;
	return 0;
}

/*
 * Write the blocks of one machine, from number cb->args[0] on. A lingering block whose last
 * connection has ended is left out; the reaper frees it.
 */
static void dump_blocks_of(struct egress_net *en, struct egress_msg *msg, const char *id,
			   const struct filter *filter)
{
	struct egress_machine *machine = egress_machine_find(en, id);
	struct netlink_callback *cb = msg->cb;
	struct egress_block *block;
	unsigned long n = 0;

	if (!machine)
		return;
	list_for_each_entry(block, &machine->blocks, node) {
		if (n++ < cb->args[0])
			continue;
		/* The pair of a block that is being cut may have outlived its group. */
		if ((block->ports.state == EGRESS_BLOCK_LEASED ||
		     (block->ports.state == EGRESS_BLOCK_LINGERING &&
		      READ_ONCE(block->ports.live))) &&
		    block_shown(block, filter) && egress_msg_lease(en, msg, block))
			return;
		cb->args[0] = n;
	}
}

int egress_nl_lease_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct egress_net *en = egress_net(sock_net(skb->sk));
	const char *machine = dump_string(cb, EGRESS_A_MACHINE);
	unsigned long slot = cb->args[1], id;
	bool first = !cb->args[5];
	struct egress_pair *pair;
	struct egress_msg msg;
	struct filter filter;
	int err;

	err = dump_count(en, cb, false);
	/* A lingering block whose last connection has ended is not to be shown: free it. */
	if (!err && first && !machine)
		err = egress_reap_lingering(en, true);
	if (err)
		return err;
	msg = dump_begin(en, skb, cb, EGRESS_CMD_LEASE_GET, &filter);
	if (!msg.skb)
		return -EINTR;
	if (machine) {
		dump_blocks_of(en, &msg, machine, &filter);
		return dump_end(en, skb);
	}
	xa_for_each_start(&en->pairs, id, pair, cb->args[0]) {
		if (id != cb->args[0])
			slot = 0;
		cb->args[0] = id;
		if (dump_blocks(en, &msg, pair, &slot, &filter))
			break;
		cb->args[0] = id + 1;
	}
	cb->args[1] = slot;
	return dump_end(en, skb);
}

int egress_nl_app_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct egress_net *en = egress_net(sock_net(skb->sk));
	struct egress_app *app;
	unsigned long serial;
	struct egress_msg msg;
	struct filter filter;

	msg = dump_begin(en, skb, cb, EGRESS_CMD_APP_GET, &filter);
	if (!msg.skb)
		return -EINTR;
	msg.from = cb->args[1];
	xa_for_each_start(&en->apps, serial, app, cb->args[0]) {
		if (serial != cb->args[0])
			msg.from = 0;
		cb->args[0] = serial;
		if (!app->is_org && app_shown(app, &filter)) {
			do {
				if (egress_msg_app(en, &msg, app))
					goto out;
			} while (msg.from);
		}
		cb->args[0] = serial + 1;
	}
out:
	cb->args[1] = msg.from;
	return dump_end(en, skb);
}

/*
 * A dump of warnings has three parts, one after the other: those about pools, about apps' room,
 * and about pairs: left behind, then conflicts of their addresses. cb->args[2] says which part it
 * is at, cb->args[0] and cb->args[1] where in that. Each part returns -EMSGSIZE if there was no
 * room for all of it.
 */
enum { WARN_POOLS, WARN_APPS, WARN_PAIRS, WARN_END };

/* A pool concerns an app or an org that has something in the region. */
static bool pool_shown(struct egress_net *en, const struct egress_region *region,
		       const struct filter *filter)
{
	const struct egress_app *app, *org;

	if (filter->region && strcmp(region->name, filter->region))
		return false;
	app = filter->app ? egress_app_find(en, filter->app) : NULL;
	org = filter->org ? egress_org_find(en, filter->org) : NULL;
	return (!filter->app || (app && egress_group_find(app, region))) &&
		(!filter->org || (org && egress_group_find(org, region)));
}

static int dump_pool_warnings(struct egress_net *en, const struct egress_msg *msg,
			      const struct filter *filter)
{
	struct netlink_callback *cb = msg->cb;
	struct egress_region *region;
	struct egress_warned warned;

	list_for_each_entry(region, &en->regions, list) {
		if (region->serial < cb->args[0])
			continue;
		if (region->serial != cb->args[0])
			cb->args[1] = 0;
		cb->args[0] = region->serial;
		for (; cb->args[1] < EGRESS_FAMILIES; cb->args[1]++)
			if (egress_warn_pool(region, cb->args[1], &warned) &&
			    pool_shown(en, region, filter) &&
			    egress_msg_warning(en, msg, &warned))
				return -EMSGSIZE;
	}
	return 0;
}

/* Write the warnings of an app, from number cb->args[1] on. */
static int dump_app_warnings(struct egress_net *en, const struct egress_msg *msg,
			     const struct egress_app *app, const struct filter *filter)
{
	struct netlink_callback *cb = msg->cb;
	struct egress_warned warned;
	struct egress_group *group;
	struct egress_set *set;
	unsigned long n = 0;
	unsigned int i;

	list_for_each_entry(group, &app->groups, list) {
		if (!shown(group, filter))
			continue;
		for (set = &group->sets.rest; set; set = egress_set_next(set)) {
			for (i = 0; i < EGRESS_SET_WARNINGS; i++) {
				if (n++ < cb->args[1])
					continue;
				if (egress_warn_set(en, group, set, i, &warned) &&
				    egress_msg_warning(en, msg, &warned))
					return -EMSGSIZE;
				cb->args[1] = n;
			}
		}
	}
	return 0;
}

static int dump_apps_warnings(struct egress_net *en, const struct egress_msg *msg,
			      const struct filter *filter)
{
	struct netlink_callback *cb = msg->cb;
	struct egress_app *app;
	unsigned long serial;

	xa_for_each_start(&en->apps, serial, app, cb->args[0]) {
		if (serial != cb->args[0])
			cb->args[1] = 0;
		cb->args[0] = serial;
		if (app_shown(app, filter) && dump_app_warnings(en, msg, app, filter))
			return -EMSGSIZE;
	}
	return 0;
}

static int dump_pair_warnings(struct egress_net *en, const struct egress_msg *msg,
			      const struct filter *filter)
{
	struct netlink_callback *cb = msg->cb;
	struct egress_warned warned;
	struct egress_pair *pair;
	unsigned long id;
	bool holds;

	if (!en->n_left_behind && !en->n_conflicts)
		return 0;
	xa_for_each_start(&en->pairs, id, pair, cb->args[0]) {
		if (id != cb->args[0])
			cb->args[1] = 0;
		cb->args[0] = id;
		for (; cb->args[1] <= EGRESS_FAMILIES; cb->args[1]++) {
			holds = cb->args[1] ?
				egress_warn_conflict_of(pair, pair->addrs[cb->args[1] - 1],
							&warned) :
				egress_warn_pair(pair, &warned);
			if (holds && shown(pair->group, filter) &&
			    egress_msg_warning(en, msg, &warned))
				return -EMSGSIZE;
		}
	}
	return 0;
}

int egress_nl_warning_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	static int (*const parts[])(struct egress_net *en, const struct egress_msg *msg,
				    const struct filter *filter) = {
		[WARN_POOLS] = dump_pool_warnings,
		[WARN_APPS] = dump_apps_warnings,
		[WARN_PAIRS] = dump_pair_warnings,
	};
	struct egress_net *en = egress_net(sock_net(skb->sk));
	struct egress_msg msg;
	struct filter filter;

	msg = dump_begin(en, skb, cb, EGRESS_CMD_WARNING_GET, &filter);
	if (!msg.skb)
		return -EINTR;
	while (cb->args[2] < WARN_END && !parts[cb->args[2]](en, &msg, &filter)) {
		cb->args[2]++;
		cb->args[0] = 0;
		cb->args[1] = 0;
	}
	return dump_end(en, skb);
}

/*
 * A dump of destination tables walks through a hash table. cb->args[0] is the address of the
 * iterator, which lives until egress_nl_destination_get_done().
 */
int egress_nl_destination_get_start(struct netlink_callback *cb)
{
	struct egress_net *en = egress_net(sock_net(cb->skb->sk));
	struct rhashtable_iter *iter;
	int err;

	err = egress_nl_dump_start(cb);
	if (err)
		return err;
	iter = kmalloc(sizeof(*iter), GFP_KERNEL_ACCOUNT);
	if (!iter)
		return -ENOMEM;
	rhashtable_walk_enter(&en->dests, iter);
	cb->args[0] = (long)iter;
	return 0;
}

int egress_nl_destination_get_done(struct netlink_callback *cb)
{
	struct rhashtable_iter *iter = (struct rhashtable_iter *)cb->args[0];

	rhashtable_walk_exit(iter);
	kfree(iter);
	return 0;
}

struct destination_dump {
	struct egress_net *en;
	const struct egress_msg *msg;
	const struct filter *filter;
};

static int put_destination(const struct egress_dest_state *state, void *arg)
{
	const struct destination_dump *dump = arg;

	const struct egress_block *block = container_of(state->ports, struct egress_block, ports);

	/* Nobody is told of a connection that is being cut: its pair may be gone. */
	if (block->ports.state == EGRESS_BLOCK_CUTTING ||
	    !block_shown(block, dump->filter))
		return 0;
	return egress_msg_destination(dump->en, dump->msg, state);
}

int egress_nl_destination_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct rhashtable_iter *iter = (struct rhashtable_iter *)cb->args[0];
	struct egress_net *en = egress_net(sock_net(skb->sk));
	struct destination_dump dump;
	struct egress_msg msg;
	struct filter filter;
	int err;

	do {
		msg = dump_begin(en, skb, cb, EGRESS_CMD_DESTINATION_GET, &filter);
		if (!msg.skb)
			return -EINTR;
		dump = (struct destination_dump) { .en = en, .msg = &msg, .filter = &filter };
		err = egress_dests_show(en, iter, put_destination, &dump);
		dump_end(en, skb);
		/* -EINTR: there is room left, but others should have the lock in between. */
		cond_resched();
	} while (err == -EINTR);
	return skb->len;
}
