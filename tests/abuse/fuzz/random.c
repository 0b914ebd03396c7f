// SPDX-License-Identifier: GPL-2.0
/* Numbers that a seed determines (splitmix64). */
#include <string.h>

#include "fuzz.h"

uint64_t seed;
static uint64_t state;

void random_seed(uint64_t value)
{
	seed = value;
	state = value;
}

static uint64_t next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

uint32_t below(uint32_t n)
{
	return n ? (next() >> 32) % n : 0;
}

bool chance(unsigned int percent)
{
	return below(100) < percent;
}

/* Numbers at the edges of what fits, and beside powers of two. */
uint64_t extreme(void)
{
	switch (below(6)) {
	case 0:
		return below(3);
	case 1:
		return -(uint64_t)below(3);
	case 2:
		return (1ull << below(64)) + below(3) - 1;
	case 3:
		return (uint64_t)INT32_MAX + below(3);
	case 4:
		return (uint64_t)INT64_MAX + below(3);
	default:
		return next();
	}
}

void random_bytes(void *to, size_t n)
{
	unsigned char *p = to;
	uint64_t word;

	for (; n >= sizeof(word); n -= sizeof(word), p += sizeof(word)) {
		word = next();
		memcpy(p, &word, sizeof(word));
	}
	word = next();
	memcpy(p, &word, n);
}
