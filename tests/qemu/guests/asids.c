/*
 * asids.c - see asids.h.
 */
#include "asids.h"

#include <string.h>

#include "guest.h"
#include "tap.h"

#define UTCB 0x71000000ul
#define PRIORITY 20u

extern char step_stop[];

static uint64_t pool;       /* a slot */
static uint64_t utcb, code; /* frames; code: that of step_stop */

static void must(struct tn_result r)
{
	if (r.code != 0)
		tap_bail("no process to use up an identifier");
}

static void begin(void)
{
	pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0);
	must(tn_frame_move(TN_SLOT_POOL, pool, 16));
	utcb = guest_frames(1, 1);
	code = tn_resolve(TN_SLOT_PROCESS, (uint64_t)step_stop).value / TN_FRAME_SIZE;
}

static void use_one(void)
{
	struct tn_thread_config *c = (struct tn_thread_config *)tn_utcb->words;
	uint64_t process = guest_create(TN_KIND_PROCESS, pool, PRIORITY);
	uint64_t thread = guest_create(TN_KIND_THREAD, process, 0);

	must(tn_map(process, (uint64_t)step_stop & ~(uint64_t)(TN_FRAME_SIZE - 1), TN_SLOT_FRAMES,
		    code, 1, TN_MAP_READ | TN_MAP_EXECUTE));
	memset(c, 0, sizeof(*c));
	c->priority = PRIORITY;
	c->pc = (uint64_t)step_stop;
	must(tn_thread_configure(thread,
				 TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB | TN_CONFIGURE_PRIORITY,
				 TN_SLOT_FRAMES, utcb, UTCB, TN_NONE));
	must(tn_thread_resume(thread));
	if (tn_thread_info(thread).value != TN_THREAD_STOPPED)
		tap_bail("a process that uses up an identifier does not run");
	must(tn_destroy(process, 0));
	must(tn_cap_delete(TN_SELF, thread));
}

void asids_use(uint64_t count)
{
	if (pool == 0)
		begin();
	for (uint64_t i = 0; i < count; i++)
		use_one();
}
