// SPDX-License-Identifier: GPL-2.0
/* Messages as the specification has them, with values that get them far. */
#include <string.h>

#include "fuzz.h"
#include "table.h"

/* What else a request may be asked for, beside what is there. */
#define REGIONS		4
#define APPS		6
#define MACHINES	48

const struct command_spec *command(unsigned int cmd)
{
	return cmd < sizeof(commands) / sizeof(*commands) ? &commands[cmd] : NULL;
}

const struct attr_spec *attribute(unsigned int type)
{
	return type < egress_set.n ? &egress_attrs[type] : NULL;
}

struct part *add_part(struct message *msg, unsigned int type, const void *data, size_t len)
{
	struct part *part = &msg->part[msg->n < PARTS ? msg->n++ : PARTS - 1];

	part->type = type;
	part->len = len;
	part->lie = 0;
	part->times = 1;
	memcpy(part->data, data, len);
	return part;
}

static void add_name(struct message *msg, unsigned int type, const char *prefix, unsigned int n)
{
	char name[16] = {};
	size_t len = strlen(prefix);

	memcpy(name, prefix, len);
	if (n >= 10)
		name[len++] = '0' + n / 10;
	name[len++] = '0' + n % 10;
	add_part(msg, type, name, len + 1);
}

/* A nest with an address of 4 or 16 bytes. */
static void add_nest(struct message *msg, unsigned int type, const void *addr, size_t len)
{
	struct nlattr attr = {
		NLA_HDRLEN + len, len == 4 ? EGRESS_ADDRESS_A_V4 : EGRESS_ADDRESS_A_V6
	};
	unsigned char nest[NLA_HDRLEN + 16];

	memcpy(nest, &attr, sizeof(attr));
	memcpy(nest + NLA_HDRLEN, addr, len);
	add_part(msg, type | NLA_F_NESTED, nest, NLA_HDRLEN + len);
}

static void add_addr(struct message *msg, unsigned int type, unsigned int net, unsigned int host)
{
	unsigned char v4[4] = { 10, 7, net, host }, v6[16] = { 0xfd, 7, [13] = net, [15] = host };

	if (chance(50))
		add_nest(msg, type, v4, sizeof(v4));
	else
		add_nest(msg, type, v6, sizeof(v6));
}

/* As another attribute of what is there has it. Return: there is one. */
static bool add_seen(struct message *msg, unsigned int type, unsigned int as)
{
	const struct value *value = seen(as);

	if (value)
		add_part(msg, type, value->data, value->len);
	return value;
}

/* The same of a pair's address. */
static bool add_seen_pair(struct message *msg, unsigned int type)
{
	const struct value *value = seen(EGRESS_A_V4 + below(2));

	if (value)
		add_nest(msg, type, value->data, value->len);
	return value;
}

static void add_prefix(struct message *msg, unsigned int type)
{
	unsigned char nest[32] = {}, *addr = nest + NLA_HDRLEN, *len;
	bool v6 = chance(40);
	unsigned int size = v6 ? 16 : 4, bits;
	struct nlattr attr = { NLA_HDRLEN + size, v6 ? EGRESS_PREFIX_A_V6 : EGRESS_PREFIX_A_V4 };

	memcpy(nest, &attr, sizeof(attr));
	if (type == EGRESS_A_PREFIX) {	/* of a pool: a few of them, so that they are met again */
		memcpy(addr, v6 ? "\x20\x01\x0d\xb8\0\x0e\0" : "\xc6\x33\x64", v6 ? 7 : 3);
		addr[v6 ? 7 : 3] = below(16) << 4;
		bits = v6 ? 64 : 28;
	} else {
		memcpy(addr, v6 ? "\x20\x01\x0d\xb8\0\x0b" : "\xcb\0\x71\0", v6 ? 6 : 4);
		bits = below(v6 ? 129 : 33);
		if (bits > 24)
			addr[3] = below(256);
		if (bits % 8)
			addr[bits / 8] &= 0xff << (8 - bits % 8);
		memset(addr + (bits + 7) / 8, 0, size - (bits + 7) / 8);
	}
	len = addr + size;
	attr = (struct nlattr){ NLA_HDRLEN + 1, EGRESS_PREFIX_A_LEN };
	memcpy(len, &attr, sizeof(attr));
	len[NLA_HDRLEN] = bits;
	add_part(msg, type | NLA_F_NESTED, nest, len + NLA_HDRLEN + 4 - nest);
}

static void add_number(struct message *msg, unsigned int type)
{
	const struct attr_spec *spec = attribute(type);
	uint64_t value = below(spec->max && spec->max < 2048 ? spec->max + 1 : 2048);

	if (type == EGRESS_A_COUNT)
		value = chance(98) ? 1 + below(4) : below(EGRESS_COUNT_MAX + 2);
	else if (type == EGRESS_A_BLOCK_SIZE)
		value = 64u << below(9);
	else if (type == EGRESS_A_SLOT_FIRST)
		value = below(8);
	else if (type == EGRESS_A_SLOT_LAST)
		value = 63 - below(8);
	else if (type == EGRESS_A_SLOT)
		value = below(64);
	else if (type == EGRESS_A_DRAIN)
		value = below(3);
	add_part(msg, type, &value, spec->kind == U8 ? 1 : spec->kind == U16 ? 2 :
		 spec->kind == U32 || chance(50) ? 4 : 8);
}

static void add_request(struct message *msg);

static void add_value(struct message *msg, unsigned int type)
{
	bool known = chance(75), pair = msg->cmd != EGRESS_CMD_MACHINE_NEW;

	switch (type) {
	case EGRESS_A_REGION:
		if (!known || !add_seen(msg, type, type))
			add_name(msg, type, "r", below(REGIONS));
		break;
	case EGRESS_A_APP:
		if (!known || !add_seen(msg, type, type))
			add_name(msg, type, "a", below(APPS));
		break;
	case EGRESS_A_MACHINE:
		if (!known || !add_seen(msg, type, type))
			add_name(msg, type, "m", below(MACHINES));
		break;
	case EGRESS_A_DEV:
		add_part(msg, type, chance(50) ? "up" : "lo", 3);
		break;
	case EGRESS_A_ADDR:
		if (pair ? !add_seen_pair(msg, type) :
		    chance(80) || !add_seen(msg, type | NLA_F_NESTED, type))
			add_addr(msg, type, below(4), below(256));
		break;
	case EGRESS_A_V4:
	case EGRESS_A_V6:
		if (!known || !add_seen(msg, type, type))
			add_part(msg, type, type == EGRESS_A_V4 ? "\xc6\x33\x64\x07" :
				 "\x20\x01\x0d\xb8\0\x0e\0\0\0\0\0\0\0\0\0\x07",
				 type == EGRESS_A_V4 ? 4 : 16);
		break;
	case EGRESS_A_PAIR:
		if (!add_seen_pair(msg, type))
			add_addr(msg, type, 0, 1);
		break;
	case EGRESS_A_SOURCE:
		if (!known || !add_seen(msg, type | NLA_F_NESTED, EGRESS_A_ADDR))
			add_addr(msg, type, 9, below(256));
		break;
	case EGRESS_A_DESTINATION:
		if (!add_seen(msg, type | NLA_F_NESTED, type))
			add_nest(msg, type, "\xcb\0\x71\x01", 4);
		break;
	case EGRESS_A_GENERATION:
		add_seen(msg, type, type);
		break;
	case EGRESS_A_PREFIX:
	case EGRESS_A_EXCLUDE:
	case EGRESS_A_TO:
		if (!known || !add_seen(msg, type | NLA_F_NESTED, type))
			add_prefix(msg, type);
		break;
	case EGRESS_A_REQUEST:
		add_request(msg);
		break;
	default:
		if (attribute(type)->kind == FLAG)
			add_part(msg, type, "", 0);
		else
			add_number(msg, type);
	}
}

/* What a request needs comes often, what it may have besides seldom. */
static unsigned int how_often(unsigned int type)
{
	switch (type) {
	case EGRESS_A_GENERATION:
		return 5;
	case EGRESS_A_REGION:
	case EGRESS_A_APP:
	case EGRESS_A_MACHINE:
	case EGRESS_A_ADDR:
	case EGRESS_A_PREFIX:
	case EGRESS_A_SOURCE:
	case EGRESS_A_DESTINATION:
	case EGRESS_A_ALL:
	case EGRESS_A_REQUEST:
		return 80;
	default:
		return 20;
	}
}

/* A command in a batch: one that may be there, or seldom another one. */
static void add_request(struct message *msg)
{
	static const unsigned char cmds[] = {
		EGRESS_CMD_MACHINE_NEW, EGRESS_CMD_MACHINE_DEL, EGRESS_CMD_PAIR_DEL,
	};
	uint32_t cmd = chance(95) ? cmds[below(sizeof(cmds))] : below(EGRESS_CMD_MAX + 2);
	static struct message sub;
	const struct command_spec *spec = command(cmd);
	unsigned char nest[PART_MAX];
	struct nlattr attr;
	size_t len = 0;
	unsigned int i;

	sub.n = 0;
	sub.cmd = cmd;
	add_part(&sub, EGRESS_A_COMMAND, &cmd, sizeof(cmd));
	for (i = 0; spec && i < spec->to_do.n; i++) {
		unsigned int type = spec->to_do.type[i];

		if (type != EGRESS_A_GENERATION && type != EGRESS_A_ENTRY &&
		    type != EGRESS_A_REQUEST && type != EGRESS_A_DRY_RUN &&
		    chance(how_often(type)))
			add_value(&sub, type);
	}
	for (i = 0; i < sub.n; i++) {
		const struct part *part = &sub.part[i];

		if (len + NLA_HDRLEN + NLA_ALIGN(part->len) > sizeof(nest))
			break;
		attr = (struct nlattr){ NLA_HDRLEN + part->len, part->type };
		memset(nest + len, 0, NLA_HDRLEN + NLA_ALIGN(part->len));
		memcpy(nest + len, &attr, sizeof(attr));
		memcpy(nest + len + NLA_HDRLEN, part->data, part->len);
		len += NLA_HDRLEN + NLA_ALIGN(part->len);
	}
	add_part(msg, EGRESS_A_REQUEST | NLA_F_NESTED, nest, len);
}

static void begin(struct message *msg, unsigned int cmd, unsigned int flags)
{
	msg->cmd = cmd;
	msg->flags = flags;
	msg->changes = cmd <= EGRESS_CMD_MAX && command(cmd)->can_do &&
		!command(cmd)->can_dump && cmd != EGRESS_CMD_ROUTE_GET;
	msg->invalid = false;
	msg->tail = 0;
	msg->n = 0;
}

/* One that may well be carried out. */
void grammatical(struct message *msg)
{
	const struct command_spec *spec;
	const struct attr_list *list;
	unsigned int i, more;
	bool dump;

	do {
		spec = command(1 + below(EGRESS_CMD_MAX));
	} while ((!spec->can_do && !spec->can_dump) ||
		 (spec->cmd == EGRESS_CMD_FLUSH && !chance(1)));
	dump = !spec->can_do || (spec->can_dump && chance(50));
	list = dump ? &spec->to_dump : &spec->to_do;
	begin(msg, spec->cmd, NLM_F_ACK | (dump ? NLM_F_DUMP : 0));
	if (!dump && chance(20))
		msg->flags |= NLM_F_ECHO;
	for (i = 0; i < list->n; i++) {
		if (!chance(how_often(list->type[i])))
			continue;
		add_value(msg, list->type[i]);
		/* Names, addresses and nests may come several times. */
		more = attribute(list->type[i])->kind >= STRING ? 3 : 0;
		while (more-- && chance(20))
			add_value(msg, list->type[i]);
	}
}

/* Headers that are right, and then anything. */
void noise(struct message *msg)
{
	unsigned int n = below(8), len;
	unsigned char data[64];

	begin(msg, below(EGRESS_CMD_MAX + 16),
	      chance(20) ? NLM_F_DUMP : NLM_F_ACK);
	if (msg->flags != NLM_F_DUMP && chance(10))
		msg->flags |= below(0x1000) & ~NLM_F_DUMP;
	if (chance(50)) {
		msg->tail = 1 + below(256);
		return;
	}
	while (n--) {
		len = below(sizeof(data));
		random_bytes(data, len);
		add_part(msg, below(EGRESS_A_MAX + 8) | (chance(30) ? NLA_F_NESTED : 0), data, len);
	}
	if (msg->cmd == EGRESS_CMD_FLUSH || chance(50))
		msg->tail = 1 + below(3);
}

/* Return: its length, a multiple of four; no more than MESSAGE_MAX. */
size_t encode(const struct message *msg, void *to)
{
	struct nlmsghdr *nlh = to;
	unsigned char *p = to;
	const struct part *part;
	unsigned int i, n;
	struct nlattr attr;

	p += put_header(p, msg->flags, 0, msg->cmd);
	for (i = 0; i < msg->n; i++) {
		part = &msg->part[i];
		attr.nla_type = part->type;
		attr.nla_len = NLA_HDRLEN + part->len + part->lie;
		for (n = 0; n < part->times; n++) {
			if (p + part->len + 512 > (unsigned char *)to + MESSAGE_MAX)
				break;
			memcpy(p, &attr, sizeof(attr));
			memcpy(p + NLA_HDRLEN, part->data, part->len);
			memset(p + NLA_HDRLEN + part->len, 0, -part->len & 3);
			p += NLA_ALIGN(NLA_HDRLEN + part->len);
		}
	}
	random_bytes(p, msg->tail);
	memset(p + msg->tail, 0, -msg->tail & 3);
	nlh->nlmsg_len = p + msg->tail - (unsigned char *)to;
	return p + ((msg->tail + 3) & ~3u) - (unsigned char *)to;
}
