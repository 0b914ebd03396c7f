/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_POOL_H
#define EGRESSCTL_POOL_H

#include <stdbool.h>

/* Whether the region's pool has no IPv6 prefix. Returns a status. */
int pool_lacks_v6(const char *region, bool *lacks);

#endif
