/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_WARNING_H
#define EGRESS_WARNING_H

#include <linux/types.h>
#include <linux/egress.h>

#include "addr.h"

struct egress_addr;
struct egress_change;
struct egress_group;
struct egress_net;
struct egress_pair;
struct egress_region;
struct egress_set;

#define EGRESS_SET_WARNINGS	(EGRESS_WARNING_NO_DOUBLING + 1)	/* kinds about a set */
#define EGRESS_WARNING_TEXT	256	/* bytes; scnprintf() cuts what is longer */

/**
 * struct egress_told - what listeners know of a warning, or would know if there were any
 * @holds: they have been told that it holds, and not yet that it is over
 * @number: how bad they have been told it is; what is counted depends on the kind
 *
 * It is part of the object that the warning is about, so that telling allocates nothing.
 */
struct egress_told {
	bool holds;
	u32 number;
};

/**
 * struct egress_room - the numbers of an app in a region, for one set of destinations
 * @pairs: pairs that the app's machines share, without those that are being released
 * @v4: pairs of @pairs that have an IPv4 address
 * @v6: pairs of @pairs that have an IPv6 address
 * @slots: slots of @pairs that this host hands out
 * @each: slots that one more pair would have
 * @machines: machines that have a lease on a pair for the set, or wait for one; 0 where the
 *	app has no pair for the set on purpose
 * @elsewhere: the app has pairs in another region, for whatever destinations
 */
struct egress_room {
	unsigned int pairs;
	unsigned int v4;
	unsigned int v6;
	unsigned int slots;
	unsigned int each;
	unsigned int machines;
	bool elsewhere;
};

/**
 * struct egress_warned - a warning, to be told
 * @kind: which warning
 * @phase: whether it begins, grows or is over; EGRESS_WARNING_PHASE_HOLDS if somebody asked
 * @region: region that the warning is about
 * @group: app in the region; NULL if the warning is about the region's pool
 * @set: destinations, if it is about the room of an app; else NULL
 * @pair: pair, if it is about one; else NULL
 * @addr: address of @pair, if it is about one of them; else NULL
 * @family: addresses that the region's pool runs short of
 * @room: numbers of @set
 * @need: number of pairs that would help; 0 if the warning asks for none
 * @free: addresses that the pool has left
 * @size: addresses that it can have in use
 * @text: the sentence that says so
 */
struct egress_warned {
	enum egress_warning kind;
	enum egress_warning_phase phase;
	const struct egress_region *region;
	const struct egress_group *group;
	const struct egress_set *set;
	const struct egress_pair *pair;
	const struct egress_addr *addr;
	enum egress_family family;
	struct egress_room room;
	unsigned int need;
	u64 free;
	u64 size;
	char text[EGRESS_WARNING_TEXT];
};

bool egress_warning_holds(enum egress_warning kind, const struct egress_room *room,
			  unsigned int *need);
bool egress_pool_is_short(u64 size, u64 used, bool already);
bool egress_told_update(struct egress_told *told, enum egress_warning kind, bool holds,
			u32 number, enum egress_warning_phase *phase);

bool egress_warn_set(struct egress_net *en, const struct egress_group *group,
		     const struct egress_set *set, enum egress_warning kind,
		     struct egress_warned *warned);
bool egress_warn_pool(const struct egress_region *region, enum egress_family family,
		      struct egress_warned *warned);
bool egress_warn_conflict_of(const struct egress_pair *pair, const struct egress_addr *addr,
			     struct egress_warned *warned);
bool egress_warn_pair(const struct egress_pair *pair, struct egress_warned *warned);

void egress_warn_tell(struct egress_change *ch, struct egress_told *told,
		      struct egress_warned *warned, bool holds, u32 number);
void egress_warn_now(struct egress_change *ch);
void egress_warn_conflict(struct egress_change *ch, struct egress_pair *pair,
			  struct egress_addr *addr, const u8 *owner);
void egress_warn_left(struct egress_change *ch, struct egress_pair *pair, bool left);
void egress_warn_set_gone(struct egress_change *ch, struct egress_group *group,
			  struct egress_set *set);
void egress_warn_group_gone(struct egress_change *ch, struct egress_group *group);
void egress_warn_pool_changed(struct egress_change *ch, struct egress_region *region);

#endif
