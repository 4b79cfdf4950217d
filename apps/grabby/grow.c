/*
 * grow.c - processes from untyped memory, for deeds to be done with. Owns the count of refusals.
 */
#include "deeds.h"

#include <tenure/message.h>

#include "../check.h"
#include "../retype/own.h"

struct tn_untyped grow_get(uint64_t frames)
{
	struct tn_untyped range;

	check_done(tn_untyped_get(frames, &range), "untyped");
	check(range.count >= frames && range.first % range.count == 0, "a range is aligned");
	return range;
}

struct built grow(struct builder *builder, const struct tn_untyped *range, uint64_t fault,
		  child_entry *entry, uint64_t a0, uint64_t a1)
{
	const uint64_t arguments[3] = {a0, a1, 0};
	struct built built = {.pool = build_pool(builder, range->pool)};

	built.process = build_process(builder, built.pool);
	build_tables(builder, built.process, BUILD_IMAGE);
	build_memory(builder, built.process);
	built.thread = build_thread(builder, built.process, fault, entry, arguments);
	check_done(tn_cap_copy(TN_CLIENT_MM, built.process, BUILD_TALK, TN_ENDPOINT_SEND, 0, 0)
			   .code,
		   "cap_copy of mm's endpoint");
	check_done(tn_cap_copy(range->frames, built.process, BUILD_FRAMES, TN_RIGHTS_ALL, 0, 0)
			   .code,
		   "cap_copy of frames");
	check_done(tn_cap_copy(built.process, built.process, BUILD_SELF, TN_RIGHTS_ALL & ~4u, 0, 0)
			   .code,
		   "cap_copy of a process");
	check_done(tn_thread_resume(built.thread).code, "thread_resume");
	return built;
}

void grow_yield(uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a0;
	(void)a1;
	(void)a2;
	for (;;)
		tn_yield();
}

void grow_request(uint64_t a0, uint64_t a1, uint64_t a2)
{
	const uint64_t words[TN_MESSAGE_REGISTERS] = {a1};

	(void)tn_call(BUILD_TALK, TN_INFO(a0, TN_MESSAGE_REGISTERS), words);
	grow_yield(a0, a1, a2);
}

void grow_slowly(uint64_t a0, uint64_t a1, uint64_t a2)
{
	uint64_t end = tn_clock() + a1;

	while (tn_clock() < end)
		continue;
	grow_request(TN_MM_EXIT, 0, a0 + a2);
}

void grow_fault(uint64_t a0, uint64_t a1, uint64_t a2)
{
	*(volatile uint64_t *)BUILD_PAGE = 0;
	grow_yield(a0, a1, a2);
}

void grow_forget(void)
{
	for (uint64_t slot = OWN_SLOTS; slot < TN_CLIENT_SLOTS; slot++)
		(void)tn_cap_delete(TN_SELF, slot);
}

void refused(int64_t code, int error, const char *what)
{
	if (code == -(int64_t)error)
		return;
	printf("%s answered %s, not %s\n", what, tn_error_name(code), tn_error_name(-error));
	check(false, "it is refused as documented");
}
