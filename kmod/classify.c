// SPDX-License-Identifier: GPL-2.0
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <net/netfilter/nf_conntrack_tuple.h>

#include "app.h"
#include "classify.h"
#include "device.h"
#include "exclude.h"
#include "machine.h"
#include "net.h"
#include "pair.h"

/**
 * egress_classify() - does a packet belong under an egress address, and which
 * @en: namespace
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @from: its source before source NAT
 * @to: its destination after destination NAT
 * @in: the device it came in by, or NULL
 * @packet: what was found
 *
 * Context: any, under RCU.
 */
enum egress_class egress_classify(struct egress_net *en, u8 pf, const union nf_inet_addr *from,
				  const union nf_inet_addr *to, const struct net_device *in,
				  struct egress_packet *packet)
{
	const struct egress_device *device;
	const struct egress_app *app;
	struct in6_addr addr;

	egress_addr_inet(&addr, pf, from);
	packet->machine = egress_machine_by_source(&en->sources, &addr);
	if (!packet->machine)
		return EGRESS_CLASS_FOREIGN;

	device = rcu_dereference(packet->machine->device);
	if (device && (!in || in->ifindex != READ_ONCE(device->ifindex)))
		return EGRESS_CLASS_SPOOFED;

	app = rcu_dereference(packet->machine->app);
	packet->conf = rcu_dereference(app->conf);
	if (egress_exclude_has(packet->conf->exclude, pf, to))
		return EGRESS_CLASS_EXCLUDED;

	packet->block = rcu_dereference(packet->machine->block);
	if (!packet->block ||
	    !packet->block->pair->has[pf == NFPROTO_IPV4 ? EGRESS_V4 : EGRESS_V6])
		return EGRESS_CLASS_UNBOUND;
	return EGRESS_CLASS_LEASED;
}

/**
 * egress_shareable() - has a connection a port or an id by which machines can share an address
 * @orig: its tuple in the original direction
 */
bool egress_shareable(const struct nf_conntrack_tuple *orig)
{
	switch (orig->dst.protonum) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return true;
	case IPPROTO_ICMP:
		return orig->src.l3num == NFPROTO_IPV4 && orig->dst.u.icmp.type == ICMP_ECHO;
	case IPPROTO_ICMPV6:
		return orig->src.l3num == NFPROTO_IPV6 &&
			orig->dst.u.icmp.type == ICMPV6_ECHO_REQUEST;
	default:
		return false;
	}
}

/**
 * egress_drop() - count a packet that goes no further
 * @en: namespace
 * @packet: a machine's, from egress_classify()
 * @counter: why
 *
 * Context: any, under RCU. Return: NF_DROP.
 */
unsigned int egress_drop(struct egress_net *en, const struct egress_packet *packet,
			 enum egress_counter counter)
{
	egress_count(en->counters, &packet->machine->counters, counter);
	return NF_DROP;
}
