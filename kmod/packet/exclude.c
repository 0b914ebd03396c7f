// SPDX-License-Identifier: GPL-2.0
/*
 * The exclude list answers one question only: is a destination in any of the prefixes? So
 * overlapping prefixes can be joined to sorted, disjoint ranges, separately for each family. A
 * lookup is a binary search, which takes 4 steps for ten prefixes and 14 for ten thousand. For most
 * destinations the first bits of the address rule out all ranges, and there is no search at all.
 */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "packet/exclude.h"

#define LONG_LIST	64	/* with more prefixes, an index by 16 bits is worth its memory */

struct egress_exclude *egress_exclude_default;

#define V4(a, b, c, d, bits) { .addr.s6_addr = { [10] = 0xff, 0xff, a, b, c, d }, \
			       .len = EGRESS_V4_BITS + (bits) }
#define V6(a, b, bits) { .addr.s6_addr = { a, b }, .len = bits }

/* These are never on the public internet, and are excluded whatever the operator's list says. */
static const struct egress_cidr always[] = {
	V4(0, 0, 0, 0, 8),		/* this network, RFC 1122 */
	V4(127, 0, 0, 0, 8),		/* loopback */
	V4(169, 254, 0, 0, 16),		/* link-local, RFC 3927 */
	V4(224, 0, 0, 0, 4),		/* multicast */
	V4(255, 255, 255, 255, 32),	/* broadcast */
	{ .addr.s6_addr = { [15] = 1 }, .len = 128 },	/* loopback, ::1 */
	V6(0xfe, 0x80, 10),		/* link-local */
	V6(0xff, 0x00, 8),		/* multicast */
};

/* Private destinations: the list of an app for which the operator has given none. */
static const struct egress_cidr defaults[] = {
	V4(10, 0, 0, 0, 8),		/* RFC 1918 */
	V4(172, 16, 0, 0, 12),
	V4(192, 168, 0, 0, 16),
	V4(100, 64, 0, 0, 10),		/* shared by carriers' NAT, RFC 6598 */
	V6(0xfc, 0x00, 7),		/* unique local, RFC 4193 */
};

static int cmp128(u64 ahi, u64 alo, u64 bhi, u64 blo)
{
	if (ahi != bhi)
		return ahi < bhi ? -1 : 1;
	if (alo != blo)
		return alo < blo ? -1 : 1;
	return 0;
}

static int cmp_range4(const void *a, const void *b)
{
	const struct egress_range4 *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static int cmp_range6(const void *a, const void *b)
{
	const struct egress_range6 *x = a, *y = b;

	return cmp128(x->first_hi, x->first_lo, y->first_hi, y->first_lo);
}

static void range4_of(struct egress_range4 *r, const struct egress_cidr *cidr)
{
	unsigned int bits = egress_cidr_host_bits(cidr);

	r->first = ntohl(egress_addr_to_v4(&cidr->addr));
	r->last = r->first | (bits == 32 ? U32_MAX : (1u << bits) - 1);
}

static void range6_of(struct egress_range6 *r, const struct egress_cidr *cidr)
{
	unsigned int bits = egress_cidr_host_bits(cidr);

	egress_addr_split(&cidr->addr, &r->first_hi, &r->first_lo);
	r->last_hi = r->first_hi;
	r->last_lo = r->first_lo;
	if (bits >= 64) {
		r->last_lo = U64_MAX;
		r->last_hi |= bits == 128 ? U64_MAX : (1ULL << (bits - 64)) - 1;
	} else {
		r->last_lo |= (1ULL << bits) - 1;
	}
}

/* Sort ranges and join those that overlap or touch. Return: the number of ranges left. */
static unsigned int melt4(struct egress_range4 *r, unsigned int n)
{
	unsigned int last = 0, i;

	sort(r, n, sizeof(*r), cmp_range4, NULL);
	for (i = 1; i < n; i++) {
		if (r[last].last != U32_MAX && r[i].first > r[last].last + 1)
			r[++last] = r[i];
		else
			r[last].last = max(r[last].last, r[i].last);
	}
	return last + 1;
}

/* Does @r overlap @next, or end just before it? @r must not begin after @next. */
static bool touches(const struct egress_range6 *r, const struct egress_range6 *next)
{
	u64 hi = r->last_hi, lo = r->last_lo;

	if (hi == U64_MAX && lo == U64_MAX)
		return true;
	if (!++lo)
		hi++;
	return cmp128(hi, lo, next->first_hi, next->first_lo) >= 0;
}

static unsigned int melt6(struct egress_range6 *r, unsigned int n)
{
	unsigned int last = 0, i;

	sort(r, n, sizeof(*r), cmp_range6, NULL);
	for (i = 1; i < n; i++) {
		if (!touches(&r[last], &r[i])) {
			r[++last] = r[i];
		} else if (cmp128(r[last].last_hi, r[last].last_lo,
				  r[i].last_hi, r[i].last_lo) < 0) {
			r[last].last_hi = r[i].last_hi;
			r[last].last_lo = r[i].last_lo;
		}
	}
	return last + 1;
}

static void add(struct egress_exclude *list, const struct egress_cidr *prefixes, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (egress_addr_is_v4(&prefixes[i].addr) && prefixes[i].len >= EGRESS_V4_BITS)
			range4_of(&list->ranges4[list->n4++], &prefixes[i]);
		else
			range6_of(&list->ranges6[list->n6++], &prefixes[i]);
	}
}

static void mark(unsigned long *any, unsigned int first, unsigned int last)
{
	bitmap_set(any, first, last - first + 1);
}

/* Mark the leading bits of all ranges: a destination that begins otherwise needs no search. */
static void mark_all(struct egress_exclude *list)
{
	unsigned int i;

	for (i = 0; i < list->n4; i++)
		mark(list->any4, list->ranges4[i].first >> (32 - list->index_bits),
		     list->ranges4[i].last >> (32 - list->index_bits));
	for (i = 0; i < list->n6; i++)
		mark(list->any6, list->ranges6[i].first_hi >> (64 - list->index_bits),
		     list->ranges6[i].last_hi >> (64 - list->index_bits));
}

/**
 * egress_exclude_make() - make an exclude list from prefixes
 * @prefixes: prefixes in any order, overlapping or not, without bits set below their lengths
 * @n: number of @prefixes
 *
 * Loopback, link-local, multicast and broadcast addresses are always in the list.
 *
 * Context: process. Return: the list, to be freed by kvfree_rcu(), or NULL if there is no memory.
 */
struct egress_exclude *egress_exclude_make(const struct egress_cidr *prefixes, unsigned int n)
{
	size_t total = n + ARRAY_SIZE(always);
	unsigned int index_bits = n > LONG_LIST ? 16 : 8;
	size_t any = BITS_TO_LONGS(1 << index_bits);
	struct egress_exclude *list;

	/*
	 * The list and its arrays are one piece of memory, so that one kvfree_rcu() frees them all.
	 * The arrays of 64-bit members come first, so that each array is aligned.
	 */
	list = kvzalloc(sizeof(*list) + 2 * any * sizeof(long) + total * sizeof(*list->ranges6) +
			total * sizeof(*list->ranges4) + n * sizeof(*prefixes),
			GFP_KERNEL_ACCOUNT);
	if (!list)
		return NULL;
	list->index_bits = index_bits;
	list->any4 = (void *)(list + 1);
	list->any6 = list->any4 + any;
	list->ranges6 = (void *)(list->any6 + any);
	list->ranges4 = (void *)(list->ranges6 + total);
	list->prefixes = (void *)(list->ranges4 + total);
	list->n_prefixes = n;
	if (n)
		memcpy(list->prefixes, prefixes, n * sizeof(*prefixes));

	add(list, always, ARRAY_SIZE(always));
	add(list, prefixes, n);
	list->n4 = melt4(list->ranges4, list->n4);
	list->n6 = melt6(list->ranges6, list->n6);
	mark_all(list);
	return list;
}

/*
 * Find the first range that doesn't end before @addr, and see whether @addr is in that range. The
 * step of the search is an addition without a branch, as the CPU would often mispredict a branch.
 */
static bool has4(const struct egress_exclude *list, u32 addr)
{
	const struct egress_range4 *r = list->ranges4;
	unsigned int n = list->n4;

	if (likely(!test_bit(addr >> (32 - list->index_bits), list->any4)))
		return false;
	while (n > 1) {
		unsigned int half = n / 2;

		r += r[half - 1].last < addr ? half : 0;
		n -= half;
	}
	return r->first <= addr && addr <= r->last;
}

static bool has6(const struct egress_exclude *list, const struct in6_addr *addr)
{
	unsigned int low = 0, high = list->n6;
	u64 hi, lo;

	egress_addr_split(addr, &hi, &lo);
	if (likely(!test_bit(hi >> (64 - list->index_bits), list->any6)))
		return false;
	while (low < high) {
		unsigned int mid = (low + high) / 2;
		const struct egress_range6 *r = &list->ranges6[mid];

		if (cmp128(hi, lo, r->first_hi, r->first_lo) < 0)
			high = mid;
		else if (cmp128(hi, lo, r->last_hi, r->last_lo) > 0)
			low = mid + 1;
		else
			return true;
	}
	return false;
}

/**
 * egress_exclude_has() - is an address on an exclude list?
 * @list: list
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @addr: address of the family @pf
 *
 * Context: any, under RCU if @list is published.
 */
bool egress_exclude_has(const struct egress_exclude *list, u8 pf, const union nf_inet_addr *addr)
{
	if (pf == NFPROTO_IPV4)
		return has4(list, ntohl(addr->ip));
	return has6(list, &addr->in6);
}

/* Return: the longest of @n prefixes that @addr is in, or NULL. */
static const struct egress_cidr *longest(const struct egress_cidr *prefixes, unsigned int n,
					 const struct in6_addr *addr)
{
	const struct egress_cidr *found = NULL;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (egress_cidr_has(&prefixes[i], addr) && (!found || found->len < prefixes[i].len))
			found = &prefixes[i];
	return found;
}

/**
 * egress_exclude_which() - by which prefix is an address on an exclude list?
 * @list: list
 * @addr: address of either family
 *
 * This compares all prefixes, so it is too slow for packets. Return: the longest of the operator's
 * prefixes that @addr is in, else a prefix that is always excluded, else NULL.
 */
const struct egress_cidr *egress_exclude_which(const struct egress_exclude *list,
					       const struct in6_addr *addr)
{
	const struct egress_cidr *found = longest(list->prefixes, list->n_prefixes, addr);

	return found ?: longest(always, ARRAY_SIZE(always), addr);
}

int __init egress_exclude_init(void)
{
	egress_exclude_default = egress_exclude_make(defaults, ARRAY_SIZE(defaults));
	return egress_exclude_default ? 0 : -ENOMEM;
}

void egress_exclude_exit(void)
{
	kvfree(egress_exclude_default);
}
