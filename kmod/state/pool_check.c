// SPDX-License-Identifier: GPL-2.0
/*
 * Which prefixes can come into a pool. A request may have thousands of them, and the namespace
 * a hundred thousand machines. So the prefixes are sorted, and each address and prefix that they
 * must not cover is looked up among them. Most machines are looked at before the change, some at a
 * time, so that others can change things in between.
 */
#include <linux/inetdevice.h>
#include <linux/sort.h>
#include <net/addrconf.h>

#include "addr.h"
#include "error.h"
#include "net.h"
#include "state/address.h"
#include "state/change.h"
#include "state/machine.h"
#include "state/pool.h"

/* How many machines are looked at before others have their turn. */
#define PIECE	4096

/**
 * struct candidate - a prefix of the request
 * @cidr: the prefix
 * @hi: the upper 64 bits of its address, as a number
 * @lo: the lower 64 bits
 * @nth: its number in the request, from 0
 * @there: the pool has it already, so nothing is in its way
 */
struct candidate {
	struct egress_cidr cidr;
	u64 hi;
	u64 lo;
	unsigned int nth;
	bool there;
};

/* The candidates by their addresses; of two with one address, the larger prefix first. */
struct candidates {
	unsigned int n;
	struct candidate v[];
};

static int compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->hi != y->hi)
		return x->hi < y->hi ? -1 : 1;
	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	return (int)x->cidr.len - y->cidr.len;
}

static bool above(const struct candidate *c, u64 hi, u64 lo)
{
	return c->hi > hi || (c->hi == hi && c->lo > lo);
}

/* The number of candidates whose address is not above @addr. */
static unsigned int up_to(const struct candidates *all, const struct in6_addr *addr)
{
	unsigned int from = 0, to = all->n;
	u64 hi, lo;

	egress_addr_split(addr, &hi, &lo);
	/* Most inside addresses are far from all pools. */
	if (!to || above(&all->v[0], hi, lo))
		return 0;
	if (!above(&all->v[to - 1], hi, lo))
		return to;
	while (from < to) {
		unsigned int i = (from + to) / 2;

		if (!above(&all->v[i], hi, lo))
			from = i + 1;
		else
			to = i;
	}
	return from;
}

/* The candidate that an address is in, or NULL. No two candidates overlap. */
static const struct candidate *covering(const struct candidates *all, const struct in6_addr *addr)
{
	unsigned int i = up_to(all, addr);

	return i && egress_cidr_has(&all->v[i - 1].cidr, addr) ? &all->v[i - 1] : NULL;
}

/* Check a prefix by itself. */
static int check_alone(struct egress_change *ch, const struct egress_cidr *cidr, unsigned int nth)
{
	char text[EGRESS_ADDR_STR], other[EGRESS_ADDR_STR];
	struct egress_cidr clean = { .len = cidr->len };
	bool unusable;
	__be32 v4;

	egress_cidr_str(text, cidr);
	if (!egress_cidr_clean(cidr)) {
		ipv6_addr_prefix(&clean.addr, &cidr->addr, cidr->len);
		return egress_refuse_nth(&ch->error, EGRESS_ABOUT_PREFIX, nth, -EINVAL,
				     "prefix %s has host bits set: use %s", text,
				     egress_cidr_str(other, &clean));
	}
	if (egress_addr_is_v4(&cidr->addr)) {
		v4 = egress_addr_to_v4(&cidr->addr);
		unusable = cidr->len < EGRESS_V4_BITS + 8 || ipv4_is_zeronet(v4) ||
			ipv4_is_loopback(v4) || ipv4_is_multicast(v4) || ipv4_is_lbcast(v4) ||
			ipv4_is_linklocal_169(v4);
	} else {
		unusable = cidr->len < 8 || ipv6_prefix_equal(&cidr->addr, &in6addr_any, 8) ||
			ipv6_addr_type(&cidr->addr) & (IPV6_ADDR_MULTICAST | IPV6_ADDR_LINKLOCAL |
						       IPV6_ADDR_LOOPBACK | IPV6_ADDR_MAPPED);
	}
	if (unusable)
		return egress_refuse_nth(&ch->error, EGRESS_ABOUT_PREFIX, nth, -EINVAL,
				     "prefix %s can't be anybody's source address", text);
	return 0;
}

/* Of sorted prefixes that overlap, two neighbours do. */
static int check_one_another(struct egress_change *ch, const struct candidates *all)
{
	char first[EGRESS_ADDR_STR], second[EGRESS_ADDR_STR];
	const struct candidate *a, *b;
	unsigned int i;

	for (i = 1; i < all->n; i++) {
		a = &all->v[i - 1];
		b = &all->v[i];
		if (!egress_cidr_overlap(&a->cidr, &b->cidr))
			continue;
		if (a->nth > b->nth)
			swap(a, b);
		return egress_refuse_nth(&ch->error, EGRESS_ABOUT_PREFIX, b->nth, -EEXIST,
				     "prefixes %s and %s overlap",
				     egress_cidr_str(first, &a->cidr),
				     egress_cidr_str(second, &b->cidr));
	}
	return 0;
}

/*
 * Check a prefix that a pool has. A candidate may be the same, if the pool is the one that the
 * request is about; and what doom_others() in pool.c has marked to go is in nobody's way.
 */
static int check_existing(struct egress_change *ch, const struct egress_pool_request *req,
			  struct candidates *all, const struct egress_prefix *prefix)
{
	const struct egress_region *region = prefix->region;
	bool own = !strcmp(region->name, req->region);
	unsigned int i = up_to(all, &prefix->cidr.addr);
	char text[EGRESS_ADDR_STR], other[EGRESS_ADDR_STR];
	struct candidate *hit = NULL;

	/* One that begins before the prefix may cover it; one that begins after may be in it. */
	if (i && egress_cidr_overlap(&all->v[i - 1].cidr, &prefix->cidr))
		hit = &all->v[i - 1];
	else if (i < all->n && egress_cidr_overlap(&all->v[i].cidr, &prefix->cidr))
		hit = &all->v[i];
	if (!hit)
		return 0;
	if (own && egress_cidr_equal(&hit->cidr, &prefix->cidr)) {
		hit->there = true;
		return 0;
	}
	if (own && req->replace && prefix->doomed)
		return 0;
	return egress_refuse_nth(&ch->error, EGRESS_ABOUT_PREFIX, hit->nth, -EEXIST,
			     "prefix %s overlaps %s of the pool in region '%s'",
			     egress_cidr_str(text, &hit->cidr),
			     egress_cidr_str(other, &prefix->cidr), region->name);
}

static int check_pools(struct egress_change *ch, const struct egress_pool_request *req,
		       struct candidates *all)
{
	const struct egress_region *region;
	const struct egress_prefix *prefix;
	int err;

	list_for_each_entry(region, &ch->en->regions, list) {
		list_for_each_entry(prefix, &region->prefixes, list) {
			err = check_existing(ch, req, all, prefix);
			if (err)
				return err;
			cond_resched();
		}
	}
	return 0;
}

static int check_machines(struct egress_change *ch, const struct egress_pool_request *req,
			  const struct candidates *all)
{
	bool same = ch->en->readdressed == req->readdressed;
	char text[EGRESS_ADDR_STR], other[EGRESS_ADDR_STR];
	struct egress_machine *machine;
	const struct candidate *hit;
	unsigned long serial;
	unsigned int i;

	/* Machines that came after the survey have higher serial numbers. */
	xa_for_each_start(&ch->en->machines, serial, machine, same ? req->surveyed + 1 : 0) {
		for (i = 0; i < machine->n_sources; i++) {
			hit = covering(all, &machine->sources[i]->addr);
			if (hit && !hit->there)
				return egress_refuse_nth(&ch->error, EGRESS_ABOUT_PREFIX, hit->nth,
						-EEXIST,
						"prefix %s holds %s, the inside address of machine '%s'",
						egress_cidr_str(text, &hit->cidr),
						egress_addr_str(other, &machine->sources[i]->addr),
						machine->id);
		}
		cond_resched();
	}
	return 0;
}

/* Refuse a request if the address of the host is in a prefix of it. */
static int check_host_addr(struct egress_change *ch, const struct candidates *all,
			   const struct in6_addr *addr)
{
	const struct candidate *hit = covering(all, addr);
	char text[EGRESS_ADDR_STR], other[EGRESS_ADDR_STR];

	if (!hit || hit->there)
		return 0;
	return egress_refuse_nth(&ch->error, EGRESS_ABOUT_PREFIX, hit->nth, -EADDRINUSE,
			     "prefix %s holds %s, an address of this host: leave it out",
			     egress_cidr_str(text, &hit->cidr), egress_addr_str(other, addr));
}

static int check_device(struct egress_change *ch, const struct candidates *all,
			const struct net_device *dev)
{
	const struct in_device *in4 = __in_dev_get_rcu(dev);
	const struct inet6_dev *in6 = __in6_dev_get(dev);
	const struct inet6_ifaddr *ifa6;
	const struct in_ifaddr *ifa4;
	struct in6_addr addr;
	int err = 0;

	if (in4) {
		in_dev_for_each_ifa_rcu(ifa4, in4) {
			egress_addr_v4(&addr, ifa4->ifa_local);
			err = check_host_addr(ch, all, &addr);
			if (err)
				return err;
		}
	}
	if (in6) {
		list_for_each_entry_rcu(ifa6, &in6->addr_list, if_list) {
			err = check_host_addr(ch, all, &ifa6->addr);
			if (err)
				return err;
		}
	}
	return err;
}

static int check_host(struct egress_change *ch, const struct candidates *all)
{
	const struct net_device *dev;
	int err = 0;

	rcu_read_lock();
	for_each_netdev_rcu(ch->en->net, dev) {
		err = check_device(ch, all, dev);
		if (err)
			break;
	}
	rcu_read_unlock();
	return err;
}

/* The prefixes of a request, sorted. Return: NULL if there is no memory. */
static struct candidates *candidates_of(const struct egress_pool_request *req)
{
	struct candidates *all;
	unsigned int i;

	all = kvmalloc(struct_size(all, v, req->n_prefixes), GFP_KERNEL_ACCOUNT);
	if (!all)
		return NULL;
	all->n = req->n_prefixes;
	for (i = 0; i < all->n; i++) {
		all->v[i] = (struct candidate) { .cidr = req->prefixes[i], .nth = i };
		egress_addr_split(&all->v[i].cidr.addr, &all->v[i].hi, &all->v[i].lo);
	}
	sort(all->v, all->n, sizeof(*all->v), compare, NULL);
	return all;
}

/* Look at the next machines. Return: whether there are more, and none was in a candidate. */
static bool survey_some(struct egress_net *en, struct egress_pool_request *req,
			const struct candidates *all)
{
	const struct egress_machine *machine;
	unsigned int i, n = 0;
	unsigned long serial;

	lockdep_assert_held(&en->lock);
	xa_for_each_start(&en->machines, serial, machine, req->surveyed + 1) {
		for (i = 0; i < machine->n_sources; i++)
			if (covering(all, &machine->sources[i]->addr))
				return false;
		req->surveyed = serial;
		if (++n == PIECE)
			return true;
	}
	return false;
}

/**
 * egress_pool_survey() - look at most machines before egress_pool_check() does, a piece at a time
 * @en: namespace, not locked
 * @req: request to make, to extend or to replace a pool; notes which machines need not be looked
 *	at again, unless one gets other addresses meanwhile
 *
 * It refuses nothing, even if a machine has an address in a prefix: egress_pool_check() finds that
 * machine. Context: process. Return: 0; -EINTR if the client is to die; -ENOMEM.
 */
int egress_pool_survey(struct egress_net *en, struct egress_pool_request *req)
{
	struct candidates *all = candidates_of(req);
	unsigned long last;
	int err;

	if (!all)
		return -ENOMEM;
	err = mutex_lock_killable(&en->lock);
	if (err)
		goto free;
	last = en->last_machine;
	req->readdressed = en->readdressed;
	while (survey_some(en, req, all) && req->surveyed < last) {
		mutex_unlock(&en->lock);
		cond_resched();
		err = mutex_lock_killable(&en->lock);
		if (err)
			goto free;
	}
	mutex_unlock(&en->lock);
free:
	kvfree(all);
	return err;
}

/**
 * egress_pool_check() - can the prefixes of a request come into its pool?
 * @ch: change
 * @req: request to make, to extend or to replace the pool
 *
 * A prefix that the pool has already can. Context: process. Return: 0; -EINVAL, -EEXIST,
 * -EADDRINUSE, -ENOMEM.
 */
int egress_pool_check(struct egress_change *ch, const struct egress_pool_request *req)
{
	struct candidates *all;
	unsigned int i;
	int err;

	for (i = 0; i < req->n_prefixes; i++) {
		err = check_alone(ch, &req->prefixes[i], i);
		if (err)
			return err;
	}
	all = candidates_of(req);
	if (!all)
		return -ENOMEM;
	err = check_one_another(ch, all) ?: check_pools(ch, req, all) ?:
		check_machines(ch, req, all) ?: check_host(ch, all);
	kvfree(all);
	return err;
}
