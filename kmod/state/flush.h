/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_FLUSH_H
#define EGRESS_FLUSH_H

struct egress_change;

int egress_flush_some(struct egress_change *ch, unsigned long last);
void egress_flush(struct egress_change *ch);

#endif
