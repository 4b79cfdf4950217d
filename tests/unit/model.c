/*
 * model.c - the model as a whole: begin, one call, comparison: see model.h.
 */
#include "model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_parts.h"

struct model model;
char model_complaint[256];

void model_complain(const char *format, ...)
{
	va_list list;

	if (model_complaint[0] != '\0')
		return;
	va_start(list, format);
	vsnprintf(model_complaint, sizeof(model_complaint), format, list);
	va_end(list);
}

struct answer model_answer(int error, uint64_t value)
{
	return (struct answer){-(int64_t)error, value};
}

struct answer model_refused(int error)
{
	return model_answer(error, error == 0 ? 0 : MODEL_UNSAID);
}

/* --- the call ------------------------------------------------------------------------------- */

static struct answer predict(const struct model_call *call, struct answer got, const uint64_t *utcb)
{
	const uint64_t *a = call->a;

	switch (call->number) {
	case TN_CALL_FRAME_GIVE:
		return model_give(a);
	case TN_CALL_FRAME_RECLAIM:
		return model_reclaim(a, got, utcb);
	case TN_CALL_FRAME_MOVE:
		return model_move(a);
	case TN_CALL_POOL_REVOKE:
		return got.code == -TN_EAGAIN ? model_step(call) : model_revoke(a);
	case TN_CALL_CREATE:
		return model_create(a);
	case TN_CALL_DESTROY:
		return got.code == -TN_EAGAIN ? model_step(call) : model_destroy(a);
	case TN_CALL_CAP_COPY:
		return model_cap_copy(a);
	case TN_CALL_CAP_DELETE:
		return model_cap_delete(a);
	case TN_CALL_CAP_REVOKE:
		return model_cap_revoke(a);
	case TN_CALL_CAP_INFO:
		return model_cap_info(a, utcb);
	case TN_CALL_MAP:
		return model_map(a);
	case TN_CALL_UNMAP:
		return model_unmap(a);
	case TN_CALL_PROTECT:
		return model_protect(a);
	case TN_CALL_TABLE_ATTACH:
		return model_attach(a);
	case TN_CALL_TABLE_DETACH:
		return model_detach(a);
	case TN_CALL_RESOLVE:
		return model_resolve(a, utcb);
	case TN_CALL_THREAD_CONFIGURE:
		return model_thread_configure(a, utcb);
	case TN_CALL_THREAD_RESUME:
		return model_thread_resume(a);
	case TN_CALL_THREAD_SUSPEND:
		return model_thread_suspend(a);
	case TN_CALL_THREAD_INFO:
		return model_thread_info(a, utcb);
	case TN_CALL_SIGNAL:
		return model_signal(a);
	default:
		return model_refused(TN_ENOSYS);
	}
}

void model_expect(const struct model_call *call, struct answer a, const uint64_t *utcb)
{
	struct answer e = predict(call, a, utcb);

	if (e.code != a.code)
		model_complain("the kernel answers %ld, the model %ld", (long)a.code, (long)e.code);
	else if (e.value != MODEL_UNSAID && e.value != a.value)
		model_complain("code %ld: the kernel's second result is 0x%lx, the model's 0x%lx",
			       (long)a.code, (unsigned long)a.value, (unsigned long)e.value);
}

/* --- comparison ----------------------------------------------------------------------------- */

static uint64_t expected_info(uint64_t f, bool full, uint64_t seen)
{
	const struct model_frame *m = model_frame_at(f);
	uint64_t w = (uint64_t)m->kind << 48;

	if (m->kind == TN_KIND_USER)
		w += m->refs + (model_is_covered(f) ? TN_INFO_LARGE : 0);
	if (m->kind == TN_KIND_FREE || m->kind == TN_KIND_CAPS || m->kind == TN_KIND_TABLE)
		w += m->pool->frame;
	if (m->kind == TN_KIND_FREE && m->clean)
		w += TN_INFO_CLEAN;
	if (m->kind == TN_KIND_TABLE && full) {
		const struct model_object *p;
		const struct model_table *t = model_table_of(f, &p);

		if (t == NULL)
			return ~w;
		w += ((uint64_t)model_entries(p, t) << 32) +
		     (t->is_explicit ? TN_INFO_EXPLICIT : 0);
	} else if (m->kind == TN_KIND_TABLE) {
		w |= seen & (TN_INFO_EXPLICIT | (uint64_t)1023 << 32);
	}
	return w;
}

void model_compare(bool full)
{
	const struct tn_utcb *utcb = host_memory(world.utcb);

	for (uint64_t f = model.first; f < model.first + model.count; f += TN_UTCB_WORDS) {
		uint64_t rest = model.first + model.count - f;
		uint64_t n = rest < TN_UTCB_WORDS ? rest : TN_UTCB_WORDS;

		host_call(TN_CALL_FRAME_INFO, TN_SLOT_FRAMES, f, n, 0, 0, 0);
		for (uint64_t i = 0; i < n; i++) {
			uint64_t e = expected_info(f + i, full, utcb->words[i]);

			if (utcb->words[i] != e)
				model_complain(
					"frame 0x%lx: the kernel says 0x%lx, the model 0x%lx",
					(unsigned long)(f + i), (unsigned long)utcb->words[i],
					(unsigned long)e);
		}
	}
	for (const struct model_object *o = model.objects; full && o != NULL; o = o->next)
		if (o->alive && o->kind == TN_KIND_PROCESS)
			model_compare_space(o);
}

void model_compare_pool(uint64_t slot)
{
	const struct tn_utcb *utcb = host_memory(world.utcb);
	struct model_cap *c;
	int error = model_lookup(slot, TN_CAP_POOL, 0, &c);
	struct answer a = host_call(TN_CALL_POOL_INFO, slot, 0, 0, 0, 0, 0);

	if (a.code != -error)
		model_complain("pool_info answers %ld, the model %d", (long)a.code, -error);
	if (error == 0 && a.value != c->object->info.free)
		model_complain("pool_info: %lu free, not %lu", (unsigned long)a.value,
			       (unsigned long)c->object->info.free);
	for (unsigned i = 0; error == 0 && i < sizeof(struct tn_pool_info) / 8; i++)
		if (utcb->words[i] != ((const uint64_t *)&c->object->info)[i])
			model_complain("pool_info: word %u is %lu, not %lu", i,
				       (unsigned long)utcb->words[i],
				       (unsigned long)((const uint64_t *)&c->object->info)[i]);
}

/* --- begin and end -------------------------------------------------------------------------- */

static void frames_begin(const struct world_options *o)
{
	const struct region *last = &o->regions[o->region_count - 1];

	model.first = o->regions[0].first;
	model.count = last->first + last->count - model.first;
	model.frames = calloc(model.count, sizeof(struct model_frame));
	model.blocks = calloc(model.count / 512 + 2, sizeof(uint32_t));
	for (uint64_t i = 0; i < model.count; i++)
		model.frames[i].kind = TN_KIND_HOLE;
	for (uint32_t r = 0; r < o->region_count; r++)
		for (uint64_t i = 0; i < o->regions[r].count; i++)
			model_frame_at(o->regions[r].first + i)->kind = o->regions[r].kind;
	model.window_first = o->window_count != 0 ? o->window_first : model.first;
	model.window_count = o->window_count != 0 ? o->window_count : model.count;
	model.levels = o->levels;
	model_frame_at(world.utcb)->refs = 1;
}

static uint64_t frame_named_by(uint64_t slot)
{
	host_call(TN_CALL_CAP_INFO, TN_SELF, slot, 0, 0, 0, 0);
	return ((struct tn_cap_info *)((struct tn_utcb *)host_memory(world.utcb))->words)->frame;
}

static void root_begin(uint64_t boot)
{
	uint64_t pool = frame_named_by(TN_SLOT_POOL);

	model.root = model_object_new(TN_KIND_POOL, pool, NULL);
	for (uint64_t i = 0; i < boot; i++)
		*model_frame_at(pool + i) = (struct model_frame){TN_KIND_FREE, model.root, 0,
								 false};
	model.root->info.boot = boot;
	model.root->info.free = boot;
	model_take(model.root, TN_KIND_POOL, pool);
	model.self = model_object_new(TN_KIND_PROCESS, frame_named_by(TN_SLOT_PROCESS), model.root);
	model_take(model.root, TN_KIND_PROCESS, model.self->frame);
	model.thread = model_object_new(TN_KIND_THREAD, frame_named_by(TN_SLOT_THREAD), model.root);
	model_take(model.root, TN_KIND_THREAD, model.thread->frame);
	model.thread->process = model.self;
	model.thread->ready = true;
	model.thread->utcb = world.utcb;
	model.self->ceiling = TN_PRIORITY_MAX;
	model.self->caps_frame[0] = model_chosen_frame(model.root, TN_KIND_CAPS);
	model_take(model.root, TN_KIND_CAPS, model.self->caps_frame[0]);
}

void model_begin(const struct world_options *o, uint64_t device_first)
{
	struct model_cap *slots = calloc(TN_CAPS_SLOTS, sizeof(*slots));

	memset(&model, 0, sizeof(model));
	model_complaint[0] = '\0';
	frames_begin(o);
	root_begin(o->root_frames);
	model.self->caps[0] = slots;
	slots[TN_SLOT_POOL] = model_object_cap(model.root);
	slots[TN_SLOT_PROCESS] = model_object_cap(model.self);
	slots[TN_SLOT_THREAD] = model_object_cap(model.thread);
	slots[TN_SLOT_FRAMES] = (struct model_cap){.type = TN_CAP_FRAMES,
						   .rights = TN_RIGHTS_ALL,
						   .first = model.first,
						   .count = model.count};
	slots[TN_SLOT_SYSTEM] = (struct model_cap){.type = TN_CAP_SYSTEM, .rights = TN_RIGHTS_ALL};
	slots[TN_SLOT_DEVICES] = (struct model_cap){.type = TN_CAP_DEVICE,
						    .rights = TN_FRAMES_READ | TN_FRAMES_WRITE,
						    .first = device_first,
						    .count = 1024};
}

static void object_free(struct model_object *o)
{
	while (o->chunks != NULL) {
		struct model_chunk *c = o->chunks;

		o->chunks = c->next;
		free(c);
	}
	for (unsigned i = 0; i < TN_CAPS_PAGES; i++)
		free(o->caps[i]);
	free(o);
}

void model_end(void)
{
	while (model.objects != NULL) {
		struct model_object *o = model.objects;

		model.objects = o->next;
		object_free(o);
	}
	free(model.frames);
	free(model.blocks);
}
