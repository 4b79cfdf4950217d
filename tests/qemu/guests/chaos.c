/*
 * chaos.c - many random calls, most of them nearly right, some of them not at all.
 *
 * Boot arguments: seed=N, calls=N. The kernel must survive, and at the end let everything be
 * taken back. Worth most with the checked kernel, which looks at all invariants in between.
 * Own code, stack and the first capabilities are spared: without them nobody could report.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tenure/names.h>

#include "guest.h"
#include "tap.h"

#define ARENA 1536u /* frames */
#define SLOTS_FIRST 160u
#define SLOTS 64u

static uint64_t arena, state;

/* xorshift64* */
static uint64_t next(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1d;
}

static uint64_t below(uint64_t n)
{
	return (next() >> 16) % n;
}

static uint64_t garbage(void)
{
	/* clang-format off */
	static const uint64_t words[] = {
		0, 1, 2, 255, 256, 511, 512, 513, 8191, 8192, 0x7fffffff, 0x80000000, 0xffffffff,
		0x100000000, 0x3ffffff000, 0x4000000000, 0x7fffffffffffffff, 0x8000000000000000,
		0xffffffff80000000, 0xfffffffffffff000, 0xfffffffffffffffe, 0xffffffffffffffff,
	};
	/* clang-format on */

	return below(4) == 0 ? next() : words[below(sizeof(words) / sizeof(words[0]))];
}

/* --- arguments that may well be right ----------------------------------------------------- */

/* A slot of the working set that holds this type, if a few tries find one. */
static uint64_t slot_of(uint64_t type)
{
	for (unsigned tries = 0; tries < 24; tries++) {
		uint64_t slot = SLOTS_FIRST + below(SLOTS);
		struct tn_result r = tn_cap_info(TN_SELF, slot);

		if (r.code == 0 && (r.value & 255) == type)
			return slot;
	}
	return SLOTS_FIRST + below(SLOTS);
}

static uint64_t pool_slot(void)
{
	return below(6) == 0 ? TN_SLOT_POOL : slot_of(TN_CAP_POOL);
}

static uint64_t frames_slot(void)
{
	return below(4) != 0 ? TN_SLOT_FRAMES : slot_of(TN_CAP_FRAMES);
}

static uint64_t frame(void)
{
	if (below(12) == 0)
		return tn_boot->ranges[below(tn_boot->range_count)].first;
	return below(3) == 0 ? arena + below(ARENA) / MIB_PAGE * MIB_PAGE : arena + below(ARENA);
}

static uint64_t count(void)
{
	return below(3) != 0 ? 1 + below(8) : below(2) != 0 ? MIB_PAGE : 1 + below(1200);
}

static uint64_t address(void)
{
	uint64_t page = below(3) == 0 ? below(4) * MIB_PAGE : below(2048);

	return GUEST_FREE + below(3) * 0x10000000 + page * TN_FRAME_SIZE;
}

static uint64_t flags(void)
{
	static const uint64_t rights[] = {TN_MAP_READ, READ_WRITE, TN_MAP_READ | TN_MAP_EXECUTE};
	uint64_t more = below(4) == 0 ? 1ul << (3 + below(4)) : 0;

	return rights[below(3)] | more;
}

/*
 * One letter an argument: p pool, q pool but not the root (what is built there ends with it),
 * P process (the own too), o other process, S process or SELF, f FRAMES, F FRAMES or NONE, x frame,
 * X frame or ANY, n count, a address, m map's flags, t thread, k kind, l level, b step flag,
 * r rights, 0 zero; s and d slots of the working set.
 */
static uint64_t argument(char letter)
{
	uint64_t word = below(48) == 0 && letter != 'd' ? garbage() : TN_SLOT_POOL;

	/* garbage may be the number of a capability that the guest cannot do without */
	if (word > TN_SLOT_SYSTEM)
		return word;
	switch (letter) {
	case 'p':
		return pool_slot();
	case 'q':
		return slot_of(TN_CAP_POOL);
	case 'P':
		return below(3) == 0 ? TN_SLOT_PROCESS : slot_of(TN_CAP_PROCESS);
	case 'o':
		return slot_of(TN_CAP_PROCESS);
	case 'S':
		return below(2) != 0 ? TN_SELF : slot_of(TN_CAP_PROCESS);
	case 'f':
		return frames_slot();
	case 'F':
		return below(2) != 0 ? TN_NONE : frames_slot();
	case 'x':
		return frame();
	case 'X':
		return below(3) != 0 ? TN_ANY : frame();
	case 'n':
		return count();
	case 'a':
		return address();
	case 'm':
		return flags();
	case 't':
		return below(3) == 0 ? TN_SLOT_THREAD : slot_of(TN_CAP_THREAD);
	case 'k':
		return 1 + below(5);
	case 'l':
		return below(2);
	case 'b':
		return below(2);
	case 'r':
		return below(2) != 0 ? TN_RIGHTS_ALL : below(16);
	case '0':
		return 0;
	default: /* s, d */
		return SLOTS_FIRST + below(SLOTS);
	}
}

/* --- calls -------------------------------------------------------------------------------- */

static const struct {
	uint64_t number, weight;
	const char *arguments;
} mix[] = {
	{TN_CALL_YIELD, 1, ""},
	{TN_CALL_CENSUS, 1, "s"},
	{TN_CALL_FRAME_GIVE, 12, "fpxn"},
	{TN_CALL_FRAME_RECLAIM, 8, "fpXn"},
	{TN_CALL_FRAME_MOVE, 6, "ppn"},
	{TN_CALL_FRAME_INFO, 2, "fxn"},
	{TN_CALL_POOL_WATCH, 3, "pntn"},
	{TN_CALL_POOL_INFO, 1, "p"},
	{TN_CALL_POOL_REVOKE, 1, "pb"},
	{TN_CALL_CREATE, 10, "kqXFs0"},
	{TN_CALL_CREATE, 12, "koXFs0"},
	{TN_CALL_DESTROY, 4, "db"},
	{TN_CALL_CAP_COPY, 6, "sSsr00"},
	{TN_CALL_CAP_COPY, 4, "fSsrxn"},
	{TN_CALL_CAP_DELETE, 3, "od"},
	{TN_CALL_CAP_REVOKE, 2, "d"},
	{TN_CALL_CAP_INFO, 1, "Ss"},
	{TN_CALL_MAP, 24, "Pafxnm"},
	{TN_CALL_UNMAP, 10, "oan"},
	{TN_CALL_PROTECT, 8, "oanmF"},
	{TN_CALL_TABLE_ATTACH, 6, "oalXF"},
	{TN_CALL_TABLE_DETACH, 3, "oalb"},
	{TN_CALL_RESOLVE, 2, "Pa"},
	{TN_CALL_SYNC_CODE, 1, "P"},
	{TN_CALL_CACHE_OP, 1, "fxnl"},
	{TN_CALL_THREAD_INFO, 1, "t"},
};
#define MIX (sizeof(mix) / sizeof(mix[0]))

static uint64_t answers[2]; /* refused, done */

static unsigned pick(void)
{
	uint64_t at = 0, sum = 0;

	for (unsigned i = 0; i < MIX; i++)
		sum += mix[i].weight;
	at = below(sum);
	for (unsigned i = 0;; at -= mix[i++].weight)
		if (at < mix[i].weight)
			return i;
}

/* In its own space the guest maps only where it will clear up, and unmaps nothing. */
static bool harms_the_guest(uint64_t call, const uint64_t words[6])
{
	if (words[0] != TN_SLOT_PROCESS && words[0] != TN_SELF)
		return false;
	if (call == TN_CALL_MAP)
		return words[1] < GUEST_FREE || words[1] >= GUEST_FREE_END;
	return call == TN_CALL_UNMAP || call == TN_CALL_PROTECT || call == TN_CALL_TABLE_DETACH ||
	       call == TN_CALL_TABLE_ATTACH || call == TN_CALL_CAP_DELETE;
}

static void one_call(void)
{
	unsigned i = pick();
	uint64_t words[6] = {0};
	struct tn_result r;

	for (unsigned k = 0; mix[i].arguments[k] != '\0'; k++)
		words[k] = argument(mix[i].arguments[k]);
	if (harms_the_guest(mix[i].number, words))
		return;
	r = tn_call_number(mix[i].number, words);
	answers[r.code == 0]++;
	if (strcmp(tn_error_name(r.code), "E?") == 0)
		tap_bail("an error that the interface does not have");
}

/* Unmaps what the guest mapped for itself, a table at a time. */
static void own_space_clear(void)
{
	for (uint64_t va = GUEST_FREE; va < GUEST_FREE_END;) {
		struct tn_result r = tn_unmap(TN_SLOT_PROCESS, va, 0x40000);

		if (r.code == -TN_ENOMEM && guest_fill(TN_SLOT_POOL, r.value) != 0)
			continue;
		if (r.code != 0)
			tap_bail("unmap failed");
		va += (r.value & 0xffffffff) * TN_FRAME_SIZE;
	}
}

static void slots_clear(void)
{
	for (uint64_t slot = SLOTS_FIRST; slot < SLOTS_FIRST + SLOTS; slot++)
		tn_cap_delete(TN_SELF, slot);
}

static bool arena_is_idle(void)
{
	for (uint64_t i = 0; i < ARENA; i++) {
		tn_frame_info(TN_SLOT_FRAMES, arena + i, 1);
		if (tn_utcb->words[0] == 0)
			continue;
		printf("# frame %lu of the arena: 0x%lx\n", i, tn_utcb->words[0]);
		return false;
	}
	return true;
}

/* Everything below `top` ends; its frames, and those of the root pool, come back. */
static void take_back(uint64_t top)
{
	tap_done(tn_pool_revoke(top, 0), "revoke all that was built");
	own_space_clear();
	slots_clear();
	tap_done(tn_destroy(top, 0), "destroy the pool");
	for (;;) {
		struct tn_result r = tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, TN_ANY,
						      TN_BATCH);

		if (r.code != 0 || (uint32_t)r.value == 0)
			break;
	}
}

static uint64_t number_argument(const char *key, uint64_t otherwise)
{
	const char *text = guest_argument(key);

	return *text != '\0' ? strtoul(text, NULL, 10) : otherwise;
}

int main(void)
{
	uint64_t seed = number_argument("seed", 1), n = number_argument("calls", 20000), top;

	state = seed * 0x9e3779b97f4a7c15 + 1;
	printf("# %lu calls, seed %lu\n", n, seed);
	arena = guest_frames(ARENA, MIB_PAGE);
	guest_fill(TN_SLOT_POOL, 64);
	top = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0);
	guest_fill(top, 256);
	for (uint64_t i = 0; i < n; i++) {
		/* what keeps it going: a pool and a process to work with */
		if (i % 64 == 0) {
			tn_cap_copy(top, TN_SELF, SLOTS_FIRST + below(SLOTS), TN_RIGHTS_ALL & ~8u,
				    0, 0);
			tn_create(TN_KIND_PROCESS, top, TN_ANY, TN_NONE, SLOTS_FIRST + below(SLOTS),
				  63);
			tn_cap_delete(TN_SELF, SLOTS_FIRST + below(SLOTS));
		}
		one_call();
	}
	printf("# %lu calls done, %lu refused\n", answers[1], answers[0]);
	tap_ok(answers[1] > n / 10 && answers[0] > n / 10, "some calls were right, some wrong");
	take_back(top);
	tap_ok(arena_is_idle(), "all frames are user space's, and idle");
	return tap_end();
}
