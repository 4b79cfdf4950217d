/*
 * model_calls.c - see model_calls.h.
 */
#include "model_calls.h"

#include "host.h"
#include "walk.h"

#define PAGE 4096ul
#define LARGE (512 * PAGE)
static uint64_t hostile(void)
{
	static const uint64_t words[] = {UINT64_MAX, UINT64_MAX - 1,  0,         1ul << 63,
					 1ul << 32,  (1ul << 32) + 5, 1ul << 52, 513,
					 8192,       0xffffffff};

	return words[draw(sizeof(words) / sizeof(words[0]))];
}

/* --- arguments ------------------------------------------------------------------------------ */

/* Slots that may well be used: those of the boot, and those that calls are told to fill. */
#define NEW_SLOTS 28u
#define KNOWN_SLOTS (NEW_SLOTS + 7u)

static uint64_t known_slot(uint64_t i)
{
	static const uint8_t of_boot[] = {TN_SLOT_PROCESS, TN_SLOT_THREAD, TN_SLOT_POOL,
					  TN_SLOT_FRAMES,  TN_SLOT_SYSTEM, TN_SLOT_DEVICES,
					  TN_SLOT_IRQ};

	return i < NEW_SLOTS ? TN_SLOT_FREE + i : of_boot[i - NEW_SLOTS];
}

/* A slot of the caller with a capability of this type; mostly. */
static uint64_t slot_with(unsigned type)
{
	uint64_t start = draw(KNOWN_SLOTS), dead = draw(8), luck = draw(100);

	if (luck < 3)
		return hostile();
	if (luck < 8)
		return draw(TN_CAPS_SLOTS);
	if (luck < 13)
		return 120 + draw(32);
	for (uint64_t i = 0; i < KNOWN_SLOTS; i++) {
		uint64_t slot = known_slot((start + i) % KNOWN_SLOTS);
		const struct model_cap *c = &model.self->caps[0][slot];

		if (c->type == type && (dead == 0 || model_cap_is_live(c)))
			return slot;
	}
	return draw(TN_CAPS_SLOTS);
}

/* Most of them empty. */
static uint64_t new_slot(void)
{
	uint64_t start = draw(NEW_SLOTS), luck = draw(40);

	if (luck == 0)
		return hostile();
	for (uint64_t i = 0; luck < 30 && i < NEW_SLOTS; i++) {
		uint64_t slot = TN_SLOT_FREE + (start + i) % NEW_SLOTS;

		if (model.self->caps[0][slot].type == TN_CAP_NONE)
			return slot;
	}
	return TN_SLOT_FREE + start;
}

static uint64_t some_frame(void)
{
	switch (draw(8)) {
	case 0:
		return draw(3) == 0 ? hostile() : model.first + model.count - draw(20);
	case 1:
		return world.utcb + draw(3);
	case 2:
		return model.first + draw(model.count);
	case 3:
		return (model.first + draw(model.count)) / 512 * 512;
	default: /* so the blocks behind stay whole for a while */
		return model.first + draw(model.count < 512 ? model.count : 512);
	}
}

static uint64_t some_count(void)
{
	switch (draw(8)) {
	case 0:
		return draw(12) == 0 ? hostile() : 512 * (1 + draw(3));
	case 1:
		return draw(4) == 0 ? draw(600) : draw(40);
	case 2:
	case 3:
		return 1;
	default:
		return 1 + draw(8);
	}
}

uint64_t model_any_va(void)
{
	uint64_t bases[] = {0,
			    0x40000000,
			    0x40000000 + LARGE,
			    0x80000000 - LARGE,
			    user_top - 2 * LARGE,
			    user_top / 2,
			    0x40000000 + 3 * LARGE};
	uint64_t va = bases[draw(7)];

	if (draw(50) == 0)
		return draw(2) == 0 ? hostile() : user_top - draw(3) * PAGE;
	if (draw(3) == 0)
		return va;
	va += draw(draw(2) == 0 ? 16 : 512) * PAGE;
	return draw(60) == 0 ? va + 8 : va;
}

static uint64_t map_flags(void)
{
	static const uint64_t rights[] = {TN_MAP_READ, TN_MAP_READ | TN_MAP_WRITE,
					  TN_MAP_READ | TN_MAP_EXECUTE, TN_MAP_EXECUTE};
	uint64_t flags = rights[draw(4)];

	if (draw(30) == 0)
		flags = draw(64);
	if (draw(8) == 0)
		flags |= TN_MAP_SMALL;
	if (draw(12) == 0)
		flags |= TN_MAP_ZERO;
	if (draw(12) == 0)
		flags |= TN_MAP_NOTABLE;
	if (draw(80) == 0)
		flags |= hostile();
	return flags;
}

static uint64_t range_slot(void)
{
	if (draw(2) == 0)
		return TN_SLOT_FRAMES;
	return draw(4) == 0 ? slot_with(TN_CAP_DEVICE) : slot_with(TN_CAP_FRAMES);
}

/* Frames that this slot may well cover. */
static uint64_t frame_for(uint64_t slot)
{
	const struct model_cap *c = &model.self->caps[0][slot % TN_CAPS_SLOTS];

	if (c->type == TN_CAP_DEVICE)
		return c->first + (draw(2) == 0 ? 0 : draw(c->count + 1));
	if (c->type == TN_CAP_FRAMES && c->count < model.count && draw(6) != 0)
		return c->first + draw(c->count + 1);
	return some_frame();
}

static bool is_idle(uint64_t f)
{
	const struct model_frame *m = &model.frames[f - model.first];

	return m->kind == TN_KIND_USER && m->refs == 0;
}

/* The next idle user frame that the slot covers, if there is one soon; mostly. */
static uint64_t idle_frame(uint64_t slot, uint64_t first)
{
	const struct model_cap *c = &model.self->caps[0][slot % TN_CAPS_SLOTS];

	if (c->type != TN_CAP_FRAMES || draw(5) == 0)
		return first;
	for (uint64_t f = first, i = 0; i < 64 && f - c->first < c->count; f++, i++)
		if (is_idle(f))
			return f;
	return first;
}

/* How many from `first` on; mostly not more than the slot covers, and of one kind. */
static uint64_t count_for(uint64_t slot, uint64_t first)
{
	const struct model_cap *c = &model.self->caps[0][slot % TN_CAPS_SLOTS];
	uint64_t count = some_count(), end = c->first + c->count, n = 1;

	if (first < c->first || first >= end || draw(6) == 0)
		return count;
	if (count > end - first)
		count = end - first;
	while (c->type == TN_CAP_FRAMES && n < count &&
	       model.frames[first + n - model.first].kind == model.frames[first - model.first].kind)
		n++;
	return c->type == TN_CAP_FRAMES ? n : count;
}

static uint64_t any_object_slot(void)
{
	return slot_with((unsigned)(TN_CAP_POOL + draw(4)));
}

static uint64_t self_or_process(void)
{
	return draw(3) == 0 ? slot_with(TN_CAP_PROCESS) : TN_SELF;
}

/* The model looks at the kernel through the slots of the boot: these stay. */
static uint64_t slot_to_delete(void)
{
	return TN_SLOT_FREE + draw(draw(8) == 0 ? 200 : NEW_SLOTS);
}

static void exact_frame(uint64_t *frame, uint64_t *frames)
{
	*frame = TN_ANY;
	*frames = TN_NONE;
	if (draw(3) == 0) {
		*frame = some_frame();
		if (draw(2) == 0)
			*frames = slot_with(TN_CAP_FRAMES);
	}
}

static struct model_call some_create(void)
{
	static const unsigned kinds[] = {TN_KIND_POOL, TN_KIND_PROCESS, TN_KIND_THREAD,
					 TN_KIND_ENDPOINT, TN_KIND_CAPS};
	struct model_call c = {TN_CALL_CREATE, {kinds[draw(5)]}};

	if (draw(40) == 0)
		c.a[0] = draw(12);
	c.a[1] = slot_with(c.a[0] <= TN_KIND_PROCESS ? TN_CAP_POOL : TN_CAP_PROCESS);
	exact_frame(&c.a[2], &c.a[3]);
	c.a[4] = c.a[0] == TN_KIND_CAPS ? draw(12) + draw(30) / 29 * 30 : new_slot();
	c.a[5] = c.a[0] == TN_KIND_PROCESS ? draw(66) : draw(50) / 49;
	return c;
}

static struct model_call some_cap_copy(void)
{
	struct model_call c = {TN_CALL_CAP_COPY, {0}};
	unsigned type = (unsigned)(1 + draw(9));
	bool range = type == TN_CAP_FRAMES || type == TN_CAP_DEVICE || type == TN_CAP_IRQ;

	c.a[0] = slot_with(type);
	c.a[1] = self_or_process();
	c.a[2] = new_slot();
	c.a[3] = draw(8) == 0 ? draw(16) : model.self->caps[0][c.a[0] % TN_CAPS_SLOTS].rights;
	if (type == TN_CAP_IRQ) { /* single ones can be bound */
		c.a[4] = draw(40);
		c.a[5] = draw(4) == 0 ? some_count() : 1;
	} else if (range && draw(3) != 0) {
		c.a[4] = frame_for(c.a[0]);
		c.a[5] = count_for(c.a[0], c.a[4]);
	} else if (type == TN_CAP_ENDPOINT || draw(30) == 0) {
		c.a[4] = draw(3) == 0 ? 1 + draw(9) : 0;
	}
	return c;
}

static struct model_call some_map(void)
{
	struct model_call c = {TN_CALL_MAP, {slot_with(TN_CAP_PROCESS), model_any_va()}};

	c.a[2] = range_slot();
	c.a[3] = idle_frame(c.a[2], frame_for(c.a[2]));
	c.a[4] = count_for(c.a[2], c.a[3]);
	c.a[5] = map_flags();
	if (draw(5) == 0) { /* fit for large pages */
		c.a[2] = draw(8) == 0 ? c.a[2] : TN_SLOT_FRAMES;
		c.a[1] = c.a[1] / LARGE * LARGE;
		c.a[3] = c.a[3] / 512 * 512;
		c.a[4] = 512 * (1 + draw(2)) + draw(3) / 2;
	} else if (draw(4) == 0) { /* in the blocks that are mapped large */
		c.a[2] = draw(8) == 0 ? c.a[2] : TN_SLOT_FRAMES;
		c.a[3] = model.first / 512 * 512 + 512 + draw(1024);
	}
	return c;
}

static struct model_call some_unmap(void)
{
	struct model_call c = {TN_CALL_UNMAP,
			       {slot_with(TN_CAP_PROCESS), model_any_va(), some_count()}};

	if (draw(4) == 0)
		c.a[2] = 512 * (1 + draw(8));
	return c;
}

static struct model_call some_protect(void)
{
	struct model_call c = {TN_CALL_PROTECT,
			       {slot_with(TN_CAP_PROCESS), model_any_va(), some_count(),
				map_flags()}};

	if (draw(2) == 0)
		c.a[3] &= 7;
	if (draw(4) == 0)
		c.a[3] = TN_MAP_AGE;
	c.a[4] = draw(3) == 0 ? TN_NONE : range_slot();
	return c;
}

static struct model_call some_table_call(void)
{
	struct model_call c = {TN_CALL_TABLE_DETACH,
			       {slot_with(TN_CAP_PROCESS), model_any_va(), draw(model.levels),
				draw(2) * TN_FLAG_STEP}};

	if (draw(30) == 0)
		c.a[2] = hostile();
	if (draw(2) == 0)
		return c;
	c.number = TN_CALL_TABLE_ATTACH;
	exact_frame(&c.a[3], &c.a[4]);
	return c;
}

static struct model_call some_frame_call(void)
{
	uint64_t frames = slot_with(TN_CAP_FRAMES), pool = slot_with(TN_CAP_POOL);
	uint64_t first = idle_frame(frames, frame_for(frames)), count = count_for(frames, first);

	switch (draw(5)) {
	case 0:
	case 1:
		return (struct model_call){TN_CALL_FRAME_GIVE, {frames, pool, first, count}};
	case 2:
		return (struct model_call){TN_CALL_FRAME_RECLAIM,
					   {frames, pool, frame_for(frames), count}};
	case 3:
		return (struct model_call){TN_CALL_FRAME_RECLAIM, {frames, pool, TN_ANY, count}};
	default:
		return (struct model_call){TN_CALL_FRAME_MOVE,
					   {slot_with(TN_CAP_POOL), pool, some_count()}};
	}
}

static struct model_call some_end(void)
{
	uint64_t flags = draw(30) == 0 ? hostile() : draw(2);

	if (draw(3) == 0)
		return (struct model_call){TN_CALL_POOL_REVOKE, {slot_with(TN_CAP_POOL), flags}};
	return (struct model_call){TN_CALL_DESTROY, {any_object_slot(), flags}};
}

/* Of the objects of the boot, all copies may die, but not the slots that the boot has filled: little
 * could be called any more. */
static uint64_t slot_to_revoke(void)
{
	uint64_t slot = any_object_slot();
	const struct model_cap *c = &model.self->caps[0][slot % TN_CAPS_SLOTS];

	if (c->object == model.self)
		return TN_SLOT_PROCESS;
	if (c->object == model.root)
		return TN_SLOT_POOL;
	return c->object == model.thread ? TN_SLOT_THREAD : slot;
}

static struct model_call some_cap_call(void)
{
	switch (draw(4)) {
	case 0:
		return (struct model_call){TN_CALL_CAP_DELETE,
					   {self_or_process(), slot_to_delete()}};
	case 1:
		if (draw(4) == 0)
			return (struct model_call){TN_CALL_CAP_REVOKE, {slot_to_revoke()}};
		return (struct model_call){TN_CALL_CAP_INFO, {self_or_process(), draw(300)}};
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
	struct model_call c = {TN_CALL_THREAD_CONFIGURE, {slot_with(TN_CAP_THREAD), draw(16)}};

	for (unsigned i = 0; i < 33; i++)
		((uint64_t *)config)[i] = draw(1u << 30);
	config->priority = draw(4) == 0 ? draw(70) : draw(20);
	if (draw(30) == 0)
		c.a[1] = hostile();
	if (draw(2) == 0)
		c.a[1] |= TN_CONFIGURE_UTCB;
	c.a[2] = range_slot();
	c.a[3] = frame_for(c.a[2]);
	c.a[4] = model_any_va();
	c.a[5] = draw(3) == 0 ? slot_with(TN_CAP_ENDPOINT) : TN_NONE;
	return c;
}

static struct model_call some_thread_call(void)
{
	switch (draw(8)) {
	case 0:
		return (struct model_call){TN_CALL_THREAD_RESUME, {slot_with(TN_CAP_THREAD)}};
	case 1:
		return (struct model_call){TN_CALL_THREAD_SUSPEND, {thread_slot_to_stop()}};
	case 2:
		return (struct model_call){TN_CALL_THREAD_INFO, {slot_with(TN_CAP_THREAD)}};
	case 3:
		return (struct model_call){TN_CALL_SIGNAL,
					   {slot_with(TN_CAP_THREAD), 1u << draw(9)}};
	default:
		return some_configure();
	}
}

static struct model_call some_pool_call(void)
{
	struct model_call c = {TN_CALL_POOL_INFO, {slot_with(TN_CAP_POOL)}};

	if (draw(3) == 0)
		return c;
	c.number = TN_CALL_POOL_WATCH;
	c.a[1] = draw(30) == 0 ? hostile() : draw(20);
	c.a[2] = slot_with(TN_CAP_THREAD);
	c.a[3] = 1u << draw(9);
	return c;
}

static struct model_call some_irq_call(void)
{
	struct model_call c = {TN_CALL_IRQ_ACK, {slot_with(TN_CAP_IRQ)}};

	if (draw(2) == 0)
		return c;
	c.number = TN_CALL_IRQ_BIND;
	c.a[1] = slot_with(TN_CAP_THREAD);
	c.a[2] = 1u << draw(9);
	return c;
}

static struct model_call some_question(void)
{
	uint64_t frames = slot_with(TN_CAP_FRAMES);

	switch (draw(3)) {
	case 0:
		return (struct model_call){TN_CALL_CACHE_OP,
					   {frames, idle_frame(frames, frame_for(frames)),
					    draw(4) == 0 ? draw(18) : 1 + draw(2), draw(4)}};
	case 1:
		return (struct model_call){TN_CALL_FRAME_INFO,
					   {frames, frame_for(frames), some_count()}};
	default:
		return (struct model_call){TN_CALL_SYNC_CODE, {slot_with(TN_CAP_PROCESS)}};
	}
}

static struct model_call some_system_call(void)
{
	uint64_t system = slot_with(TN_CAP_SYSTEM);

	switch (draw(4)) {
	case 0:
		return (struct model_call){TN_CALL_DEBUG_WRITE, {system, draw(260)}};
	case 1:
		return (struct model_call){TN_CALL_SHUTDOWN, {system, draw(9)}};
	case 2:
		return (struct model_call){TN_CALL_THREAD_EXIT, {draw(9)}};
	default:
		return (struct model_call){TN_CALL_CENSUS, {system}};
	}
}

/* What changes no frame. */
static struct model_call some_other_call(void)
{
	uint64_t dice = draw(100);

	if (dice < 30)
		return some_thread_call();
	if (dice < 50)
		return some_pool_call();
	if (dice < 70)
		return some_irq_call();
	if (dice < 85)
		return some_question();
	if (dice < 88)
		return some_system_call();
	return (struct model_call){TN_CALL_RESOLVE,
				   {slot_with(TN_CAP_PROCESS), model_any_va() + draw(9)}};
}

struct model_call model_any_call(void)
{
	uint64_t dice = draw(100);

	if (dice < 25)
		return some_map();
	if (dice < 38)
		return some_unmap();
	if (dice < 45)
		return some_protect();
	if (dice < 52)
		return some_table_call();
	if (dice < 65)
		return some_frame_call();
	if (dice < 76)
		return some_create();
	if (dice < 87)
		return some_cap_call();
	if (dice < 89)
		return some_end();
	return some_other_call();
}

/* The object of a destroy or revoke that is not done yet refuses everything else. */
struct model_call model_any_probe(uint64_t slot)
{
	const struct model_call probes[] = {
		{TN_CALL_CAP_REVOKE, {slot}},
		{TN_CALL_FRAME_MOVE, {TN_SLOT_POOL, slot, 1}},
		{TN_CALL_CREATE, {TN_KIND_PROCESS, slot, TN_ANY, TN_NONE, 200, 0}},
		{TN_CALL_CREATE, {TN_KIND_CAPS, slot, TN_ANY, TN_NONE, 31, 0}},
		{TN_CALL_UNMAP, {slot, 0, 1}},
		{TN_CALL_RESOLVE, {slot, 0}},
		{TN_CALL_CAP_INFO, {slot, 0}},
		{TN_CALL_SYNC_CODE, {slot}},
		{TN_CALL_POOL_WATCH, {slot, 3, TN_SLOT_THREAD, 1}},
	};

	return probes[draw(sizeof(probes) / sizeof(probes[0]))];
}
