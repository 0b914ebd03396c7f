/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	uapi/egress.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_EGRESS_H
#define _UAPI_LINUX_EGRESS_H

#define EGRESS_FAMILY_NAME	"egress"
#define EGRESS_FAMILY_VERSION	1

#define EGRESS_REGION_MAX	31
#define EGRESS_NAME_MAX		63
#define EGRESS_MACHINE_ADDRS	8
#define EGRESS_BLOCK_SIZE	1024
#define EGRESS_BLOCK_SIZE_MIN	64
#define EGRESS_BLOCK_SIZE_MAX	16384
#define EGRESS_SLOTS		64
#define EGRESS_COUNT_MAX	1024
#define EGRESS_PREFIX_MAX	16384

/**
 * enum egress_scope - Whose a pair is.
 * @EGRESS_SCOPE_APP: Shared by the app's machines in the region, lives until
 *   released.
 * @EGRESS_SCOPE_MACHINE: Of one machine alone, goes with it.
 * @EGRESS_SCOPE_ORG: Shared by the machines in the region of all the org's
 *   apps, where an app has no room on a pair of its own; lives until released.
 */
enum egress_scope {
	EGRESS_SCOPE_APP,
	EGRESS_SCOPE_MACHINE,
	EGRESS_SCOPE_ORG,
};

/**
 * enum egress_lease_state - Whose the ports of a pair's slot are.
 * @EGRESS_LEASE_STATE_FREE: Nobody's, from now on.
 * @EGRESS_LEASE_STATE_LEASED: The machine's, which opens its connections from
 *   them.
 * @EGRESS_LEASE_STATE_LINGERING: The machine's as before, but no new
 *   connection gets one of them: the lease was given up, and connections may
 *   still use the slot.
 */
enum egress_lease_state {
	EGRESS_LEASE_STATE_FREE,
	EGRESS_LEASE_STATE_LEASED,
	EGRESS_LEASE_STATE_LINGERING,
};

/**
 * enum egress_on_none - What happens to a new connection of a machine that has
 *   no lease for the destination, or whose pair has no address of the
 *   connection's family.
 * @EGRESS_ON_NONE_PASS: It is left to the host's usual NAT.
 * @EGRESS_ON_NONE_DROP: It is dropped.
 * @EGRESS_ON_NONE_REJECT: It is refused, TCP by a reset and the rest by an
 *   ICMP error, and is dropped.
 */
enum egress_on_none {
	EGRESS_ON_NONE_PASS,
	EGRESS_ON_NONE_DROP,
	EGRESS_ON_NONE_REJECT,
};

/**
 * enum egress_on_limit - What happens to a new connection when no port is left
 *   for its destination.
 * @EGRESS_ON_LIMIT_REJECT: The machine is told at once, by a TCP reset or an
 *   ICMP error.
 * @EGRESS_ON_LIMIT_DROP: It is dropped without a word.
 */
enum egress_on_limit {
	EGRESS_ON_LIMIT_REJECT,
	EGRESS_ON_LIMIT_DROP,
};

/**
 * enum egress_on_unallocated - What happens to packets that come in for an
 *   address of a pool that no pair has, belong to no connection, and would be
 *   forwarded.
 * @EGRESS_ON_UNALLOCATED_PASS: They are left to the host's routes.
 * @EGRESS_ON_UNALLOCATED_DROP: They are dropped if the routes would lead them
 *   back to where they come from: out by the device that they came in by, or
 *   by the one that leads to their sender.
 */
enum egress_on_unallocated {
	EGRESS_ON_UNALLOCATED_PASS,
	EGRESS_ON_UNALLOCATED_DROP,
};

/**
 * enum egress_reason - Why a request is refused, where something can be done
 *   about it.
 * @EGRESS_REASON_NONE: No reason in particular.
 * @EGRESS_REASON_NO_POOL: The region has no pool.
 * @EGRESS_REASON_NO_ADDRESS: The region's pool has no free address of a
 *   family.
 * @EGRESS_REASON_DRAINING: The address is in a prefix from which no pair is
 *   drawn any more.
 * @EGRESS_REASON_IN_USE: An address of the prefix is allocated.
 * @EGRESS_REASON_BLOCK_SIZE: The app's limit is above the ports of a block.
 * @EGRESS_REASON_OTHER_MACHINE: The machine is there already, and not as
 *   asked.
 * @EGRESS_REASON_OTHER_DESTINATIONS: The pair is there already, for other
 *   destinations.
 * @EGRESS_REASON_CORDONED: The host gives no leases to machines that have
 *   none.
 */
enum egress_reason {
	EGRESS_REASON_NONE,
	EGRESS_REASON_NO_POOL,
	EGRESS_REASON_NO_ADDRESS,
	EGRESS_REASON_DRAINING,
	EGRESS_REASON_IN_USE,
	EGRESS_REASON_BLOCK_SIZE,
	EGRESS_REASON_OTHER_MACHINE,
	EGRESS_REASON_OTHER_DESTINATIONS,
	EGRESS_REASON_CORDONED,
};

/**
 * enum egress_warning - Of what is warned. Those up to no-doubling are about
 *   an app, or an org, in a region and one set of destinations. What is
 *   counted are the pairs that its machines share, the slots of them that this
 *   host hands out, and the machines that have one or wait for one; machines
 *   with a pair of their own are left out. Several may hold at once, but
 *   neither short nor no-doubling while no-slots does.
 * @EGRESS_WARNING_NO_MACHINES: There are pairs, and no machine uses them.
 * @EGRESS_WARNING_NO_PAIRS: There are machines but no pairs, and the app has
 *   pairs in another region.
 * @EGRESS_WARNING_FAMILIES: There are more IPv4 than IPv6 addresses, or fewer.
 * @EGRESS_WARNING_NO_SLOTS: There are more machines than slots; some wait.
 * @EGRESS_WARNING_SHORT: There are more than 40 machines for each 64 slots.
 * @EGRESS_WARNING_NO_DOUBLING: There are more machines than half the slots: a
 *   deployment that starts all new machines before the old ones go would not
 *   fit.
 * @EGRESS_WARNING_POOL_SHORT: A region's pool has few free addresses of a
 *   family, and some in use: fewer than an eighth, or fewer than four if these
 *   are no more than a quarter. It holds until another eighth is free.
 *   Prefixes that drain are left out.
 * @EGRESS_WARNING_LEFT_BEHIND: A pair of one machine alone is of no use, as
 *   its machine is in another region.
 * @EGRESS_WARNING_CONFLICT: Another host has an address of a pair, too: this
 *   one neither announces it nor answers for it, and tries again from time to
 *   time.
 */
enum egress_warning {
	EGRESS_WARNING_NO_MACHINES,
	EGRESS_WARNING_NO_PAIRS,
	EGRESS_WARNING_FAMILIES,
	EGRESS_WARNING_NO_SLOTS,
	EGRESS_WARNING_SHORT,
	EGRESS_WARNING_NO_DOUBLING,
	EGRESS_WARNING_POOL_SHORT,
	EGRESS_WARNING_LEFT_BEHIND,
	EGRESS_WARNING_CONFLICT,
};

/**
 * enum egress_warning_phase - What a warning tells. It grows when it is worse
 *   by a tenth than when it was last told: with more pairs (no-machines),
 *   machines (no-pairs), a larger difference (families), more machines without
 *   a slot (no-slots) or for each slot (short, no-doubling), or fewer free
 *   addresses (pool-short).
 * @EGRESS_WARNING_PHASE_HOLDS: It holds, as the answer to warning-get.
 * @EGRESS_WARNING_PHASE_BEGINS: It holds from now on.
 * @EGRESS_WARNING_PHASE_GROWS: It has become worse.
 * @EGRESS_WARNING_PHASE_ENDS: It holds no more, or what it was about is gone.
 */
enum egress_warning_phase {
	EGRESS_WARNING_PHASE_HOLDS,
	EGRESS_WARNING_PHASE_BEGINS,
	EGRESS_WARNING_PHASE_GROWS,
	EGRESS_WARNING_PHASE_ENDS,
};

/**
 * enum egress_address_family - A family of addresses.
 * @EGRESS_ADDRESS_FAMILY_V4: IPv4.
 * @EGRESS_ADDRESS_FAMILY_V6: IPv6.
 */
enum egress_address_family {
	EGRESS_ADDRESS_FAMILY_V4,
	EGRESS_ADDRESS_FAMILY_V6,
};

/**
 * enum egress_verdict - What would happen to a packet.
 * @EGRESS_VERDICT_TRANSLATE: It leaves under an egress address.
 * @EGRESS_VERDICT_PASS: It is left to the host's own routing and NAT.
 * @EGRESS_VERDICT_REJECT: It is refused, and the machine is told.
 * @EGRESS_VERDICT_DROP: It is dropped without a word.
 */
enum egress_verdict {
	EGRESS_VERDICT_TRANSLATE,
	EGRESS_VERDICT_PASS,
	EGRESS_VERDICT_REJECT,
	EGRESS_VERDICT_DROP,
};

/**
 * enum egress_rule - Why it would happen.
 * @EGRESS_RULE_FOREIGN: Its source is no machine's address.
 * @EGRESS_RULE_CONNECTION: It belongs to a connection that is there, which
 *   keeps its address.
 * @EGRESS_RULE_SPOOFED: It comes in by another device than the machine's, or
 *   from an egress address.
 * @EGRESS_RULE_EXCLUDED: Its destination is excluded.
 * @EGRESS_RULE_NO_LEASE: The machine waits; on-none decides.
 * @EGRESS_RULE_NO_FAMILY: The machine's pair has no address of this family;
 *   on-none decides.
 * @EGRESS_RULE_UNSUPPORTED: Its protocol has no port or id by which an address
 *   could be shared.
 * @EGRESS_RULE_LIMIT: The machine has as many connections there as it may;
 *   on-limit decides.
 * @EGRESS_RULE_LEASED: The machine has a lease and a port to spare.
 */
enum egress_rule {
	EGRESS_RULE_FOREIGN,
	EGRESS_RULE_CONNECTION,
	EGRESS_RULE_SPOOFED,
	EGRESS_RULE_EXCLUDED,
	EGRESS_RULE_NO_LEASE,
	EGRESS_RULE_NO_FAMILY,
	EGRESS_RULE_UNSUPPORTED,
	EGRESS_RULE_LIMIT,
	EGRESS_RULE_LEASED,
};

enum egress_attr {
	EGRESS_A_UNSPEC,
	EGRESS_A_GENERATION,
	EGRESS_A_REGION,
	EGRESS_A_APP,
	EGRESS_A_MACHINE,
	EGRESS_A_PREFIX,
	EGRESS_A_DEV,
	EGRESS_A_SLOT_FIRST,
	EGRESS_A_SLOT_LAST,
	EGRESS_A_COUNT,
	EGRESS_A_ENSURE,
	EGRESS_A_ADDR,
	EGRESS_A_V4,
	EGRESS_A_V6,
	EGRESS_A_PAIR,
	EGRESS_A_PAIR_ID,
	EGRESS_A_SCOPE,
	EGRESS_A_BLOCK_SIZE,
	EGRESS_A_SLOT,
	EGRESS_A_SLOTS,
	EGRESS_A_PORT_FIRST,
	EGRESS_A_PORT_LAST,
	EGRESS_A_PAIRS,
	EGRESS_A_MACHINES,
	EGRESS_A_WAITING,
	EGRESS_A_CONNECTIONS,
	EGRESS_A_DESTINATIONS,
	EGRESS_A_CREATED,
	EGRESS_A_PINNED,
	EGRESS_A_STATE,
	EGRESS_A_LIMIT,
	EGRESS_A_ON_LIMIT,
	EGRESS_A_ON_NONE,
	EGRESS_A_EXCLUDE,
	EGRESS_A_EXCLUDE_DEFAULT,
	EGRESS_A_STATS,
	EGRESS_A_ALL,
	EGRESS_A_DESTINATION,
	EGRESS_A_REFUSED,
	EGRESS_A_HELD_BACK,
	EGRESS_A_DRAIN,
	EGRESS_A_DRAINING,
	EGRESS_A_WARNING,
	EGRESS_A_TEXT,
	EGRESS_A_SOURCE,
	EGRESS_A_SOURCE_PORT,
	EGRESS_A_DESTINATION_PORT,
	EGRESS_A_PROTO,
	EGRESS_A_VERDICT,
	EGRESS_A_RULE,
	EGRESS_A_TO,
	EGRESS_A_PREFIXES,
	EGRESS_A_MEMORY,
	EGRESS_A_MISSING_OK,
	EGRESS_A_UNTOLD,
	EGRESS_A_PHASE,
	EGRESS_A_SET_ID,
	EGRESS_A_FAMILY,
	EGRESS_A_FREE,
	EGRESS_A_LEFT_BEHIND,
	EGRESS_A_CORDONED,
	EGRESS_A_DRY_RUN,
	EGRESS_A_MOVES,
	EGRESS_A_FROM,
	EGRESS_A_ENTRY,
	EGRESS_A_SLOTS_LINGERING,
	EGRESS_A_LEASE,
	EGRESS_A_TIME,
	EGRESS_A_BRIEF,
	EGRESS_A_IDLE,
	EGRESS_A_ON_NONE_V6,
	EGRESS_A_REQUEST,
	EGRESS_A_COMMAND,
	EGRESS_A_CONFLICT_V4,
	EGRESS_A_CONFLICT_V6,
	EGRESS_A_STALE,
	EGRESS_A_CUT_STALE,
	EGRESS_A_CUT,
	EGRESS_A_ADOPTED,
	EGRESS_A_KNOWN,
	EGRESS_A_STRANGERS,
	EGRESS_A_NO_ROOM,
	EGRESS_A_NO_MEMORY,
	EGRESS_A_ON_UNALLOCATED,
	EGRESS_A_ORG,
	EGRESS_A_ORG_NONE,

	__EGRESS_A_MAX,
	EGRESS_A_MAX = (__EGRESS_A_MAX - 1)
};

enum egress_entry_attr {
	EGRESS_ENTRY_A_UNSPEC,
	EGRESS_ENTRY_A_MACHINE,
	EGRESS_ENTRY_A_APP,
	EGRESS_ENTRY_A_REGION,
	EGRESS_ENTRY_A_ADDR,
	EGRESS_ENTRY_A_DEV,
	EGRESS_ENTRY_A_PAIR,
	EGRESS_ENTRY_A_SLOT,

	__EGRESS_ENTRY_A_MAX,
	EGRESS_ENTRY_A_MAX = (__EGRESS_ENTRY_A_MAX - 1)
};

enum egress_address_attr {
	EGRESS_ADDRESS_A_UNSPEC,
	EGRESS_ADDRESS_A_V4,
	EGRESS_ADDRESS_A_V6,

	__EGRESS_ADDRESS_A_MAX,
	EGRESS_ADDRESS_A_MAX = (__EGRESS_ADDRESS_A_MAX - 1)
};

enum egress_prefix_attr {
	EGRESS_PREFIX_A_UNSPEC,
	EGRESS_PREFIX_A_V4,
	EGRESS_PREFIX_A_V6,
	EGRESS_PREFIX_A_LEN,
	EGRESS_PREFIX_A_USED,
	EGRESS_PREFIX_A_FREE,
	EGRESS_PREFIX_A_DRAINING,

	__EGRESS_PREFIX_A_MAX,
	EGRESS_PREFIX_A_MAX = (__EGRESS_PREFIX_A_MAX - 1)
};

enum egress_stats_attr {
	EGRESS_STATS_A_UNSPEC,
	EGRESS_STATS_A_OPENED,
	EGRESS_STATS_A_CLOSED,
	EGRESS_STATS_A_LIMIT,
	EGRESS_STATS_A_PASSED,
	EGRESS_STATS_A_UNBOUND,
	EGRESS_STATS_A_SPOOFED,
	EGRESS_STATS_A_UNSUPPORTED,
	EGRESS_STATS_A_LEAK,
	EGRESS_STATS_A_UNSOLICITED,
	EGRESS_STATS_A_NOMEM,
	EGRESS_STATS_A_EARLY_DROP,

	__EGRESS_STATS_A_MAX,
	EGRESS_STATS_A_MAX = (__EGRESS_STATS_A_MAX - 1)
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
	EGRESS_CMD_LIMIT,
	EGRESS_CMD_PROMOTE,
	EGRESS_CMD_WARNING_GET,
	EGRESS_CMD_WARNING,
	EGRESS_CMD_ROUTE_GET,
	EGRESS_CMD_POOL_DRAIN,
	EGRESS_CMD_PAIR_SET,
	EGRESS_CMD_POOL_REPLACE,
	EGRESS_CMD_MACHINE_SET,
	EGRESS_CMD_MACHINE_REPLACE,
	EGRESS_CMD_CORDON,
	EGRESS_CMD_LEASE,
	EGRESS_CMD_SET_GET,
	EGRESS_CMD_SET_NEW,
	EGRESS_CMD_SET_DEL,
	EGRESS_CMD_BATCH,
	EGRESS_CMD_MACHINE_CUT,
	EGRESS_CMD_ADOPT,

	__EGRESS_CMD_MAX,
	EGRESS_CMD_MAX = (__EGRESS_CMD_MAX - 1)
};

enum egress_event {
	EGRESS_CMD_POOL_NEW_NTF = 1,
	EGRESS_CMD_POOL_DEL_NTF = 2,
	EGRESS_CMD_PAIR_NEW_NTF = 4,
	EGRESS_CMD_PAIR_DEL_NTF = 5,
	EGRESS_CMD_MACHINE_NEW_NTF = 7,
	EGRESS_CMD_MACHINE_DEL_NTF = 8,
	EGRESS_CMD_REBALANCE_NTF = 12,
	EGRESS_CMD_APP_SET_NTF = 13,
	EGRESS_CMD_FLUSH_NTF = 16,
	EGRESS_CMD_LIMIT_NTF = 18,
	EGRESS_CMD_WARNING_NTF = 21,
	EGRESS_CMD_CORDON_NTF = 28,
	EGRESS_CMD_LEASE_NTF = 29,
	EGRESS_CMD_SET_NEW_NTF = 31,
	EGRESS_CMD_SET_DEL_NTF = 32,
};

#define EGRESS_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_EGRESS_H */
