/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_VERSION_H
#define LIBEGRESS_VERSION_H

#ifndef EGRESS_VERSION
#define EGRESS_VERSION	"unknown"
#endif

#define VERSION_TEXT	64

/* The version of the module; "" if it is not loaded. */
const char *version_of_module(char text[VERSION_TEXT]);

#endif
