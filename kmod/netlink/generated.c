// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	uapi/egress.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "generated.h"

#include <uapi/linux/egress.h>
#include <kmod/netlink/split_ops.h>
#include <kmod/netlink/uint.h>

/* Common nested types */
const struct nla_policy egress_address_nl_policy[EGRESS_ADDRESS_A_V6 + 1] = {
	[EGRESS_ADDRESS_A_V4] = NLA_POLICY_EXACT_LEN(4),
	[EGRESS_ADDRESS_A_V6] = NLA_POLICY_EXACT_LEN(16),
};

const struct nla_policy egress_entry_nl_policy[EGRESS_ENTRY_A_SLOT + 1] = {
	[EGRESS_ENTRY_A_MACHINE] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_ENTRY_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_ENTRY_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_ENTRY_A_ADDR] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_ENTRY_A_DEV] = { .type = NLA_NUL_STRING, .len = 15, },
	[EGRESS_ENTRY_A_PAIR] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_ENTRY_A_SLOT] = NLA_POLICY_MAX(NLA_U32, S16_MAX),
};

const struct nla_policy egress_prefix_nl_policy[EGRESS_PREFIX_A_DRAINING + 1] = {
	[EGRESS_PREFIX_A_V4] = NLA_POLICY_EXACT_LEN(4),
	[EGRESS_PREFIX_A_V6] = NLA_POLICY_EXACT_LEN(16),
	[EGRESS_PREFIX_A_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[EGRESS_PREFIX_A_USED] = { .type = NLA_UINT, },
	[EGRESS_PREFIX_A_FREE] = { .type = NLA_UINT, },
	[EGRESS_PREFIX_A_DRAINING] = { .type = NLA_FLAG, },
};

const struct nla_policy egress_request_nl_policy[EGRESS_A_ORG + 1] = {
	[EGRESS_A_COMMAND] = { .type = NLA_U32, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_MACHINE] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ADDR] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_A_DEV] = { .type = NLA_NUL_STRING, .len = 15, },
	[EGRESS_A_PAIR] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_A_SLOT] = NLA_POLICY_MAX(NLA_U32, S16_MAX),
	[EGRESS_A_DRAIN] = { .type = NLA_U32, },
	[EGRESS_A_MISSING_OK] = { .type = NLA_FLAG, },
	[EGRESS_A_COUNT] = NLA_POLICY_RANGE(NLA_U32, 1, EGRESS_COUNT_MAX),
	[EGRESS_A_ENSURE] = { .type = NLA_FLAG, },
	[EGRESS_A_V4] = NLA_POLICY_EXACT_LEN(4),
	[EGRESS_A_V6] = NLA_POLICY_EXACT_LEN(16),
	[EGRESS_A_BLOCK_SIZE] = NLA_POLICY_RANGE(NLA_U32, EGRESS_BLOCK_SIZE_MIN, EGRESS_BLOCK_SIZE_MAX),
	[EGRESS_A_TO] = NLA_POLICY_NESTED(egress_prefix_nl_policy),
	[EGRESS_A_LIMIT] = { .type = NLA_U32, },
	[EGRESS_A_ON_LIMIT] = NLA_POLICY_MAX(NLA_U32, 1),
	[EGRESS_A_ON_NONE] = NLA_POLICY_MAX(NLA_U32, 2),
	[EGRESS_A_ON_NONE_V6] = NLA_POLICY_MAX(NLA_U32, 2),
	[EGRESS_A_EXCLUDE] = NLA_POLICY_NESTED(egress_prefix_nl_policy),
	[EGRESS_A_EXCLUDE_DEFAULT] = { .type = NLA_FLAG, },
	[EGRESS_A_ORG] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
};

/* EGRESS_CMD_POOL_NEW - do */
static const struct nla_policy egress_pool_new_nl_policy[EGRESS_A_ON_UNALLOCATED + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_PREFIX] = NLA_POLICY_NESTED(egress_prefix_nl_policy),
	[EGRESS_A_DEV] = { .type = NLA_NUL_STRING, .len = 15, },
	[EGRESS_A_SLOT_FIRST] = NLA_POLICY_MAX(NLA_U32, 63),
	[EGRESS_A_SLOT_LAST] = NLA_POLICY_MAX(NLA_U32, 63),
	[EGRESS_A_ON_UNALLOCATED] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* EGRESS_CMD_POOL_DEL - do */
static const struct nla_policy egress_pool_del_nl_policy[EGRESS_A_DRY_RUN + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_PREFIX] = NLA_POLICY_NESTED(egress_prefix_nl_policy),
	[EGRESS_A_MISSING_OK] = { .type = NLA_FLAG, },
	[EGRESS_A_DRY_RUN] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_POOL_GET - do */
static const struct nla_policy egress_pool_get_do_nl_policy[EGRESS_A_REGION + 1] = {
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
};

/* EGRESS_CMD_POOL_GET - dump */
static const struct nla_policy egress_pool_get_dump_nl_policy[EGRESS_A_REGION + 1] = {
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
};

/* EGRESS_CMD_PAIR_NEW - do */
static const struct nla_policy egress_pair_new_nl_policy[EGRESS_A_ORG + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_MACHINE] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ORG] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_COUNT] = NLA_POLICY_RANGE(NLA_U32, 1, EGRESS_COUNT_MAX),
	[EGRESS_A_ENSURE] = { .type = NLA_FLAG, },
	[EGRESS_A_V4] = NLA_POLICY_EXACT_LEN(4),
	[EGRESS_A_V6] = NLA_POLICY_EXACT_LEN(16),
	[EGRESS_A_BLOCK_SIZE] = NLA_POLICY_RANGE(NLA_U32, EGRESS_BLOCK_SIZE_MIN, EGRESS_BLOCK_SIZE_MAX),
	[EGRESS_A_TO] = NLA_POLICY_NESTED(egress_prefix_nl_policy),
	[EGRESS_A_CUT_STALE] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_PAIR_DEL - do */
static const struct nla_policy egress_pair_del_nl_policy[EGRESS_A_ORG + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_ADDR] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ORG] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_DRAIN] = { .type = NLA_U32, },
	[EGRESS_A_MISSING_OK] = { .type = NLA_FLAG, },
	[EGRESS_A_DRY_RUN] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_PAIR_GET - do */
static const struct nla_policy egress_pair_get_do_nl_policy[EGRESS_A_BRIEF + 1] = {
	[EGRESS_A_ADDR] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_A_BRIEF] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_PAIR_GET - dump */
static const struct nla_policy egress_pair_get_dump_nl_policy[EGRESS_A_ORG + 1] = {
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ORG] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_BRIEF] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_MACHINE_NEW - do */
static const struct nla_policy egress_machine_new_nl_policy[EGRESS_A_ENTRY + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_MACHINE] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_ADDR] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_A_DEV] = { .type = NLA_NUL_STRING, .len = 15, },
	[EGRESS_A_PAIR] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_A_SLOT] = NLA_POLICY_MAX(NLA_U32, S16_MAX),
	[EGRESS_A_ENTRY] = NLA_POLICY_NESTED(egress_entry_nl_policy),
};

/* EGRESS_CMD_MACHINE_DEL - do */
static const struct nla_policy egress_machine_del_nl_policy[EGRESS_A_DRY_RUN + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_MACHINE] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_MISSING_OK] = { .type = NLA_FLAG, },
	[EGRESS_A_DRY_RUN] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_MACHINE_GET - do */
static const struct nla_policy egress_machine_get_do_nl_policy[EGRESS_A_BRIEF + 1] = {
	[EGRESS_A_MACHINE] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_BRIEF] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_MACHINE_GET - dump */
static const struct nla_policy egress_machine_get_dump_nl_policy[EGRESS_A_ORG + 1] = {
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ORG] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_BRIEF] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_LEASE_GET - dump */
static const struct nla_policy egress_lease_get_nl_policy[EGRESS_A_ORG + 1] = {
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ORG] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_MACHINE] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_BRIEF] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_BIND - do */
static const struct nla_policy egress_bind_nl_policy[EGRESS_A_CUT_STALE + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_MACHINE] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_PAIR] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_A_SLOT] = NLA_POLICY_MAX(NLA_U32, S16_MAX),
	[EGRESS_A_DRY_RUN] = { .type = NLA_FLAG, },
	[EGRESS_A_CUT_STALE] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_REBALANCE - do */
static const struct nla_policy egress_rebalance_nl_policy[EGRESS_A_ORG + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ORG] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_MACHINES] = { .type = NLA_U32, },
	[EGRESS_A_DRY_RUN] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_APP_SET - do */
static const struct nla_policy egress_app_set_nl_policy[EGRESS_A_ORG_NONE + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_LIMIT] = { .type = NLA_U32, },
	[EGRESS_A_ON_LIMIT] = NLA_POLICY_MAX(NLA_U32, 1),
	[EGRESS_A_ON_NONE] = NLA_POLICY_MAX(NLA_U32, 2),
	[EGRESS_A_ON_NONE_V6] = NLA_POLICY_MAX(NLA_U32, 2),
	[EGRESS_A_EXCLUDE] = NLA_POLICY_NESTED(egress_prefix_nl_policy),
	[EGRESS_A_EXCLUDE_DEFAULT] = { .type = NLA_FLAG, },
	[EGRESS_A_ORG] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ORG_NONE] = { .type = NLA_FLAG, },
	[EGRESS_A_DRY_RUN] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_APP_GET - do */
static const struct nla_policy egress_app_get_do_nl_policy[EGRESS_A_APP + 1] = {
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
};

/* EGRESS_CMD_APP_GET - dump */
static const struct nla_policy egress_app_get_dump_nl_policy[EGRESS_A_ORG + 1] = {
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ORG] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
};

/* EGRESS_CMD_STATS_GET - do */
static const struct nla_policy egress_stats_get_do_nl_policy[EGRESS_A_BRIEF + 1] = {
	[EGRESS_A_BRIEF] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_STATS_GET - dump */
static const struct nla_policy egress_stats_get_dump_nl_policy[EGRESS_A_ORG + 1] = {
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ORG] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_BRIEF] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_FLUSH - do */
static const struct nla_policy egress_flush_nl_policy[EGRESS_A_ALL + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_ALL] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_DESTINATION_GET - dump */
static const struct nla_policy egress_destination_get_nl_policy[EGRESS_A_ORG + 1] = {
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ORG] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
};

/* EGRESS_CMD_PROMOTE - do */
static const struct nla_policy egress_promote_nl_policy[EGRESS_A_ORG + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_MACHINE] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ORG] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
};

/* EGRESS_CMD_WARNING_GET - dump */
static const struct nla_policy egress_warning_get_nl_policy[EGRESS_A_ORG + 1] = {
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ORG] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
};

/* EGRESS_CMD_ROUTE_GET - do */
static const struct nla_policy egress_route_get_nl_policy[EGRESS_A_PROTO + 1] = {
	[EGRESS_A_SOURCE] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_A_SOURCE_PORT] = { .type = NLA_U16, },
	[EGRESS_A_DESTINATION] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_A_DESTINATION_PORT] = { .type = NLA_U16, },
	[EGRESS_A_PROTO] = { .type = NLA_U8, },
	[EGRESS_A_DEV] = { .type = NLA_NUL_STRING, .len = 15, },
};

/* EGRESS_CMD_POOL_DRAIN - do */
static const struct nla_policy egress_pool_drain_nl_policy[EGRESS_A_DRY_RUN + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_PREFIX] = NLA_POLICY_NESTED(egress_prefix_nl_policy),
	[EGRESS_A_DRAINING] = { .type = NLA_FLAG, },
	[EGRESS_A_DRY_RUN] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_PAIR_SET - do */
static const struct nla_policy egress_pair_set_nl_policy[EGRESS_A_TO + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_ADDR] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_A_TO] = NLA_POLICY_NESTED(egress_prefix_nl_policy),
};

/* EGRESS_CMD_POOL_REPLACE - do */
static const struct nla_policy egress_pool_replace_nl_policy[EGRESS_A_ON_UNALLOCATED + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_PREFIX] = NLA_POLICY_NESTED(egress_prefix_nl_policy),
	[EGRESS_A_DEV] = { .type = NLA_NUL_STRING, .len = 15, },
	[EGRESS_A_SLOT_FIRST] = NLA_POLICY_MAX(NLA_U32, 63),
	[EGRESS_A_SLOT_LAST] = NLA_POLICY_MAX(NLA_U32, 63),
	[EGRESS_A_ON_UNALLOCATED] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* EGRESS_CMD_MACHINE_SET - do */
static const struct nla_policy egress_machine_set_nl_policy[EGRESS_A_DRY_RUN + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_MACHINE] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_ADDR] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_A_DEV] = { .type = NLA_NUL_STRING, .len = 15, },
	[EGRESS_A_DRY_RUN] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_MACHINE_REPLACE - do */
static const struct nla_policy egress_machine_replace_nl_policy[EGRESS_A_DRY_RUN + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_MACHINE] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_ADDR] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_A_DEV] = { .type = NLA_NUL_STRING, .len = 15, },
	[EGRESS_A_PAIR] = NLA_POLICY_NESTED(egress_address_nl_policy),
	[EGRESS_A_SLOT] = NLA_POLICY_MAX(NLA_U32, S16_MAX),
	[EGRESS_A_DRY_RUN] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_CORDON - do */
static const struct nla_policy egress_cordon_nl_policy[EGRESS_A_CORDONED + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_CORDONED] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_SET_GET - do */
static const struct nla_policy egress_set_get_do_nl_policy[EGRESS_A_SET_ID + 1] = {
	[EGRESS_A_SET_ID] = { .type = NLA_UINT, },
};

/* EGRESS_CMD_SET_GET - dump */
static const struct nla_policy egress_set_get_dump_nl_policy[EGRESS_A_ORG + 1] = {
	[EGRESS_A_APP] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ORG] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_REGION] = { .type = NLA_NUL_STRING, .len = EGRESS_REGION_MAX, },
	[EGRESS_A_SET_ID] = { .type = NLA_UINT, },
};

/* EGRESS_CMD_BATCH - do */
static const struct nla_policy egress_batch_nl_policy[EGRESS_A_REQUEST + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_REQUEST] = NLA_POLICY_NESTED(egress_request_nl_policy),
};

/* EGRESS_CMD_MACHINE_CUT - do */
static const struct nla_policy egress_machine_cut_nl_policy[EGRESS_A_STALE + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_MACHINE] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_STALE] = { .type = NLA_FLAG, },
	[EGRESS_A_DRY_RUN] = { .type = NLA_FLAG, },
};

/* EGRESS_CMD_ADOPT - do */
static const struct nla_policy egress_adopt_nl_policy[EGRESS_A_ADDR + 1] = {
	[EGRESS_A_GENERATION] = { .type = NLA_UINT, },
	[EGRESS_A_MACHINE] = { .type = NLA_NUL_STRING, .len = EGRESS_NAME_MAX, },
	[EGRESS_A_ADDR] = NLA_POLICY_NESTED(egress_address_nl_policy),
};

/* Ops table for egress */
const struct genl_split_ops egress_nl_ops[36] = {
	{
		.cmd		= EGRESS_CMD_POOL_NEW,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_pool_new_doit,
		.policy		= egress_pool_new_nl_policy,
		.maxattr	= EGRESS_A_ON_UNALLOCATED,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_POOL_DEL,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_pool_del_doit,
		.policy		= egress_pool_del_nl_policy,
		.maxattr	= EGRESS_A_DRY_RUN,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_POOL_GET,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_pool_get_doit,
		.policy		= egress_pool_get_do_nl_policy,
		.maxattr	= EGRESS_A_REGION,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_POOL_GET,
		.start		= egress_nl_dump_start,
		.dumpit		= egress_nl_pool_get_dumpit,
		.policy		= egress_pool_get_dump_nl_policy,
		.maxattr	= EGRESS_A_REGION,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= EGRESS_CMD_PAIR_NEW,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_pair_new_doit,
		.policy		= egress_pair_new_nl_policy,
		.maxattr	= EGRESS_A_ORG,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_PAIR_DEL,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_pair_del_doit,
		.policy		= egress_pair_del_nl_policy,
		.maxattr	= EGRESS_A_ORG,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_PAIR_GET,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_pair_get_doit,
		.policy		= egress_pair_get_do_nl_policy,
		.maxattr	= EGRESS_A_BRIEF,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_PAIR_GET,
		.start		= egress_nl_dump_start,
		.dumpit		= egress_nl_pair_get_dumpit,
		.policy		= egress_pair_get_dump_nl_policy,
		.maxattr	= EGRESS_A_ORG,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= EGRESS_CMD_MACHINE_NEW,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_machine_new_doit,
		.policy		= egress_machine_new_nl_policy,
		.maxattr	= EGRESS_A_ENTRY,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_MACHINE_DEL,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_machine_del_doit,
		.policy		= egress_machine_del_nl_policy,
		.maxattr	= EGRESS_A_DRY_RUN,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_MACHINE_GET,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_machine_get_doit,
		.policy		= egress_machine_get_do_nl_policy,
		.maxattr	= EGRESS_A_BRIEF,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_MACHINE_GET,
		.start		= egress_nl_dump_start,
		.dumpit		= egress_nl_machine_get_dumpit,
		.policy		= egress_machine_get_dump_nl_policy,
		.maxattr	= EGRESS_A_ORG,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= EGRESS_CMD_LEASE_GET,
		.start		= egress_nl_dump_start,
		.dumpit		= egress_nl_lease_get_dumpit,
		.policy		= egress_lease_get_nl_policy,
		.maxattr	= EGRESS_A_ORG,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= EGRESS_CMD_BIND,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_bind_doit,
		.policy		= egress_bind_nl_policy,
		.maxattr	= EGRESS_A_CUT_STALE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_REBALANCE,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_rebalance_doit,
		.policy		= egress_rebalance_nl_policy,
		.maxattr	= EGRESS_A_ORG,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_APP_SET,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_app_set_doit,
		.policy		= egress_app_set_nl_policy,
		.maxattr	= EGRESS_A_ORG_NONE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_APP_GET,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_app_get_doit,
		.policy		= egress_app_get_do_nl_policy,
		.maxattr	= EGRESS_A_APP,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_APP_GET,
		.start		= egress_nl_dump_start,
		.dumpit		= egress_nl_app_get_dumpit,
		.policy		= egress_app_get_dump_nl_policy,
		.maxattr	= EGRESS_A_ORG,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= EGRESS_CMD_STATS_GET,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_stats_get_doit,
		.policy		= egress_stats_get_do_nl_policy,
		.maxattr	= EGRESS_A_BRIEF,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_STATS_GET,
		.start		= egress_nl_dump_start,
		.dumpit		= egress_nl_stats_get_dumpit,
		.policy		= egress_stats_get_dump_nl_policy,
		.maxattr	= EGRESS_A_ORG,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= EGRESS_CMD_FLUSH,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_flush_doit,
		.policy		= egress_flush_nl_policy,
		.maxattr	= EGRESS_A_ALL,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_DESTINATION_GET,
		.start		= egress_nl_destination_get_start,
		.dumpit		= egress_nl_destination_get_dumpit,
		.done		= egress_nl_destination_get_done,
		.policy		= egress_destination_get_nl_policy,
		.maxattr	= EGRESS_A_ORG,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= EGRESS_CMD_PROMOTE,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_promote_doit,
		.policy		= egress_promote_nl_policy,
		.maxattr	= EGRESS_A_ORG,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_WARNING_GET,
		.start		= egress_nl_dump_start,
		.dumpit		= egress_nl_warning_get_dumpit,
		.policy		= egress_warning_get_nl_policy,
		.maxattr	= EGRESS_A_ORG,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= EGRESS_CMD_ROUTE_GET,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_route_get_doit,
		.policy		= egress_route_get_nl_policy,
		.maxattr	= EGRESS_A_PROTO,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_POOL_DRAIN,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_pool_drain_doit,
		.policy		= egress_pool_drain_nl_policy,
		.maxattr	= EGRESS_A_DRY_RUN,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_PAIR_SET,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_pair_set_doit,
		.policy		= egress_pair_set_nl_policy,
		.maxattr	= EGRESS_A_TO,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_POOL_REPLACE,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_pool_replace_doit,
		.policy		= egress_pool_replace_nl_policy,
		.maxattr	= EGRESS_A_ON_UNALLOCATED,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_MACHINE_SET,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_machine_set_doit,
		.policy		= egress_machine_set_nl_policy,
		.maxattr	= EGRESS_A_DRY_RUN,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_MACHINE_REPLACE,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_machine_replace_doit,
		.policy		= egress_machine_replace_nl_policy,
		.maxattr	= EGRESS_A_DRY_RUN,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_CORDON,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_cordon_doit,
		.policy		= egress_cordon_nl_policy,
		.maxattr	= EGRESS_A_CORDONED,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_SET_GET,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_set_get_doit,
		.policy		= egress_set_get_do_nl_policy,
		.maxattr	= EGRESS_A_SET_ID,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_SET_GET,
		.start		= egress_nl_dump_start,
		.dumpit		= egress_nl_set_get_dumpit,
		.policy		= egress_set_get_dump_nl_policy,
		.maxattr	= EGRESS_A_ORG,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= EGRESS_CMD_BATCH,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_batch_doit,
		.policy		= egress_batch_nl_policy,
		.maxattr	= EGRESS_A_REQUEST,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_MACHINE_CUT,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_machine_cut_doit,
		.policy		= egress_machine_cut_nl_policy,
		.maxattr	= EGRESS_A_STALE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= EGRESS_CMD_ADOPT,
		.pre_doit	= egress_nl_pre_doit,
		.doit		= egress_nl_adopt_doit,
		.policy		= egress_adopt_nl_policy,
		.maxattr	= EGRESS_A_ADDR,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group egress_nl_mcgrps[] = {
	[EGRESS_NLGRP_EVENTS] = { "events", },
};
