/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_SET_H
#define LIBEGRESS_SET_H

#include "libegress/exchange.h"
#include "libegress/parse.h"

/*
 * Sets of destinations, which pairs are for. A set's prefixes never change, and no other set
 * gets its number: what was read once is kept. Both return a status.
 */

/* Read those of an app, or of a region. */
int sets_load(const struct view *view);

/* The prefixes of one; *to is NULL if it has gone. */
int set_get(unsigned long long id, const struct prefixes **to);

#endif
