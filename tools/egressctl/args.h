/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_ARGS_H
#define EGRESSCTL_ARGS_H

#include <stdbool.h>

struct command {
	const char *name;	/* "release", or noun and verb: "machine add" */
	int (*run)(const struct command *command, int argc, char **argv);
	const char *synopsis;
	const char *help;	/* one line; more of them follow its options */
};

/* One whose name has no dashes, as "dev" of `pool add`, may be given with two. */
struct option {
	const char *name;
	const char *value;	/* what the help calls its value; NULL: it has none;
				 * "ADDR...": it takes every word up to the next option;
				 * "[=N]": it may go without, and is parsed as NULL then
				 */
	int (*parse)(const char *what, const char *text, void *to);
	void *to;		/* bool * if it has no value */
	const char *help;
};

/*
 * Store options where they want to go and leave the other arguments in argv,
 * at least min and at most max of them (no bound if negative); their number
 * goes to *argc. opts ends with a nameless one. Returns a status; with --help
 * it prints what the command and its options do and returns STATUS_HELP.
 */
int args_parse(const struct command *command, const struct option *opts,
	       int min, int max, int *argc, char **argv);
int args_missing(const struct command *command, const char *what);

#endif
