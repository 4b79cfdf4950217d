/*
 * model.c - the model as a whole: begin, one call, comparison: see model.h.
 */
#include "model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cap.h"
#include "irq_forget.h"
#include "model_parts.h"
#include "process.h"

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
	case TN_CALL_DEBUG_WRITE:
		return model_debug_write(a);
	case TN_CALL_SHUTDOWN:
		return model_shutdown(a);
	case TN_CALL_THREAD_EXIT:
		return model_answer(0, a[0]); /* of the first thread: the end of the machine */
	case TN_CALL_CENSUS:
		return model_census(a, utcb);
	case TN_CALL_FRAME_INFO:
		return model_frame_info(a, utcb);
	case TN_CALL_POOL_WATCH:
		return model_pool_watch(a);
	case TN_CALL_POOL_INFO:
		return model_pool_info(a, utcb);
	case TN_CALL_SYNC_CODE:
		return model_sync_code(a);
	case TN_CALL_CACHE_OP:
		return model_cache_op(a);
	case TN_CALL_IRQ_BIND:
		return model_irq_bind(a);
	case TN_CALL_IRQ_ACK:
		return model_irq_ack(a);
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

uint64_t model_frame_export(uint64_t f, bool full, uint64_t seen)
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
		const struct model_table *t = &model.table_at[f - model.first];

		w += ((uint64_t)t->entries << 32) + (t->is_explicit ? TN_INFO_EXPLICIT : 0);
	} else if (m->kind == TN_KIND_TABLE) {
		w |= seen & (TN_INFO_EXPLICIT | (uint64_t)1023 << 32);
	}
	return w;
}

static void frames_compare(bool full)
{
	const struct tn_utcb *utcb = host_memory(world.utcb);

	for (uint64_t f = model.first; f < model.first + model.count; f += TN_UTCB_WORDS) {
		uint64_t rest = model.first + model.count - f;
		uint64_t n = rest < TN_UTCB_WORDS ? rest : TN_UTCB_WORDS;

		host_call(TN_CALL_FRAME_INFO, TN_SLOT_FRAMES, f, n, 0, 0, 0);
		for (uint64_t i = 0; i < n; i++) {
			uint64_t e = model_frame_export(f + i, full, utcb->words[i]);

			if (utcb->words[i] != e)
				model_complain(
					"frame 0x%lx: the kernel says 0x%lx, the model 0x%lx",
					(unsigned long)(f + i), (unsigned long)utcb->words[i],
					(unsigned long)e);
		}
	}
}

static void object_compare(const struct model_object *o)
{
	if (o->kind == TN_KIND_PROCESS) {
		model_compare_space(o);
		model_compare_slots(o);
	} else if (o->kind == TN_KIND_POOL) {
		model_compare_pool(o);
	} else if (o->kind == TN_KIND_THREAD) {
		model_compare_thread(o);
	}
}

void model_compare(bool full)
{
	frames_compare(full);
	for (const struct model_object *o = model.objects; full && o != NULL; o = o->next)
		object_compare(o);
	model_compare_host();
}

/* --- begin and end -------------------------------------------------------------------------- */

static void frames_begin(const struct world_options *o)
{
	const struct region *last = &o->regions[o->region_count - 1];

	model.first = o->regions[0].first;
	model.count = last->first + last->count - model.first;
	model.frames = calloc(model.count, sizeof(struct model_frame));
	model.blocks = calloc(model.count / 512 + 2, sizeof(uint32_t));
	model.object_at = calloc(model.count, sizeof(struct model_object));
	model.table_at = calloc(model.count, sizeof(struct model_table));
	model.caps_at = calloc(model.count, sizeof(struct model_cap *));
	for (uint64_t i = 0; i < model.count; i++)
		model.frames[i].kind = TN_KIND_HOLE;
	for (uint32_t r = 0; r < o->region_count; r++)
		for (uint64_t i = 0; i < o->regions[r].count; i++)
			model_frame_at(o->regions[r].first + i)->kind = (uint8_t)o->regions[r].kind;
	model.not_ram = model.count;
	for (uint32_t r = 0; r < o->region_count; r++)
		model.not_ram -= o->regions[r].count;
	model.window_first = o->window_count != 0 ? o->window_first : model.first;
	model.window_count = o->window_count != 0 ? o->window_count : model.count;
	model.levels = o->levels;
	model_frame_at(world.utcb)->refs = 1;
}

static uint64_t frame_named_by(uint64_t slot)
{
	return cap_slot(slot)->frame;
}

static void root_begin(uint64_t boot)
{
	uint64_t pool = frame_named_by(TN_SLOT_POOL);

	model.root = model_object_new(TN_KIND_POOL, pool, NULL);
	for (uint64_t i = 0; i < boot; i++)
		*model_frame_at(pool + i) = (struct model_frame){.kind = TN_KIND_FREE,
								 .pool = model.root};
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
	model.self->caps_frame[0] = frame_of(world.process->directory[0]).n;
	model_take(model.root, TN_KIND_CAPS, model.self->caps_frame[0]);
}

static void range_begin(uint64_t slot, unsigned type, unsigned rights, uint64_t first,
			uint64_t count)
{
	model.self->caps[0][slot] = (struct model_cap){.type = (uint16_t)type,
						       .rights = (uint16_t)rights,
						       .first = first,
						       .count = count};
	slot_set(cap_slot(slot), SLOT_WORD(type, rights, 0), first, count);
}

void model_begin(const struct world_options *o, uint64_t device_first)
{
	struct model_cap *slots;

	memset(&model, 0, sizeof(model));
	model_complaint[0] = '\0';
	irq_forget();
	host_irq_completed = 0;
	host_sync_count = host_cache_op_count = 0;
	frames_begin(o);
	root_begin(o->root_frames);
	slots = model_caps_make(model.self->caps_frame[0]);
	model.self->caps[0] = slots;
	slots[TN_SLOT_POOL] = model_object_cap(model.root);
	slots[TN_SLOT_PROCESS] = model_object_cap(model.self);
	slots[TN_SLOT_THREAD] = model_object_cap(model.thread);
	slots[TN_SLOT_SYSTEM] = (struct model_cap){.type = TN_CAP_SYSTEM, .rights = TN_RIGHTS_ALL};
	range_begin(TN_SLOT_FRAMES, TN_CAP_FRAMES, TN_RIGHTS_ALL, model.first, model.count);
	range_begin(TN_SLOT_DEVICES, TN_CAP_DEVICE, TN_FRAMES_READ | TN_FRAMES_WRITE, device_first,
		    1024);
	range_begin(TN_SLOT_IRQ, TN_CAP_IRQ, TN_RIGHTS_ALL, 1, MODEL_IRQS - 1);
}

static void chunks_free(struct model_chunk *c)
{
	while (c != NULL) {
		struct model_chunk *next = c->next;

		free(c);
		c = next;
	}
}

void model_end(void)
{
	for (struct model_object *o = model.objects; o != NULL; o = o->next)
		for (unsigned i = 0; i < MODEL_CHUNK_LISTS; i++)
			chunks_free(o->chunks[i]);
	chunks_free(model.spare_chunks);
	for (uint64_t i = 0; i < model.count; i++)
		free(model.caps_at[i]);
	free(model.frames);
	free(model.blocks);
	free(model.object_at);
	free(model.table_at);
	free(model.caps_at);
}
