/*
 * lesson.c - every operation once, on one process.
 */
#include "lesson.h"

#include <string.h>
#include <tenure/message.h>

#include "../check.h"
#include "build.h"
#include "child.h"
#include "own.h"
#include "show.h"

#define WORD 0x7265747970656421ul /* what the process finds at BUILD_PAGE */
#define BADGE 7u

#define RIGHTS (TN_ENDPOINT_SEND | TN_ENDPOINT_RECEIVE | TN_ENDPOINT_GRANT)

struct lesson {
	const struct tn_untyped *range;
	struct builder builder;
	uint64_t endpoint; /* slots */
	uint64_t minted;
	struct built built;
};

static void did(enum operation operation, uint64_t frame, struct tn_result result)
{
	check_done(result.code, operations[operation].tenure);
	show_operation(operation, frame);
}

/* A 2 MiB page is another way to map; the page table above it is there. */
static void map_large(struct lesson *lesson)
{
	uint64_t half = lesson->range->count / 2, first = lesson->range->first + half;
	const struct tn_resolved *page = (const void *)tn_own_utcb()->words;
	uint64_t process = lesson->built.process;
	struct tn_result answer;

	did(OPERATION_LARGE_MAP, first,
	    tn_map(process, BUILD_LARGE, lesson->range->frames, first, half,
		   TN_MAP_READ | TN_MAP_WRITE | TN_MAP_NOTABLE));
	/* Printing overwrites the answer in the UTCB. */
	answer = tn_resolve(process, BUILD_LARGE + TN_FRAME_SIZE);
	check(page->level == 1 && page->address == (first + 1) * TN_FRAME_SIZE,
	      "the address is in a page of 2 MiB");
	did(OPERATION_PAGE_ADDRESS, first, answer);
	did(OPERATION_PAGE_UNMAP, first, tn_unmap(process, BUILD_LARGE, half));
	check(tn_resolve(process, BUILD_LARGE).code == -TN_ENOENT, "nothing is there any more");
}

/* Nothing is below it: in its place it serves nobody. */
static void attach_and_detach(struct lesson *lesson)
{
	uint64_t process = lesson->built.process;
	uint64_t frame = build_frame(&lesson->builder);

	did(OPERATION_TABLE_MAP, frame,
	    tn_table_attach(process, BUILD_LARGE, 0, frame, lesson->range->frames));
	did(OPERATION_TABLE_UNMAP, frame, tn_table_detach(process, BUILD_LARGE, 0, 0));
	/* Free in the pool: reclaimed, it is user space's again. */
	did(OPERATION_RECLAIM, frame,
	    tn_frame_reclaim(lesson->range->frames, lesson->built.pool, frame, 1));
}

static void pass_capabilities(struct lesson *lesson)
{
	struct builder *builder = &lesson->builder;
	uint64_t frame = build_frame(builder), own = builder->slot++, copy = builder->slot++;
	uint64_t moved = builder->slot++;

	lesson->minted = builder->slot++;
	lesson->endpoint = own;
	did(OPERATION_ENDPOINT, frame,
	    tn_create(TN_KIND_ENDPOINT, lesson->built.process, frame, lesson->range->frames, own,
		      0));
	did(OPERATION_COPY, 0, tn_cap_copy(own, TN_SELF, copy, RIGHTS, 0, 0));
	check(tn_cap_copy(copy, TN_SELF, moved, RIGHTS, 0, 0).code == 0, "a copy can be copied");
	did(OPERATION_MOVE, 0, tn_cap_delete(TN_SELF, copy));
	did(OPERATION_DELETE, 0, tn_cap_delete(TN_SELF, moved));
	did(OPERATION_MINT, 0,
	    tn_cap_copy(own, TN_SELF, lesson->minted, TN_ENDPOINT_SEND, BADGE, 0));
	did(OPERATION_REVOKE, 0, tn_cap_revoke(own));
	check((tn_cap_info(TN_SELF, lesson->minted).value >> 16) == 0, "what was minted is dead");
	check(tn_cap_delete(TN_SELF, lesson->minted).code == 0, "a dead one can be deleted");
	did(OPERATION_MINT, 0,
	    tn_cap_copy(own, TN_SELF, lesson->minted, TN_ENDPOINT_SEND, BADGE, 0));
}

static void build(struct lesson *lesson)
{
	const uint64_t nothing[3] = {0, 0, 0};
	struct builder *builder = &lesson->builder;

	lesson->built.pool = build_pool(builder, lesson->range->pool);
	lesson->built.process = build_process(builder, lesson->built.pool);
	show_operation(OPERATION_ASID, 0);
	build_tables(builder, lesson->built.process, BUILD_IMAGE);
	show_operation(OPERATION_FRAME, builder->first);
	build_memory(builder, lesson->built.process);
	map_large(lesson);
	attach_and_detach(lesson);
	pass_capabilities(lesson);
	check(tn_cap_copy(lesson->minted, lesson->built.process, BUILD_TALK, TN_ENDPOINT_SEND, 0, 0)
			      .code == 0,
	      "the process gets the endpoint");
	lesson->built.thread = build_thread(builder, lesson->built.process, lesson->minted,
					    child_touch, nothing);
}

/* Its first deed is a fault: a message, answered when the page is there. */
static void answer_fault(struct lesson *lesson)
{
	const uint64_t nothing[TN_MESSAGE_REGISTERS] = {0};
	uint64_t frame = build_frame(&lesson->builder);
	struct tn_message fault = tn_recv(lesson->endpoint);
	uint64_t *page;

	check(fault.code == 0 && fault.badge == BADGE &&
		      TN_INFO_LABEL(fault.info) == TN_LABEL_FAULT &&
		      fault.words[0] == TN_FAULT_LOAD && fault.words[1] == BUILD_PAGE,
	      "the thread faults where nothing is mapped");
	show_operation(OPERATION_FAULT, 0);
	page = lesson->builder.open(&lesson->builder, frame, 1);
	*page = WORD;
	lesson->builder.close(&lesson->builder, page, 1);
	build_map(&lesson->builder, lesson->built.process, BUILD_PAGE, frame, 1, TN_MAP_READ);
	check(tn_reply(TN_INFO(TN_RESUME, 0), nothing).code == 0, "the fault is answered");
	show_operation(OPERATION_RETRY, 0);
}

static void answer_call(struct lesson *lesson)
{
	const uint64_t nothing[TN_MESSAGE_REGISTERS] = {0};
	struct tn_message call = tn_recv(lesson->endpoint);

	check(call.code == 0 && TN_INFO_LABEL(call.info) == CHILD_TOUCHED && call.words[0] == WORD,
	      "it has read what was put there");
	show_operation(OPERATION_CALL, 0);
	check(tn_reply(TN_INFO(0, 0), nothing).code == 0, "the call is answered");
	show_operation(OPERATION_REPLY, 0);
}

static void run(struct lesson *lesson)
{
	const struct tn_thread_info *info = (const void *)tn_own_utcb()->words;
	struct tn_result answer;

	did(OPERATION_RESUME, 0, tn_thread_resume(lesson->built.thread));
	answer_fault(lesson);
	answer_call(lesson);
	did(OPERATION_SUSPEND, 0, tn_thread_suspend(lesson->built.thread));
	answer = tn_thread_info(lesson->built.thread);
	check(info->state == TN_THREAD_STOPPED, "it is stopped");
	did(OPERATION_READ, 0, answer);
	did(OPERATION_END, 0, tn_destroy(lesson->built.thread, 0));
}

/* Every frame is free in the pool: from there it can be taken back by its name. */
static void end(struct lesson *lesson)
{
	uint64_t first = lesson->range->first;
	uint64_t got = 0;

	did(OPERATION_REVOKE_ALL, 0, tn_pool_revoke(lesson->built.pool, 0));
	check(tn_resolve(lesson->built.process, BUILD_IMAGE).code == -TN_ESTALE,
	      "the process is gone");
	for (uint64_t frame = first; frame < lesson->builder.first; frame++)
		if (tn_frame_reclaim(lesson->range->frames, lesson->built.pool, frame, 1).code == 0)
			got++;
	check(got > 0 && tn_pool_info(lesson->built.pool).value == 0, "no frame is left in it");
	did(OPERATION_END, 0, tn_destroy(lesson->built.pool, 0));
	did(OPERATION_RECLAIM, first,
	    tn_frame_reclaim(lesson->range->frames, lesson->range->pool, first, 1));
	for (uint64_t slot = lesson->built.pool; slot < lesson->builder.slot; slot++)
		(void)tn_cap_delete(TN_SELF, slot);
}

void lesson_run(const struct tn_untyped *range)
{
	struct lesson lesson = {
		.range = range,
		.builder = own_builder(range, range->first, range->first + range->count / 2, false),
	};

	show_head("A process, from frames named one by one");
	build(&lesson);
	run(&lesson);
	end(&lesson);
}
