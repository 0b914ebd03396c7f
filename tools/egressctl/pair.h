/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_PAIR_H
#define EGRESSCTL_PAIR_H

#include "libegress/json.h"
#include "libegress/pair.h"

/* An object for each pair; and rows as `list` has them, one for each address. */
void pairs_json(struct json *j, const struct pairs *pairs);
void pairs_list(const struct pairs *pairs);
void to_json(struct json *j, const struct prefixes *to);	/* a member */

/* For change(): the pairs, and what to beware of. */
int pairs_changed(const struct answer *answer, struct json *j);
int pairs_released(const struct answer *answer, struct json *j);
int pairs_made(const struct answer *answer, struct json *j);	/* of a request of several kinds */

#endif
