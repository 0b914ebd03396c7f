/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Generic netlink family "egress". Follows uapi/egress.yaml.
 */
#ifndef _UAPI_LINUX_EGRESS_H
#define _UAPI_LINUX_EGRESS_H

#define EGRESS_FAMILY_NAME	"egress"
#define EGRESS_FAMILY_VERSION	1
#define EGRESS_MCGRP_EVENTS	"events"

#define EGRESS_REGION_MAX	31	/* characters, without the NUL */
#define EGRESS_NAME_MAX		63	/* of an app's name or a machine's id */
#define EGRESS_MACHINE_ADDRS	8
#define EGRESS_BLOCK_SIZE	1024	/* ports; default */
#define EGRESS_BLOCK_SIZE_MIN	64
#define EGRESS_BLOCK_SIZE_MAX	16384
#define EGRESS_SLOTS		64	/* of the default block size */
#define EGRESS_COUNT_MAX	1024	/* pairs in one request */
#define EGRESS_PREFIX_MAX	16384	/* prefixes in one request */

enum egress_scope {
	EGRESS_SCOPE_APP,
	EGRESS_SCOPE_MACHINE,
};

enum egress_on_none {
	EGRESS_ON_NONE_PASS,
	EGRESS_ON_NONE_DROP,
};

enum egress_on_limit {
	EGRESS_ON_LIMIT_REJECT,
	EGRESS_ON_LIMIT_DROP,
};

/* About an app in a region. */
enum egress_warning {
	EGRESS_WARNING_NO_MACHINES,	/* pairs that nothing uses */
	EGRESS_WARNING_NO_PAIRS,	/* machines without pairs; there are some elsewhere */
	EGRESS_WARNING_FAMILIES,	/* numbers of IPv4 and IPv6 addresses differ */
	EGRESS_WARNING_NO_SLOTS,	/* more machines than slots */
	EGRESS_WARNING_SHORT,		/* more than 40 machines for each 64 slots */
	EGRESS_WARNING_NO_DOUBLING,	/* more machines than half the slots */
};

/* What would happen to a packet. */
enum egress_verdict {
	EGRESS_VERDICT_TRANSLATE,	/* it leaves under an egress address */
	EGRESS_VERDICT_PASS,		/* it is left to the host's own NAT */
	EGRESS_VERDICT_REJECT,
	EGRESS_VERDICT_DROP,
};

/* Why it would. */
enum egress_rule {
	EGRESS_RULE_FOREIGN,	/* its source is no machine's address */
	EGRESS_RULE_CONNECTION,	/* it belongs to a connection that is there */
	EGRESS_RULE_SPOOFED,	/* it comes in by another device than the machine's */
	EGRESS_RULE_EXCLUDED,	/* its destination is excluded */
	EGRESS_RULE_NO_LEASE,	/* the machine waits */
	EGRESS_RULE_NO_FAMILY,	/* the machine's pair has no address of this family */
	EGRESS_RULE_UNSUPPORTED, /* its protocol has nothing to share an address by */
	EGRESS_RULE_LIMIT,	/* the machine has as many connections there as it may */
	EGRESS_RULE_LEASED,
};

enum egress_cmd {
	EGRESS_CMD_UNSPEC,
	EGRESS_CMD_POOL_NEW,
	EGRESS_CMD_POOL_DEL,
	EGRESS_CMD_POOL_GET,
	EGRESS_CMD_PAIR_NEW,
	EGRESS_CMD_PAIR_DEL,
	EGRESS_CMD_PAIR_GET,
	EGRESS_CMD_MACHINE_NEW,
	EGRESS_CMD_MACHINE_DEL,
	EGRESS_CMD_MACHINE_GET,
	EGRESS_CMD_LEASE_GET,
	EGRESS_CMD_BIND,
	EGRESS_CMD_REBALANCE,
	EGRESS_CMD_APP_SET,
	EGRESS_CMD_APP_GET,
	EGRESS_CMD_STATS_GET,
	EGRESS_CMD_FLUSH,
	EGRESS_CMD_DESTINATION_GET,
	EGRESS_CMD_LIMIT,	/* event only: a connection was refused */
	EGRESS_CMD_PROMOTE,
	EGRESS_CMD_WARNING_GET,
	EGRESS_CMD_WARNING,	/* event only: a change was made that calls for it */
	EGRESS_CMD_ROUTE_GET,
	EGRESS_CMD_POOL_DRAIN,
	EGRESS_CMD_PAIR_SET,

	__EGRESS_CMD_MAX,
};

#define EGRESS_CMD_MAX (__EGRESS_CMD_MAX - 1)

/* One attribute space for every message: a name means the same everywhere. */
enum egress_attr {
	EGRESS_A_UNSPEC,
	EGRESS_A_PAD,
	EGRESS_A_GENERATION,	/* u64; in a request: refused unless current */
	EGRESS_A_REGION,	/* string */
	EGRESS_A_APP,		/* string */
	EGRESS_A_MACHINE,	/* string; multi in machine-del */
	EGRESS_A_PREFIX,	/* nest, multi: EGRESS_PREFIX_A_* */
	EGRESS_A_DEV,		/* string: device name */
	EGRESS_A_SLOT_FIRST,	/* u32, slots of 1,024 ports */
	EGRESS_A_SLOT_LAST,	/* u32 */
	EGRESS_A_COUNT,		/* u32: pairs wanted, or missing; machines moved */
	EGRESS_A_ENSURE,	/* flag: COUNT is how many there shall be */
	EGRESS_A_ADDR,		/* 4 or 16 bytes, multi */
	EGRESS_A_V4,		/* 4 bytes: a pair's address */
	EGRESS_A_V6,		/* 16 bytes: a pair's address */
	EGRESS_A_PAIR,		/* 4 or 16 bytes: names a pair by either address */
	EGRESS_A_PAIR_ID,	/* u64 */
	EGRESS_A_SCOPE,		/* u32, enum egress_scope */
	EGRESS_A_BLOCK_SIZE,	/* u32, ports */
	EGRESS_A_SLOT,		/* u32 */
	EGRESS_A_SLOTS,		/* u32: slots this host hands out of a pair */
	EGRESS_A_PORT_FIRST,	/* u16, host order */
	EGRESS_A_PORT_LAST,	/* u16, host order */
	EGRESS_A_PAIRS,		/* u32 */
	EGRESS_A_MACHINES,	/* u32 */
	EGRESS_A_WAITING,	/* u32: machines without a lease; 0 or 1 of a machine */
	EGRESS_A_CONNECTIONS,	/* u64: live ones */
	EGRESS_A_DESTINATIONS,	/* u64: destination tables */
	EGRESS_A_CREATED,	/* s64, seconds since the epoch */
	EGRESS_A_PINNED,	/* flag */
	EGRESS_A_LINGERING,	/* flag of a lease: given up, its connections live on */
	EGRESS_A_LIMIT,		/* u32, connections to a destination; 0: the block size */
	EGRESS_A_ON_LIMIT,	/* u32, enum egress_on_limit */
	EGRESS_A_ON_NONE,	/* u32, enum egress_on_none */
	EGRESS_A_EXCLUDE,	/* nest, multi: EGRESS_PREFIX_A_* */
	EGRESS_A_EXCLUDE_DEFAULT, /* flag: the default list */
	EGRESS_A_STATS,		/* nest: EGRESS_STATS_A_* */
	EGRESS_A_ALL,		/* flag */
	EGRESS_A_DESTINATION,	/* 4 or 16 bytes */
	EGRESS_A_REFUSED,	/* u64: connections refused at the limit */
	EGRESS_A_HELD_BACK,	/* u64: refusals since the last event, without one */
	EGRESS_A_DRAIN,		/* u32: seconds until connections are cut, 0: never */
	EGRESS_A_DRAINING,	/* flag: a pair goes with its last connection; pool-drain: on */
	EGRESS_A_WARNING,	/* u32, enum egress_warning */
	EGRESS_A_TEXT,		/* string: a sentence for people */
	EGRESS_A_SOURCE,	/* 4 or 16 bytes */
	EGRESS_A_SOURCE_PORT,	/* u16, host order */
	EGRESS_A_DESTINATION_PORT, /* u16, host order */
	EGRESS_A_PROTO,		/* u8, IPPROTO_* */
	EGRESS_A_VERDICT,	/* u32, enum egress_verdict */
	EGRESS_A_RULE,		/* u32, enum egress_rule */
	EGRESS_A_TO,		/* nest, multi: EGRESS_PREFIX_A_*; none: what is in no other's */
	EGRESS_A_PREFIXES,	/* u64: of destination sets */
	EGRESS_A_MEMORY,	/* u64, bytes: that they take */

	__EGRESS_A_MAX,
};

#define EGRESS_A_MAX (__EGRESS_A_MAX - 1)

enum egress_prefix_attr {
	EGRESS_PREFIX_A_UNSPEC,
	EGRESS_PREFIX_A_PAD,
	EGRESS_PREFIX_A_ADDR,	/* 4 or 16 bytes */
	EGRESS_PREFIX_A_LEN,	/* u8 */
	EGRESS_PREFIX_A_USED,	/* u64: addresses allocated, in replies */
	EGRESS_PREFIX_A_FREE,	/* u64: addresses free, saturated, in replies */
	EGRESS_PREFIX_A_DRAINING, /* flag: no pair is drawn from it any more, in replies */

	__EGRESS_PREFIX_A_MAX,
};

#define EGRESS_PREFIX_A_MAX (__EGRESS_PREFIX_A_MAX - 1)

enum egress_stats_attr {
	EGRESS_STATS_A_UNSPEC,
	EGRESS_STATS_A_PAD,
	EGRESS_STATS_A_OPENED,		/* u64: connections given a port */
	EGRESS_STATS_A_CLOSED,		/* u64: of those, found ended */
	EGRESS_STATS_A_LIMIT,		/* u64: refused, no port left to that destination */
	EGRESS_STATS_A_PASSED,		/* u64: left to the host's own NAT for want of a lease */
	EGRESS_STATS_A_UNBOUND,		/* u64: dropped for want of a lease */
	EGRESS_STATS_A_SPOOFED,		/* u64: came in by another device */
	EGRESS_STATS_A_UNSUPPORTED,	/* u64: nothing to share an address by */
	EGRESS_STATS_A_LEAK,		/* u64: would have left under a wrong address or port */
	EGRESS_STATS_A_UNSOLICITED,	/* u64: came in to an egress address */
	EGRESS_STATS_A_NOMEM,		/* u64: refused, no memory for the connection */

	__EGRESS_STATS_A_MAX,
};

#define EGRESS_STATS_A_MAX (__EGRESS_STATS_A_MAX - 1)

#endif /* _UAPI_LINUX_EGRESS_H */
