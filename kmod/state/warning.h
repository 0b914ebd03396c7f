/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_WARNING_H
#define EGRESS_WARNING_H

#include <linux/types.h>
#include <linux/egress.h>

struct egress_change;
struct egress_change;
struct egress_group;
struct egress_net;
struct egress_set;

#define EGRESS_WARNINGS		(EGRESS_WARNING_NO_DOUBLING + 1)
#define EGRESS_WARNING_TEXT	256

/**
 * struct egress_room - what an app has for a set of destinations in a region
 * @pairs: pairs that its machines share
 * @v4: their IPv4 addresses
 * @v6: their IPv6 addresses
 * @slots: their slots that this host hands out
 * @each: slots that one pair more would have
 * @machines: machines that have a lease of them, or wait for one
 * @elsewhere: the app has such pairs in another region
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
 * struct egress_warned - a warning about a group
 * @group: app and region
 * @set: the destinations concerned
 * @kind: which warning
 * @room: its numbers
 * @need: pairs that are missing, 0 if the remedy is another
 * @text: the sentence
 */
struct egress_warned {
	const struct egress_group *group;
	const struct egress_set *set;
	enum egress_warning kind;
	struct egress_room room;
	unsigned int need;
	char text[EGRESS_WARNING_TEXT];
};

bool egress_warning_holds(enum egress_warning kind, const struct egress_room *room,
			  unsigned int *need);
bool egress_warn(struct egress_net *en, const struct egress_group *group,
		 const struct egress_set *set, enum egress_warning kind,
		 struct egress_warned *warned);
typedef void (*egress_warned_fn)(struct egress_change *ch, struct egress_warned *warned);
void egress_warn_now(struct egress_change *ch, egress_warned_fn fn);

#endif
