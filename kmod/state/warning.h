/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_WARNING_H
#define EGRESS_WARNING_H

#include <linux/types.h>
#include <linux/egress.h>

struct egress_change;
struct egress_group;
struct egress_net;
struct egress_set;

#define EGRESS_WARNINGS		(EGRESS_WARNING_NO_DOUBLING + 1)	/* kinds of warnings */
#define EGRESS_WARNING_TEXT	256	/* bytes; scnprintf() cuts what is longer */

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
 * struct egress_warned - a warning about a group
 * @group: app and region
 * @set: destinations that the warning is about
 * @kind: which warning
 * @room: numbers that the warning is about
 * @need: number of pairs that would help; 0 if the warning asks for none
 * @text: the sentence that says so
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
