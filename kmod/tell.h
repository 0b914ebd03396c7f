/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_TELL_H
#define EGRESS_TELL_H

#include <linux/types.h>

struct egress_machine;
struct egress_net;
struct genl_info;

void egress_tell_sender(struct egress_net *en, struct genl_info *info, void *object);
void egress_tell_all(struct egress_net *en, u8 cmd, void *object);
void egress_tell(struct egress_net *en, struct genl_info *info, void *object);

void egress_tell_later(struct egress_net *en, struct egress_machine *machine);
void egress_tell_changed(struct egress_net *en);

#endif
