// SPDX-License-Identifier: GPL-2.0
/*
 * The cheapest sender there is: UDP datagrams or TCP SYNs from a raw socket,
 * each from another source port, or to another destination. Prints for each
 * batch the packets sent before it and the nanoseconds a packet took; under
 * -icount these are guest instructions. Another machine's scan may go on
 * meanwhile, which doesn't count.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define DPORT	9

static struct {
	bool v6, tcp, spread, same;
	uint32_t count, batch, rotate, senders, scan;
	uint16_t sport;
	struct in6_addr from, to, scan_from, scan_to;
} opt = { .count = 1, .batch = 1, .senders = 1, .sport = 1024 };

static uint8_t packet[128];
static size_t length;

static uint32_t sum16(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *p = data;

	for (; len > 1; p += 2, len -= 2)
		sum += p[0] << 8 | p[1];
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* The address that is @i after @first. */
static struct in6_addr after(struct in6_addr first, uint32_t i)
{
	uint8_t *last = first.s6_addr + (opt.v6 ? 12 : 0);
	uint32_t word;

	memcpy(&word, last, 4);
	word = htonl(ntohl(word) + i);
	memcpy(last, &word, 4);
	return first;
}

static void build(struct in6_addr from, struct in6_addr to, uint16_t sport, uint32_t i)
{
	size_t addr_len = opt.v6 ? 16 : 4, l4_len = opt.tcp ? sizeof(struct tcphdr) : 8;
	uint8_t proto = opt.tcp ? IPPROTO_TCP : IPPROTO_UDP, *l4;
	uint32_t sum;

	memset(packet, 0, sizeof(packet));
	if (opt.v6) {
		struct ip6_hdr *ip = (struct ip6_hdr *)packet;

		ip->ip6_flow = htonl(6u << 28);
		ip->ip6_plen = htons(l4_len);
		ip->ip6_nxt = proto;
		ip->ip6_hlim = 64;
		ip->ip6_src = from;
		ip->ip6_dst = to;
		l4 = (uint8_t *)(ip + 1);
	} else {
		struct iphdr *ip = (struct iphdr *)packet;

		ip->version = 4;
		ip->ihl = 5;
		ip->ttl = 64;
		ip->protocol = proto;
		memcpy(&ip->saddr, &from, 4);
		memcpy(&ip->daddr, &to, 4);
		l4 = (uint8_t *)(ip + 1);
	}
	if (opt.tcp) {
		struct tcphdr *th = (struct tcphdr *)l4;

		th->source = htons(sport);
		th->dest = htons(DPORT);
		th->seq = htonl(i + 1);
		th->doff = 5;
		th->syn = 1;
		th->window = htons(1024);
	} else {
		struct udphdr *uh = (struct udphdr *)l4;

		uh->source = htons(sport);
		uh->dest = htons(DPORT);
		uh->len = htons(8);
	}
	sum = sum16(&from, addr_len, proto + l4_len);
	sum = sum16(&to, addr_len, sum);
	sum = sum16(l4, l4_len, sum);
	if (opt.tcp)
		((struct tcphdr *)l4)->check = fold(sum);
	else
		((struct udphdr *)l4)->check = fold(sum);
	length = l4 + l4_len - packet;
}

/* Packet @i of those that count. */
static void build_own(uint32_t i)
{
	uint32_t nth = i / (opt.rotate ? opt.rotate : opt.senders);
	uint32_t ahead = opt.rotate ? i % opt.rotate : opt.spread ? i : 0;
	uint16_t sport = opt.same || opt.spread ? opt.sport : opt.sport + nth;

	build(after(opt.from, i % opt.senders), after(opt.to, ahead), sport, i);
}

/* Packet @i of the scan: all addresses of the last 24 bits, in no order. */
static void build_scan(uint32_t i)
{
	build(opt.scan_from, after(opt.scan_to, i * 0x9e3779b1u & 0xffffff), opt.sport, i);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* Return: the nanoseconds it took. */
static uint64_t send_it(int fd)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in sin = { .sin_family = AF_INET };
	const void *sa = opt.v6 ? (void *)&sin6 : (void *)&sin;
	uint64_t start;

	if (opt.v6)
		sin6.sin6_addr = ((struct ip6_hdr *)packet)->ip6_dst;
	else
		sin.sin_addr.s_addr = ((struct iphdr *)packet)->daddr;
	start = now();
	/* For want of memory a packet is lost, as it may be anywhere. */
	if (sendto(fd, packet, length, 0, sa, opt.v6 ? sizeof(sin6) : sizeof(sin)) < 0 &&
	    errno != ENOBUFS && errno != ENOMEM)
		err(1, "send");
	return now() - start;
}

static int address(const char *text, struct in6_addr *to)
{
	opt.v6 = strchr(text, ':');
	if (inet_pton(opt.v6 ? AF_INET6 : AF_INET, text, to) != 1)
		errx(1, "'%s' is not an address", text);
	return 0;
}

/* FROM,TO,N */
static void scan(char *text)
{
	char *from = strsep(&text, ","), *to = strsep(&text, ",");

	if (!text)
		errx(1, "-x has three parts: FROM,TO,N");
	address(from, &opt.scan_from);
	address(to, &opt.scan_to);
	opt.scan = strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	uint32_t i, k, done, scanned = 0;
	int c, fd;

	while ((c = getopt(argc, argv, "s:d:n:b:p:r:m:x:tDS")) != -1) {
		switch (c) {
		case 's':
			address(optarg, &opt.from);
			break;
		case 'd':
			address(optarg, &opt.to);
			break;
		case 'n':
			opt.count = strtoul(optarg, NULL, 10);
			break;
		case 'b':
			opt.batch = strtoul(optarg, NULL, 10);
			break;
		case 'p':
			opt.sport = strtoul(optarg, NULL, 10);
			break;
		case 'r':
			opt.rotate = strtoul(optarg, NULL, 10);
			break;
		case 'm':
			opt.senders = strtoul(optarg, NULL, 10);
			break;
		case 'x':
			scan(optarg);
			break;
		case 't':
			opt.tcp = true;
			break;
		case 'D':
			opt.spread = true;
			break;
		case 'S':
			opt.same = true;
			break;
		default:
			fprintf(stderr,
				"usage: flood -s FROM -d TO [-n COUNT] [-b BATCH] [-p SPORT] [-t] [-D|-S|-r N]\n"
				"             [-m N] [-x FROM,TO,N]\n"
				"  -t TCP SYNs, not UDP; -D another destination each; -S all the same;\n"
				"  -r N destinations in turn; -m N senders in turn, from FROM on; -x before each,\n"
				"  N that don't count, from FROM, each to another address from TO on\n");
			return 1;
		}
	}
	if (!opt.senders)
		errx(1, "-m: no sender");
	fd = socket(opt.v6 ? AF_INET6 : AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0)
		err(1, "raw socket");

	for (done = 0; done < opt.count; done += opt.batch) {
		uint64_t spent = 0;

		for (i = 0; i < opt.batch; i++) {
			for (k = 0; k < opt.scan; k++) {
				build_scan(scanned++);
				send_it(fd);
			}
			build_own(done + i);
			spent += send_it(fd);
		}
		printf("%u %lu\n", done, (unsigned long)(spent / opt.batch));
	}
	return 0;
}
