/*
 * processes.c - the whole life of a small process: made, started, one message, gone again. It has
 * one thread, one page of slots, one shared page of code, a UTCB and as many page tables as there
 * are levels.
 *
 * Owns the costs of the calls of the life that was counted last.
 */
#include "measures.h"

#include <stdio.h>
#include <string.h>
#include <tenure/message.h>
#include <tenure/records.h>

#include "bench.h"
#include "bodies.h"
#include "partner.h"
#include "stock.h"

#define RIGHTS (TN_MAP_READ | TN_MAP_WRITE)
#define CONFIGURE_ALL (TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB | TN_CONFIGURE_PRIORITY)
#define DIRT 0x5a
#define NAME_BYTES 80u

/* The calls of a life, in their order. */
#define STEPS(X)                                                                                   \
	X(GIVE, "give the frames")                                                                 \
	X(PROCESS, "create the process")                                                           \
	X(CAPS, "create its page of slots")                                                        \
	X(THREAD, "create its thread")                                                             \
	X(COPY, "copy the endpoint's capability")                                                  \
	X(MAP, "map the code, with its tables")                                                    \
	X(CONFIGURE, "configure the thread, its registers written")                                \
	X(RESUME, "resume it")                                                                     \
	X(RECEIVE, "receive its message")                                                          \
	X(DESTROY, "destroy the process")                                                          \
	X(DELETE, "delete the thread's capability")                                                \
	X(RECLAIM, "reclaim the frames (not in the sum)")

enum step {
#define STEP_NUMBER(NAME, text) STEP_##NAME,
	STEPS(STEP_NUMBER)
#undef STEP_NUMBER
		STEP_COUNT
};

static uint64_t costs[STEP_COUNT];

/* What lives have in common. */
struct life {
	uint64_t first, count; /* kernel memory: a run of frames */
	uint64_t utcb, code;   /* user frames */
};

static void make(const struct life *life)
{
	costs[STEP_PROCESS] = BENCH_COST(tn_create(TN_KIND_PROCESS, SLOT_POOL, TN_ANY, TN_NONE,
						   SLOT_CHILD, PARTNER_PRIORITY));
	costs[STEP_CAPS] = BENCH_COST(tn_create(TN_KIND_CAPS, SLOT_CHILD, TN_ANY, TN_NONE, 0, 0));
	costs[STEP_THREAD] =
		BENCH_COST(tn_create(TN_KIND_THREAD, SLOT_CHILD, TN_ANY, TN_NONE, SLOT_OBJECT, 0));
	costs[STEP_COPY] = BENCH_COST(
		tn_cap_copy(SLOT_ENDPOINT, SLOT_CHILD, BODY_ENDPOINT, TN_ENDPOINT_SEND, 0, 0));
	costs[STEP_MAP] = BENCH_COST(tn_map(SLOT_CHILD, BODY_PAGE, TN_SLOT_FRAMES, life->code, 1,
					    TN_MAP_READ | TN_MAP_EXECUTE));
}

/* body_call(word) runs until it has sent its message. */
static void start(const struct life *life, uint64_t word)
{
	uint64_t begin = bench_instret(), end, wrong;
	struct tn_message m;

	partner_registers(body_call, word);
	end = bench_instret();
	costs[STEP_CONFIGURE] = end - begin - bench_overhead +
				BENCH_COST(tn_thread_configure(SLOT_OBJECT, CONFIGURE_ALL,
							       TN_SLOT_FRAMES, life->utcb,
							       BODY_UTCB, TN_NONE));
	costs[STEP_RESUME] = BENCH_COST(tn_thread_resume(SLOT_OBJECT));

	begin = bench_instret();
	m = tn_recv(SLOT_ENDPOINT);
	end = bench_instret();
	wrong = (uint64_t)m.code | (m.info ^ TN_INFO(BODY_LABEL, 1)) | (m.words[0] ^ word);
	bench_require_word(wrong, 0, "a process's message is wrong by");
	costs[STEP_RECEIVE] = end - begin - bench_overhead;
}

static void end(void)
{
	costs[STEP_DESTROY] = BENCH_COST(tn_destroy(SLOT_CHILD, 0));
	costs[STEP_DELETE] = BENCH_COST(tn_cap_delete(TN_SELF, SLOT_OBJECT));
}

/* What the life cost up to its end; reclaiming the frames is not part of it. */
static uint64_t life_cost(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < STEP_RECLAIM; i++)
		sum += costs[i];
	return sum;
}

/* The pool has its frames back, and nobody refers to the UTCB's. */
static void life_check(const struct life *life)
{
	struct tn_pool_info pool;

	BENCH_DO(tn_pool_read(SLOT_POOL, &pool));
	bench_require_word(pool.used, 0, "frames that the pool uses");
	bench_require_word(pool.free, life->count, "free frames of the pool");
	BENCH_DO(tn_frame_info(TN_SLOT_FRAMES, life->utcb, 1));
	bench_require_word(tn_utcb->words[0], 0, "what is known about the frame of the UTCB");
}

/* Old bytes everywhere. */
static void frames_dirty(const struct life *life)
{
	BENCH_DO(tn_map(TN_SLOT_PROCESS, STOCK_VA, TN_SLOT_FRAMES, life->first, life->count,
			RIGHTS));
	memset((void *)STOCK_VA, DIRT, life->count * TN_FRAME_SIZE);
	BENCH_DO(tn_unmap(TN_SLOT_PROCESS, STOCK_VA, life->count));
}

static void print_steps(const char *prefix)
{
	static const char *const names[] = {
#define STEP_TEXT(NAME, text) text,
		STEPS(STEP_TEXT)
#undef STEP_TEXT
	};
	char name[NAME_BYTES];

	for (unsigned i = 0; i < STEP_COUNT; i++) {
		if (costs[i] == 0)
			continue;
		snprintf(name, sizeof(name), "%s: %s", prefix, names[i]);
		bench_print_once(name, costs[i]);
	}
}

/* User space gives the frames within the count, and takes them back after it. */
static void measure_raw(const struct life *life)
{
	bench_begin("create start and destroy a process", 1);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		frames_dirty(life);
		costs[STEP_GIVE] = BENCH_COST(
			tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, life->first, life->count));
		make(life);
		start(life, i);
		end();
		life_check(life);
		bench_add(life_cost());
		costs[STEP_RECLAIM] = BENCH_COST(
			tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, life->first, life->count));
	}
	bench_end();
	print_steps("process");
}

/* The frames stay in the pool, as the life before left them. */
static void measure_recycled(const struct life *life)
{
	costs[STEP_GIVE] = costs[STEP_RECLAIM] = 0;
	frames_dirty(life);
	BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, life->first, life->count));
	bench_begin("create start and destroy a process on recycled frames", 1);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		make(life);
		start(life, i);
		end();
		life_check(life);
		bench_add(life_cost());
	}
	bench_end();
	print_steps("recycled process");
	BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, life->first, life->count));
}

void measure_processes(void)
{
	struct life life = {.count = partner_frames(), .code = partner_code()};

	life.first = stock_take_warm(life.count, 1);
	life.utcb = stock_take_warm(1, 1);
	BENCH_DO(tn_create(TN_KIND_ENDPOINT, TN_SLOT_PROCESS, TN_ANY, TN_NONE, SLOT_ENDPOINT, 0));
	measure_raw(&life);
	measure_recycled(&life);
	BENCH_DO(tn_destroy(SLOT_ENDPOINT, 0));
}
