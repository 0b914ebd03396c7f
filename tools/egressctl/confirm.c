// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "confirm.h"
#include "output.h"
#include "libegress/error.h"

bool confirm_wanted(bool yes)
{
	return !yes && !output.file && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

void confirm_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
}

int confirm(void)
{
	char answer[16];

	fputs("Go on? [y/N] ", stderr);
	if (fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y'))
		return STATUS_DONE;
	return fail("invalid", "nothing was changed");
}

const char *plural(unsigned long long n)
{
	return n == 1 ? "" : "s";
}
