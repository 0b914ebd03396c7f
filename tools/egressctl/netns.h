/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_NETNS_H
#define EGRESSCTL_NETNS_H

/* Enter a network namespace, by the name `ip netns` has for it or by its path. */
int netns_enter(const char *name);

#endif
