/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_LEASE_H
#define EGRESSCTL_LEASE_H

#include "libegress/json.h"
#include "libegress/lease.h"

/* Members of an object. */
void block_json(struct json *j, const struct block *block);
void set_json(struct json *j, unsigned long long set);

#endif
