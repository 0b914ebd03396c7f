// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "libegress/version.h"

#ifndef EGRESS_VERSION
#define EGRESS_VERSION	"unknown"
#endif

const char egressctl_version[] = EGRESS_VERSION;

const char *version_of_module(char text[VERSION_TEXT])
{
	FILE *from = fopen("/sys/module/egress/version", "re");

	*text = '\0';
	if (!from)
		return text;
	if (fgets(text, VERSION_TEXT, from))
		text[strcspn(text, "\n")] = '\0';
	fclose(from);
	return text;
}
