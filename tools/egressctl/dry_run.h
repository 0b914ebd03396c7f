/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_DRY_RUN_H
#define EGRESSCTL_DRY_RUN_H

struct answer;
struct json;

#define DRY_RUN_HELP	"say what it would do, and change nothing"

/* For change(), in place of what tells of what was done. */
int would_go(const struct answer *answer, struct json *j);
int would_move(const struct answer *answer, struct json *j);

/* That nothing was done. */
void dry_run_json(struct json *j);
void dry_run_text(void);

#endif
