// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <linux/egress.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libegress/alloc.h"
#include "libegress/error.h"
#include "libegress/parse.h"

#define MAX_SLOT	(65536 / EGRESS_BLOCK_SIZE_MIN - 1)

static const char *const on_limit_names[] = {
	[EGRESS_ON_LIMIT_REJECT] = "reject",
	[EGRESS_ON_LIMIT_DROP] = "drop",
};

static const char *const on_none_names[] = {
	[EGRESS_ON_NONE_PASS] = "pass",
	[EGRESS_ON_NONE_DROP] = "drop",
	[EGRESS_ON_NONE_REJECT] = "reject",
};

static const char *const on_unallocated_names[] = {
	[EGRESS_ON_UNALLOCATED_PASS] = "pass",
	[EGRESS_ON_UNALLOCATED_DROP] = "drop",
};

static const struct {
	uint8_t number;
	const char *name;
} protocols[] = {
	{ IPPROTO_ICMP, "icmp" }, { IPPROTO_TCP, "tcp" }, { IPPROTO_UDP, "udp" },
	{ IPPROTO_DCCP, "dccp" }, { IPPROTO_GRE, "gre" }, { IPPROTO_ESP, "esp" },
	{ IPPROTO_ICMPV6, "icmpv6" }, { IPPROTO_SCTP, "sctp" }, { IPPROTO_UDPLITE, "udplite" },
};

static bool all_of(const char *text, const char *others, bool upper)
{
	for (; *text; text++) {
		if (islower((unsigned char)*text) || isdigit((unsigned char)*text))
			continue;
		if (upper && isupper((unsigned char)*text))
			continue;
		if (!strchr(others, *text))
			return false;
	}
	return true;
}

static int too_long(const char *what, const char *text, size_t most)
{
	return fail_usage("%s '%.20s...': %zu characters; at most %zu are allowed",
			  what, text, strlen(text), most);
}

static int parse_name(const char *what, const char *text, void *to)
{
	if (strlen(text) > EGRESS_NAME_MAX)
		return too_long(what, text, EGRESS_NAME_MAX);
	if (!isalnum((unsigned char)*text) || !all_of(text, "._:@-", true))
		return fail_usage("%s '%s': begin with a letter or digit; then also . _ : @ -",
				  what, text);
	*(const char **)to = text;
	return 0;
}

int parse_app(const char *what, const char *text, void *to)
{
	return parse_name(what, text, to);
}

int parse_org(const char *what, const char *text, void *to)
{
	if (!strcmp(text, "none"))
		return fail_usage("%s 'none': that stands for no org: use another name", what);
	return parse_name(what, text, to);
}

int parse_org_or_none(const char *what, const char *text, void *to)
{
	return parse_name(what, text, to);
}

int parse_machine(const char *what, const char *text, void *to)
{
	return parse_name(what, text, to);
}

int parse_region(const char *what, const char *text, void *to)
{
	if (strlen(text) > EGRESS_REGION_MAX)
		return too_long(what, text, EGRESS_REGION_MAX);
	if (!*text || !all_of(text, "-", false))
		return fail_usage("%s '%s': use lower case letters, digits and dashes", what, text);
	*(const char **)to = text;
	return 0;
}

int parse_dev(const char *what, const char *text, void *to)
{
	if (!*text)
		return fail_usage("%s '': name a network device", what);
	return parse_dev_or_any(what, text, to);
}

int parse_dev_or_any(const char *what, const char *text, void *to)
{
	if (strlen(text) >= IFNAMSIZ)
		return too_long(what, text, IFNAMSIZ - 1);
	if (strpbrk(text, "/ \t\n"))
		return fail_usage("%s '%s': a device's name has neither '/' nor white space",
				  what, text);
	*(const char **)to = text;
	return 0;
}

int parse_netns(const char *what, const char *text, void *to)
{
	*(const char **)to = text;
	return 0;
}

static bool text_to_addr(const char *text, struct addr *addr)
{
	if (inet_pton(AF_INET, text, addr->bytes) == 1)
		addr->len = 4;
	else if (inet_pton(AF_INET6, text, addr->bytes) == 1)
		addr->len = 16;
	else
		return false;
	return true;
}

int parse_addr(const char *what, const char *text, void *to)
{
	const char *slash = strchr(text, '/');

	if (slash)
		return fail_usage("%s '%s': this is a prefix; give one address, '%.*s'",
				  what, text, (int)(slash - text), text);
	if (!text_to_addr(text, to))
		return fail_usage("%s '%s': this is neither an IPv4 nor an IPv6 address",
				  what, text);
	return 0;
}

int parse_v4(const char *what, const char *text, void *to)
{
	struct addr *addr = to;
	int rc = parse_addr(what, text, addr);

	if (!rc && addr->len != 4)
		return fail_usage("%s '%s': this is an IPv6 address; use --v6", what, text);
	return rc;
}

int parse_v6(const char *what, const char *text, void *to)
{
	struct addr *addr = to;
	int rc = parse_addr(what, text, addr);

	if (!rc && addr->len != 16)
		return fail_usage("%s '%s': this is an IPv4 address; use --v4", what, text);
	return rc;
}

/* Whatever stands between commas, one after the other. */
static int each_of(const char *what, const char *text, void *to,
		   int (*parse)(const char *what, const char *text, void *to))
{
	char *copy = xstrdup(text), *rest = copy, *item;
	int rc = 0;

	while (!rc && (item = strsep(&rest, ",")))
		rc = parse(what, item, to);
	free(copy);
	return rc;
}

static int append_addr(const char *what, const char *text, void *to)
{
	struct addrs *addrs = to;

	addrs->v = array_grow(addrs->v, addrs->n, sizeof(*addrs->v));
	return parse_addr(what, text, &addrs->v[addrs->n++]);
}

int parse_addrs(const char *what, const char *text, void *to)
{
	return each_of(what, text, to, append_addr);
}

static bool decimal(const char *text, uint32_t max, uint32_t *value)
{
	uint64_t sum = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		sum = sum * 10 + (*text - '0');
		if (sum > max)
			return false;
	}
	*value = sum;
	return true;
}

static bool clear_host_bits(struct prefix *prefix)
{
	bool cleared = false;

	for (unsigned int i = 0; i < prefix->addr.len; i++) {
		int bits = prefix->len - 8 * (int)i;
		uint8_t mask = bits >= 8 ? 0xff : bits <= 0 ? 0 : 0xff << (8 - bits);

		cleared |= prefix->addr.bytes[i] & ~mask;
		prefix->addr.bytes[i] &= mask;
	}
	return cleared;
}

static int append_prefix(const char *what, const char *text, void *to)
{
	struct prefixes *prefixes = to;
	char addr[ADDR_TEXT], right[PREFIX_TEXT];
	const char *slash = strchrnul(text, '/');
	struct prefix p = {};
	uint32_t len;

	snprintf(addr, sizeof(addr), "%.*s", (int)(slash - text), text);
	if (slash - text >= ADDR_TEXT || !text_to_addr(addr, &p.addr))
		return fail_usage("%s '%s': write a prefix as 198.51.100.0/24 or 2001:db8::/64",
				  what, text);
	len = 8 * p.addr.len;
	if (*slash && !decimal(slash + 1, len, &len))
		return fail_usage("%s '%s': the length after '/' must be 0 to %u", what, text, len);
	p.len = len;
	if (clear_host_bits(&p))
		return fail_usage("%s '%s' has host bits set: use %s",
				  what, text, prefix_text(&p, right));
	prefixes->v = array_grow(prefixes->v, prefixes->n, sizeof(p));
	prefixes->v[prefixes->n++] = p;
	prefixes->given = true;
	return 0;
}

int parse_prefixes(const char *what, const char *text, void *to)
{
	return each_of(what, text, to, append_prefix);
}

int parse_exclude(const char *what, const char *text, void *to)
{
	struct prefixes *prefixes = to;
	bool before = prefixes->given;

	if (before && !prefixes->n)
		return fail_usage("%s '%s': 'default' stands alone", what, text);
	if (strcmp(text, "default"))
		return parse_prefixes(what, text, to);
	prefixes->given = true;
	return before ? fail_usage("%s '%s': 'default' stands alone", what, text) : 0;
}

static int parse_range(const char *what, const char *text, struct number *to,
		       uint32_t min, uint32_t max)
{
	if (!decimal(text, max, &to->value) || to->value < min)
		return fail_usage("%s '%s': give a number from %u to %u", what, text, min, max);
	to->given = true;
	return 0;
}

int parse_port(const char *what, const char *text, void *to)
{
	return parse_range(what, text, to, 1, 65535);
}

/* The port after ADDR: or [ADDR]:, if there is one. */
int parse_endpoint(const char *what, const char *text, void *to)
{
	struct endpoint *endpoint = to;
	const char *end = strchr(text, ':'), *start = text;
	char addr[ADDR_TEXT];
	int rc;

	*endpoint = (struct endpoint){};
	if (*text == '[') {
		start = text + 1;
		end = strchr(text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return fail_usage("%s '%s': write [ADDR]:PORT", what, text);
	} else if (!end || strchr(end + 1, ':')) {
		return parse_addr(what, text, &endpoint->addr);
	}
	if (end - start >= ADDR_TEXT)
		return too_long(what, text, ADDR_TEXT - 1);
	snprintf(addr, sizeof(addr), "%.*s", (int)(end - start), start);
	rc = parse_addr(what, addr, &endpoint->addr);
	end = strchr(end, ':');
	return rc || !end ? rc : parse_port(what, end + 1, &endpoint->port);
}

int parse_proto(const char *what, const char *text, void *to)
{
	uint32_t number;
	uint8_t *proto = to;

	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		if (strcmp(text, protocols[i].name))
			continue;
		*proto = protocols[i].number;
		return 0;
	}
	if (!decimal(text, 255, &number))
		return fail_usage("%s '%s': give tcp, udp, icmp or a number up to 255",
				  what, text);
	*proto = number;
	return 0;
}

int parse_count(const char *what, const char *text, void *to)
{
	return parse_range(what, text, to, 1, EGRESS_COUNT_MAX);
}

int parse_generation(const char *text, unsigned long long *generation)
{
	char *end;

	errno = 0;
	*generation = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno)
		return fail_usage("generation '%s': give a number, as 'stats' shows it", text);
	return 0;
}

int parse_moves(const char *what, const char *text, void *to)
{
	return parse_range(what, text, to, 1, INT_MAX);
}

int parse_block_size(const char *what, const char *text, void *to)
{
	struct number *size = to;

	if (!decimal(text, EGRESS_BLOCK_SIZE_MAX, &size->value) ||
	    size->value < EGRESS_BLOCK_SIZE_MIN || (size->value & (size->value - 1)))
		return fail_usage("%s '%s': give a power of two from %u to %u",
				  what, text, EGRESS_BLOCK_SIZE_MIN, EGRESS_BLOCK_SIZE_MAX);
	size->given = true;
	return 0;
}

int parse_seconds(const char *what, const char *text, void *to)
{
	struct number *seconds = to;

	if (text)
		return parse_range(what, text, to, 1, INT32_MAX);
	*seconds = (struct number){ .given = true };
	return 0;
}

int parse_slot(const char *what, const char *text, void *to)
{
	return parse_range(what, text, to, 0, MAX_SLOT);
}

int parse_limit(const char *what, const char *text, void *to)
{
	return parse_range(what, text, to, 0, EGRESS_BLOCK_SIZE_MAX);
}

/* @choices says which names there are, for who gives another. */
static int parse_choice(const char *what, const char *text, struct number *to,
			const char *const *names, size_t n, const char *choices)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(text, names[i]))
			continue;
		*to = (struct number){ .given = true, .value = i };
		return 0;
	}
	return fail_usage("%s '%s': give %s", what, text, choices);
}

int parse_on_limit(const char *what, const char *text, void *to)
{
	return parse_choice(what, text, to, on_limit_names, 2, "'reject' or 'drop'");
}

int parse_on_none(const char *what, const char *text, void *to)
{
	return parse_choice(what, text, to, on_none_names, 3, "'pass', 'drop' or 'reject'");
}

int parse_on_unallocated(const char *what, const char *text, void *to)
{
	return parse_choice(what, text, to, on_unallocated_names, 2, "'pass' or 'drop'");
}

int parse_slots(const char *what, const char *text, void *to)
{
	char *copy = xstrdup(text), *dash = strchr(copy, '-');
	struct range *range = to;

	if (dash)
		*dash++ = '\0';
	range->given = dash && decimal(copy, EGRESS_SLOTS - 1, &range->first) &&
		       decimal(dash, EGRESS_SLOTS - 1, &range->last) && range->first <= range->last;
	free(copy);
	if (!range->given)
		return fail_usage("%s '%s': write A-B, two numbers from 0 to %u, A not above B",
				  what, text, EGRESS_SLOTS - 1);
	return 0;
}

bool prefixes_equal(const struct prefixes *a, const struct prefixes *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].len != b->v[i].len || a->v[i].addr.len != b->v[i].addr.len ||
		    memcmp(a->v[i].addr.bytes, b->v[i].addr.bytes, a->v[i].addr.len))
			return false;
	return true;
}

char *number_text(unsigned long long number, char *to)
{
	char digits[NUMBER_TEXT];
	int n = 0;

	do {
		digits[n++] = '0' + number % 10;
		number /= 10;
	} while (number);
	while (n)
		*to++ = digits[--n];
	*to = '\0';
	return to;
}

/* These are as inet_ntop() writes them, in a tenth of its time: a table may have very many. */
static char *v4_text(const uint8_t bytes[4], char *to)
{
	for (int i = 0; i < 4; i++) {
		if (i)
			*to++ = '.';
		to = number_text(bytes[i], to);
	}
	return to;
}

static char *v6_text(const uint8_t bytes[16], char *to)
{
	static const char digits[] = "0123456789abcdef";
	int zeros = 0, longest = 1, from = -1;
	uint16_t word[8];

	/* The longest row of zeros, the first of several, becomes "::". */
	for (int i = 0; i < 8; i++) {
		word[i] = bytes[2 * i] << 8 | bytes[2 * i + 1];
		zeros = word[i] ? 0 : zeros + 1;
		if (zeros > longest) {
			longest = zeros;
			from = i + 1 - zeros;
		}
	}
	for (int i = 0; i < 8; i++) {
		if (i == from) {
			*to++ = ':';
			i += longest - 1;
			if (i == 7)
				*to++ = ':';
			continue;
		}
		if (i)
			*to++ = ':';
		/* An IPv4 address in an IPv6 address. */
		if (i == 6 && !from && (longest == 6 || (longest == 5 && word[5] == 0xffff)))
			return v4_text(&bytes[12], to);
		for (int shift = 12; shift >= 0; shift -= 4)
			if (!shift || word[i] >> shift)
				*to++ = digits[word[i] >> shift & 15];
	}
	*to = '\0';
	return to;
}

const char *addr_text(const struct addr *addr, char text[ADDR_TEXT])
{
	if (addr->len == 4)
		v4_text(addr->bytes, text);
	else if (addr->len)
		v6_text(addr->bytes, text);
	else
		*text = '\0';
	return text;
}

const char *prefix_text(const struct prefix *prefix, char text[PREFIX_TEXT])
{
	addr_text(&prefix->addr, text);
	sprintf(text + strlen(text), "/%u", prefix->len);
	return text;
}

const char *proto_text(uint8_t proto, char text[4])
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
		if (protocols[i].number == proto)
			return protocols[i].name;
	snprintf(text, 4, "%u", proto);
	return text;
}

const char *on_limit_text(uint32_t value)
{
	return value < 2 ? on_limit_names[value] : "unknown";
}

const char *on_none_text(uint32_t value)
{
	return value <= EGRESS_ON_NONE_REJECT ? on_none_names[value] : "unknown";
}

const char *on_unallocated_text(uint32_t value)
{
	return value <= EGRESS_ON_UNALLOCATED_DROP ? on_unallocated_names[value] : "unknown";
}
