// SPDX-License-Identifier: GPL-2.0
/* Unit tests of the module's parts that need neither packets nor netlink. */
#include <linux/module.h>

#include "test.h"
#include "../../kmod/net.h"

/* What the module's own main.c has; no test looks a namespace up. */
unsigned int egress_net_id;

kunit_test_suites(&ring_suite, &exclude_suite, &map_suite, &pair_suite, &pool_suite, &warning_suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of egress");
