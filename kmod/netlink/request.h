/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_REQUEST_H
#define EGRESS_REQUEST_H

#include "state/change.h"

struct genl_info;

/**
 * struct egress_request - a change that a client asked for
 * @ch: the change
 * @info: the client's request, for the answer
 * @many: the request may add many machines, and is answered with their number
 * @cuts: the request holds egress_net.cuts from its beginning to its end, as it may end connections
 *	of machines that stay
 * @untold: objects that were not echoed, as the client's socket has no room for them
 * @added: machines of a request for many, which are told as a number
 */
struct egress_request {
	struct egress_change ch;
	struct genl_info *info;
	bool many;
	bool cuts;
	unsigned int untold;
	unsigned int added;
};

int egress_request_begin(struct egress_request *rq, struct genl_info *info);
void egress_request_pause(struct egress_request *rq);
int egress_request_resume(struct egress_request *rq);
int egress_request_next(struct egress_request *rq);
int egress_request_end(struct egress_request *rq, int err);

#endif
