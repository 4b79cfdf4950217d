/*
 * scramble.c - calls on untyped memory in any order, with arguments that often fit.
 *
 * Owns the state of a random sequence, and slots in which objects were made, by kind. What the
 * calls answer does not matter here: what counts is that afterwards every frame comes home, and that
 * the audits between find nothing.
 */
#include "deeds.h"

#include <string.h>
#include <tenure/message.h>

#include "../check.h"
#include "../retype/own.h"

#define SLOTS 64u /* from OWN_SLOTS on: capabilities of any kind, as it comes */
#define KNOWN 4u  /* slots remembered for each kind */
#define PAGES 8u  /* addresses, each at the beginning of 2 MiB or beside it */

struct scramble {
	struct tn_untyped range;
	uint64_t calls, done; /* how many, and how many of them answered 0 */
};

static uint64_t state;
static uint64_t known[TN_KIND_CAPS][KNOWN]; /* 0: none yet */

static uint64_t below(uint64_t bound)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % bound;
}

static uint64_t any_frame(const struct scramble *s)
{
	return s->range.first + below(s->range.count);
}

static uint64_t any_count(void)
{
	return below(8) == 0 ? TN_BATCH : 1 + below(4);
}

static uint64_t any_slot(void)
{
	return OWN_SLOTS + below(SLOTS);
}

/* What was made there may be gone, or replaced. */
static uint64_t any_of(enum tn_kind kind)
{
	uint64_t slot = known[kind][below(KNOWN)];

	return slot != 0 && below(8) != 0 ? slot : any_slot();
}

static uint64_t any_process(void)
{
	return any_of(TN_KIND_PROCESS);
}

static uint64_t any_pool(const struct scramble *s)
{
	return below(4) == 0 ? s->range.pool : any_of(TN_KIND_POOL);
}

static uint64_t any_source(const struct scramble *s)
{
	return below(4) == 0 ? s->range.frames : below(8) == 0 ? TN_CLIENT_MM : any_slot();
}

static uint64_t any_address(void)
{
	return (1 + below(PAGES)) << 21 | below(2) << 12;
}

static struct tn_result scramble_create(const struct scramble *s)
{
	uint64_t kind = TN_KIND_POOL + below(5);
	uint64_t target = kind <= TN_KIND_PROCESS ? any_pool(s) : any_process();
	uint64_t argument = kind == TN_KIND_PROCESS ? below(tn_client->priority + 2) : 0;
	uint64_t place = kind == TN_KIND_CAPS ? below(2) : any_slot();
	bool any = below(4) == 0;
	struct tn_result result = tn_create(kind, target, any ? TN_ANY : any_frame(s),
					    any || below(4) == 0 ? TN_NONE : s->range.frames, place,
					    argument);

	if (result.code == 0 && kind < TN_KIND_CAPS)
		known[kind][below(KNOWN)] = place;
	return result;
}

static struct tn_result scramble_give(const struct scramble *s)
{
	return tn_frame_give(s->range.frames, any_pool(s), any_frame(s), any_count());
}

static struct tn_result scramble_reclaim(const struct scramble *s)
{
	return tn_frame_reclaim(s->range.frames, any_pool(s), below(2) ? TN_ANY : any_frame(s),
				any_count());
}

static struct tn_result scramble_move(const struct scramble *s)
{
	return tn_frame_move(any_pool(s), any_pool(s), any_count());
}

static struct tn_result scramble_map(const struct scramble *s)
{
	static const uint64_t flags[] = {
		TN_MAP_READ,
		TN_MAP_READ | TN_MAP_WRITE,
		TN_MAP_READ | TN_MAP_EXECUTE,
		TN_MAP_READ | TN_MAP_SMALL,
		TN_MAP_READ | TN_MAP_NOTABLE,
	};
	uint64_t large = below(3) == 0;

	return tn_map(any_process(), any_address() & (large ? ~0x1fffffull : ~0ull),
		      s->range.frames, large ? s->range.first : any_frame(s),
		      large ? TN_BATCH : any_count(),
		      flags[below(sizeof(flags) / sizeof(flags[0]))]);
}

static struct tn_result scramble_unmap(const struct scramble *s)
{
	(void)s;
	return tn_unmap(any_process(), any_address(), any_count());
}

static struct tn_result scramble_protect(const struct scramble *s)
{
	return tn_protect(any_process(), any_address(), any_count(), TN_MAP_READ << below(2),
			  below(2) ? s->range.frames : TN_NONE);
}

static struct tn_result scramble_attach(const struct scramble *s)
{
	uint64_t process = any_process(), va = any_address();
	struct tn_result result = tn_table_attach(process, va, 0, any_frame(s), s->range.frames);

	if (result.code == -TN_ENOTABLE)
		result = tn_table_attach(process, va, result.value, any_frame(s), s->range.frames);
	return result;
}

static struct tn_result scramble_detach(const struct scramble *s)
{
	(void)s;
	return tn_table_detach(any_process(), any_address(), below(3), below(2));
}

static struct tn_result scramble_copy(const struct scramble *s)
{
	return tn_cap_copy(any_source(s), below(2) ? TN_SELF : any_process(), any_slot(), below(16),
			   below(2) ? 0 : any_frame(s), below(2) * below(8));
}

static struct tn_result scramble_drop(const struct scramble *s)
{
	(void)s;
	switch (below(16)) {
	case 0:
		return tn_destroy(any_slot(), below(2));
	case 1:
		return tn_pool_revoke(any_of(TN_KIND_POOL), below(2));
	case 2:
		return tn_cap_revoke(any_slot());
	default:
		return tn_cap_delete(TN_SELF, any_slot());
	}
}

/* Where it begins something may be mapped, or nothing; its faults go nowhere, or to mm. */
static struct tn_result scramble_thread(const struct scramble *s)
{
	struct tn_thread_config config = {.priority = below(tn_client->priority + 1),
					  .pc = any_address()};
	uint64_t thread = any_of(TN_KIND_THREAD);

	memcpy(tn_own_utcb()->words, &config, sizeof(config));
	(void)tn_thread_configure(thread,
				  TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB | TN_CONFIGURE_FAULT |
					  TN_CONFIGURE_PRIORITY,
				  s->range.frames, any_frame(s), BUILD_UTCB,
				  below(2) ? TN_NONE : TN_CLIENT_MM);
	return below(4) ? tn_thread_resume(thread) : tn_thread_suspend(thread);
}

static struct tn_result scramble_own(const struct scramble *s)
{
	int64_t code;
	void *own = tn_untyped_map(any_frame(s), 1 + below(3), NULL, below(2), &code);

	if (own && below(4) != 0)
		(void)tn_unmap_memory(own, 1 + below(3));
	return (struct tn_result){code, 0};
}

static struct tn_result (*const calls[])(const struct scramble *s) = {
	scramble_create,  scramble_create, scramble_create, scramble_create, scramble_give,
	scramble_reclaim, scramble_move,   scramble_map,    scramble_map,    scramble_unmap,
	scramble_protect, scramble_attach, scramble_detach, scramble_copy,   scramble_drop,
	scramble_thread,  scramble_own,
};

static void scramble_round(struct scramble *s, unsigned count)
{
	uint64_t frames, first;

	s->range = grow_get(below(2) ? 512 : 64);
	frames = s->range.frames;
	first = s->range.first;
	for (unsigned i = 0; i < count; i++) {
		s->calls++;
		if (calls[below(sizeof(calls) / sizeof(calls[0]))](s).code == 0)
			s->done++;
	}
	check_done(tn_untyped_return(&s->range), "return");
	refused(tn_frame_info(frames, first, 1).code, TN_ENOENT, "the frames afterwards");
	grow_forget();
}

void scramble(uint64_t seed, unsigned rounds)
{
	struct scramble s = {.calls = 0};

	state = seed * 0x9e3779b97f4a7c15u + 1;
	for (unsigned i = 0; i < rounds; i++)
		scramble_round(&s, 1000);
	printf("%lu calls in any order, %lu of them done\n", (unsigned long)s.calls,
	       (unsigned long)s.done);
}
