/*
 * model_system.c - the rest of the model: calls that say what there is, the watch of a pool,
 * interrupts, and what the host can see; comparison of slots, pools and threads.
 */
#include <string.h>

#include "model_parts.h"
#include "pool.h"
#include "process.h"
#include "slot.h"
#include "thread.h"

#define CACHE_FRAMES 16u /* most of one cache_op */

/* --- frames --------------------------------------------------------------------------------- */

struct answer model_debug_write(const uint64_t *a)
{
	struct model_cap *c;

	if (a[1] > TN_WRITE_MAX)
		return model_refused(TN_EINVAL);
	return model_refused(model_lookup(a[0], TN_CAP_SYSTEM, TN_SYSTEM_LOG, &c));
}

/* Does not return: the host answers with the status. */
struct answer model_shutdown(const uint64_t *a)
{
	struct model_cap *c;
	int error = model_lookup(a[0], TN_CAP_SYSTEM, TN_SYSTEM_SHUTDOWN, &c);

	return error != 0 ? model_refused(error) : model_answer(0, a[1]);
}

struct answer model_census(const uint64_t *a, const uint64_t *utcb)
{
	const struct tn_census *census = (const struct tn_census *)utcb;
	uint64_t kinds[TN_KIND_COUNT] = {0}, frames = 0;
	struct model_cap *c;
	int error = model_lookup(a[0], TN_CAP_SYSTEM, TN_SYSTEM_CENSUS, &c);

	if (error != 0)
		return model_refused(error);
	for (uint64_t i = 0; i < model.count; i++)
		kinds[model.frames[i].kind]++;
	kinds[TN_KIND_HOLE] -= model.not_ram;
	for (unsigned i = 0; i < TN_KIND_COUNT; i++) {
		frames += kinds[i];
		if (census->kinds[i] != kinds[i])
			model_complain("census: %lu of kind %u, not %lu",
				       (unsigned long)census->kinds[i], i, (unsigned long)kinds[i]);
	}
	if (census->frames != frames)
		model_complain("census: %lu frames", (unsigned long)census->frames);
	return model_answer(0, frames);
}

/* Outside of what was described there is nothing. */
static uint64_t export(uint64_t f, uint64_t seen)
{
	return model_frame_at(f) != NULL ? model_frame_export(f, true, seen)
					 : (uint64_t)TN_KIND_HOLE << 48;
}

struct answer model_frame_info(const uint64_t *a, const uint64_t *utcb)
{
	struct model_cap *frames;
	int error = a[2] < 1 || a[2] > TN_UTCB_WORDS
			    ? TN_EINVAL
			    : model_lookup(a[0], TN_CAP_FRAMES, 0, &frames);

	if (error != 0)
		return model_refused(error);
	if (!model_covers(frames, a[1], a[2]))
		return model_answer(TN_EACCES, model_uncovered(frames, a[1], a[2]));
	for (uint64_t i = 0; i < a[2]; i++)
		if (utcb[i] != export(a[1] + i, utcb[i]))
			model_complain("frame_info of 0x%lx: 0x%lx, not 0x%lx",
				       (unsigned long)(a[1] + i), (unsigned long)utcb[i],
				       (unsigned long)export(a[1] + i, utcb[i]));
	return model_answer(0, a[2]);
}

static int cache_refusal(uint64_t f)
{
	const struct model_frame *m = model_frame_at(f);

	if (m == NULL || m->kind == TN_KIND_HOLE)
		return TN_ENXIO;
	if (m->kind != TN_KIND_USER)
		return TN_EKERNEL;
	return host_cache_ops && f - model.window_first < model.window_count ? 0 : TN_ENOTSUP;
}

struct answer model_cache_op(const uint64_t *a)
{
	unsigned right = a[3] == TN_CACHE_CLEAN ? TN_FRAMES_READ : TN_FRAMES_WRITE;
	struct model_cap *frames;
	int error;

	if (a[3] > TN_CACHE_FLUSH || a[2] < 1 || a[2] > CACHE_FRAMES)
		return model_refused(TN_EINVAL);
	error = model_lookup(a[0], TN_CAP_FRAMES, right, &frames);
	if (error != 0)
		return model_refused(error);
	if (!model_covers(frames, a[1], a[2]))
		return model_answer(TN_EACCES, model_uncovered(frames, a[1], a[2]));
	for (uint64_t f = a[1]; f < a[1] + a[2]; f++)
		if (cache_refusal(f) != 0)
			return model_answer(cache_refusal(f), f);
	model.cache_ops += a[2];
	return model_answer(0, 0);
}

struct answer model_sync_code(const uint64_t *a)
{
	struct model_cap *process;
	int error = model_lookup(a[0], TN_CAP_PROCESS, TN_PROCESS_MAP, &process);

	if (error == 0 && process->object->dying)
		error = TN_EDYING;
	model.code_syncs += error == 0;
	return model_refused(error);
}

/* --- pools ---------------------------------------------------------------------------------- */

struct answer model_pool_info(const uint64_t *a, const uint64_t *utcb)
{
	struct model_cap *c;
	int error = model_lookup(a[0], TN_CAP_POOL, 0, &c);
	const uint64_t *words;

	if (error != 0)
		return model_refused(error);
	words = (const uint64_t *)&c->object->info;
	for (unsigned i = 0; i < sizeof(struct tn_pool_info) / 8; i++)
		if (utcb[i] != words[i])
			model_complain("pool_info: word %u is %lu, not %lu", i,
				       (unsigned long)utcb[i], (unsigned long)words[i]);
	return model_answer(0, c->object->info.free);
}

struct answer model_pool_watch(const uint64_t *a)
{
	struct model_cap *pool, *thread;
	int error = model_lookup(a[0], TN_CAP_POOL, TN_RIGHT_OWN, &pool);

	if (error == 0)
		error = model_lookup(a[2], TN_CAP_THREAD, TN_THREAD_SIGNAL, &thread);
	if (error == 0 && pool->object->dying)
		error = TN_EDYING;
	if (error == 0)
		model_watch(pool->object, a[1], thread, a[3]);
	return model_refused(error);
}

/* --- interrupts ----------------------------------------------------------------------------- */

static bool is_bound(const struct model_binding *b)
{
	return b->thread.type != TN_CAP_NONE && model_cap_is_live(&b->thread);
}

static int irq_lookup(uint64_t slot, struct model_cap **irq)
{
	return model_lookup(slot, TN_CAP_IRQ, TN_IRQ_BIND, irq);
}

struct answer model_irq_bind(const uint64_t *a)
{
	struct model_cap *irq, *thread;
	struct model_binding *b;
	int error = irq_lookup(a[0], &irq);

	if (error == 0)
		error = model_lookup(a[1], TN_CAP_THREAD, TN_THREAD_SIGNAL, &thread);
	if (error == 0 && irq->count != 1)
		error = TN_EINVAL;
	if (error == 0 && thread->object->process->dying)
		error = TN_EDYING;
	b = error == 0 ? &model.irqs[irq->first] : NULL;
	if (b != NULL && is_bound(b))
		error = TN_EBUSY;
	if (error == 0)
		*b = (struct model_binding){.thread = *thread, .bits = a[2], .enabled = true};
	return model_refused(error);
}

struct answer model_irq_ack(const uint64_t *a)
{
	struct model_cap *irq;
	int error = irq_lookup(a[0], &irq);

	if (error == 0 && irq->count != 1)
		error = TN_EINVAL;
	if (error == 0)
		model.completed = irq->first;
	return model_refused(error);
}

void model_interrupt(unsigned source)
{
	struct model_binding *b = &model.irqs[source];

	if (source == 0)
		return;
	if (is_bound(b))
		b->thread.object->signals |= b->bits;
	else
		b->enabled = false;
}

void model_compare_host(void)
{
	if (host_irq_completed != model.completed)
		model_complain("interrupt %u was acknowledged", host_irq_completed);
	if (host_cache_op_count != model.cache_ops || host_sync_count != model.code_syncs)
		model_complain("%lu cache operations, %lu of code", host_cache_op_count,
			       host_sync_count);
	for (unsigned i = 0; i < MODEL_IRQS; i++)
		if (host_irq_enabled[i] != model.irqs[i].enabled)
			model_complain("interrupt %u is %s", i, host_irq_enabled[i] ? "on" : "off");
}

/* --- comparison ----------------------------------------------------------------------------- */

static bool slot_same(const struct slot *s, const struct model_cap *c)
{
	if (SLOT_TYPE(s->word) != c->type || SLOT_RIGHTS(s->word) != c->rights)
		return false;
	if (c->type == TN_CAP_FRAMES || c->type == TN_CAP_DEVICE || c->type == TN_CAP_IRQ)
		return s->frame == c->first && s->badge == c->count;
	if (!model_is_object(c->type))
		return true;
	return s->frame == c->object->frame && s->badge == c->badge &&
	       slot_is_live(s) == model_cap_is_live(c);
}

void model_compare_slots(const struct model_object *p)
{
	const struct process *k = host_memory(p->frame);

	for (unsigned page = 0; page < TN_CAPS_PAGES; page++) {
		bool none = k->directory[page] == caps_none;

		if (none != (p->caps[page] == NULL)) {
			model_complain("page %u of slots of process 0x%lx", page,
				       (unsigned long)p->frame);
			return;
		}
		for (unsigned i = 0; !none && i < TN_CAPS_SLOTS; i++)
			if (!slot_same(&k->directory[page][i], &p->caps[page][i]))
				model_complain("slot %u of process 0x%lx", page * TN_CAPS_SLOTS + i,
					       (unsigned long)p->frame);
	}
	if (k->dying < p->dying || k->ceiling != p->ceiling)
		model_complain("process 0x%lx: dying, or another ceiling", (unsigned long)p->frame);
}

void model_compare_pool(const struct model_object *pool)
{
	const struct tn_pool_info *i = &pool->info;
	const struct pool *k = host_memory(pool->frame);

	if (k->free != i->free || pool_used(k) != i->used || k->peak > i->peak ||
	    memcmp(k->kinds, i->kinds, sizeof(k->kinds)) != 0 || k->boot != i->boot ||
	    memcmp(&k->given, &i->give_calls, 4 * sizeof(struct pool_flow)) != 0 ||
	    k->enomem != i->enomem || k->depth != i->depth)
		model_complain("the account of pool 0x%lx", (unsigned long)pool->frame);
	if (k->low != pool->low || k->rearm != pool->rearm)
		model_complain("the watch of pool 0x%lx", (unsigned long)pool->frame);
}

void model_compare_thread(const struct model_object *t)
{
	const struct thread *k = host_memory(t->frame);
	uint64_t utcb = k->utcb != NULL ? frame_of(k->utcb).n : 0;

	if (k->signals != t->signals || utcb != t->utcb ||
	    k->state != (t->ready ? TN_THREAD_RUNNING : TN_THREAD_STOPPED))
		model_complain("thread 0x%lx: signals 0x%lx, state %lu, UTCB 0x%lx",
			       (unsigned long)t->frame, (unsigned long)k->signals,
			       (unsigned long)k->state, (unsigned long)utcb);
}
