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

const char *uplink_to(const struct addr *to, char dev[IF_NAMESIZE])
{
	struct rtmsg route = {
		.rtm_family = to->len == 4 ? AF_INET : AF_INET6,
		.rtm_dst_len = to->len * 8,
	};
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETROUTE, 0);
	struct nl_sock *sock = nl_socket_alloc();

	if (!sock || !msg || nlmsg_append(msg, &route, sizeof(route), NLMSG_ALIGNTO))
		out_of_memory();
	put_addr_if(msg, RTA_DST, to);
	*dev = '\0';
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, read_device, dev);
	/* If the kernel knows no way, it answers with an error: none, too. */
	if (!nl_connect(sock, NETLINK_ROUTE) && nl_send_auto(sock, msg) >= 0)
		nl_recvmsgs_default(sock);
	nlmsg_free(msg);
	nl_socket_free(sock);
	return dev;
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
