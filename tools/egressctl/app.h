/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_APP_H
#define EGRESSCTL_APP_H

#include <stdbool.h>

/* Returns a status: not-found, and says so, if there is no such app; NULL is any. */
int app_must_exist(const char *app);

/* Whether connections of its machines without a lease are dropped. Returns a status. */
int app_drops_on_none(const char *app, bool *drops);

#endif
