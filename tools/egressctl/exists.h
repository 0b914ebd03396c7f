/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_EXISTS_H
#define EGRESSCTL_EXISTS_H

/*
 * Is there anything of this app and in this region? If not, it says so, with the name that may
 * have been meant. NULL: any. Returns a status.
 */
int must_exist(const char *app, const char *region);

#endif
