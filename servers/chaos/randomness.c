/*
 * randomness.c - see randomness.h.
 */
#include "randomness.h"

uint64_t randomness_state = 1;

void randomness_start(uint64_t seed)
{
	randomness_state = seed * 0x9e3779b97f4a7c15 + 1;
	if (randomness_state == 0)
		randomness_state = 1;
	for (unsigned i = 0; i < 8; i++)
		(void)randomness_word();
}

uint64_t randomness_garbage(void)
{
	/* clang-format off */
	static const uint64_t edges[] = {
		0, 1, 2, 3, 4, 5, 63, 64, 255, 256, 511, 512, 513, 1023, 4095, 4096, 8191, 8192,
		0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x3ffffff000, 0x4000000000,
		0x7ffffffff000, 0x800000000000, 0xffffffffff000, 0x10000000000000,
		0x7fffffffffffffff, 0x8000000000000000, 0xffffffff80000000, 0xfffffffffffff000,
		0xfffffffffffffffe, 0xffffffffffffffff,
	};
	/* clang-format on */
	uint64_t word = randomness_word();

	switch (below(6)) {
	case 0:
		return word;
	case 1:
		return word >> (word & 63);
	default:
		return edges[below(sizeof(edges) / sizeof(edges[0]))];
	}
}
