/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_TELL_H
#define EGRESS_TELL_H

#include "state/change.h"

struct genl_info;

int egress_tell_sender(struct egress_net *en, struct genl_info *info, bool dry,
		       enum egress_change_event event, void *object);
void egress_tell_untold(struct egress_net *en, struct genl_info *info, bool dry, unsigned int n);
void egress_tell_init(void);
void egress_tell_exit(void);

#endif
