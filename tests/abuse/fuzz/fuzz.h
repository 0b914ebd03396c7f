/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESS_FUZZ_H
#define EGRESS_FUZZ_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/egress.h>

/* What the specification says; the tables are generated from it. */
enum kind { NONE, FLAG, U8, U16, U32, UINT, STRING, BINARY, NEST };

struct attr_spec {
	const char *name;
	enum kind kind;
	unsigned int min_len, max_len;	/* 0: not said */
	unsigned long long max;		/* 0: not said */
	const struct set_spec *nest;
};

struct set_spec {
	const char *name;
	const struct attr_spec *attrs;
	unsigned int n;
};

struct attr_list {
	unsigned int n;
	unsigned short type[16];
};

struct command_spec {
	const char *name;
	unsigned char cmd;
	struct attr_list to_do, to_dump;
	bool can_do, can_dump;
};

/* random.c: the same numbers for the same seed */
extern uint64_t seed;
void random_seed(uint64_t value);
uint32_t below(uint32_t n);
bool chance(unsigned int percent);
uint64_t extreme(void);
void random_bytes(void *to, size_t n);

/* message.c: one message, as parts before it is bytes */
#define PARTS		24
#define PART_MAX	2048
#define MESSAGE_MAX	(PARTS * PART_MAX)

/**
 * struct part - an attribute
 * @type: with its flags
 * @len: of @data
 * @lie: added to the length that its header says
 * @times: how often it stands there
 */
struct part {
	unsigned short type;
	unsigned short len;
	short lie;
	unsigned short times;
	unsigned char data[PART_MAX];
};

/**
 * struct message - a request in the making
 * @cmd: its command
 * @flags: NLM_F_*
 * @changes: it is one that would change something
 * @invalid: it must be refused, whatever the state
 * @tail: bytes after the last attribute that are none
 */
struct message {
	unsigned char cmd;
	unsigned short flags;
	bool changes;
	bool invalid;
	unsigned int tail;
	unsigned int n;
	struct part part[PARTS];
};

const struct command_spec *command(unsigned int cmd);
const struct attr_spec *attribute(unsigned int type);
struct part *add_part(struct message *msg, unsigned int type, const void *data, size_t len);
void grammatical(struct message *msg);
void noise(struct message *msg);
size_t encode(const struct message *msg, void *to);

/* mutate.c */
void spoil(struct message *msg);
void spoil_surely(struct message *msg);

/* state.c: what there is */
struct value {
	unsigned char len;
	unsigned char data[64];
};

struct snapshot {
	unsigned char *data;
	size_t len, size;
};

void learn(int sock);
const struct value *seen(unsigned int type);
void take_snapshot(int sock, struct snapshot *snap);
bool same_state(const struct snapshot *a, const struct snapshot *b);
void show_difference(const struct snapshot *before, const struct snapshot *after);

/* socket.c */
#define BATCH	64

/**
 * struct answer - what became of a message
 * @error: 0 or a negative errno
 * @came: it has been answered
 * @said: with words for people
 * @data: there was more than an ack
 */
struct answer {
	int error;
	bool came;
	bool said;
	bool data;
};

void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
int open_socket(void);
void find_family(void);
void join_events(int sock);
size_t put_header(void *to, unsigned int flags, unsigned int seq, unsigned int cmd);
void exchange(int sock, void *batch, size_t len, unsigned int n, struct answer *answers);
bool dump_start(int sock, const struct message *msg);
bool dump_part(int sock, void (*each)(const struct nlmsghdr *nlh, void *arg), void *arg);

#endif
