/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_WAIT_H
#define EGRESSCTL_WAIT_H

#include "machine.h"

/*
 * Before a machine is added: wait_for_lease() is to wait, so many seconds at
 * most from now (0: as long as it takes). Returns a status.
 */
int wait_begin(uint32_t seconds);

/*
 * Come back when the machine has a lease, which is in *machine then. Does
 * nothing without wait_begin(). Returns a status.
 */
int wait_for_lease(struct machine *machine);

#endif
