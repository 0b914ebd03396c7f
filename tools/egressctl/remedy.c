// SPDX-License-Identifier: GPL-2.0
#include <linux/egress.h>
#include <stddef.h>

#include "remedy.h"

const char *remedy(unsigned int reason)
{
	static const char *const remedies[] = {
		[EGRESS_REASON_NO_POOL] = "make one with 'pool add REGION PREFIX'",
		[EGRESS_REASON_NO_ADDRESS] = "add a prefix with 'pool add REGION PREFIX'",
		[EGRESS_REASON_DRAINING] = "'pool drain REGION PREFIX off' ends that",
		[EGRESS_REASON_IN_USE] = "release them first, or 'pool drain' it",
		[EGRESS_REASON_BLOCK_SIZE] = "allocate pairs with a larger --block-size",
		[EGRESS_REASON_OTHER_MACHINE] = "'machine replace' makes it as given",
		[EGRESS_REASON_OTHER_DESTINATIONS] = "'pair set' changes them",
		[EGRESS_REASON_CORDONED] = "'cordon off' ends that",
	};

	return reason < sizeof(remedies) / sizeof(*remedies) ? remedies[reason] : NULL;
}
