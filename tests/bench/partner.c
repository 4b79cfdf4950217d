/*
 * partner.c - see partner.h.
 */
#include "partner.h"

#include <tenure/user.h>

#include "bench.h"
#include "bodies.h"
#include "stock.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define REGISTER_SP 2u
#define REGISTER_A0 10u
#define OBJECTS 3u /* process, thread, page of slots; and as many tables as there are levels */

uint64_t partner_frames(void)
{
	return OBJECTS + tn_boot->paging_levels;
}

uint64_t partner_code(void)
{
	struct tn_result r = tn_resolve(TN_SLOT_PROCESS, BODY_PAGE);

	BENCH_REQUIRE(r.code, r.value, 0);
	return r.value / TN_FRAME_SIZE;
}

void partner_registers(void (*body)(uint64_t), uint64_t argument)
{
	struct tn_thread_config *c = (struct tn_thread_config *)tn_utcb->words;

	c->priority = PARTNER_PRIORITY;
	c->pc = (uint64_t)body;
#pragma GCC unroll 31
	for (unsigned i = 0; i < ARRAY_LENGTH(c->registers); i++)
		c->registers[i] = 0;
	c->registers[REGISTER_SP - 1] = BODY_UTCB + TN_FRAME_SIZE;
	c->registers[REGISTER_A0 - 1] = argument;
}

void partner_utcb(uint64_t frame, uint64_t deadline)
{
	struct tn_utcb *utcb = (struct tn_utcb *)STOCK_VA;

	BENCH_DO(tn_map(TN_SLOT_PROCESS, STOCK_VA, TN_SLOT_FRAMES, frame, 1,
			TN_MAP_READ | TN_MAP_WRITE));
	utcb->receive_slot = TN_NONE;
	utcb->signal_mask = TN_ANY;
	utcb->deadline = deadline;
	BENCH_DO(tn_unmap(TN_SLOT_PROCESS, STOCK_VA, 1));
}

void partner_make(const struct partner *partner)
{
	partner_utcb(partner->utcb, TN_ANY);
	BENCH_DO(tn_create(TN_KIND_PROCESS, SLOT_POOL, TN_ANY, TN_NONE, partner->process,
			   PARTNER_PRIORITY));
	BENCH_DO(tn_create(TN_KIND_CAPS, partner->process, TN_ANY, TN_NONE, 0, 0));
	BENCH_DO(tn_create(TN_KIND_THREAD, partner->process, TN_ANY, TN_NONE, partner->thread, 0));
	BENCH_DO(tn_map(partner->process, BODY_PAGE, TN_SLOT_FRAMES, partner_code(), 1,
			TN_MAP_READ | TN_MAP_EXECUTE));
}

void partner_start(const struct partner *partner, void (*body)(uint64_t), uint64_t argument,
		   uint64_t fault)
{
	partner_registers(body, argument);
	BENCH_DO(tn_thread_configure(partner->thread,
				     TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB |
					     TN_CONFIGURE_FAULT | TN_CONFIGURE_PRIORITY,
				     TN_SLOT_FRAMES, partner->utcb, BODY_UTCB, fault));
	BENCH_DO(tn_thread_resume(partner->thread));
}

void partner_end(const struct partner *partner)
{
	BENCH_DO(tn_destroy(partner->process, 0));
	BENCH_DO(tn_cap_delete(TN_SELF, partner->thread));
}
