/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_UPLINK_H
#define EGRESSCTL_UPLINK_H

#include <net/if.h>

#include "libegress/parse.h"

/* By what device the way to an address leads; "" if there is none. */
const char *uplink_to(const struct addr *to, char dev[IF_NAMESIZE]);

/* What keeps a device from working, NULL if nothing does. */
const char *uplink_trouble(const char *dev);

#endif
