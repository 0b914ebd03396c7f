// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "output.h"
#include "libegress/error.h"

#define COLUMN	28

static bool may_lack(const struct option *opt)
{
	return *opt->value == '[';
}

static void print_help(const struct command *command, const struct option *opts)
{
	size_t line = strcspn(command->help, "\n");

	printf("Usage: egressctl %s%s%s\n\n%.*s.\n", command->name, *command->synopsis ? " " : "",
	       command->synopsis, (int)line, command->help);
	if (opts->name)
		putchar('\n');
	for (; opts->name; opts++) {
		bool apart = opts->value && !may_lack(opts);
		int n = printf("  %s%s%s", opts->name, apart ? " " : "", opts->value ?: "");

		printf("%*s%s\n", n < COLUMN ? COLUMN - n : 1, "", opts->help);
	}
	if (command->help[line])
		printf("%s\n", command->help + line);
}

static int usage(const struct command *command, const char *problem, const char *text)
{
	return fail_usage("%s: %s%s: see 'egressctl %s --help'",
			  command->name, problem, text, command->name);
}

int args_missing(const struct command *command, const char *what)
{
	return usage(command, "missing ", what);
}

/* The option that arg is, and the value after its '=' if there is one. */
static const struct option *find(const struct option *opts, const char *arg, const char **value)
{
	size_t n = *arg == '-' ? strcspn(arg, "=") : strlen(arg);

	for (; opts->name; opts++) {
		size_t dashes = *opts->name != '-' && !strncmp(arg, "--", 2) ? 2 : 0;

		if (strlen(opts->name) + dashes != n ||
		    strncmp(opts->name, arg + dashes, n - dashes))
			continue;
		*value = arg[n] ? arg + n + 1 : NULL;
		return opts;
	}
	return NULL;
}

static int unknown_option(const struct command *command, const char *arg)
{
	static const char *const globals[] = {
		"-j", "-p", "-n", "-b", "-force", "-atomic", "-json", "-pretty", "-generation"
	};

	for (size_t i = 0; i < sizeof(globals) / sizeof(*globals); i++)
		if (!strcmp(arg, globals[i]))
			return fail_usage("%s: %s goes before the command: 'egressctl %s %s'",
					  command->name, arg, arg, command->name);
	return usage(command, "unknown option ", arg);
}

/* "ADDR...", not "PREFIX,...". */
static bool takes_several(const struct option *opt)
{
	const char *dots = strstr(opt->value, "...");

	return dots && dots > opt->value && dots[-1] != ',';
}

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/* Parse what follows an option at argv[*at], and move *at to the last of it. */
static int take_value(const struct command *command, const struct option *opt, const char *value,
		      int argc, char **argv, int *at)
{
	int rc;

	if (!opt->value) {
		if (value)
			return usage(command, "no value belongs to ", opt->name);
		*(bool *)opt->to = true;
		return 0;
	}
	if (value || may_lack(opt))
		return opt->parse(opt->name, value, opt->to);
	if (*at + 1 >= argc)
		return usage(command, "a value is missing after ", opt->name);
	do {
		rc = opt->parse(opt->name, argv[++*at], opt->to);
	} while (!rc && takes_several(opt) && *at + 1 < argc && *argv[*at + 1] != '-');
	return rc;
}

int args_parse(const struct command *command, const struct option *opts,
	       int min, int max, int *argc, char **argv)
{
	bool literal = false;
	int kept = 0;

	for (int at = 0; at < *argc; at++) {
		const char *value = NULL, *arg = argv[at];
		const struct option *opt = NULL;
		int rc;

		if (!literal && !strcmp(arg, "--")) {
			literal = true;
			continue;
		}
		if (!literal && (!strcmp(arg, "--help") || !strcmp(arg, "-h"))) {
			print_help(command, opts);
			return STATUS_HELP;
		}
		/* A region may be called "dev": bare words are options after it only. */
		if (!literal && (*arg == '-' || kept))
			opt = find(opts, arg, &value);
		if (!opt && !literal && *arg == '-')
			return unknown_option(command, arg);
		if (!opt) {
			argv[kept++] = argv[at];
			continue;
		}
		/* "--drain 30", where no argument is to come that is a number. */
		if (opt->value && may_lack(opt) && !value && kept >= (max < 0 ? min : max) &&
		    at + 1 < *argc && is_number(argv[at + 1]))
			return fail_usage("%s: '%s %s': write %s=%s", command->name, arg,
					  argv[at + 1], arg, argv[at + 1]);
		rc = take_value(command, opt, value, *argc, argv, &at);
		if (rc)
			return rc;
	}
	if (kept < min)
		return usage(command, "too few arguments", "");
	if (max >= 0 && kept > max)
		return usage(command, "unexpected argument ", argv[max]);
	*argc = kept;
	return 0;
}
