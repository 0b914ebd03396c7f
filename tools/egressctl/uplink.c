// SPDX-License-Identifier: GPL-2.0
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

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

/* The route to @to: of the host's own packets, or of those from @from that come in by @in. */
static const char *route_get_dev(const struct addr *to, const struct addr *from, const char *in,
				 char dev[IF_NAMESIZE])
{
	struct rtmsg route = {
		.rtm_family = to->len == 4 ? AF_INET : AF_INET6,
		.rtm_dst_len = to->len * 8,
		.rtm_src_len = from ? from->len * 8 : 0,
	};
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETROUTE, 0);
	struct nl_sock *sock = nl_socket_alloc();

	if (!sock || !msg || nlmsg_append(msg, &route, sizeof(route), NLMSG_ALIGNTO))
		out_of_memory();
	put_addr_if(msg, RTA_DST, to);
	if (from) {
		put_addr_if(msg, RTA_SRC, from);
		if (nla_put_u32(msg, RTA_IIF, if_nametoindex(in)))
			out_of_memory();
	}
	*dev = '\0';
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, read_device, dev);
	/* If the kernel knows no way, it answers with an error: none, too. */
	if (!nl_connect(sock, NETLINK_ROUTE) && nl_send_auto(sock, msg) >= 0)
		nl_recvmsgs_default(sock);
	nlmsg_free(msg);
	nl_socket_free(sock);
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

const char *uplink_trouble(const char *dev)
{
	const char *trouble = NULL;
	struct ifreq ifr = {};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strncpy(ifr.ifr_name, dev, IF_NAMESIZE - 1);
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &ifr))
		trouble = "is not there";
	else if (!(ifr.ifr_flags & IFF_UP))
		trouble = "is down";
	else if (!(ifr.ifr_flags & IFF_RUNNING))
		trouble = "has no carrier";
	if (fd >= 0)
		close(fd);
	return trouble;
}
