/*
 * build.c - a process, built frame by frame from untyped memory.
 */
#include "build.h"

#include <string.h>

/* user.ld: text and constants lie from the one to the other. */
extern char __image_start[], __constructors_end[];

#define SP 1 /* indices of tn_thread_config.registers: x1 is the first */
#define A0 9

static void done(const struct builder *builder, enum operation operation, uint64_t frame,
		 struct tn_result result)
{
	builder->report(builder, operation, frame, result.code);
}

uint64_t build_frame(struct builder *builder)
{
	uint64_t frame = builder->first;

	if (frame == builder->end)
		builder->report(builder, OPERATION_FRAME, frame, -TN_ENOMEM);
	builder->first++;
	return frame;
}

/* Answers the slot of the new capability. */
static uint64_t create(struct builder *builder, enum tn_kind kind, uint64_t target,
		       uint64_t argument, enum operation operation)
{
	uint64_t frame = build_frame(builder), slot = builder->slot++;

	done(builder, operation, frame,
	     tn_create(kind, target, frame, builder->frames, slot, argument));
	return slot;
}

uint64_t build_pool(struct builder *builder, uint64_t parent)
{
	return create(builder, TN_KIND_POOL, parent, 0, OPERATION_UNTYPED);
}

uint64_t build_process(struct builder *builder, uint64_t pool)
{
	uint64_t process = create(builder, TN_KIND_PROCESS, pool, builder->priority,
				  OPERATION_VSPACE);
	uint64_t frame = build_frame(builder);

	done(builder, OPERATION_CNODE, frame,
	     tn_create(TN_KIND_CAPS, process, frame, builder->frames, 0, 0));
	return process;
}

void build_tables(struct builder *builder, uint64_t process, uint64_t va)
{
	uint64_t level = 0, frame = build_frame(builder);

	for (;;) {
		struct tn_result result = tn_table_attach(process, va, level, frame,
							  builder->frames);

		if (result.code == -TN_ENOTABLE) {
			level = result.value;
			continue;
		}
		done(builder, OPERATION_TABLE_MAP, frame, result);
		if (level == 0)
			return;
		level = 0;
		frame = build_frame(builder);
	}
}

void build_map(struct builder *builder, uint64_t process, uint64_t va, uint64_t frame,
	       uint64_t count, uint64_t flags)
{
	while (count > 0) {
		struct tn_result result = tn_map(process, va, builder->frames, frame, count,
						 flags | TN_MAP_NOTABLE);

		done(builder, OPERATION_PAGE_MAP, frame, result);
		va += result.value * TN_FRAME_SIZE;
		frame += result.value;
		count -= result.value;
	}
}

static uint64_t image_pages(void)
{
	return ((uint64_t)(__constructors_end - __image_start) + TN_FRAME_SIZE - 1) / TN_FRAME_SIZE;
}

void build_memory(struct builder *builder, uint64_t process)
{
	uint64_t pages = image_pages(), image = builder->first;
	void *memory;

	for (uint64_t i = 0; i < pages; i++)
		(void)build_frame(builder);
	memory = builder->open(builder, image, pages);
	memcpy(memory, __image_start, pages * TN_FRAME_SIZE);
	builder->close(builder, memory, pages);
	build_map(builder, process, BUILD_IMAGE, image, pages, TN_MAP_READ | TN_MAP_EXECUTE);
	(void)tn_sync_code(process);
	build_map(builder, process, BUILD_STACK, build_frame(builder), 1,
		  TN_MAP_READ | TN_MAP_WRITE);
}

static void configure(struct builder *builder, uint64_t thread, uint64_t what, uint64_t frame,
		      uint64_t fault, enum operation operation)
{
	done(builder, operation, frame,
	     tn_thread_configure(thread, what, builder->frames, frame, BUILD_UTCB, fault));
}

uint64_t build_thread(struct builder *builder, uint64_t process, uint64_t fault, child_entry *entry,
		      const uint64_t arguments[3])
{
	uint64_t thread = create(builder, TN_KIND_THREAD, process, 0, OPERATION_TCB);
	uint64_t utcb = build_frame(builder);
	struct tn_thread_config config = {.priority = builder->priority, .pc = (uint64_t)entry};

	config.registers[SP] = BUILD_STACK + TN_FRAME_SIZE;
	memcpy(&config.registers[A0], arguments, 3 * sizeof(arguments[0]));
	configure(builder, thread, TN_CONFIGURE_UTCB, utcb, TN_NONE, OPERATION_CONFIGURE);
	configure(builder, thread, TN_CONFIGURE_FAULT, 0, fault, OPERATION_HANDLER);
	memcpy(builder->utcb->words, &config, sizeof(config));
	configure(builder, thread, TN_CONFIGURE_PRIORITY, 0, TN_NONE, OPERATION_PRIORITY);
	memcpy(builder->utcb->words, &config, sizeof(config));
	configure(builder, thread, TN_CONFIGURE_REGISTERS, 0, TN_NONE, OPERATION_REGISTERS);
	return thread;
}

/* With these it can do what its builder does, and no more. */
static void give_capabilities(struct builder *builder, const struct built *built)
{
	const struct {
		uint64_t source, slot, rights, first, count;
	} copies[] = {
		{builder->talk, BUILD_TALK, TN_ENDPOINT_SEND, builder->badge, 0},
		{built->process, BUILD_SELF, TN_PROCESS_MAP | TN_PROCESS_MANAGE, 0, 0},
		{builder->frames, BUILD_FRAMES,
		 TN_FRAMES_READ | TN_FRAMES_WRITE | TN_FRAMES_EXECUTE | TN_FRAMES_GIVE,
		 builder->first, builder->end - builder->first},
		{built->pool, BUILD_POOL, TN_POOL_GIVE | TN_POOL_RECLAIM | TN_POOL_CREATE, 0, 0},
	};

	for (unsigned i = 0; i < sizeof(copies) / sizeof(copies[0]); i++)
		done(builder, OPERATION_MINT, 0,
		     tn_cap_copy(copies[i].source, built->process, copies[i].slot, copies[i].rights,
				 copies[i].first, copies[i].count));
}

struct built build_child(struct builder *builder, uint64_t parent, child_entry *entry,
			 const uint64_t arguments[3])
{
	struct built built = {.pool = build_pool(builder, parent)};

	built.process = build_process(builder, built.pool);
	build_tables(builder, built.process, BUILD_IMAGE);
	build_memory(builder, built.process);
	built.thread = build_thread(builder, built.process, TN_NONE, entry, arguments);
	give_capabilities(builder, &built);
	done(builder, OPERATION_RESUME, 0, tn_thread_resume(built.thread));
	return built;
}
