/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_MACHINE_H
#define EGRESSCTL_MACHINE_H

#include "libegress/json.h"
#include "libegress/machine.h"

/*
 * Members of an object; of its leases, too, what destinations they are for, where somebody wants
 * to know. Returns a status.
 */
int machine_json(struct json *j, const struct machine *machine, bool with_to);

/* For change(): the machine in JSON, and what to beware of. */
int machine_changed(const struct answer *answer, struct json *j);

#endif
