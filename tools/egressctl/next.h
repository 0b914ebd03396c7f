/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_NEXT_H
#define EGRESSCTL_NEXT_H

#include "pair.h"

/*
 * Before somebody confirms: where so many machines of an app or an org in a region go that
 * lose the pairs that are to go, or come there anew. They return a status.
 */
int next_tell(const char *app, const char *region, const struct pairs *gone, size_t machines);
int next_tell_org(const char *org, const char *region, const struct pairs *gone,
		  size_t machines);

/* That a machine's own pairs are released with what is to be done. */
int next_tell_own(const char *app, const char *machine);

#endif
