// SPDX-License-Identifier: GPL-2.0
/*
 * With -force, lines are sent in groups. Without, each is answered before the
 * next is sent, as nothing after the first error may take effect; netlink
 * answers within the system call that sends, so that costs one more call a line.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "atomic.h"
#include "batch.h"
#include "change.h"
#include "output.h"
#include "warn.h"
#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/exchange.h"
#include "libegress/json.h"

struct words {
	char **v;
	size_t n;
};

/*
 * One word from at on, quotes and backslashes as in a shell, written over the
 * line itself. Returns what follows it, or NULL if a quote is not closed.
 */
static char *word(char *at, char *to)
{
	char quote = 0;

	for (; *at && (quote || !isspace((unsigned char)*at)); at++) {
		if (quote && *at == quote) {
			quote = 0;
		} else if (!quote && (*at == '\'' || *at == '"')) {
			quote = *at;
		} else {
			if (*at == '\\' && quote != '\'' && at[1])
				at++;
			*to++ = *at;
		}
	}
	if (quote)
		return NULL;
	if (*at)
		at++;
	*to = '\0';
	return at;
}

static int split(char *line, struct words *words)
{
	char *at = line;

	words->n = 0;
	for (;;) {
		char *start;

		while (isspace((unsigned char)*at))
			at++;
		if (!*at || *at == '#')
			break;
		start = at;
		at = word(at, start);
		if (!at)
			return fail_usage("a quote is not closed");
		words->v = array_grow(words->v, words->n, sizeof(*words->v));
		words->v[words->n++] = start;
	}
	/* argv ends with NULL, as main's. */
	words->v = array_grow(words->v, words->n, sizeof(*words->v));
	words->v[words->n] = NULL;
	return 0;
}

/* A line, and those after it as long as they end with a backslash; 0 at the end. */
static unsigned int read_lines(FILE *from, char **line)
{
	size_t room = 0, length = 0;
	unsigned int lines = 0;
	char *part = NULL;
	ssize_t n;

	while ((n = getline(&part, &room, from)) >= 0) {
		lines++;
		*line = xrealloc(*line, length + n + 1);
		memcpy(*line + length, part, n + 1);
		length += n;
		if (length < 2 || strcmp(*line + length - 2, "\\\n"))
			break;
		length -= 2;
	}
	free(part);
	return lines;
}

static int run_lines(FILE *from, bool force, int (*run)(int argc, char **argv))
{
	struct words words = {};
	unsigned int lines = 0;
	bool failed = false;
	char *line = NULL;
	int rc = 0;

	output.line = 1;
	while ((!rc || force) && (lines = read_lines(from, &line))) {
		rc = split(line, &words);
		if (!rc && words.n)
			rc = run(words.n, words.v);
		if (rc == STATUS_HELP)
			rc = 0;
		failed |= rc;
		output.line += lines;
	}
	if (ferror(from))
		rc = fail("invalid", "reading: %s", strerror(errno));
	free(line);
	free(words.v);
	return failed ? STATUS_FAILED : rc;
}

/* Warnings that are about the whole. */
static int end(void)
{
	struct json j = json_to(stdout);
	int rc = warn_settle();

	if (output.json && warn_any()) {
		json_begin_object(&j, NULL);
		warn_json(&j);
		json_end_object(&j);
	}
	warn_text();
	return rc;
}

int batch(const char *file, bool force, bool whole, int (*run)(int argc, char **argv))
{
	FILE *from = strcmp(file, "-") ? fopen(file, "re") : stdin;
	int rc, drained, ended;

	if (!from)
		return fail("not-found", "-b '%s': %s", file, strerror(errno));
	output.file = from == stdin ? "standard input" : file;
	change_in_groups(force);
	warn_defer(true);
	if (whole)
		atomic_begin();
	rc = run_lines(from, force, run);
	if (whole)
		rc = atomic_end(rc);
	drained = exchange_drain();
	change_in_groups(false);
	warn_defer(false);
	output.file = NULL;
	ended = end();
	if (from != stdin)
		fclose(from);
	return rc ?: drained ?: ended;
}
