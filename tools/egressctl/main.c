// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "atomic.h"
#include "batch.h"
#include "commands.h"
#include "output.h"
#include "remedy.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/json.h"
#include "libegress/netns.h"
#include "libegress/parse.h"
#include "libegress/version.h"

static int show_help(const struct command *command, int argc, char **argv);
static int show_version(const struct command *command, int argc, char **argv);

static const struct command commands[] = {
	{ "pool add", pool_add,
	  "REGION PREFIX... [dev DEV] [slots A-B] [on-unallocated pass|drop]",
	  "Give a region prefixes to draw egress addresses from" },
	{ "pool replace", pool_replace,
	  "REGION PREFIX... [dev DEV] [slots A-B] [on-unallocated pass|drop]",
	  "Make a region's pool as given; prefixes that it has besides go" },
	{ "pool del", pool_del, "REGION [PREFIX...] [--missing-ok] [--dry-run]",
	  "Take prefixes away from a region's pool, or the whole pool" },
	{ "pool drain", pool_drain, "REGION PREFIX... [off] [--dry-run]",
	  "Allocate no more pairs from these prefixes, or again" },
	{ "pool list", pool_list, "[REGION] [--exact]",
	  "Show the pools" },
	{ "allocate", allocate,
	  "(--app APP | --machine ID | --org ORG) --region REGION [--count N] [--ensure]\n"
	  "                          [--v4 ADDR] [--v6 ADDR] [--block-size N] [--to PREFIX,...]\n"
	  "                          [--cut-stale]",
	  "Allocate egress pairs, an IPv4 and an IPv6 address each\n"
	  "Where one of --v4 and --v6 is given, the pair has no address of the other family." },
	{ "pair set", pair_set, "ADDR [--to PREFIX,...]",
	  "Change what destinations a pair is for" },
	{ "release", release,
	  "ADDR... [--app APP | --org ORG] [--drain[=SECONDS] [--wait]] [--missing-ok] [--dry-run] [-y]",
	  "Release the pairs that have these addresses; cut their connections, or drain them" },
	{ "list", list, "[--app APP] [--org ORG] [--region REGION] [--brief] [--exact]",
	  "Show the egress addresses" },
	{ "machine add", machine_add,
	  "ID --app APP --region REGION --addr ADDR... [--dev DEV]\n"
	  "                             [--pair ADDR [--slot N]] [--wait[=SECONDS]]",
	  "Add a machine; it gets ports of one of its app's pairs, or waits for some\n"
	  "A machine that is there as asked already stays so." },
	{ "machine replace", machine_replace,
	  "ID --app APP --region REGION --addr ADDR... [--dev DEV]\n"
	  "                                 [--pair ADDR [--slot N]] [--wait[=SECONDS]]\n"
	  "                                 [--dry-run] [-y]",
	  "Add a machine, or make the one that is there as given\n"
	  "Without --dev it has no device. Without --pair a pin of before stays, if app and\n"
	  "region do." },
	{ "machine set", machine_set,
	  "ID [--app APP] [--region REGION] [--addr ADDR...] [--dev DEV] [--dry-run] [-y]",
	  "Change a machine" },
	{ "machine del", machine_del,
	  "(ID... | --app APP [--region REGION]) [--missing-ok] [--dry-run] [-y]",
	  "Delete machines, cut their connections, release their own pairs" },
	{ "machine cut", machine_cut, "ID... [--stale] [--dry-run] [-y]",
	  "End connections that machines have begun, or of them those of before their lease\n"
	  "Connections to excluded destinations stand, and so do those that came in." },
	{ "machine list", machine_list,
	  "[--app APP] [--org ORG] [--region REGION] [--waiting] [--brief] [--exact]",
	  "Show the machines and their egress addresses" },
	{ "machine show", machine_show, "ID",
	  "Show all there is to know about a machine" },
	{ "bind", bind_machine, "ID (ADDR [--slot N] | auto) [--dry-run | --cut-stale]",
	  "Pin a machine to a pair, or give it back to the automatic choice" },
	{ "rebalance", rebalance,
	  "(--app APP | --org ORG) [--region REGION] [--max-moves N] [--dry-run]",
	  "Spread the machines on an app's or an org's pairs evenly over these" },
	{ "promote", promote, "ID [--org ORG]",
	  "Make a machine's own pairs those of its app's machines in the region, or its org's" },
	{ "lease list", lease_list,
	  "[--app APP] [--org ORG] [--region REGION] [--brief] [--exact]",
	  "Show the blocks of ports in use, lingering ones too" },
	{ "adopt", adopt, "[--machine ID | --pair ADDR]",
	  "Count the machines' connections that conntrack has from a file or another host, too" },
	{ "app set", app_set,
	  "APP [--limit N] [--on-limit reject|drop] [--on-none pass|drop|reject]\n"
	  "                         [--on-none-v6 pass|drop|reject] [--exclude PREFIX,...]\n"
	  "                         [--org ORG|none] [--dry-run] [-y]",
	  "Change an app's settings\n"
	  "An app is there as long as it has machines, pairs or settings of its own." },
	{ "app list", app_list, "[--org ORG] [--exact]",
	  "Show the apps" },
	{ "app show", app_show, "APP",
	  "Show an app and its settings" },
	{ "stats", stats, "[--app APP] [--org ORG] [--region REGION] [--brief] [--exact]",
	  "Show the counters: totals, or those of some machines" },
	{ "top", top,
	  "[--count N] [--by connections|rejects] [--app APP] [--org ORG] [--region REGION]",
	  "Show the machines and destinations nearest their limit" },
	{ "get", get_route, "from ADDR[:PORT] to ADDR[:PORT] [proto P] [iif DEV]",
	  "Show what would happen to a packet, and why" },
	{ "check", check, "ID [TARGET...] [--netns NETNS]",
	  "Connect from inside a machine, and tell which step of the way fails\n"
	  "TARGET is ADDR[:PORT], [ADDR]:PORT or NAME[:PORT], port 443 unless given; without one,\n"
	  "1.1.1.1 and 2606:4700:4700::1111. Exit status 2 if a step fails." },
	{ "cordon", cordon, "[off]",
	  "Give no lease to machines that have none; with 'off', serve those that wait" },
	{ "flush", flush, "--all [--dry-run] [-y]",
	  "Remove all pools, pairs, machines and apps of this network namespace" },
	{ "version", show_version, "",
	  "Show the versions of egressctl and of the module" },
	{ "help", show_help, "[COMMAND]",
	  "Show how a command is used" },
};

/* What stands before the command. */
struct globals {
	const char *netns;
	const char *file;
	const char *command;	/* instead of the one that follows */
	const char *generation;	/* that a change is to find */
	bool force;
	bool atomic;		/* the whole file or nothing of it */
	int end;		/* what argument they end before */
};

#define N_COMMANDS	(sizeof(commands) / sizeof(*commands))

static void print_usage(FILE *to)
{
	fputs("Usage: egressctl [OPTION]... COMMAND\n\nCommands:\n", to);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(to, "  %-14s%.*s\n", commands[i].name,
			(int)strcspn(commands[i].help, "\n"), commands[i].help);
	fputs("\nOptions:\n"
	      "  -j            print JSON\n"
	      "  -p            with -j: print it for people to read\n"
	      "  -n NETNS      in this network namespace, a name or a path\n"
	      "  -b FILE       run a command a line, \"-\" for standard input; stop at the first error\n"
	      "  -force        with -b: go on after errors\n"
	      "  -atomic       with -b: the whole file or nothing of it, as one request; it has lines\n"
	      "                of 'machine add, set, replace, del', 'bind', 'allocate', 'release',\n"
	      "                'app set'\n"
	      "  -generation N refuse a change if anything has changed since: see 'stats'\n"
	      "  -V            print the version\n"
	      "  -h, --help    print this; 'egressctl COMMAND --help' tells of a command\n"
	      "\n"
	      "Exit status: 0 done, 1 the command line is wrong, 2 refused or failed.\n", to);
}

struct span {
	const struct command *from;
	const struct command *to;
};

/* The noun of a command's name, or the verb after it ("" if there is none). */
static const char *word_of(const struct command *command, int level, size_t *length)
{
	const char *word = command->name;

	if (level) {
		word += strcspn(word, " ");
		word += *word == ' ';
	}
	*length = strcspn(word, " ");
	return word;
}

/* The commands of span, which are next to each other, whose word is text, or begins with it. */
static struct span matches(struct span span, int level, const char *text, bool whole)
{
	size_t length, wanted = strlen(text);
	struct span found = {};

	for (const struct command *c = span.from; c < span.to; c++) {
		const char *word = word_of(c, level, &length);

		if (wanted > length || strncmp(word, text, wanted) || (whole && wanted != length))
			continue;
		if (!found.from)
			found.from = c;
		found.to = c + 1;
	}
	return found;
}

static int narrow(struct span *span, int level, const char *text)
{
	struct span found = matches(*span, level, text, true);
	const char *first, *last;
	size_t first_length, last_length;

	if (!found.from)
		found = matches(*span, level, text, false);
	if (!found.from || !*text)
		return fail_usage("unknown command '%.*s%s': see 'egressctl help'",
				  level ? (int)strcspn(span->from->name, " ") + 1 : 0,
				  span->from->name, text);
	first = word_of(found.from, level, &first_length);
	last = word_of(found.to - 1, level, &last_length);
	if (first_length != last_length || strncmp(first, last, first_length))
		return fail_usage("'%s' could be '%.*s' or '%.*s': write more of it", text,
				  (int)first_length, first, (int)last_length, last);
	*span = found;
	return 0;
}

static int print_synopses(struct span span)
{
	for (const struct command *c = span.from; c < span.to; c++)
		printf("%s egressctl %s%s%s\n", c == span.from ? "Usage:" : "      ",
		       c->name, *c->synopsis ? " " : "", c->synopsis);
	return STATUS_HELP;
}

/* Names may be shortened; a noun alone lists, as in ip(8). */
static int run(int argc, char **argv)
{
	struct span span = { commands, commands + N_COMMANDS };
	int rc = narrow(&span, 0, argv[0]), used = 1;
	const char *verb;

	if (rc)
		return rc;
	if (strchr(span.from->name, ' ')) {
		verb = argc > 1 ? argv[1] : "list";
		if (!strcmp(verb, "help") || !strcmp(verb, "--help") || !strcmp(verb, "-h"))
			return print_synopses(span);
		if (*verb == '-')
			verb = "list";
		else if (argc > 1)
			used = 2;
		rc = narrow(&span, 1, verb);
		if (rc)
			return rc;
	}
	rc = atomic_on() ? atomic_check(span.from) : 0;
	return rc ?: span.from->run(span.from, argc - used, argv + used);
}

static int show_help(const struct command *command, int argc, char **argv)
{
	char option[] = "--help", *words[3];
	int n = 0;

	if (!argc || *argv[0] == '-') {
		print_usage(stdout);
		return STATUS_HELP;
	}
	words[n++] = argv[0];
	if (argc > 1)
		words[n++] = argv[1];
	words[n++] = option;
	return run(n, words);
}

static int show_version(const struct command *command, int argc, char **argv)
{
	const struct option opts[] = { {} };
	struct json j = json_to(stdout);
	char module[VERSION_TEXT];
	int rc = args_parse(command, opts, 0, 0, &argc, argv);
	bool fits;

	if (rc)
		return rc;
	version_of_module(module);
	fits = !strcmp(module, egressctl_version);
	if (output.json) {
		json_begin_object(&j, NULL);
		json_add_string(&j, "egressctl", egressctl_version);
		json_add_string_or_null(&j, "module", module);
		if (*module)
			json_add_bool(&j, "fits", fits);
		else
			json_add_null(&j, "fits");
		json_end_object(&j);
		return 0;
	}
	printf("egressctl %s, module %s%s\n", egressctl_version, *module ? module : "not loaded",
	       !*module ? "" : fits ? ": they fit" :
	       ": what only one of them knows is refused or not shown");
	return 0;
}

static bool is_one_of(const char *arg, const char *letter, const char *word)
{
	return !strcmp(arg, letter) || !strcmp(arg, word);
}

static int parse_globals(int argc, char **argv, struct globals *globals)
{
	int at;

	for (at = 1; at < argc && *argv[at] == '-'; at++) {
		const char *name = argv[at] + 1 + (argv[at][1] == '-');

		if (is_one_of(name, "j", "json"))
			output.json = true;
		else if (is_one_of(name, "p", "pretty"))
			output.pretty = true;
		else if (is_one_of(name, "force", "force"))
			globals->force = true;
		else if (is_one_of(name, "atomic", "atomic"))
			globals->atomic = true;
		else if (is_one_of(name, "V", "version"))
			globals->command = "version";
		else if (is_one_of(name, "h", "help"))
			globals->command = "help";
		else if (is_one_of(name, "n", "netns") && at + 1 < argc)
			globals->netns = argv[++at];
		else if (is_one_of(name, "b", "batch") && at + 1 < argc)
			globals->file = argv[++at];
		else if (!strcmp(name, "generation") && at + 1 < argc)
			globals->generation = argv[++at];
		else if (is_one_of(name, "n", "netns") || is_one_of(name, "b", "batch") ||
			 !strcmp(name, "generation"))
			return fail_usage("a value is missing after '%s'", argv[at]);
		else
			return fail_usage("unknown option '%s': see 'egressctl help'", argv[at]);
	}
	globals->end = at;
	return 0;
}

static int run_all(const struct globals *globals, int argc, char **argv)
{
	unsigned long long generation;
	int rc;

	if (globals->command)
		return run(1, (char **)&globals->command);
	if (globals->file && argc)
		return fail_usage("-b '%s' and a command, '%s': give one of them",
				  globals->file, argv[0]);
	if (globals->force && !globals->file)
		return fail_usage("-force goes with -b FILE");
	if (globals->atomic && (!globals->file || globals->force))
		return fail_usage("-atomic goes with -b FILE, and not with -force");
	if (!globals->file && !argc) {
		print_usage(stderr);
		return STATUS_USAGE;
	}
	if (globals->generation && globals->file && !globals->atomic)
		return fail_usage("-generation goes with one command, not with -b without -atomic");
	rc = globals->netns ? netns_enter(globals->netns) : 0;
	if (!rc && globals->generation)
		rc = parse_generation(globals->generation, &generation);
	if (rc)
		return rc;
	if (globals->generation)
		exchange_expect(generation);
	if (globals->file)
		return batch(globals->file, globals->force, globals->atomic, run);
	rc = run(argc, argv);
	if (!rc && globals->generation && !exchange_expected())
		rc = fail_usage("-generation goes with what changes something, not with '%s'",
				argv[0]);
	return rc;
}

int main(int argc, char **argv)
{
	struct globals globals = {};
	int rc;

	fail_tell = output_error;
	fail_remedy = remedy;
	rc = parse_globals(argc, argv, &globals);
	if (!rc)
		rc = run_all(&globals, argc - globals.end, argv + globals.end);
	if (rc == STATUS_HELP)
		rc = STATUS_DONE;
	if (fflush(stdout) || ferror(stdout))
		rc = fail("invalid", "writing to standard output: %s", strerror(errno));
	return rc;
}
