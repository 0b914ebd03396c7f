// SPDX-License-Identifier: GPL-2.0
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "uplink.h"
#include "warn.h"
#include "libegress/alloc.h"
#include "libegress/parse.h"
#include "libegress/request.h"

static int read_device(struct nl_msg *msg, void *arg)
{
	struct nlattr *oif = nlmsg_find_attr(nlmsg_hdr(msg), sizeof(struct rtmsg), RTA_OIF);

	if (oif && !if_indextoname(nla_get_u32(oif), arg))
		*(char *)arg = '\0';
	return NL_OK;
}

static struct nl_msg *message(int type, const void *header, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, 0);

	if (!msg || nlmsg_append(msg, (void *)header, size, NLMSG_ALIGNTO))
		out_of_memory();
	return msg;
}

/*
 * Ask the kernel about routes and devices, and let @read have the answer. The kernel answers with
 * an error if it knows none; @read is not called then.
 */
static void ask(struct nl_msg *msg, nl_recvmsg_msg_cb_t read, void *arg)
{
	struct nl_sock *sock = nl_socket_alloc();

	if (!sock)
		out_of_memory();
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, read, arg);
	if (!nl_connect(sock, NETLINK_ROUTE) && nl_send_auto(sock, msg) >= 0)
		nl_recvmsgs_default(sock);
	nlmsg_free(msg);
	nl_socket_free(sock);
}

/* The route to @to: of the host's own packets, or of those from @from that come in by @in. */
static const char *route_get_dev(const struct addr *to, const struct addr *from, const char *in,
				 char dev[IF_NAMESIZE])
{
	struct rtmsg route = {
		.rtm_family = to->len == 4 ? AF_INET : AF_INET6,
		.rtm_dst_len = to->len * 8,
		.rtm_src_len = from ? from->len * 8 : 0,
	};
	struct nl_msg *msg = message(RTM_GETROUTE, &route, sizeof(route));

	put_addr_if(msg, RTA_DST, to);
	if (from) {
		put_addr_if(msg, RTA_SRC, from);
		if (nla_put_u32(msg, RTA_IIF, if_nametoindex(in)))
			out_of_memory();
	}
	*dev = '\0';
	ask(msg, read_device, dev);
	return dev;
}

const char *uplink_to(const struct addr *to, char dev[IF_NAMESIZE])
{
	return route_get_dev(to, NULL, NULL, dev);
}

const char *uplink_of(const struct addr *from, const char *in, const struct addr *to,
		      char dev[IF_NAMESIZE])
{
	char home[IF_NAMESIZE];

	*dev = '\0';
	if (!*in)
		in = uplink_to(from, home);
	return *in && if_nametoindex(in) ? route_get_dev(to, from, in, dev) : dev;
}

void uplink_beware(const struct addr *from, const char *in, const struct addr *to,
		   const struct addr *egress, const char *dev)
{
	char way[IF_NAMESIZE], inside[ADDR_TEXT], far[ADDR_TEXT], pair[ADDR_TEXT];

	if (!*dev || !*uplink_of(from, in, to, way) || !strcmp(way, dev))
		return;
	addr_text(from, inside);
	warn_add("packets from %s to %s leave by '%s', but %s is answered for on '%s': %s %s %s",
		 inside, addr_text(to, far), way, addr_text(egress, pair), dev,
		 from->len == 4 ? "'ip rule add from" : "'ip -6 rule add from", inside,
		 "lookup N', with a table N whose default route leads there");
}

/* What the kernel says of a device. */
struct link {
	bool there;
	bool up;
	bool carrier;
	int master;	/* ifindex, 0 for none */
	bool hears;	/* although it has a master, as that is a VRF */
};

static int read_link(struct nl_msg *msg, void *arg)
{
	const struct nlmsghdr *header = nlmsg_hdr(msg);
	const struct ifinfomsg *info = nlmsg_data(header);
	struct nlattr *tb[IFLA_MAX + 1] = {}, *kind[IFLA_INFO_MAX + 1] = {};
	struct link *link = arg;

	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(*info), tb, IFLA_MAX, NULL))
		return NL_OK;
	link->there = true;
	link->up = info->ifi_flags & IFF_UP;
	/* Not IFF_RUNNING, which comes up to a second after the carrier. */
	link->carrier = tb[IFLA_CARRIER] && nla_get_u8(tb[IFLA_CARRIER]);
	link->master = tb[IFLA_MASTER] ? (int)nla_get_u32(tb[IFLA_MASTER]) : 0;
	if (tb[IFLA_LINKINFO] &&
	    !nla_parse_nested(kind, IFLA_INFO_MAX, tb[IFLA_LINKINFO], NULL) &&
	    kind[IFLA_INFO_SLAVE_KIND])
		link->hears = !strcmp(nla_get_string(kind[IFLA_INFO_SLAVE_KIND]), "vrf");
	return NL_OK;
}

bool uplink_trouble(const char *dev, char trouble[TROUBLE_TEXT])
{
	const struct ifinfomsg which = { .ifi_index = (int)if_nametoindex(dev) };
	char master[IF_NAMESIZE];
	struct link link = {};

	*trouble = '\0';
	if (which.ifi_index)
		ask(message(RTM_GETLINK, &which, sizeof(which)), read_link, &link);
	if (!link.there)
		strcpy(trouble, "is not there");
	else if (!link.up)
		strcpy(trouble, "is down");
	else if (!link.carrier)
		strcpy(trouble, "has no carrier");
	else if (link.master && !link.hears && if_indextoname((unsigned int)link.master, master))
		snprintf(trouble, TROUBLE_TEXT, "is a port of '%s'", master);
	return *trouble;
}
