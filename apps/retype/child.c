/*
 * child.c - what runs in the processes that `retype` builds: see build.h for what it may not do.
 */
#include "child.h"

#include <tenure/message.h>

#include "build.h"

static void say(enum child_says label, uint64_t w0, uint64_t w1, uint64_t w2)
{
	const uint64_t words[TN_MESSAGE_REGISTERS] = {w0, w1, w2};

	(void)tn_call(BUILD_TALK, TN_INFO(label, 3), words);
}

static void __attribute__((noreturn)) wait_for_ever(void)
{
	for (;;)
		(void)tn_recv(TN_NONE);
}

void child_touch(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a0;
	(void)a1;
	(void)a2;
	say(CHILD_TOUCHED, *(volatile uint64_t *)BUILD_PAGE, 0, 0);
	for (;;)
		tn_yield();
}

static void *open_window(const struct builder *builder, uint64_t frame, uint64_t pages)
{
	(void)tn_map(BUILD_SELF, BUILD_WINDOW, builder->frames, frame, pages,
		     TN_MAP_READ | TN_MAP_WRITE | TN_MAP_SMALL);
	return (void *)BUILD_WINDOW;
}

static void close_window(const struct builder *builder, void *memory, uint64_t pages)
{
	(void)builder;
	(void)tn_unmap(BUILD_SELF, (uint64_t)memory, pages);
}

static void report(const struct builder *builder, enum operation operation, uint64_t frame,
		   int64_t code)
{
	(void)builder;
	say(CHILD_DID, operation, frame, (uint64_t)code);
	if (code != 0)
		wait_for_ever();
}

/* What it was given, and nothing else, is what it builds from. */
static struct builder own_builder(uint64_t priority)
{
	struct tn_utcb *utcb = (struct tn_utcb *)BUILD_UTCB;
	const struct tn_cap_info *cap = (const void *)utcb->words;
	struct builder builder = {
		.frames = BUILD_FRAMES,
		.slot = BUILD_FREE,
		.talk = BUILD_TALK,
		.priority = priority,
		.utcb = utcb,
		.open = open_window,
		.close = close_window,
		.report = report,
	};

	if (tn_cap_info(TN_SELF, BUILD_FRAMES).code == 0) {
		builder.first = cap->first;
		builder.end = cap->first + cap->count;
	}
	return builder;
}

void child_build(uint64_t generation, uint64_t share, uint64_t priority)
{
	const uint64_t arguments[3] = {generation + 1, share / 2, priority};
	struct builder builder = own_builder(priority);

	say(CHILD_RUNS, generation, builder.end - builder.first, 0);
	if (generation < CHILD_GENERATIONS) {
		builder.first = builder.end - share / 2;
		builder.badge = generation + 1;
		(void)build_child(&builder, BUILD_POOL, child_build, arguments);
	}
	wait_for_ever();
}
