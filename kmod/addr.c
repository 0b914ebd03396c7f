// SPDX-License-Identifier: GPL-2.0
#include "addr.h"

/**
 * egress_addr_str() - write an address in its usual notation
 * @buf: buffer of at least EGRESS_ADDR_STR bytes
 * @addr: address of either family
 *
 * Return: @buf.
 */
const char *egress_addr_str(char *buf, const struct in6_addr *addr)
{
	if (egress_addr_is_v4(addr))
		snprintf(buf, EGRESS_ADDR_STR, "%pI4", &addr->s6_addr32[3]);
	else
		snprintf(buf, EGRESS_ADDR_STR, "%pI6c", addr);
	return buf;
}

/**
 * egress_cidr_str() - write a prefix in its usual notation, such as 10.0.0.0/8
 * @buf: buffer of at least EGRESS_ADDR_STR bytes
 * @cidr: prefix of either family
 *
 * Return: @buf.
 */
const char *egress_cidr_str(char *buf, const struct egress_cidr *cidr)
{
	if (egress_addr_is_v4(&cidr->addr))
		snprintf(buf, EGRESS_ADDR_STR, "%pI4/%u", &cidr->addr.s6_addr32[3],
			 cidr->len - EGRESS_V4_BITS);
	else
		snprintf(buf, EGRESS_ADDR_STR, "%pI6c/%u", &cidr->addr, cidr->len);
	return buf;
}

/**
 * egress_cidr_clean() - are all host bits of a prefix zero, as in 10.0.0.0/8
 * @cidr: prefix
 *
 * Return: true if the address has no bit set after the first @cidr->len bits.
 */
bool egress_cidr_clean(const struct egress_cidr *cidr)
{
	struct in6_addr net;

	ipv6_addr_prefix(&net, &cidr->addr, cidr->len);
	return ipv6_addr_equal(&net, &cidr->addr);
}
