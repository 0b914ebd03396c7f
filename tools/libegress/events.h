/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_EVENTS_H
#define LIBEGRESS_EVENTS_H

#include "libegress/netlink.h"

/* Nothing that happens from now on is missed. Returns a status. */
int events_open(void);

/*
 * Wait for what happens next, so many milliseconds at most (no bound if
 * negative); fn sees each event. *lost tells that there were more than fit in:
 * read again what matters. Returns a status.
 */
int events_read(int timeout, object_fn fn, void *arg, bool *lost);

#endif
