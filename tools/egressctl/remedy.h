/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_REMEDY_H
#define EGRESSCTL_REMEDY_H

/* What a user can do about a refusal of the kernel's, by its enum egress_reason; or NULL. */
const char *remedy(unsigned int reason);

#endif
