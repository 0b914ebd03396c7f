/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_EXISTS_H
#define EGRESSCTL_EXISTS_H

struct view;

/*
 * Is there anything of the app, of the org and in the region of a view? If not, it says so, with
 * the name that may have been meant. NULL: any. Returns a status.
 */
int must_exist(const struct view *view);

#endif
