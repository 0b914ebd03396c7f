// SPDX-License-Identifier: GPL-2.0
/*
 * Destination sets: which pairs are for some destinations only (`allocate --to`), and which
 * are for the rest. Packets look up in a map which set a destination is in. A map is never
 * changed: a change prepares a new one while it can still fail, and then commits it.
 */
#include <linux/bitmap.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "addr.h"
#include "error.h"
#include "net.h"
#include "packet/map.h"
#include "state/app.h"
#include "state/change.h"
#include "state/group.h"
#include "state/lease.h"
#include "state/machine.h"
#include "state/pair.h"
#include "state/set.h"

static unsigned int max_prefixes = 1 << 20;
module_param(max_prefixes, uint, 0644);
MODULE_PARM_DESC(max_prefixes, "Prefixes of destination sets in a namespace at most");

/**
 * egress_sets_init() - begin with the set of the rest, and no other
 * @sets: sets, all zeros
 * @scope: whose pairs the sets are for
 * @machine: the machine, if they are for its own pairs; else NULL
 */
void egress_sets_init(struct egress_sets *sets, enum egress_scope scope,
		      struct egress_machine *machine)
{
	INIT_LIST_HEAD(&sets->list);
	INIT_LIST_HEAD(&sets->rest.list);
	INIT_LIST_HEAD(&sets->rest.pairs);
	INIT_LIST_HEAD(&sets->rest.waiting);
	sets->rest.sets = sets;
	sets->end = 1;
	sets->scope = scope;
	sets->machine = machine;
}

/**
 * egress_sets_exit() - free the map, and what it was made of
 * @en: namespace, locked
 * @sets: sets without pairs, so that only the set of the rest is left. Packets that still see
 *	@sets find no map; the caller frees @sets by RCU
 */
void egress_sets_exit(struct egress_net *en, struct egress_sets *sets)
{
	struct egress_map *map = rcu_dereference_protected(sets->map, true);

	RCU_INIT_POINTER(sets->map, NULL);
	if (map)
		kvfree_rcu(map, rcu);
	kvfree(sets->rest.roomy);
	sets->rest.roomy = NULL;
	sets->rest.max_roomy = 0;
	kvfree(sets->routes);
	en->n_prefixes -= sets->n_routes;
	en->prefix_bytes -= sets->bytes;
	sets->routes = NULL;
	sets->n_routes = 0;
	sets->bytes = 0;
}

static int cmp(const void *a, const void *b)
{
	return egress_cidr_cmp(a, b);
}

/**
 * egress_set_sort() - check prefixes, and sort them by egress_cidr_cmp()
 * @cidrs: prefixes
 * @n: number of prefixes
 * @error: filled if a prefix has host bits set or is given twice
 *
 * Return: 0, -EINVAL.
 */
int egress_set_sort(struct egress_cidr *cidrs, unsigned int n, struct egress_error *error)
{
	char text[EGRESS_ADDR_STR];
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!egress_cidr_clean(&cidrs[i]))
			return egress_refuse_nth(error, EGRESS_ABOUT_TO, i, -EINVAL,
					     "prefix %s has host bits set",
					     egress_cidr_str(text, &cidrs[i]));
	sort(cidrs, n, sizeof(*cidrs), cmp, NULL);
	for (i = 1; i < n; i++)
		if (!egress_cidr_cmp(&cidrs[i - 1], &cidrs[i]))
			return egress_refuse(error, EGRESS_ABOUT_TO, -EINVAL, "%s is given twice",
					     egress_cidr_str(text, &cidrs[i]));
	return 0;
}

/**
 * egress_set_find() - find the set of exactly these prefixes
 * @sets: sets
 * @cidrs: prefixes, sorted
 * @n: number of prefixes; 0 for the rest
 *
 * Return: set, or NULL if there is none or all its pairs are being released.
 */
struct egress_set *egress_set_find(struct egress_sets *sets, const struct egress_cidr *cidrs,
				   unsigned int n)
{
	struct egress_set *set;
	unsigned int i;

	if (!n)
		return &sets->rest;
	list_for_each_entry(set, &sets->list, list) {
		if (set->n_cidrs != n || egress_set_gone(set))
			continue;
		for (i = 0; i < n && !egress_cidr_cmp(&set->cidrs[i], &cidrs[i]); i++)
			;
		if (i == n)
			return set;
	}
	return NULL;
}

static bool index_in_use(const struct egress_sets *sets, unsigned int index)
{
	const struct egress_set *set;

	list_for_each_entry(set, &sets->list, list)
		if (set->index == index)
			return true;
	return false;
}

/*
 * Make a set and add it to @sets. An index that another set had before may be used again only
 * when no packet sees a map any more that has that set: with such a map, packets to the other
 * set's destinations would take the new set's pairs.
 */
static struct egress_set *set_new(struct egress_net *en, struct egress_sets *sets,
				  const struct egress_cidr *cidrs, unsigned int n)
{
	struct egress_set *set = kzalloc(sizeof(*set), GFP_KERNEL_ACCOUNT);

	if (!set)
		return NULL;
	set->cidrs = kvmalloc_array(n, sizeof(*cidrs), GFP_KERNEL_ACCOUNT);
	if (!set->cidrs)
		goto free;
	set->id = ++en->last_set;
	if (xa_err(xa_store(&en->sets, set->id, set, GFP_KERNEL_ACCOUNT)))
		goto free_cidrs;
	memcpy(set->cidrs, cidrs, n * sizeof(*cidrs));
	set->n_cidrs = n;
	set->sets = sets;
	INIT_LIST_HEAD(&set->pairs);
	INIT_LIST_HEAD(&set->waiting);
	for (set->index = 1; index_in_use(sets, set->index); set->index++)
		;
	if (set->index < sets->end)
		cond_synchronize_rcu_expedited(sets->gp);
	sets->end = max(sets->end, set->index + 1);
	list_add_tail(&set->list, &sets->list);
	return set;

free_cidrs:
	kvfree(set->cidrs);
free:
	kfree(set);
	return NULL;
}

/**
 * egress_set_get() - find the set of exactly these prefixes, or make one
 * @ch: change
 * @group: app and region
 * @sets: sets of the group, or of a machine in it
 * @cidrs: prefixes, sorted
 * @n: number of prefixes; 0 for the rest
 *
 * A new set has no pairs yet, all its machines have leases for it without blocks, and a map
 * with the set is prepared. The caller adds a pair and calls egress_sets_commit(), or gives
 * up and calls egress_set_unget(). Context: process; may wait for a grace period. Return: set,
 * ERR_PTR(-EEXIST), ERR_PTR(-ENOSPC) or ERR_PTR(-ENOMEM).
 */
struct egress_set *egress_set_get(struct egress_change *ch, struct egress_group *group,
				  struct egress_sets *sets, const struct egress_cidr *cidrs,
				  unsigned int n)
{
	struct egress_set *set = egress_set_find(sets, cidrs, n);
	int err;

	if (set)
		return set;
	set = set_new(ch->en, sets, cidrs, n);
	if (!set)
		return ERR_PTR(-ENOMEM);
	set->app = group->app;
	err = egress_sets_prepare(ch, sets, set) ?: egress_leases_attach(ch, group, set);
	if (!err)
		return set;
	egress_sets_abort(sets);
	egress_set_free(ch, set);
	return ERR_PTR(err);
}

/**
 * egress_set_unget() - undo egress_set_get() in a change that is refused
 * @ch: change
 * @group: app and region
 * @set: from egress_set_get(); it is freed if it has no pairs, as then it was made there
 */
void egress_set_unget(struct egress_change *ch, struct egress_group *group, struct egress_set *set)
{
	egress_sets_abort(set->sets);
	if (set->n_pairs || !set->index)
		return;
	egress_leases_detach(ch, group, set);
	egress_set_free(ch, set);
}

/**
 * egress_set_begin() - tell of a set that a pair is for, if it is a new one
 * @ch: change that can't fail any more; it counts if the set is new
 * @set: set; nothing is told of the rest
 */
void egress_set_begin(struct egress_change *ch, struct egress_set *set)
{
	if (!set->index || set->begun)
		return;
	set->begun = true;
	egress_change_count(ch);
	egress_change_did(ch, EGRESS_EVENT_SET_NEW, set);
}

/**
 * egress_set_free() - free a set, and tell that it has gone
 * @ch: change; nothing is told if it is the one that made the set
 * @set: set without pairs and leases, and not the set of the rest
 */
void egress_set_free(struct egress_change *ch, struct egress_set *set)
{
	if (set->begun) {
		egress_change_count(ch);
		egress_change_did(ch, EGRESS_EVENT_SET_GONE, set);
	}
	xa_erase(&ch->en->sets, set->id);
	list_del(&set->list);
	kvfree(set->roomy);
	kvfree(set->cidrs);
	kfree(set);
}

/**
 * egress_set_count() - count a pair among the live ones of a set, or no more
 * @set: set, egress_net locked
 * @pair: pair of the set that is allocated, or about to be released or to leave the set
 * @by: 1 or -1
 */
void egress_set_count(struct egress_set *set, const struct egress_pair *pair, int by)
{
	int i;

	set->n_live += by;
	set->n_slots += by * (int)pair->n_slots;
	for (i = 0; i < EGRESS_FAMILIES; i++)
		set->n_addrs[i] += by * pair->nat.has[i];
	if (!set->sets->machine) {
		pair->group->n_live += by;
		pair->group->app->n_live += by;
	}
}

/**
 * egress_set_reserve() - get the memory that a set needs for more pairs
 * @set: set, egress_net locked
 * @n: number of pairs that are about to come into the set
 *
 * Return: 0 or -ENOMEM.
 */
int egress_set_reserve(struct egress_set *set, unsigned int n)
{
	unsigned int max = roundup_pow_of_two(max(set->n_pairs + n, 4u));
	struct egress_pair **roomy;

	if (max <= set->max_roomy)
		return 0;
	roomy = kvmalloc_array(max, sizeof(*roomy), GFP_KERNEL_ACCOUNT);
	if (!roomy)
		return -ENOMEM;
	memcpy(roomy, set->roomy, set->n_roomy * sizeof(*roomy));
	kvfree(set->roomy);
	set->roomy = roomy;
	set->max_roomy = max;
	return 0;
}

/**
 * egress_set_unroomy() - take a pair from those with room, if it is among them
 * @pair: pair that is about to leave its set, egress_net locked
 */
void egress_set_unroomy(struct egress_pair *pair)
{
	struct egress_set *set = pair->set;
	struct egress_pair *last;

	if (!pair->roomy)
		return;
	last = set->roomy[--set->n_roomy];
	set->roomy[pair->roomy - 1] = last;
	last->roomy = pair->roomy;
	pair->roomy = 0;
}

/**
 * egress_set_roomy() - keep a pair among those with room, or away from them
 * @pair: pair that has got its set, got or lost a free block, or is dying now or no more;
 *	egress_net locked, and egress_set_reserve() called before the pair came into its set
 *
 * A machine's pair is chosen among those with room: see egress_lease_choose().
 */
void egress_set_roomy(struct egress_pair *pair)
{
	struct egress_set *set = pair->set;

	if (!pair->n_free || pair->dying) {
		egress_set_unroomy(pair);
	} else if (!pair->roomy) {
		set->roomy[set->n_roomy++] = pair;
		pair->roomy = set->n_roomy;
	}
}

/*
 * Merge the @n_routes of @routes whose set stays with the prefixes of @add into @to, in the
 * order of egress_cidr_cmp(). Return: number of routes in @to; -EEXIST if another set has one
 * of the prefixes already; -ENOMEM.
 */
static int merge(struct egress_sets *sets, const struct egress_map_entry *routes,
		 unsigned int n_routes, const struct egress_set *add, struct egress_map_entry *to,
		 struct egress_error *error)
{
	unsigned int i, j = 0, n = add ? add->n_cidrs : 0;
	const struct egress_map_entry *begin = to;
	unsigned long *stays = bitmap_zalloc(sets->end, GFP_KERNEL);
	char text[EGRESS_ADDR_STR];
	const struct egress_set *set;
	int order;

	if (!stays)
		return -ENOMEM;
	list_for_each_entry(set, &sets->list, list)
		if (!egress_set_gone(set))
			__set_bit(set->index, stays);
	for (i = 0; i < n_routes; i++) {
		const struct egress_map_entry *route = &routes[i];

		if (!test_bit(route->label, stays))
			continue;
		order = -1;
		while (j < n) {
			order = egress_cidr_cmp(&route->cidr, &add->cidrs[j]);
			if (order <= 0)
				break;
			*to++ = (struct egress_map_entry){ add->cidrs[j++], add->index };
		}
		if (!order) {
			bitmap_free(stays);
			return egress_refuse(error, EGRESS_ABOUT_TO, -EEXIST,
					     "%s is among another pair's destinations already: these must be the same or apart",
					     egress_cidr_str(text, &route->cidr));
		}
		*to++ = *route;
	}
	while (j < n)
		*to++ = (struct egress_map_entry){ add->cidrs[j++], add->index };
	bitmap_free(stays);
	return to - begin;
}

/**
 * egress_sets_prepare() - make the map that a change needs, without packets seeing it
 * @ch: change
 * @sets: sets; those whose pairs are all being released will not be in the new map
 * @add: set that is to be in the new map, too, and has no pairs yet; or NULL
 *
 * A change may call this for several sets: each call starts from what the one before has
 * prepared. egress_sets_commit() publishes the result; egress_sets_abort() frees it, if this
 * fails or anything else does. Return: 0, -EEXIST, -ENOSPC, -ENOMEM.
 */
int egress_sets_prepare(struct egress_change *ch, struct egress_sets *sets, struct egress_set *add)
{
	const struct egress_map_entry *from = sets->changing ? sets->next_routes : sets->routes;
	unsigned int n_from = sets->changing ? sets->n_next : sets->n_routes;
	unsigned int n = n_from + (add ? add->n_cidrs : 0);
	struct egress_map_entry *routes = NULL;
	unsigned int max = READ_ONCE(max_prefixes);
	struct egress_map *map = NULL;
	int err = 0;

	if (add && ch->en->n_prefixes - sets->n_routes + n > max)
		return egress_refuse(&ch->error, EGRESS_ABOUT_TO, -ENOSPC,
				     "%u prefixes would be more than the module's max_prefixes, %u",
				     ch->en->n_prefixes - sets->n_routes + n, max);
	if (n) {
		routes = kvmalloc_array(n, sizeof(*routes), GFP_KERNEL_ACCOUNT);
		if (!routes)
			return -ENOMEM;
		err = merge(sets, from, n_from, add, routes, &ch->error);
	}
	if (err > 0) {
		map = egress_map_make(routes, err);
		if (!map)
			err = -ENOMEM;
	}
	if (err < 0) {
		kvfree(routes);
		return err;
	}
	egress_sets_abort(sets);
	sets->next = map;
	sets->next_routes = routes;
	sets->n_next = err;
	sets->changing = true;
	return 0;
}

/**
 * egress_sets_abort() - free what egress_sets_prepare() has prepared, if anything
 * @sets: sets
 */
void egress_sets_abort(struct egress_sets *sets)
{
	kvfree(sets->next_routes);
	kvfree(sets->next);
	sets->next_routes = NULL;
	sets->next = NULL;
	sets->changing = false;
}

/**
 * egress_sets_commit() - let packets go by the map that was prepared, if one was
 * @en: namespace, locked
 * @sets: sets; every machine that the new ones are for has its leases for them already
 */
void egress_sets_commit(struct egress_net *en, struct egress_sets *sets)
{
	struct egress_map *old = rcu_dereference_protected(sets->map, lockdep_is_held(&en->lock));

	if (!sets->changing)
		return;
	rcu_assign_pointer(sets->map, sets->next);
	/*
	 * The caller takes the leases for sets that have left the map away now. A packet that
	 * finds such a lease without a block must see the new map when it looks again. Pairs with
	 * the smp_rmb() of ports_for() in packet/classify.c.
	 */
	smp_wmb();
	sets->gp = get_state_synchronize_rcu();
	if (old)
		kvfree_rcu(old, rcu);
	kvfree(sets->routes);
	en->n_prefixes += sets->n_next - sets->n_routes;
	en->prefix_bytes -= sets->bytes;
	sets->bytes = sets->next ? sets->next->bytes +
		sets->n_next * (sizeof(*sets->routes) + sizeof(struct egress_cidr)) : 0;
	en->prefix_bytes += sets->bytes;
	sets->routes = sets->next_routes;
	sets->n_routes = sets->n_next;
	sets->next_routes = NULL;
	sets->next = NULL;
	sets->changing = false;
}
