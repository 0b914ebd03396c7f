// SPDX-License-Identifier: GPL-2.0
/* What is wrong with a message. */
#include <string.h>

#include "fuzz.h"

#define DEEPEST	400	/* nests in one another */

static struct part *any_part(struct message *msg)
{
	return msg->n ? &msg->part[below(msg->n)] : NULL;
}

static const struct attr_spec *spec_of(const struct part *part)
{
	return attribute(part->type & NLA_TYPE_MASK);
}

static bool takes(const struct command_spec *spec, unsigned int type)
{
	unsigned int i;

	for (i = 0; i < spec->to_do.n; i++)
		if (spec->to_do.type[i] == type)
			return true;
	for (i = 0; i < spec->to_dump.n; i++)
		if (spec->to_dump.type[i] == type)
			return true;
	return false;
}

static void resize(struct part *part, size_t len)
{
	if (len > PART_MAX)
		len = PART_MAX;
	if (len > part->len)
		random_bytes(part->data + part->len, len - part->len);
	part->len = len;
}

/* Nests of the same type in one another, as many as there is room for. */
static void deepen(struct part *part)
{
	unsigned int depth = 1 + below(DEEPEST), i;
	struct nlattr attr = { .nla_type = part->type | NLA_F_NESTED };

	if (chance(50))
		attr.nla_type = 1 + below(EGRESS_PREFIX_A_MAX) + NLA_F_NESTED;
	for (i = 0; i < depth; i++) {
		attr.nla_len = NLA_HDRLEN * (depth - i);
		memcpy(part->data + NLA_HDRLEN * i, &attr, sizeof(attr));
	}
	part->len = NLA_HDRLEN * depth;
	part->type |= NLA_F_NESTED;
}

static void go_to_extremes(struct part *part)
{
	uint64_t value = extreme();
	size_t size = part->len < sizeof(value) ? part->len : sizeof(value);

	switch (below(4)) {
	case 0:
		memset(part->data, 0, part->len);
		break;
	case 1:
		memset(part->data, 0xff, part->len);
		break;
	case 2:
		random_bytes(part->data, part->len);
		break;
	default:
		memcpy(part->data, &value, size);
	}
}

/* A few things that may be wrong, or may not. */
void spoil(struct message *msg)
{
	unsigned int times = 1 + below(2);
	struct part *part, *other;

	while (times--) {
		part = any_part(msg);
		if (!part) {
			msg->tail = below(64);
			return;
		}
		other = any_part(msg);
		switch (below(13)) {
		case 0:		/* missing */
			*part = msg->part[--msg->n];
			break;
		case 1:		/* doubled */
			part->times = 2;
			break;
		case 2:		/* far too many */
			part->times = chance(2) ? below(20000) : below(300);
			break;
		case 3:		/* too long */
			resize(part, part->len + 1 + below(chance(10) ? PART_MAX : 16));
			break;
		case 4:		/* too short */
			resize(part, below(part->len));
			break;
		case 5:		/* the value of another */
			part->len = other->len;
			memmove(part->data, other->data, other->len);
			break;
		case 6:		/* the type of another */
			part->type = (part->type & ~NLA_TYPE_MASK) | below(EGRESS_A_MAX + 4);
			break;
		case 7:
			part->type ^= chance(50) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
			break;
		case 8:
			deepen(part);
			break;
		case 9:		/* its header lies */
			part->lie = (int)below(16) - 8;
			break;
		case 10:	/* its place is another's */
			if (part != other) {
				struct part swap = *part;

				*part = *other;
				*other = swap;
			}
			break;
		case 11:	/* a flag that has no meaning here */
			msg->flags ^= chance(50) ? NLM_F_CREATE :
				chance(50) ? NLM_F_EXCL : NLM_F_REPLACE;
			break;
		default:
			go_to_extremes(part);
		}
	}
}

static bool wrong_name(struct message *msg, struct part *part, const struct attr_spec *spec)
{
	static const char bad[] = " /\\'\"%\n\x7f\x80\xff";
	unsigned int type = part->type & NLA_TYPE_MASK;

	if (type != EGRESS_A_REGION && type != EGRESS_A_APP && type != EGRESS_A_MACHINE)
		return false;
	switch (below(4)) {
	case 0:		/* empty */
		part->len = 1;
		part->data[0] = 0;
		break;
	case 1:		/* not ended */
		part->len = strnlen((char *)part->data, part->len);
		break;
	case 2:		/* longer than it may be */
		part->len = spec->max_len + 2 + below(200);
		memset(part->data, 'a', part->len - 1);
		part->data[part->len - 1] = 0;
		break;
	default:
		part->data[0] = bad[below(sizeof(bad) - 1)];
	}
	return true;
}

static const unsigned char mapped[16] = { [10] = 0xff, 0xff, 10, 0, 0, 7 };

static bool wrong_addr(struct part *part)
{
	if ((part->type & NLA_TYPE_MASK) == EGRESS_A_V6 && chance(20)) {
		memcpy(part->data, mapped, sizeof(mapped));
		part->len = sizeof(mapped);
		return true;
	}
	do {
		resize(part, below(40));
	} while (part->len == 4 || part->len == 16);
	return true;
}

/* An address, and only that, is due. */
static void wrong_addr_nest(struct part *part)
{
	struct nlattr *attr = (struct nlattr *)part->data;

	switch (below(4)) {
	case 0:		/* none */
		part->len = 0;
		break;
	case 1:		/* two, of the same family or of both */
		memmove(part->data + part->len, part->data, part->len);
		part->len *= 2;
		if (chance(50)) {
			*attr = (struct nlattr){ NLA_HDRLEN + 4, EGRESS_ADDRESS_A_V4 };
			part->len = NLA_HDRLEN + 4;
			attr = (struct nlattr *)(part->data + part->len);
			*attr = (struct nlattr){ NLA_HDRLEN + 16, EGRESS_ADDRESS_A_V6 };
			part->len += NLA_HDRLEN + 16;
		}
		break;
	case 2:		/* an IPv4 address in an IPv6 one */
		*attr = (struct nlattr){ NLA_HDRLEN + 16, EGRESS_ADDRESS_A_V6 };
		memcpy(part->data + NLA_HDRLEN, mapped, sizeof(mapped));
		part->len = NLA_HDRLEN + 16;
		break;
	default:	/* of a length that is none */
		do {
			resize(part, NLA_HDRLEN + below(40));
		} while (part->len == NLA_HDRLEN + 4 || part->len == NLA_HDRLEN + 16);
		attr->nla_len = part->len;
	}
}

static bool wrong_nest(struct part *part)
{
	struct nlattr *attr = (struct nlattr *)part->data;

	if (!strcmp(spec_of(part)->nest->name, "address") && chance(50)) {
		wrong_addr_nest(part);
		return true;
	}
	switch (below(4)) {
	case 0:		/* not said to be one */
		part->type &= ~NLA_F_NESTED;
		break;
	case 1:		/* what it has no place for */
		*attr = (struct nlattr){ NLA_HDRLEN, EGRESS_PREFIX_A_MAX + 1 + below(16000) };
		part->len = NLA_HDRLEN;
		break;
	case 2:		/* more than it has */
		*attr = (struct nlattr){ NLA_HDRLEN + 100, EGRESS_PREFIX_A_V4 };
		part->len = NLA_HDRLEN + below(99);
		break;
	default:	/* a nest where an address is due */
		deepen(part);
		attr->nla_type = EGRESS_PREFIX_A_V4 | NLA_F_NESTED;
	}
	return true;
}

/* Return: this part can't be right any more. */
static bool spoil_part(struct message *msg, struct part *part)
{
	const struct attr_spec *spec = spec_of(part);
	unsigned int len;

	if (chance(10) && spec->kind != NEST) {
		part->type |= NLA_F_NESTED;
		return true;
	}
	switch (spec->kind) {
	case FLAG:
		resize(part, 1 + below(16));
		return true;
	case U8:
	case U16:
	case U32:
	case UINT:
		if ((part->type & NLA_TYPE_MASK) == EGRESS_A_GENERATION && chance(50) &&
		    msg->changes) {
			resize(part, 8);
			go_to_extremes(part);
			part->data[7] |= 0x80;	/* not for years */
			return true;
		}
		len = part->len;
		do {
			resize(part, chance(50) ? below(len) : len + 1 + below(16));
		} while (spec->kind == UINT && (part->len == 4 || part->len == 8));
		return true;
	case STRING:
		return wrong_name(msg, part, spec);
	case BINARY:
		return wrong_addr(part);
	case NEST:
		return wrong_nest(part);
	default:
		return false;
	}
}

/* One thing that nobody may accept, whatever there is. */
void spoil_surely(struct message *msg)
{
	const struct command_spec *spec = command(msg->cmd);
	struct part *part = any_part(msg);
	unsigned int type, len;
	unsigned char data[16];

	msg->invalid = true;
	if (part && chance(60) && spoil_part(msg, part))
		return;
	random_bytes(data, sizeof(data));
	len = below(sizeof(data));
	switch (below(4)) {
	case 0:		/* what follows the last attribute is none */
		msg->tail = 1 + below(3);
		break;
	case 1:		/* an attribute that does not exist */
		type = chance(20) ? 0 : EGRESS_A_MAX + 1 + below(NLA_TYPE_MASK - EGRESS_A_MAX);
		add_part(msg, type, data, len);
		break;
	case 2:		/* one that another command takes */
		do {
			type = 1 + below(EGRESS_A_MAX);
		} while (takes(spec, type));
		add_part(msg, type | (attribute(type)->kind == NEST ? NLA_F_NESTED : 0), data, len);
		break;
	default:	/* a command that does not exist, or not in this way */
		if (chance(50))
			msg->cmd = EGRESS_CMD_MAX + 1 + below(255 - EGRESS_CMD_MAX);
		else if (!spec->can_dump)
			msg->flags |= NLM_F_DUMP;
		else
			msg->tail = 1;
	}
}
