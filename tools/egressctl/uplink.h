/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_UPLINK_H
#define EGRESSCTL_UPLINK_H

#include <net/if.h>
#include <stdbool.h>

#include "libegress/parse.h"

/* By what device the way to an address leads; "" if there is none. */
const char *uplink_to(const struct addr *to, char dev[IF_NAMESIZE]);

/*
 * By what device the host forwards what comes from an inside address, by a device, or by
 * the way to that address if @in is ""; "" if it does not forward it.
 */
const char *uplink_of(const struct addr *from, const char *in, const struct addr *to,
		      char dev[IF_NAMESIZE]);

/*
 * Warn if what comes from an inside address leaves by another device than @dev, on which its
 * egress address is answered for; nothing happens if @dev is "".
 */
void uplink_beware(const struct addr *from, const char *in, const struct addr *to,
		   const struct addr *egress, const char *dev);

#define TROUBLE_TEXT (IF_NAMESIZE + 32)

/*
 * What keeps the host from being heard, or from hearing, on a device: to be said after its
 * name. Returns whether there is such a thing; @trouble is "" if not.
 */
bool uplink_trouble(const char *dev, char trouble[TROUBLE_TEXT]);

#endif
