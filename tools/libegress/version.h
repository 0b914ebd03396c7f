/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_VERSION_H
#define LIBEGRESS_VERSION_H

extern const char egressctl_version[];

#define VERSION_TEXT	64

/* The version of the module; "" if it is not loaded. */
const char *version_of_module(char text[VERSION_TEXT]);

#endif
