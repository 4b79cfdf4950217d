/*
 * own.c - `retype` itself as a builder: it maps frames into itself by asking mm.
 */
#include "own.h"

#include <stddef.h>

#include "../check.h"
#include "show.h"

static void *open_frames(const struct builder *builder, uint64_t frame, uint64_t pages)
{
	void *memory = tn_untyped_map(frame, pages, NULL, TN_MM_WRITE, NULL);

	(void)builder;
	check(memory != NULL, "own frames can be mapped");
	return memory;
}

static void close_frames(const struct builder *builder, void *memory, uint64_t pages)
{
	(void)builder;
	check_done(tn_unmap_memory(memory, pages), "unmap");
}

static void report_quietly(const struct builder *builder, enum operation operation, uint64_t frame,
			   int64_t code)
{
	(void)builder;
	(void)frame;
	check_done(code, operations[operation].tenure);
}

static void report_aloud(const struct builder *builder, enum operation operation, uint64_t frame,
			 int64_t code)
{
	report_quietly(builder, operation, frame, code);
	show_operation(operation, frame);
}

struct builder own_builder(const struct tn_untyped *range, uint64_t first, uint64_t end, bool quiet)
{
	return (struct builder){
		.frames = range->frames,
		.first = first,
		.end = end,
		.slot = OWN_SLOTS,
		.priority = tn_client->priority,
		.utcb = tn_own_utcb(),
		.open = open_frames,
		.close = close_frames,
		.report = quiet ? report_quietly : report_aloud,
	};
}
