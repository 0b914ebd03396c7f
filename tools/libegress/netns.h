/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_NETNS_H
#define LIBEGRESS_NETNS_H

/* A network namespace by the name `ip netns` has for it or by its path. Returns a status. */
int netns_open(const char *name, int *fd);

/* Enter a network namespace, named likewise. */
int netns_enter(const char *name);

#endif
