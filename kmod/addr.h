/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses of both families in one type, so that most code need not ask for the family.
 * The IPv4 address a.b.c.d is stored as the IPv6 address ::ffff:a.b.c.d (an IPv4-mapped
 * address, RFC 4291, 2.5.5.2), and all its prefixes are 96 bits longer than people write
 * them: 10.0.0.0/8 is ::ffff:10.0.0.0/104.
 */
#ifndef EGRESS_ADDR_H
#define EGRESS_ADDR_H

#include <linux/netfilter.h>
#include <net/ipv6.h>

#define EGRESS_V4_BITS	96	/* bits of a mapped address in front of its IPv4 address */

enum egress_family { EGRESS_V4, EGRESS_V6, EGRESS_FAMILIES };

/**
 * struct egress_cidr - a prefix of either family
 * @addr: its first address
 * @len: bits of @addr that all addresses of the prefix share: 0 to 128, and 96 to 128
 *	for IPv4
 */
struct egress_cidr {
	struct in6_addr addr;
	u8 len;
};

static inline bool egress_cidr_equal(const struct egress_cidr *a, const struct egress_cidr *b)
{
	return a->len == b->len && ipv6_addr_equal(&a->addr, &b->addr);
}

static inline void egress_addr_v4(struct in6_addr *to, __be32 v4)
{
	ipv6_addr_set_v4mapped(v4, to);
}

/* Convert an address of a conntrack tuple, whose family @pf is NFPROTO_IPV4 or NFPROTO_IPV6. */
static inline void egress_addr_inet(struct in6_addr *to, u8 pf,
				    const union nf_inet_addr *from)
{
	if (pf == NFPROTO_IPV4)
		ipv6_addr_set_v4mapped(from->ip, to);
	else
		*to = from->in6;
}

static inline bool egress_addr_is_v4(const struct in6_addr *addr)
{
	return ipv6_addr_v4mapped(addr);
}

static inline enum egress_family egress_family_of(const struct in6_addr *addr)
{
	return egress_addr_is_v4(addr) ? EGRESS_V4 : EGRESS_V6;
}

/* @addr must be an IPv4 address. */
static inline __be32 egress_addr_to_v4(const struct in6_addr *addr)
{
	return addr->s6_addr32[3];
}

/* An address as a number in the host's byte order: @hi has its upper 64 bits, @lo the others. */
static inline void egress_addr_split(const struct in6_addr *addr, u64 *hi, u64 *lo)
{
	*hi = (u64)ntohl(addr->s6_addr32[0]) << 32 | ntohl(addr->s6_addr32[1]);
	*lo = (u64)ntohl(addr->s6_addr32[2]) << 32 | ntohl(addr->s6_addr32[3]);
}

static inline void egress_addr_join(struct in6_addr *addr, u64 hi, u64 lo)
{
	addr->s6_addr32[0] = htonl(hi >> 32);
	addr->s6_addr32[1] = htonl(hi);
	addr->s6_addr32[2] = htonl(lo >> 32);
	addr->s6_addr32[3] = htonl(lo);
}

static inline bool egress_cidr_has(const struct egress_cidr *cidr, const struct in6_addr *addr)
{
	return ipv6_prefix_equal(&cidr->addr, addr, cidr->len);
}

static inline bool egress_cidr_overlap(const struct egress_cidr *a, const struct egress_cidr *b)
{
	return ipv6_prefix_equal(&a->addr, &b->addr, min(a->len, b->len));
}

/* How many bits of an address follow the prefix: 8 for an IPv4 /24. */
static inline unsigned int egress_cidr_host_bits(const struct egress_cidr *cidr)
{
	return 128 - cidr->len;
}

/*
 * Bytes of the longest text, with the NUL at its end: six groups of four digits and a colon
 * each, a dotted IPv4 address, and "/128".
 */
#define EGRESS_ADDR_STR	50

const char *egress_addr_str(char *buf, const struct in6_addr *addr);
const char *egress_cidr_str(char *buf, const struct egress_cidr *cidr);
bool egress_cidr_clean(const struct egress_cidr *cidr);

#endif
