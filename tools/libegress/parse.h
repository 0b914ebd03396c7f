/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBEGRESS_PARSE_H
#define LIBEGRESS_PARSE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDR_TEXT	INET6_ADDRSTRLEN
#define PREFIX_TEXT	(ADDR_TEXT + 4)
#define NUMBER_TEXT	21	/* "18446744073709551615" */

struct addr {
	uint8_t len;		/* in bytes: 4 or 16, 0 for none */
	uint8_t bytes[16];
};

struct addrs {
	struct addr *v;
	size_t n;
};

struct prefix {
	struct addr addr;
	uint8_t len;		/* in bits */
};

struct prefixes {
	struct prefix *v;
	size_t n;
	bool given;
};

struct number {
	bool given;
	uint32_t value;
};

struct endpoint {
	struct addr addr;
	struct number port;
};

struct range {
	bool given;
	uint32_t first;
	uint32_t last;
};

/*
 * Each turns an argument's text into *to; what is what the user knows the
 * argument by; several values append. When the text is bad they say so and
 * return STATUS_USAGE.
 */
int parse_app(const char *what, const char *text, void *to);		/* const char ** */
int parse_org(const char *what, const char *text, void *to);
int parse_org_or_none(const char *what, const char *text, void *to);
int parse_machine(const char *what, const char *text, void *to);	/* const char ** */
int parse_region(const char *what, const char *text, void *to);		/* const char ** */
int parse_dev(const char *what, const char *text, void *to);		/* const char ** */
int parse_dev_or_any(const char *what, const char *text, void *to);	/* const char ** */
int parse_netns(const char *what, const char *text, void *to);		/* const char ** */
int parse_addr(const char *what, const char *text, void *to);		/* struct addr */
int parse_endpoint(const char *what, const char *text, void *to);	/* struct endpoint */
int parse_port(const char *what, const char *text, void *to);		/* struct number */
int parse_proto(const char *what, const char *text, void *to);		/* uint8_t */
int parse_v4(const char *what, const char *text, void *to);		/* struct addr */
int parse_v6(const char *what, const char *text, void *to);		/* struct addr */
int parse_addrs(const char *what, const char *text, void *to);		/* struct addrs */
int parse_prefixes(const char *what, const char *text, void *to);	/* struct prefixes */
int parse_exclude(const char *what, const char *text, void *to);	/* struct prefixes */
int parse_count(const char *what, const char *text, void *to);		/* struct number */
int parse_generation(const char *text, unsigned long long *generation);
int parse_moves(const char *what, const char *text, void *to);		/* struct number */
int parse_block_size(const char *what, const char *text, void *to);	/* struct number */
int parse_seconds(const char *what, const char *text, void *to);	/* struct number; 0: NULL */
int parse_slot(const char *what, const char *text, void *to);		/* struct number */
int parse_limit(const char *what, const char *text, void *to);		/* struct number */
int parse_on_limit(const char *what, const char *text, void *to);	/* struct number */
int parse_on_none(const char *what, const char *text, void *to);	/* struct number */
int parse_on_unallocated(const char *what, const char *text, void *to);	/* struct number */
int parse_slots(const char *what, const char *text, void *to);		/* struct range */

bool prefixes_equal(const struct prefixes *a, const struct prefixes *b);	/* in one order */
char *number_text(unsigned long long number, char *to);	/* returns its end */
const char *addr_text(const struct addr *addr, char text[ADDR_TEXT]);
const char *prefix_text(const struct prefix *prefix, char text[PREFIX_TEXT]);
const char *on_limit_text(uint32_t value);
const char *proto_text(uint8_t proto, char text[4]);
const char *on_none_text(uint32_t value);
const char *on_unallocated_text(uint32_t value);

#endif
