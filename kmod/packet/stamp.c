// SPDX-License-Identifier: GPL-2.0
/*
 * The timestamp in a TCP packet (RFC 7323), cut to a few bits. These are enough to tell which of
 * two connections has the later timestamps, when their timestamps start at unrelated values.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "packet/stamp.h"

/**
 * egress_stamp() - the stamp of a TCP packet: its timestamp, cut to 14 bits
 * @skb: TCP packet, after defragmentation
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * Return: 1 to EGRESS_STAMPS, or 0 if the packet has no timestamp. If the sender's timestamps
 * count milliseconds, the stamp goes on by one every four minutes or so.
 */
u16 egress_stamp(const struct sk_buff *skb, u8 pf)
{
	unsigned int at = sizeof(struct tcphdr), end;
	u8 copy[15 * 4], proto;		/* a TCP header has 15 words at most */
	const u8 *th;
	__be16 frag;
	int off;

	if (pf == NFPROTO_IPV4) {
		off = skb_network_offset(skb) + ip_hdrlen(skb);
	} else {
		proto = ipv6_hdr(skb)->nexthdr;
		off = ipv6_skip_exthdr(skb, skb_network_offset(skb) + sizeof(struct ipv6hdr),
				       &proto, &frag);
		if (off < 0)
			return 0;
	}
	th = skb_header_pointer(skb, off, sizeof(struct tcphdr), copy);
	if (!th)
		return 0;
	end = ((const struct tcphdr *)th)->doff * 4;
	if (end <= at)
		return 0;
	th = skb_header_pointer(skb, off, end, copy);
	if (!th)
		return 0;

	while (at + 1 < end) {
		if (th[at] == TCPOPT_EOL)
			return 0;
		if (th[at] == TCPOPT_NOP) {
			at++;
			continue;
		}
		if (th[at] == TCPOPT_TIMESTAMP && th[at + 1] == TCPOLEN_TIMESTAMP &&
		    at + TCPOLEN_TIMESTAMP <= end)
			/* The 32 bits of the timestamp, divided into EGRESS_STAMPS equal parts. */
			return 1 + ((u64)get_unaligned_be32(th + at + 2) * EGRESS_STAMPS >> 32);
		if (th[at + 1] < 2)
			return 0;
		at += th[at + 1];
	}
	return 0;
}
