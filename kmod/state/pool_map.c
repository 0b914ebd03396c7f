// SPDX-License-Identifier: GPL-2.0
/* The prefixes of all pools, as packets find them. */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sort.h>
#include <linux/egress.h>

#include "net.h"
#include "packet/map.h"
#include "packet/objects.h"
#include "state/pool.h"

static int compare(const void *a, const void *b)
{
	const struct egress_map_entry *x = a, *y = b;

	return egress_cidr_cmp(&x->cidr, &y->cidr);
}

static unsigned int collect(struct egress_map_entry *to, const struct list_head *prefixes,
			    u32 label, bool without_doomed)
{
	const struct egress_prefix *prefix;
	unsigned int n = 0;

	list_for_each_entry(prefix, prefixes, list) {
		if (without_doomed && prefix->doomed)
			continue;
		if (to)
			to[n] = (struct egress_map_entry){ prefix->cidr, label };
		n++;
	}
	return n;
}

static u32 label_of(u8 on_unallocated)
{
	return on_unallocated == EGRESS_ON_UNALLOCATED_DROP ? EGRESS_POOL_DROPS :
							      EGRESS_POOL_PASSES;
}

/* Collects the prefixes that there are to be, or counts them if @to is NULL. */
static unsigned int collect_all(struct egress_net *en, const struct egress_pool_change *change,
				struct egress_map_entry *to)
{
	const struct egress_region *region;
	unsigned int n = 0;

	list_for_each_entry(region, &en->regions, list) {
		bool changes = region == change->region;
		u8 on_unallocated = changes ? change->on_unallocated :
					      egress_pool_on_unallocated(region);

		n += collect(to ? to + n : NULL, &region->prefixes, label_of(on_unallocated),
			     changes && change->without_doomed);
		cond_resched();
	}
	if (change->more)
		n += collect(to ? to + n : NULL, change->more, label_of(change->on_unallocated),
			     false);
	return n;
}

/**
 * egress_pool_map_make() - make the map of all pools, as one of them is to be
 * @en: namespace, locked
 * @change: what changes
 *
 * Return: the map, to be published or freed by kvfree(); NULL if there is no prefix left;
 * ERR_PTR(-ENOMEM).
 */
struct egress_map *egress_pool_map_make(struct egress_net *en,
					const struct egress_pool_change *change)
{
	unsigned int n = collect_all(en, change, NULL);
	struct egress_map_entry *entries;
	struct egress_map *map;

	if (!n)
		return NULL;
	entries = kvmalloc_array(n, sizeof(*entries), GFP_KERNEL);
	if (!entries)
		return ERR_PTR(-ENOMEM);
	collect_all(en, change, entries);
	sort(entries, n, sizeof(*entries), compare, NULL);
	map = egress_map_make(entries, n);
	kvfree(entries);
	return map ?: ERR_PTR(-ENOMEM);
}

/**
 * egress_pool_map_publish() - let packets go by a map of all pools
 * @en: namespace, locked
 * @map: map, or NULL if there is no pool any more
 *
 * Before an address of a new prefix is allocated, and after those of one that goes are not.
 */
void egress_pool_map_publish(struct egress_net *en, struct egress_map *map)
{
	struct egress_map *old;

	old = rcu_replace_pointer(en->pools, map, lockdep_is_held(&en->lock));
	if (old)
		kvfree_rcu(old, rcu);
}
