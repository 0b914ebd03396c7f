/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_POOL_H
#define EGRESSCTL_POOL_H

#include <net/if.h>

/*
 * The device that answers for the addresses of a region's pool, "" if none does.
 * Returns a status.
 */
int pool_dev(const char *region, char dev[IF_NAMESIZE]);

#endif
