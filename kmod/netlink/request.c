// SPDX-License-Identifier: GPL-2.0
/*
 * A request for a change begins a struct egress_change and ends it. It is answered by echoes on
 * the way, or refused at the end.
 */
#include <net/genetlink.h>

#include "net.h"
#include "netlink/refusal.h"
#include "netlink/request.h"
#include "netlink/tell.h"
#include "netlink/uint.h"
#include "state/change.h"
#include "state/count.h"
#include "state/machine_cut.h"

/*
 * A client that decided by what it read can send the generation of its reading along. If
 * something has changed since then, its request is refused.
 */
static int expected_generation(struct egress_net *en, struct genl_info *info)
{
	const struct nlattr *expected = info->attrs[EGRESS_A_GENERATION];

	if (!expected || nla_get_uint(expected) == en->generation)
		return 0;
	return egress_nl_refuse(info, EGRESS_A_GENERATION, -ESTALE,
				"generation %llu is not the current one, %llu: read again and decide anew",
				nla_get_uint(expected), en->generation);
}

static void answer(struct egress_change *ch, enum egress_change_event event, void *object)
{
	struct egress_request *rq = container_of(ch, struct egress_request, ch);

	/* Who adds many machines at once is told how many. */
	if (rq->many && event == EGRESS_EVENT_MACHINE_CHANGED)
		rq->added++;
	else if (rq->untold || egress_tell_sender(ch->en, rq->info, ch->dry, event, object))
		rq->untold++;
}

/**
 * egress_request_begin() - begin the change that a request asks for
 * @rq: filled, for egress_request_end()
 * @info: request
 *
 * Context: process. Return: 0, and the namespace is locked until egress_request_end(); or
 * -EINTR if it is refused, as the client expected another generation, or if the client is to die,
 * and nothing is locked.
 */
int egress_request_begin(struct egress_request *rq, struct genl_info *info)
{
	struct egress_net *en = egress_net(genl_info_net(info));
	bool dry;
	int err;

	rq->info = info;
	rq->cuts = info->genlhdr->cmd == EGRESS_CMD_MACHINE_CUT ||
		nlmsg_find_attr(info->nlhdr, GENL_HDRLEN, EGRESS_A_CUT_STALE);
	rq->untold = 0;
	rq->added = 0;
	/* info->attrs ends with the last attribute that the command takes. */
	rq->many = info->genlhdr->cmd == EGRESS_CMD_BATCH ||
		nlmsg_find_attr(info->nlhdr, GENL_HDRLEN, EGRESS_A_ENTRY);
	dry = nlmsg_find_attr(info->nlhdr, GENL_HDRLEN, EGRESS_A_DRY_RUN);
	if (rq->cuts && mutex_lock_killable(&en->cuts))
		return -EINTR;
	/* A dry run tells how many connections would be cut, and which blocks have none. */
	if (dry && !rq->cuts) {
		err = egress_count_pairs(en, NULL, NULL, NULL);
		if (err)
			return err;
	}
	err = egress_change_begin_killable(&rq->ch, en);
	if (err)
		goto unlock;
	rq->ch.answer = answer;
	rq->ch.dry = dry;
	rq->ch.cut_stale = rq->cuts && info->genlhdr->cmd != EGRESS_CMD_MACHINE_CUT;
	err = expected_generation(en, info);
	if (!err)
		return 0;
	egress_change_end(&rq->ch);
unlock:
	if (rq->cuts)
		mutex_unlock(&en->cuts);
	return err;
}

/**
 * egress_request_pause() - end a change of a request that is too much for one, unlock
 * @rq: request, from egress_request_begin()
 *
 * Others have their turn. To be followed by egress_request_resume(). Context: process.
 */
void egress_request_pause(struct egress_request *rq)
{
	egress_change_end(&rq->ch);
	cond_resched();
}

/**
 * egress_request_resume() - go on with another change, after egress_request_pause()
 * @rq: request
 *
 * Context: process. Return: 0, and the namespace is locked until egress_request_end(); or -EINTR
 * if the client is to die, or if it is refused, as the client expected a generation and somebody
 * else has changed something between the two changes; then nothing is locked.
 */
int egress_request_resume(struct egress_request *rq)
{
	struct egress_net *en = rq->ch.en;
	u64 generation = rq->ch.generation;
	bool dry = rq->ch.dry;
	int err;

	err = egress_change_begin_killable(&rq->ch, en);
	if (err)
		return err;
	rq->ch.answer = answer;
	rq->ch.dry = dry;
	if (!rq->info->attrs[EGRESS_A_GENERATION] || en->generation == generation)
		return 0;
	egress_change_end(&rq->ch);
	return egress_nl_refuse(rq->info, EGRESS_A_GENERATION, -ESTALE,
				"somebody else has changed something meanwhile: a part was done");
}

/**
 * egress_request_next() - end a change of a request, and go on with another
 * @rq: request, from egress_request_begin()
 *
 * Context: process. Return: as egress_request_resume().
 */
int egress_request_next(struct egress_request *rq)
{
	egress_request_pause(rq);
	return egress_request_resume(rq);
}

/*
 * What was cut or has drained after the change was a change of its own: tell its generation, which
 * the client needs if it is to send the next request with what it expects. If somebody else has
 * changed something meanwhile, the client is not to expect that, and is told nothing.
 */
static void tell_generation(struct egress_request *rq)
{
	struct egress_net *en = rq->ch.en;

	mutex_lock(&en->lock);
	if (en->generation == rq->ch.generation)
		egress_tell_untold(en, rq->info, false, 0);
	mutex_unlock(&en->lock);
}

/* End the connections of machines that stay, and tell how many these were. */
static void cut(struct egress_request *rq)
{
	struct egress_net *en = rq->ch.en;

	if (list_empty(&rq->ch.cut))
		return;
	egress_machines_cut(&rq->ch);
	mutex_lock(&en->lock);
	rq->untold = 0;
	egress_machines_cut_tell(&rq->ch);
	if (rq->untold)
		egress_tell_untold(en, rq->info, rq->ch.dry, rq->untold);
	mutex_unlock(&en->lock);
}

/**
 * egress_request_end() - end a request's change, and say why if it was refused
 * @rq: request, from egress_request_begin()
 * @err: what the function of state/ returned: 0 or a negative error
 *
 * Return: @err, or -EINTR if the refusal has been told.
 */
int egress_request_end(struct egress_request *rq, int err)
{
	bool echo = !err && rq->info->nlhdr->nlmsg_flags & NLM_F_ECHO;
	struct egress_net *en = rq->ch.en;
	unsigned int untold = rq->untold + rq->added;
	u64 told = en->generation;

	/* A dry run is answered without NLM_F_ECHO, too. */
	if (untold && !err && (echo || rq->ch.dry))
		egress_tell_untold(en, rq->info, rq->ch.dry, untold);
	/* What is refused may have changed a lease and taken it back. */
	rq->ch.cut_stale &= !err;
	egress_change_end(&rq->ch);
	if (rq->cuts) {
		cut(rq);
		mutex_unlock(&en->cuts);
	}
	if (echo && rq->ch.generation != told)
		tell_generation(rq);
	/* Some errors have no reason in ch.error: -ENOMEM, and what family.c has refused. */
	if (err && rq->ch.error.code == err)
		return egress_nl_refuse_for(rq->info, &rq->ch.error);
	return err;
}
