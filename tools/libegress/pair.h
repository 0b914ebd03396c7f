/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_PAIR_H
#define LIBEGRESS_PAIR_H

#include "libegress/exchange.h"
#include "libegress/request.h"

#define MAC_TEXT	18

struct pair {
	unsigned long long generation;
	unsigned long long id;
	enum egress_scope scope;
	char region[EGRESS_REGION_MAX + 1];
	char app[EGRESS_NAME_MAX + 1];		/* "" if it is of an org */
	char org[EGRESS_NAME_MAX + 1];		/* "" unless it is */
	char machine[EGRESS_NAME_MAX + 1];	/* "" unless it is of one machine alone */
	struct addr v4;
	struct addr v6;
	uint32_t block_size;
	uint32_t slots;
	uint32_t lingering;	/* of them, without a machine and not free */
	uint32_t machines;
	bool counted;
	unsigned long long connections;
	long long created;
	bool left_behind;	/* its machine is in another region */
	char conflict_v4[MAC_TEXT];	/* another host that has the address, too; "" for none */
	char conflict_v6[MAC_TEXT];
	unsigned long long set;		/* 0: for the destinations of no other pair */
	const struct prefixes *to;	/* the set's prefixes; NULL if the set has gone since */
	bool draining;
	bool has_deadline;
	uint32_t drain;		/* seconds until the deadline */
};

struct pairs {
	struct pair *v;
	size_t n;
};

void pairs_free(struct pairs *pairs);
const struct pair *pairs_find(const struct pairs *pairs, unsigned long long id);

/* These append. */
int pairs_get(struct pairs *pairs, get_fn get, const struct addr *addr, bool brief);
int pairs_load(struct pairs *pairs, dump_fn dump, const struct view *view);
int pairs_add(struct nlattr **attrs, struct nlmsghdr *message, void *pairs);
int pairs_of_answer(struct pairs *pairs, const struct answer *answer);
int pairs_new_of_answer(struct pairs *pairs, const struct answer *answer);

#define TO_TEXT		(2 * PREFIX_TEXT + 32)

const char *to_text(const struct prefixes *to, char text[TO_TEXT]);
const char *pair_text(const struct addr *v4, const struct addr *v6, char text[2 * ADDR_TEXT]);
const char *conflict_text(const struct pair *pair, const struct addr *addr);
const char *scope_text(enum egress_scope scope);

#endif
