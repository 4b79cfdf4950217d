/*
 * visited.c - see visited.h. Open addressing over indices into an array that only grows.
 */
#include "visited.h"

#include <stdlib.h>
#include <string.h>

struct node {
	struct visited_hash hash;
	struct visited_how how;
};

static struct node *nodes;
static uint32_t *table; /* index + 1; 0: empty */
static uint32_t count, room, limit;
static uint64_t places;

static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 p = (unsigned __int128)a * b;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* Two chains of multiplications with constants of their own. */
struct visited_hash visited_hash(const unsigned char *bytes, unsigned size)
{
	struct visited_hash h = {0x9e3779b97f4a7c15u ^ size, 0xc2b2ae3d27d4eb4fu + size};

	for (; size > 0; bytes += size < 8 ? size : 8, size -= size < 8 ? size : 8) {
		uint64_t w = 0;

		memcpy(&w, bytes, size < 8 ? size : 8);
		h.a = mix(h.a ^ w, 0xd6e8feb86659fd93u) + 0x2545f4914f6cdd1du;
		h.b = mix(h.b + w, 0xa0761d6478bd642fu) ^ (h.b << 23 | h.b >> 41);
	}
	h.a = mix(h.a ^ 0xe7037ed1a0b428dbu, 0x8ebc6af09c88c6e3u ^ h.a);
	h.b = mix(h.b ^ 0x589965cc75374cc3u, 0x1d8e4e27c47d124fu ^ h.b);
	return h;
}

static void *grown(void *memory, uint64_t bytes)
{
	memory = realloc(memory, bytes);
	if (memory == NULL)
		abort();
	return memory;
}

static void places_make(uint64_t n)
{
	places = n;
	table = grown(table, n * sizeof(*table));
	memset(table, 0, n * sizeof(*table));
	for (uint32_t i = 0; i < count; i++) {
		uint64_t at = nodes[i].hash.a & (places - 1);

		while (table[at] != 0)
			at = (at + 1) & (places - 1);
		table[at] = i + 1;
	}
}

void visited_begin(uint32_t most)
{
	count = 0;
	limit = most;
	places_make(1u << 16);
}

uint32_t visited_add(struct visited_hash hash, struct visited_how how, bool *is_new)
{
	uint64_t at = hash.a & (places - 1);

	for (; table[at] != 0; at = (at + 1) & (places - 1)) {
		const struct node *n = &nodes[table[at] - 1];

		if (n->hash.a == hash.a && n->hash.b == hash.b) {
			*is_new = false;
			return table[at] - 1;
		}
	}
	*is_new = true;
	if (count == limit)
		return VISITED_NOBODY;
	if (count == room) {
		room = room == 0 ? 1u << 16 : room + room / 2;
		nodes = grown(nodes, (uint64_t)room * sizeof(*nodes));
	}
	nodes[count] = (struct node){hash, how};
	table[at] = ++count;
	if (count > places / 2)
		places_make(places * 2);
	return count - 1;
}

struct visited_how visited_how(uint32_t state)
{
	return nodes[state].how;
}

uint32_t visited_count(void)
{
	return count;
}
