/*
 * test_model.c - random calls, half of them hostile, made to the kernel and to the reference
 * model (model.h): every answer, every frame, pool, slot and page must agree, and all invariants
 * hold.
 *
 * TENURE_SEED (a number) and TENURE_CALLS (per paging mode and world) change the runs; a failure
 * prints both and the last calls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "asid.h"
#include "cap.h"
#include "host.h"
#include "model.h"
#include "trap.h"
#include "walk.h"
#include "world_check.h"

#define PAGE 4096ul
#define LARGE (512 * PAGE)
#define DEVICE_FIRST 0x40000u
#define EPISODE 3000u /* calls before the world is made anew */
#define HISTORY 12u

static uint64_t random_state, base_seed, seed, call_count;
static struct model_call history[HISTORY];
static struct answer answers[HISTORY];
static uint64_t outcomes[512]; /* calls by answer */
static uint64_t successes[TN_CALL_COUNT], utcbs_set;

static uint64_t below(uint64_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % bound;
}

static uint64_t hostile(void)
{
	static const uint64_t words[] = {UINT64_MAX, UINT64_MAX - 1,  0,         1ul << 63,
					 1ul << 32,  (1ul << 32) + 5, 1ul << 52, 513,
					 8192,       0xffffffff};

	return words[below(sizeof(words) / sizeof(words[0]))];
}

/* --- arguments ------------------------------------------------------------------------------ */

/* A slot of the caller with a capability of this type; mostly. */
static uint64_t slot_with(unsigned type)
{
	uint64_t start = below(TN_CAPS_SLOTS);

	if (below(100) < 3)
		return hostile();
	if (below(100) < 5)
		return below(TN_CAPS_SLOTS);
	if (below(100) < 5)
		return 120 + below(32);
	for (uint64_t i = 0, dead = below(8); i < TN_CAPS_SLOTS; i++) {
		uint64_t slot = (start + i) % TN_CAPS_SLOTS;
		const struct model_cap *c = &model.self->caps[0][slot];

		if (c->type == type && (dead == 0 || model_cap_is_live(c)))
			return slot;
	}
	return below(TN_CAPS_SLOTS);
}

static uint64_t new_slot(void)
{
	return below(40) == 0 ? hostile() : TN_SLOT_FREE + below(28);
}

static uint64_t some_frame(void)
{
	switch (below(8)) {
	case 0:
		return below(3) == 0 ? hostile() : model.first + model.count - below(20);
	case 1:
		return world.utcb + below(3);
	case 2:
		return model.first + below(model.count);
	case 3:
		return (model.first + below(model.count)) / 512 * 512;
	default: /* so the blocks behind stay whole for a while */
		return model.first + below(model.count < 512 ? model.count : 512);
	}
}

static uint64_t some_count(void)
{
	switch (below(6)) {
	case 0:
		return below(12) == 0 ? hostile() : 512 * (1 + below(3));
	case 1:
		return below(600);
	case 2:
		return 1;
	default:
		return 1 + below(12);
	}
}

static uint64_t some_va(void)
{
	uint64_t bases[] = {0,
			    0x40000000,
			    0x40000000 + LARGE,
			    0x80000000 - LARGE,
			    user_top - 2 * LARGE,
			    user_top / 2,
			    0x40000000 + 3 * LARGE};
	uint64_t va = bases[below(7)];

	if (below(50) == 0)
		return below(2) == 0 ? hostile() : user_top - below(3) * PAGE;
	if (below(3) == 0)
		return va;
	va += below(below(2) == 0 ? 16 : 512) * PAGE;
	return below(60) == 0 ? va + 8 : va;
}

static uint64_t map_flags(void)
{
	static const uint64_t rights[] = {TN_MAP_READ, TN_MAP_READ | TN_MAP_WRITE,
					  TN_MAP_READ | TN_MAP_EXECUTE, TN_MAP_EXECUTE};
	uint64_t flags = rights[below(4)];

	if (below(30) == 0)
		flags = below(64);
	if (below(8) == 0)
		flags |= TN_MAP_SMALL;
	if (below(12) == 0)
		flags |= TN_MAP_ZERO;
	if (below(12) == 0)
		flags |= TN_MAP_NOTABLE;
	if (below(80) == 0)
		flags |= hostile();
	return flags;
}

static uint64_t range_slot(void)
{
	if (below(2) == 0)
		return TN_SLOT_FRAMES;
	return below(4) == 0 ? slot_with(TN_CAP_DEVICE) : slot_with(TN_CAP_FRAMES);
}

/* Frames that this slot may well cover. */
static uint64_t frame_for(uint64_t slot)
{
	const struct model_cap *c = &model.self->caps[0][slot % TN_CAPS_SLOTS];

	if (c->type == TN_CAP_DEVICE)
		return c->first + (below(2) == 0 ? 0 : below(c->count + 1));
	if (c->type == TN_CAP_FRAMES && below(2) == 0)
		return c->first + below(c->count + 1);
	return some_frame();
}

static uint64_t any_object_slot(void)
{
	return slot_with((unsigned)(TN_CAP_POOL + below(4)));
}

static uint64_t self_or_process(void)
{
	return below(3) == 0 ? slot_with(TN_CAP_PROCESS) : TN_SELF;
}

/* The model looks at the kernel through the slots of the boot: these stay. */
static uint64_t slot_to_delete(void)
{
	return TN_SLOT_FREE + below(below(8) == 0 ? 200 : 28);
}

static void exact_frame(uint64_t *frame, uint64_t *frames)
{
	*frame = TN_ANY;
	*frames = TN_NONE;
	if (below(3) == 0) {
		*frame = some_frame();
		if (below(2) == 0)
			*frames = slot_with(TN_CAP_FRAMES);
	}
}

static struct model_call some_create(void)
{
	static const unsigned kinds[] = {TN_KIND_POOL, TN_KIND_PROCESS, TN_KIND_THREAD,
					 TN_KIND_ENDPOINT, TN_KIND_CAPS};
	struct model_call c = {TN_CALL_CREATE, {kinds[below(5)]}};

	if (below(40) == 0)
		c.a[0] = below(12);
	c.a[1] = slot_with(c.a[0] <= TN_KIND_PROCESS ? TN_CAP_POOL : TN_CAP_PROCESS);
	exact_frame(&c.a[2], &c.a[3]);
	c.a[4] = c.a[0] == TN_KIND_CAPS ? below(4) + below(30) / 29 * 30 : new_slot();
	c.a[5] = c.a[0] == TN_KIND_PROCESS ? below(66) : below(50) / 49;
	return c;
}

static struct model_call some_cap_copy(void)
{
	struct model_call c = {TN_CALL_CAP_COPY, {0}};
	unsigned type = (unsigned)(1 + below(9));
	bool range = type == TN_CAP_FRAMES || type == TN_CAP_DEVICE;

	c.a[0] = slot_with(type);
	c.a[1] = self_or_process();
	c.a[2] = new_slot();
	c.a[3] = below(3) == 0 ? below(16) : model.self->caps[0][c.a[0] % TN_CAPS_SLOTS].rights;
	if (range && below(3) != 0) {
		c.a[4] = frame_for(c.a[0]);
		c.a[5] = some_count();
	} else if (type == TN_CAP_ENDPOINT || below(30) == 0) {
		c.a[4] = below(3) == 0 ? 1 + below(9) : 0;
	}
	return c;
}

static struct model_call some_map(void)
{
	struct model_call c = {TN_CALL_MAP, {slot_with(TN_CAP_PROCESS), some_va()}};

	c.a[2] = range_slot();
	c.a[3] = frame_for(c.a[2]);
	c.a[4] = some_count();
	c.a[5] = map_flags();
	if (below(4) == 0) { /* fit for large pages */
		c.a[1] = c.a[1] / LARGE * LARGE;
		c.a[3] = c.a[3] / 512 * 512;
		c.a[4] = 512 * (1 + below(2)) + below(3) / 2;
	} else if (below(3) == 0) { /* in the blocks that are mapped large */
		c.a[3] = model.first / 512 * 512 + 512 + below(1024);
	}
	return c;
}

static struct model_call some_unmap(void)
{
	struct model_call c = {TN_CALL_UNMAP, {slot_with(TN_CAP_PROCESS), some_va(), some_count()}};

	if (below(4) == 0)
		c.a[2] = 512 * (1 + below(8));
	return c;
}

static struct model_call some_protect(void)
{
	struct model_call c = {TN_CALL_PROTECT,
			       {slot_with(TN_CAP_PROCESS), some_va(), some_count(), map_flags()}};

	if (below(2) == 0)
		c.a[3] &= 7;
	if (below(4) == 0)
		c.a[3] = TN_MAP_AGE;
	c.a[4] = below(3) == 0 ? TN_NONE : range_slot();
	return c;
}

static struct model_call some_table_call(void)
{
	struct model_call c = {TN_CALL_TABLE_DETACH,
			       {slot_with(TN_CAP_PROCESS), some_va(), below(model.levels),
				below(2) * TN_FLAG_STEP}};

	if (below(30) == 0)
		c.a[2] = hostile();
	if (below(2) == 0)
		return c;
	c.number = TN_CALL_TABLE_ATTACH;
	exact_frame(&c.a[3], &c.a[4]);
	return c;
}

static struct model_call some_frame_call(void)
{
	uint64_t frames = slot_with(TN_CAP_FRAMES), pool = slot_with(TN_CAP_POOL);

	switch (below(5)) {
	case 0:
	case 1:
		return (struct model_call){TN_CALL_FRAME_GIVE,
					   {frames, pool, frame_for(frames), some_count()}};
	case 2:
		return (struct model_call){TN_CALL_FRAME_RECLAIM,
					   {frames, pool, frame_for(frames), some_count()}};
	case 3:
		return (struct model_call){TN_CALL_FRAME_RECLAIM,
					   {frames, pool, TN_ANY, some_count()}};
	default:
		return (struct model_call){TN_CALL_FRAME_MOVE,
					   {slot_with(TN_CAP_POOL), pool, some_count()}};
	}
}

static struct model_call some_end(void)
{
	uint64_t flags = below(30) == 0 ? hostile() : below(2);

	if (below(3) == 0)
		return (struct model_call){TN_CALL_POOL_REVOKE, {slot_with(TN_CAP_POOL), flags}};
	return (struct model_call){TN_CALL_DESTROY, {any_object_slot(), flags}};
}

static struct model_call some_cap_call(void)
{
	switch (below(4)) {
	case 0:
		return (struct model_call){TN_CALL_CAP_DELETE,
					   {self_or_process(), slot_to_delete()}};
	case 1:
		if (below(4) == 0)
			return (struct model_call){TN_CALL_CAP_REVOKE, {any_object_slot()}};
		return (struct model_call){TN_CALL_CAP_INFO, {self_or_process(), below(300)}};
	default:
		return some_cap_copy();
	}
}

/* The caller does not stop itself: nobody else runs here. */
static uint64_t thread_slot_to_stop(void)
{
	uint64_t slot = slot_with(TN_CAP_THREAD), page = slot / TN_CAPS_SLOTS;
	const struct model_cap *c = page < TN_CAPS_PAGES ? model.self->caps[page] : NULL;

	if (c != NULL && c[slot % TN_CAPS_SLOTS].type == TN_CAP_THREAD &&
	    c[slot % TN_CAPS_SLOTS].object == model.thread)
		return TN_SLOT_SYSTEM;
	return slot;
}

static struct model_call some_configure(void)
{
	struct tn_utcb *utcb = host_memory(world.utcb);
	struct tn_thread_config *config = (struct tn_thread_config *)utcb->words;
	struct model_call c = {TN_CALL_THREAD_CONFIGURE, {slot_with(TN_CAP_THREAD), below(16)}};

	for (unsigned i = 0; i < 33; i++)
		((uint64_t *)config)[i] = below(1u << 30);
	config->priority = below(4) == 0 ? below(70) : below(20);
	if (below(30) == 0)
		c.a[1] = hostile();
	if (below(2) == 0)
		c.a[1] |= TN_CONFIGURE_UTCB;
	c.a[2] = range_slot();
	c.a[3] = frame_for(c.a[2]);
	c.a[4] = some_va();
	c.a[5] = below(3) == 0 ? slot_with(TN_CAP_ENDPOINT) : TN_NONE;
	return c;
}

static struct model_call some_thread_call(void)
{
	switch (below(8)) {
	case 0:
		return (struct model_call){TN_CALL_THREAD_RESUME, {slot_with(TN_CAP_THREAD)}};
	case 1:
		return (struct model_call){TN_CALL_THREAD_SUSPEND, {thread_slot_to_stop()}};
	case 2:
		return (struct model_call){TN_CALL_THREAD_INFO, {slot_with(TN_CAP_THREAD)}};
	case 3:
		return (struct model_call){TN_CALL_SIGNAL,
					   {slot_with(TN_CAP_THREAD), 1u << below(9)}};
	default:
		return some_configure();
	}
}

static struct model_call some_call(void)
{
	uint64_t dice = below(100);

	if (below(10) == 0)
		return some_thread_call();
	if (dice < 28)
		return some_map();
	if (dice < 43)
		return some_unmap();
	if (dice < 51)
		return some_protect();
	if (dice < 58)
		return some_table_call();
	if (dice < 72)
		return some_frame_call();
	if (dice < 84)
		return some_create();
	if (dice < 96)
		return some_cap_call();
	if (dice < 98)
		return some_end();
	return (struct model_call){TN_CALL_RESOLVE,
				   {slot_with(TN_CAP_PROCESS), some_va() + below(9)}};
}

/* --- runs ----------------------------------------------------------------------------------- */

static void stop_at_complaint(void)
{
	if (model_complaint[0] == '\0')
		return;
	for (uint64_t i = call_count < HISTORY ? 0 : call_count - HISTORY; i < call_count; i++) {
		const struct model_call *c = &history[i % HISTORY];

		fprintf(stderr,
			"# %lu: call %lu(0x%lx, 0x%lx, 0x%lx, 0x%lx, 0x%lx, 0x%lx) = %ld, 0x%lx\n",
			i, c->number, c->a[0], c->a[1], c->a[2], c->a[3], c->a[4], c->a[5],
			(long)answers[i % HISTORY].code, answers[i % HISTORY].value);
	}
	fail_msg("TENURE_SEED=%lu, episode %lu, call %lu: %s", base_seed, seed, call_count,
		 model_complaint);
}

static struct answer call_kernel(const struct model_call *c)
{
	struct answer a = host_call(c->number, c->a[0], c->a[1], c->a[2], c->a[3], c->a[4],
				    c->a[5]);

	history[call_count % HISTORY] = *c;
	answers[call_count % HISTORY] = a;
	call_count++;
	return a;
}

static struct answer call_both(const struct model_call *c)
{
	static uint64_t words[TN_UTCB_WORDS];
	struct answer a = call_kernel(c);

	/* what steps of a detach leave is nobody's promise but the invariants' */
	while (c->number == TN_CALL_TABLE_DETACH && a.code == -TN_EAGAIN) {
		assert_world_holds();
		a = call_kernel(c);
	}
	memcpy(words, ((struct tn_utcb *)host_memory(world.utcb))->words, sizeof(words));
	model_expect(c, a, words);
	stop_at_complaint();
	outcomes[-a.code < 512 ? -a.code : 511]++;
	successes[c->number] += a.code == 0;
	utcbs_set += c->number == TN_CALL_THREAD_CONFIGURE && a.code == 0 &&
		     (c->a[1] & TN_CONFIGURE_UTCB) != 0;
	return a;
}

/* The object of a destroy or revoke that is not done yet refuses everything else. */
static void probe(uint64_t slot)
{
	const struct model_call probes[] = {
		{TN_CALL_CAP_REVOKE, {slot}},
		{TN_CALL_FRAME_MOVE, {TN_SLOT_POOL, slot, 1}},
		{TN_CALL_CREATE, {TN_KIND_PROCESS, slot, TN_ANY, TN_NONE, 200, 0}},
		{TN_CALL_CREATE, {TN_KIND_CAPS, slot, TN_ANY, TN_NONE, 31, 0}},
		{TN_CALL_UNMAP, {slot, 0, 1}},
		{TN_CALL_RESOLVE, {slot, 0}},
		{TN_CALL_CAP_INFO, {slot, 0}},
	};

	call_both(&probes[below(7)]);
}

static void make_call(void)
{
	struct model_call c = some_call();

	host_interrupt_every = below(4) == 0 ? 1 + (unsigned)below(3) : 0;
	while (call_both(&c).code == -TN_EAGAIN) {
		if (below(4) == 0)
			assert_world_holds();
		if (below(3) == 0)
			probe(c.a[0]);
		if (below(6) == 0)
			c.a[1] = 0;
	}
	host_interrupt_every = 0;
}

static void touch_memory(void)
{
	static const enum tn_fault kinds[] = {TN_FAULT_LOAD, TN_FAULT_STORE, TN_FAULT_FETCH};
	static const uint64_t rights[] = {TN_MAP_READ, TN_MAP_WRITE, TN_MAP_EXECUTE};
	unsigned i = (unsigned)below(3);
	struct fault f = {kinds[i], "page fault", 0, some_va()};
	bool expected = model_touch(f.address, rights[i]);
	jmp_buf exit;

	host_console_size = 0;
	if (setjmp(exit) == 0) {
		host_exit = &exit;
		trap_fault(&f);
		if (!expected)
			model_complain("the fault at 0x%lx was mended", f.address);
	} else if (expected) {
		model_complain("the fault at 0x%lx was not mended", f.address);
	}
	host_exit = NULL;
	stop_at_complaint();
}

static void look_around(uint64_t i)
{
	model_compare_page(slot_with(TN_CAP_PROCESS), some_va() / PAGE * PAGE);
	model_compare_pool(slot_with(TN_CAP_POOL));
	if (i % 16 == 0)
		model_compare(i % 64 == 0);
	stop_at_complaint();
	if (i % 128 == 0)
		assert_world_holds();
}

static void episode(const struct world_options *o, uint64_t calls)
{
	world_make(o);
	slot_set(cap_slot(TN_SLOT_DEVICES),
		 SLOT_WORD(TN_CAP_DEVICE, TN_FRAMES_READ | TN_FRAMES_WRITE, 0), DEVICE_FIRST, 1024);
	model_begin(o, DEVICE_FIRST);
	for (uint64_t i = 0; i < calls; i++) {
		make_call();
		if (below(40) == 0)
			touch_memory();
		if (below(100) == 0 && world.process->root != NULL)
			asid_activate(world.thread->hart, world.process);
		look_around(i);
	}
	model_compare(true);
	stop_at_complaint();
	assert_world_holds();
	model_end();
	world_end();
}

static uint64_t setting(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 0) : fallback;
}

static void run(const struct world_options *o, uint64_t which, uint64_t calls)
{
	calls = setting("TENURE_CALLS", calls);
	base_seed = setting("TENURE_SEED", 7);
	seed = base_seed * 100 + which;
	memset(outcomes, 0, sizeof(outcomes));
	memset(successes, 0, sizeof(successes));
	utcbs_set = 0;
	for (uint64_t done = 0; done < calls; done += EPISODE, seed += 1000) {
		random_state = seed;
		call_count = 0;
		episode(o, calls - done < EPISODE ? calls - done : EPISODE);
	}
}

/* The runs mean something: most documented answers were met. */
static void assert_variety(void)
{
	static const int met[] = {0,         TN_ENOENT,   TN_EBADF,  TN_EPERM,  TN_ERANGE,
				  TN_EINVAL, TN_EFAULT,   TN_EACCES, TN_EEXIST, TN_EBUSY,
				  TN_ENXIO,  TN_EKERNEL,  TN_EUSER,  TN_EXDEV,  TN_ENOMEM,
				  TN_ESTALE, TN_ENOTABLE, TN_EDYING, TN_EAGAIN};

	if (getenv("TENURE_CALLS") != NULL)
		return;
	for (unsigned i = 0; i < sizeof(met) / sizeof(met[0]); i++)
		if (outcomes[met[i]] < 5)
			fail_msg("error %d was met %lu times", met[i],
				 (unsigned long)outcomes[met[i]]);
	for (unsigned i = TN_CALL_THREAD_INFO; i <= TN_CALL_THREAD_SUSPEND; i++)
		if (successes[i] < 20)
			fail_msg("call %u succeeded %lu times", i, (unsigned long)successes[i]);
	if (utcbs_set < 20)
		fail_msg("a UTCB was set %lu times", (unsigned long)utcbs_set);
}

/* Frames of all kinds, two whole blocks of USER, some of it outside the window. */
static void mixed_world(unsigned levels, uint64_t calls)
{
	static const struct region regions[] = {
		{0x80000, 0x150, TN_KIND_USER}, {0x80150, 4, TN_KIND_BOOT},
		{0x80154, 4, TN_KIND_IMAGE},    {0x80158, 8, TN_KIND_HOLE},
		{0x80160, 0x4c0, TN_KIND_USER},
	};
	struct world_options o = {.levels = levels,
				  .regions = regions,
				  .region_count = 5,
				  .root_frames = 40,
				  .window_first = 0x80000,
				  .window_count = 0x610};

	run(&o, levels, calls);
	assert_variety();
}

/* So few frames that most calls want for some. */
static void poor_world(unsigned levels, uint64_t calls)
{
	static const struct region region = {0x80020, 0x60, TN_KIND_USER};
	struct world_options o = {.levels = levels,
				  .regions = &region,
				  .region_count = 1,
				  .root_frames = 12,
				  .asids = 1};

	run(&o, 10 + levels, calls);
}

static void model_agrees_in_sv39(void **state)
{
	(void)state;
	mixed_world(3, 48000);
}

static void model_agrees_in_sv48(void **state)
{
	(void)state;
	mixed_world(4, 48000);
}

static void model_agrees_in_sv57(void **state)
{
	(void)state;
	mixed_world(5, 48000);
}

static void model_agrees_where_frames_are_few(void **state)
{
	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++)
		poor_world(levels, 24000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(model_agrees_in_sv39),
		cmocka_unit_test(model_agrees_in_sv48),
		cmocka_unit_test(model_agrees_in_sv57),
		cmocka_unit_test(model_agrees_where_frames_are_few),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
