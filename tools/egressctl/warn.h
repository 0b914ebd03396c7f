/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_WARN_H
#define EGRESSCTL_WARN_H

#include <stdbool.h>

#include "libegress/json.h"

struct view;

/*
 * Warnings: whole sentences for somebody about to be hurt, with the number to
 * act on. They never change the exit status.
 */
void warn_add(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * A change concerns the app or the org in the region, all regions if that is ""; the region's pool;
 * a machine.
 */
void warn_about(const char *app, const char *region);
void warn_about_org(const char *org, const char *region);
void warn_about_pool(const char *region);
void warn_about_machine(const char *id);

/*
 * Ask the kernel for the warnings where changes were made. In a batch that waits
 * for its end: the next line may be what sets it right.
 */
int warn_settle(void);
void warn_defer(bool on);

/* The same for every app, or for one of them, an org or a region; of a machine, what it left. */
int warn_check(const struct view *view);
int warn_check_machine(const char *app, const char *id);

/* Print the warnings there are and forget them. */
void warn_json(struct json *j);
void warn_text(void);

/* The table that was just shown changed while it was read, if it did. */
#define BRIEF_HELP	"do not count live connections, which takes time where there are many"
#define EXACT_HELP	"fail rather than show a table that changed while it was read"
void warn_interrupted(void);

bool warn_any(void);

#endif
