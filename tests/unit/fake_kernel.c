/*
 * fake_kernel.c - frames and pools as the kernel would answer for them.
 */
#include "fake_kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../servers/mm/require.h"

struct fake_frame fake_frames[FAKE_FRAMES];
struct fake_pool fake_pools[FAKE_SLOTS];
uint64_t fake_window;

static struct tn_utcb utcb;
struct tn_utcb *tn_utcb = &utcb;

/* mm gives up: the test has failed. */
_Noreturn void require_broken(const char *what)
{
	fail_msg("mm gave up: it does not hold that %s", what);
	abort(); /* not reached: cmocka leaves the test */
}

void require_done(struct tn_result result, const char *call)
{
	if (result.code != 0)
		fail_msg("mm gave up: %s answered %d", call, (int)result.code);
}

static struct tn_result answer(int64_t code, uint64_t value)
{
	return (struct tn_result){code, value};
}

void fake_reset(void)
{
	memset(fake_frames, 0, sizeof(fake_frames));
	memset(fake_pools, 0, sizeof(fake_pools));
	fake_window = FAKE_FRAMES;
}

static bool has_pool(uint64_t slot)
{
	return slot < FAKE_SLOTS && fake_pools[slot].exists;
}

/* 0, or why an idle user frame is not here. */
static int64_t refusal(uint64_t frame)
{
	uint64_t index = frame - FAKE_BASE;

	if (index >= FAKE_FRAMES)
		return -TN_ENXIO;
	if (fake_frames[index].kind == FAKE_BUSY)
		return -TN_EBUSY;
	if (fake_frames[index].kind != FAKE_IDLE)
		return -TN_EKERNEL;
	return index >= fake_window ? -TN_ENOTSUP : 0;
}

struct tn_result tn_frame_give(uint64_t frames, uint64_t pool, uint64_t first, uint64_t count)
{
	(void)frames;
	if (count < 1 || count > TN_BATCH)
		return answer(-TN_EINVAL, 0);
	if (!has_pool(pool))
		return answer(-TN_ENOENT, 0);
	for (uint64_t i = 0; i < count; i++)
		if (refusal(first + i) != 0)
			return answer(refusal(first + i), first + i);
	for (uint64_t i = 0; i < count; i++)
		fake_frames[first + i - FAKE_BASE] = (struct fake_frame){FAKE_FREE, pool};
	fake_pools[pool].free += count;
	return answer(0, 0);
}

/* Only with TN_ANY; each frame is a run of its own. */
struct tn_result tn_frame_reclaim(uint64_t frames, uint64_t pool, uint64_t first, uint64_t count)
{
	uint64_t done = 0;

	(void)frames;
	assert_true(first == TN_ANY);
	if (count < 1 || count > TN_BATCH)
		return answer(-TN_EINVAL, 0);
	if (!has_pool(pool))
		return answer(-TN_ENOENT, 0);
	for (uint64_t i = FAKE_FRAMES; i-- > 0 && done < count && done < TN_UTCB_WORDS;) {
		if (fake_frames[i].kind != FAKE_FREE || fake_frames[i].pool != pool)
			continue;
		fake_frames[i] = (struct fake_frame){FAKE_IDLE, 0};
		utcb.words[done++] = (FAKE_BASE + i) | (uint64_t)1 << 32;
	}
	fake_pools[pool].free -= done;
	return answer(0, done | done << 32);
}

struct tn_result tn_pool_watch(uint64_t pool, uint64_t low, uint64_t thread, uint64_t bits)
{
	(void)thread;
	if (!has_pool(pool))
		return answer(-TN_ENOENT, 0);
	fake_pools[pool].low = low;
	fake_pools[pool].bits = bits;
	return answer(0, 0);
}

struct tn_result tn_cap_delete(uint64_t process, uint64_t slot)
{
	(void)process;
	(void)slot;
	return answer(0, 0);
}

/* loops.c needs their names; nothing here calls them. */
struct tn_result tn_map(uint64_t process, uint64_t va, uint64_t frames, uint64_t first,
			uint64_t count, uint64_t flags)
{
	fail_msg("map(%u, %u, %u, %u, %u, %u)", (unsigned)process, (unsigned)va, (unsigned)frames,
		 (unsigned)first, (unsigned)count, (unsigned)flags);
	return answer(-TN_ENOSYS, 0);
}

struct tn_result tn_unmap(uint64_t process, uint64_t va, uint64_t count)
{
	fail_msg("unmap(%u, %u, %u)", (unsigned)process, (unsigned)va, (unsigned)count);
	return answer(-TN_ENOSYS, 0);
}

static struct fake_frame *find(uint64_t pool, enum fake_kind kind)
{
	for (uint64_t i = 0; i < FAKE_FRAMES; i++)
		if (fake_frames[i].kind == kind && fake_frames[i].pool == pool)
			return &fake_frames[i];
	return NULL;
}

struct tn_result fake_create(uint64_t pool, uint64_t frame)
{
	struct fake_frame *found = find(pool, FAKE_FREE);

	if (frame != TN_ANY && refusal(frame) != 0)
		return answer(refusal(frame), frame);
	if (frame != TN_ANY) {
		fake_frames[frame - FAKE_BASE] = (struct fake_frame){FAKE_OBJECT, pool};
		return answer(0, 0);
	}
	if (!found)
		return answer(-TN_ENOMEM, 1);
	found->kind = FAKE_OBJECT;
	fake_pools[pool].free--;
	return answer(0, 0);
}

void fake_destroy(uint64_t pool)
{
	struct fake_frame *found = find(pool, FAKE_OBJECT);

	assert_non_null(found);
	found->kind = FAKE_FREE;
	fake_pools[pool].free++;
}
