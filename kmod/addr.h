/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses of both families as one 128-bit number: IPv4 is ::ffff:a.b.c.d
 * (RFC 4291, 2.5.5.2). A prefix's length counts from the 128 bits.
 */
#ifndef EGRESS_ADDR_H
#define EGRESS_ADDR_H

#include <linux/netfilter.h>
#include <net/ipv6.h>

#define EGRESS_V4_BITS	96	/* bits before the IPv4 address */

enum egress_family { EGRESS_V4, EGRESS_V6, EGRESS_FAMILIES };

struct egress_cidr {
	struct in6_addr addr;
	u8 len;			/* 0 to 128 */
};

static inline void egress_addr_v4(struct in6_addr *to, __be32 v4)
{
	ipv6_addr_set_v4mapped(v4, to);
}

/* From a conntrack tuple of the family @pf (NFPROTO_IPV4 or NFPROTO_IPV6). */
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

static inline __be32 egress_addr_to_v4(const struct in6_addr *addr)
{
	return addr->s6_addr32[3];
}

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

/* Bits below the prefix: hosts of a /24 of IPv4 are 8 bits. */
static inline unsigned int egress_cidr_host_bits(const struct egress_cidr *cidr)
{
	return 128 - cidr->len;
}

#define EGRESS_ADDR_STR	50	/* "2001:...:255.255.255.255/128" and the NUL */

const char *egress_addr_str(char *buf, const struct in6_addr *addr);
const char *egress_cidr_str(char *buf, const struct egress_cidr *cidr);
bool egress_cidr_clean(const struct egress_cidr *cidr);

#endif
