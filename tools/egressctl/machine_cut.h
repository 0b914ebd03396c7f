/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_MACHINE_CUT_H
#define EGRESSCTL_MACHINE_CUT_H

struct answer;
struct json;

#define CUT_STALE_HELP	"end their connections that are not under the lease they get"

/* For change(), after what it made: of how many connections were ended, if that was asked for. */
int cut_told(const struct answer *answer, struct json *j);

#endif
