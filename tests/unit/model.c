/*
 * model.c - frames, pools, objects and capabilities of the model: see model.h.
 */
#include "model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct model model;
char model_complaint[256];

#define BLOCK 512u

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

static struct answer refused(int error)
{
	return model_answer(error, error == 0 ? 0 : MODEL_UNSAID);
}

/* --- frames --------------------------------------------------------------------------------- */

struct model_frame *model_frame_at(uint64_t f)
{
	return f - model.first < model.count ? &model.frames[f - model.first] : NULL;
}

uint32_t *model_block(uint64_t f)
{
	return &model.blocks[f / BLOCK - model.first / BLOCK];
}

static bool is_covered(uint64_t f)
{
	return *model_block(f) != 0;
}

bool model_block_is_user(uint64_t f)
{
	for (uint64_t i = f / BLOCK * BLOCK; i < f / BLOCK * BLOCK + BLOCK; i++) {
		const struct model_frame *m = model_frame_at(i);

		if (m == NULL || m->kind != TN_KIND_USER)
			return false;
	}
	return true;
}

uint64_t model_info(uint64_t f)
{
	struct answer a = host_call(TN_CALL_FRAME_INFO, TN_SLOT_FRAMES, f, 1, 0, 0, 0);

	if (a.code != 0)
		model_complain("frame_info of 0x%lx answers %ld", (unsigned long)f, (long)a.code);
	return ((struct tn_utcb *)host_memory(world.utcb))->words[0];
}

static bool is_rest_of(uint64_t at, uint64_t count, uint64_t end)
{
	return at < end && count <= end - at;
}

bool model_covers(const struct model_cap *c, uint64_t first, uint64_t count)
{
	return first >= c->first && is_rest_of(first, count, c->first + c->count);
}

uint64_t model_uncovered(const struct model_cap *c, uint64_t first, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		if (!model_covers(c, first + i, 1))
			return first + i;
	return MODEL_UNSAID;
}

int model_give_refusal(uint64_t f)
{
	const struct model_frame *m = model_frame_at(f);

	if (m == NULL || m->kind == TN_KIND_HOLE)
		return TN_ENXIO;
	if (m->kind != TN_KIND_USER)
		return TN_EKERNEL;
	if (m->refs != 0 || is_covered(f))
		return TN_EBUSY;
	return f - model.window_first < model.window_count ? 0 : TN_ENOTSUP;
}

int model_free_refusal(const struct model_object *pool, uint64_t f)
{
	const struct model_frame *m = model_frame_at(f);

	if (m == NULL || m->kind == TN_KIND_HOLE)
		return TN_ENXIO;
	if (m->kind == TN_KIND_USER)
		return TN_EUSER;
	if (m->kind != TN_KIND_FREE)
		return TN_EBUSY;
	return m->pool == pool ? 0 : TN_EXDEV;
}

/* --- pools ---------------------------------------------------------------------------------- */

static void use(struct model_object *pool, unsigned kind)
{
	struct tn_pool_info *i = &pool->info;

	i->used++;
	i->kinds[kind]++;
	if (i->used > i->peak)
		i->peak = i->used;
}

void model_take(struct model_object *pool, unsigned kind, uint64_t f)
{
	struct model_frame *m = model_frame_at(f);

	if (m == NULL || m->kind != TN_KIND_FREE || m->pool != pool) {
		model_complain("frame 0x%lx was taken but is not free in the pool", (unsigned long)f);
		return;
	}
	m->kind = kind;
	pool->info.free--;
	use(pool, kind);
}

void model_take_user(struct model_object *pool, unsigned kind, uint64_t f)
{
	struct model_frame *m = model_frame_at(f);

	*m = (struct model_frame){.kind = kind, .pool = pool};
	pool->info.give_frames++; /* by another call than frame_give */
	use(pool, kind);
}

void model_put(struct model_object *pool, uint64_t f, bool clean)
{
	struct model_frame *m = model_frame_at(f);

	pool->info.used--;
	pool->info.kinds[m->kind]--;
	pool->info.free++;
	m->kind = TN_KIND_FREE;
	m->pool = pool;
	m->clean = clean || m->clean;
}

static int short_of(struct model_object *pool, uint64_t need, uint64_t *missing)
{
	if (pool->info.free >= need)
		return 0;
	pool->info.enomem++;
	*missing = need - pool->info.free;
	return TN_ENOMEM;
}

int model_supply_refusal(struct model_object *pool, uint64_t frame, const struct model_cap *frames,
			 uint64_t *value)
{
	int error;

	if (frame == TN_ANY)
		return short_of(pool, 1, value);
	*value = frame;
	if (frames == NULL)
		return model_free_refusal(pool, frame);
	if (!model_covers(frames, frame, 1))
		return TN_EACCES;
	error = model_give_refusal(frame);
	return error;
}

/* --- capabilities --------------------------------------------------------------------------- */

static bool is_object(unsigned type)
{
	return type >= TN_CAP_POOL && type <= TN_CAP_ENDPOINT;
}

bool model_cap_is_live(const struct model_cap *c)
{
	return !is_object(c->type) || (c->object->alive && c->object->life == c->life);
}

static struct model_cap *slot_of(const struct model_object *p, uint64_t slot)
{
	if (slot >= TN_CAPS_PAGES * TN_CAPS_SLOTS || p->caps[slot / TN_CAPS_SLOTS] == NULL)
		return NULL;
	return &p->caps[slot / TN_CAPS_SLOTS][slot % TN_CAPS_SLOTS];
}

int model_lookup(uint64_t slot, unsigned type, unsigned rights, struct model_cap **cap)
{
	struct model_cap *c = slot_of(model.self, slot);

	*cap = c;
	if (c == NULL)
		return TN_ERANGE;
	if (c->type == TN_CAP_NONE)
		return TN_ENOENT;
	if (c->type != type)
		return TN_EBADF;
	if ((c->rights & rights) != rights)
		return TN_EPERM;
	return model_cap_is_live(c) ? 0 : TN_ESTALE;
}

/* As model_lookup, whatever the type of object. */
static int object_lookup(uint64_t slot, unsigned rights, struct model_cap **cap)
{
	const struct model_cap *c = slot_of(model.self, slot);

	return model_lookup(slot, c != NULL && is_object(c->type) ? c->type : TN_CAP_POOL, rights, cap);
}

/* The table of the caller, or of a process that it manages. */
static int place_lookup(uint64_t process, uint64_t slot, struct model_cap **cap)
{
	const struct model_object *p = model.self;
	struct model_cap *c;
	int error;

	if (process != TN_SELF) {
		error = model_lookup(process, TN_CAP_PROCESS, TN_PROCESS_MANAGE, &c);
		if (error != 0)
			return error;
		p = c->object;
	}
	if (p->dying)
		return TN_EDYING;
	*cap = slot_of(p, slot);
	return *cap == NULL ? TN_ERANGE : 0;
}

/* --- frames: give, reclaim, move ------------------------------------------------------------ */

static struct answer give(const uint64_t *a)
{
	struct model_cap *frames, *pool;
	int error;

	if (a[3] < 1 || a[3] > TN_BATCH)
		return refused(TN_EINVAL);
	error = model_lookup(a[0], TN_CAP_FRAMES, TN_FRAMES_GIVE, &frames);
	if (error == 0)
		error = model_lookup(a[1], TN_CAP_POOL, TN_POOL_GIVE, &pool);
	if (error == 0 && pool->object->dying)
		error = TN_EDYING;
	if (error != 0)
		return refused(error);
	if (!model_covers(frames, a[2], a[3]))
		return model_answer(TN_EACCES, model_uncovered(frames, a[2], a[3]));
	for (uint64_t f = a[2]; f < a[2] + a[3]; f++)
		if (model_give_refusal(f) != 0)
			return model_answer(model_give_refusal(f), f);
	for (uint64_t f = a[2]; f < a[2] + a[3]; f++)
		*model_frame_at(f) = (struct model_frame){.kind = TN_KIND_FREE, .pool = pool->object};
	pool->object->info.free += a[3];
	pool->object->info.give_calls++;
	pool->object->info.give_frames += a[3];
	return model_answer(0, MODEL_UNSAID);
}

static void to_user(struct model_object *pool, uint64_t f)
{
	*model_frame_at(f) = (struct model_frame){.kind = TN_KIND_USER};
	pool->info.free--;
	pool->info.reclaim_frames++;
}

/* The runs that the kernel chose: free, covered, and not fewer than they had to be. */
static struct answer reclaim_any(const struct model_cap *frames, struct model_object *pool,
				 uint64_t count, struct answer got, const uint64_t *utcb)
{
	uint64_t taken = 0, runs = got.value >> 32, whole;

	whole = frames->first <= model.first && frames->first + frames->count >= model.first + model.count
			? (count < pool->info.free ? count : pool->info.free)
			: 0;
	for (uint64_t i = 0; i < runs && i < TN_UTCB_WORDS; i++)
		for (uint64_t f = TN_RUN_FIRST(utcb[i]); f < TN_RUN_FIRST(utcb[i]) + (uint64_t)TN_RUN_COUNT(utcb[i]);
		     f++) {
			if (model_free_refusal(pool, f) != 0 || !model_covers(frames, f, 1)) {
				model_complain("reclaim took frame 0x%lx", (unsigned long)f);
				return got;
			}
			to_user(pool, f);
			taken++;
		}
	if (taken > count || (taken < whole && runs < TN_UTCB_WORDS))
		model_complain("reclaim of any took %lu", (unsigned long)taken);
	pool->info.reclaim_calls++;
	return model_answer(0, taken + (runs << 32));
}

static struct answer reclaim(const uint64_t *a, struct answer got, const uint64_t *utcb)
{
	struct model_cap *frames, *pool;
	int error;

	if (a[3] < 1 || a[3] > TN_BATCH)
		return refused(TN_EINVAL);
	error = model_lookup(a[0], TN_CAP_FRAMES, 0, &frames);
	if (error == 0)
		error = model_lookup(a[1], TN_CAP_POOL, TN_POOL_RECLAIM, &pool);
	if (error == 0 && pool->object->dying)
		error = TN_EDYING;
	if (error != 0)
		return refused(error);
	if (a[2] == TN_ANY)
		return reclaim_any(frames, pool->object, a[3], got, utcb);
	if (!model_covers(frames, a[2], a[3]))
		return model_answer(TN_EACCES, model_uncovered(frames, a[2], a[3]));
	for (uint64_t f = a[2]; f < a[2] + a[3]; f++)
		if (model_free_refusal(pool->object, f) != 0)
			return model_answer(model_free_refusal(pool->object, f), f);
	for (uint64_t f = a[2]; f < a[2] + a[3]; f++)
		to_user(pool->object, f);
	pool->object->info.reclaim_calls++;
	return model_answer(0, MODEL_UNSAID);
}

/* Which frames moved is the kernel's choice. */
static void move_seen(struct model_object *from, struct model_object *to, uint64_t count)
{
	uint64_t moved = 0;

	for (uint64_t f = model.first; f < model.first + model.count; f++) {
		struct model_frame *m = model_frame_at(f);
		uint64_t w;

		if (m->kind != TN_KIND_FREE || m->pool != from)
			continue;
		w = model_info(f);
		if (TN_INFO_KIND(w) == TN_KIND_FREE && TN_INFO_LOW(w) == to->frame) {
			m->pool = to;
			moved++;
		}
	}
	if (moved != count)
		model_complain("%lu frames moved, not %lu", (unsigned long)moved, (unsigned long)count);
}

static void move_account(struct model_object *from, struct model_object *to, uint64_t count)
{
	from->info.free -= count;
	from->info.move_out_frames += count;
	to->info.free += count;
	to->info.move_in_frames += count;
}

static struct answer move(const uint64_t *a)
{
	struct model_cap *from, *to;
	uint64_t missing = 0;
	int error;

	if (a[2] < 1 || a[2] > TN_BATCH)
		return refused(TN_EINVAL);
	error = model_lookup(a[0], TN_CAP_POOL, TN_POOL_RECLAIM, &from);
	if (error == 0)
		error = model_lookup(a[1], TN_CAP_POOL, TN_POOL_GIVE, &to);
	if (error == 0 && from->object == to->object)
		error = TN_EINVAL;
	if (error == 0 && (from->object->dying || to->object->dying))
		error = TN_EDYING;
	if (error != 0)
		return refused(error);
	if (short_of(from->object, a[2], &missing) != 0)
		return model_answer(TN_ENOMEM, missing);
	move_seen(from->object, to->object, a[2]);
	move_account(from->object, to->object, a[2]);
	from->object->info.move_out_calls++;
	to->object->info.move_in_calls++;
	return model_answer(0, MODEL_UNSAID);
}

/* --- objects -------------------------------------------------------------------------------- */

static struct model_object *object_new(unsigned kind, uint64_t frame, struct model_object *pool)
{
	struct model_object *o = calloc(1, sizeof(*o));

	*o = (struct model_object){.next = model.objects, .kind = kind, .alive = true,
				   .frame = frame, .life = 1, .pool = pool};
	model.objects = o;
	if (kind == TN_KIND_POOL)
		o->info = (struct tn_pool_info){.depth = pool != NULL ? pool->info.depth + 1 : 0,
						.frame = frame,
						.parent = pool != NULL ? pool->frame : TN_NONE};
	return o;
}

static struct model_cap object_cap(struct model_object *o)
{
	return (struct model_cap){.type = o->kind, .rights = TN_RIGHTS_ALL, .object = o,
				  .life = o->life};
}

/* The frame of `kind` that the kernel made of a free one of the pool, where it could choose. */
static uint64_t chosen_frame(const struct model_object *pool, unsigned kind)
{
	uint64_t found = MODEL_UNSAID;

	for (uint64_t f = model.first; f < model.first + model.count; f++) {
		const struct model_frame *m = model_frame_at(f);

		if (m->kind != TN_KIND_FREE || m->pool != pool || TN_INFO_KIND(model_info(f)) != kind)
			continue;
		if (found != MODEL_UNSAID)
			model_complain("two frames were taken: 0x%lx and 0x%lx", (unsigned long)found,
				       (unsigned long)f);
		found = f;
	}
	if (found == MODEL_UNSAID)
		model_complain("no frame became %u", kind);
	return found;
}

static bool is_of_pool(uint64_t kind)
{
	return kind == TN_KIND_POOL || kind == TN_KIND_PROCESS;
}

static bool is_creatable(const uint64_t *a)
{
	if (a[0] < TN_KIND_POOL || a[0] > TN_KIND_CAPS)
		return false;
	if (a[5] > (a[0] == TN_KIND_PROCESS ? 63 : 0))
		return false;
	return a[2] != TN_ANY || a[3] == TN_NONE;
}

/* The caller's slot, or the place in the directory of the process. */
static int name_refusal(const uint64_t *a, const struct model_object *process)
{
	const struct model_cap *c;

	if (a[0] == TN_KIND_CAPS) {
		if (a[4] >= TN_CAPS_PAGES)
			return TN_ERANGE;
		return process->caps[a[4]] == NULL ? 0 : TN_EEXIST;
	}
	c = slot_of(model.self, a[4]);
	if (c == NULL)
		return TN_ERANGE;
	return c->type == TN_CAP_NONE ? 0 : TN_EEXIST;
}

static int create_lookup(const uint64_t *a, struct model_object **pool,
			 struct model_object **process, struct model_cap **frames)
{
	struct model_cap *target;
	unsigned gives = a[3] != TN_NONE ? TN_POOL_GIVE : 0;
	int error;

	*frames = NULL;
	if (is_of_pool(a[0]))
		error = model_lookup(a[1], TN_CAP_POOL, TN_POOL_CREATE | gives, &target);
	else
		error = model_lookup(a[1], TN_CAP_PROCESS, TN_PROCESS_MANAGE, &target);
	if (error == 0 && gives != 0)
		error = model_lookup(a[3], TN_CAP_FRAMES, TN_FRAMES_GIVE, frames);
	if (error != 0)
		return error;
	*process = is_of_pool(a[0]) ? NULL : target->object;
	*pool = is_of_pool(a[0]) ? target->object : target->object->pool;
	return (*pool)->dying || (*process != NULL && (*process)->dying) ? TN_EDYING : 0;
}

static void create_apply(const uint64_t *a, struct model_object *pool, struct model_object *process,
			 const struct model_cap *frames)
{
	unsigned kind = (unsigned)a[0];
	uint64_t frame = a[2] == TN_ANY ? chosen_frame(pool, kind) : a[2];
	struct model_object *o;

	if (frame == MODEL_UNSAID)
		return;
	if (frames != NULL)
		model_take_user(pool, kind, frame);
	else
		model_take(pool, kind, frame);
	if (kind == TN_KIND_CAPS) {
		model_frame_at(frame)->pool = pool;
		process->caps[a[4]] = calloc(TN_CAPS_SLOTS, sizeof(struct model_cap));
		process->caps_frame[a[4]] = frame;
		return;
	}
	o = object_new(kind, frame, pool);
	o->process = process;
	*slot_of(model.self, a[4]) = object_cap(o);
}

static struct answer create(const uint64_t *a)
{
	struct model_object *pool, *process;
	struct model_cap *frames;
	uint64_t value = MODEL_UNSAID;
	int error;

	if (!is_creatable(a))
		return refused(TN_EINVAL);
	error = create_lookup(a, &pool, &process, &frames);
	if (error == 0)
		error = name_refusal(a, process);
	if (error == 0 && a[0] == TN_KIND_POOL && pool->info.depth + 1 >= 16)
		error = TN_EOVERFLOW;
	if (error == 0)
		error = model_supply_refusal(pool, a[2], frames, &value);
	if (error != 0)
		return model_answer(error, value);
	create_apply(a, pool, process, frames);
	return model_answer(0, MODEL_UNSAID);
}

/* --- ends ----------------------------------------------------------------------------------- */

static bool is_within(const struct model_object *inner, const struct model_object *outer)
{
	for (; inner != NULL; inner = inner->pool)
		if (inner == outer)
			return true;
	return false;
}

static void part_end(struct model_object *o)
{
	o->alive = false;
	model_put(o->pool, o->frame, false);
}

static void process_end(struct model_object *p)
{
	for (struct model_object *o = model.objects; o != NULL; o = o->next)
		if (o->alive && o->process == p)
			part_end(o);
	for (unsigned i = 0; i < TN_CAPS_PAGES; i++) {
		if (p->caps[i] == NULL)
			continue;
		free(p->caps[i]);
		p->caps[i] = NULL;
		model_put(p->pool, p->caps_frame[i], true);
	}
	model_space_end(p);
	part_end(p);
}

/* All free frames of `from` become to's, known by name. */
static void pour(struct model_object *from, struct model_object *to)
{
	for (uint64_t f = model.first; f < model.first + model.count; f++)
		if (model_frame_at(f)->kind == TN_KIND_FREE && model_frame_at(f)->pool == from)
			model_frame_at(f)->pool = to;
	move_account(from, to, from->info.free);
	to->info.move_in_calls++;
}

static void pool_revoke(struct model_object *top)
{
	for (struct model_object *o = model.objects; o != NULL; o = o->next)
		if (o->alive && o->kind == TN_KIND_PROCESS && is_within(o->pool, top))
			process_end(o);
	/* children stand before their parents in the list: new objects are put in front */
	for (struct model_object *o = model.objects; o != NULL; o = o->next)
		if (o->alive && o->kind == TN_KIND_POOL && o != top && is_within(o, top)) {
			pour(o, top);
			part_end(o);
		}
}

static struct answer revoke(const uint64_t *a)
{
	struct model_cap *pool;
	int error;

	if (a[1] > TN_FLAG_STEP)
		return refused(TN_EINVAL);
	error = model_lookup(a[0], TN_CAP_POOL, TN_RIGHT_OWN, &pool);
	if (error == 0 && is_within(model.self->pool, pool->object))
		error = TN_EBUSY;
	if (error != 0)
		return refused(error);
	pool_revoke(pool->object);
	pool->object->dying = false;
	return model_answer(0, MODEL_UNSAID);
}

static void object_end(struct model_object *o)
{
	if (o->kind == TN_KIND_PROCESS) {
		process_end(o);
	} else if (o->kind == TN_KIND_POOL) {
		pool_revoke(o);
		pour(o, o->pool);
		part_end(o);
	} else {
		part_end(o);
	}
}

static struct answer destroy(const uint64_t *a)
{
	struct model_cap *c;
	int error;

	if (a[1] > TN_FLAG_STEP)
		return refused(TN_EINVAL);
	error = object_lookup(a[0], TN_RIGHT_OWN, &c);
	if (error == 0 && (c->object == model.self || c->object == model.thread ||
			   is_within(model.self->pool, c->object)))
		error = TN_EBUSY;
	if (error != 0)
		return refused(error);
	object_end(c->object);
	*slot_of(model.self, a[0]) = (struct model_cap){.type = TN_CAP_NONE};
	return model_answer(0, MODEL_UNSAID);
}

/* With STEP, and not done yet: the object answers EDYING from now on. */
static struct answer step(const struct model_call *call)
{
	struct model_cap *c;

	if ((call->a[1] & TN_FLAG_STEP) == 0 || object_lookup(call->a[0], TN_RIGHT_OWN, &c) != 0) {
		model_complain("EAGAIN without STEP");
		return model_answer(TN_EAGAIN, MODEL_UNSAID);
	}
	c->object->dying = true;
	return model_answer(TN_EAGAIN, MODEL_UNSAID);
}

/* --- capability calls ----------------------------------------------------------------------- */

static int copy_refusal(const struct model_cap *s, const uint64_t *a)
{
	if (s->type == TN_CAP_REPLY || s->type == TN_CAP_IRQ)
		return TN_ENOTSUP;
	if (a[3] > TN_RIGHTS_ALL || (a[3] & ~s->rights) != 0)
		return TN_EPERM;
	if (s->type == TN_CAP_FRAMES || s->type == TN_CAP_DEVICE)
		return a[5] == 0 || model_covers(s, a[4], a[5]) ? 0 : TN_EACCES;
	if (a[5] != 0 || a[4] > UINT32_MAX || (s->type != TN_CAP_ENDPOINT && a[4] != 0))
		return TN_EINVAL;
	return a[4] != 0 && s->badge != 0 ? TN_EPERM : 0;
}

static struct answer cap_copy(const uint64_t *a)
{
	struct model_cap *s = slot_of(model.self, a[0]), *to, *ignored;
	int error = model_lookup(a[0], s != NULL ? s->type : 0, 0, &ignored);

	if (error == 0)
		error = place_lookup(a[1], a[2], &to);
	if (error == 0 && to->type != TN_CAP_NONE)
		error = TN_EEXIST;
	if (error == 0)
		error = copy_refusal(s, a);
	if (error != 0)
		return refused(error);
	*to = *s;
	to->rights = (unsigned)a[3];
	if (a[5] != 0) {
		to->first = a[4];
		to->count = a[5];
	} else if (s->type == TN_CAP_ENDPOINT && a[4] != 0) {
		to->badge = a[4];
	}
	return model_answer(0, MODEL_UNSAID);
}

static struct answer cap_delete(const uint64_t *a)
{
	struct model_cap *c;
	int error = place_lookup(a[0], a[1], &c);

	if (error == 0 && c->type == TN_CAP_NONE)
		error = TN_ENOENT;
	if (error != 0)
		return refused(error);
	*c = (struct model_cap){.type = TN_CAP_NONE};
	return model_answer(0, MODEL_UNSAID);
}

static struct answer cap_revoke(const uint64_t *a)
{
	struct model_cap *c;
	int error = object_lookup(a[0], TN_RIGHT_OWN, &c);

	if (error == 0 && c->object->dying)
		error = TN_EDYING;
	if (error != 0)
		return refused(error);
	c->life = ++c->object->life;
	return model_answer(0, MODEL_UNSAID);
}

static void info_check(const struct model_cap *c, const uint64_t *utcb)
{
	const struct tn_cap_info *info = (const struct tn_cap_info *)utcb;
	bool range = c->type == TN_CAP_FRAMES || c->type == TN_CAP_DEVICE;

	if (info->type != c->type || info->rights != c->rights || info->live != model_cap_is_live(c))
		model_complain("cap_info says type %lu, rights %lu, live %lu",
			       (unsigned long)info->type, (unsigned long)info->rights,
			       (unsigned long)info->live);
	if (range && (info->first != c->first || info->count != c->count))
		model_complain("cap_info says range 0x%lx + %lu", (unsigned long)info->first,
			       (unsigned long)info->count);
	if (is_object(c->type) && (info->frame != c->object->frame || info->badge != c->badge))
		model_complain("cap_info says frame 0x%lx, badge %lu", (unsigned long)info->frame,
			       (unsigned long)info->badge);
}

static struct answer cap_info(const uint64_t *a, const uint64_t *utcb)
{
	struct model_cap *c;
	int error = place_lookup(a[0], a[1], &c);

	if (error == 0 && c->type == TN_CAP_NONE)
		error = TN_ENOENT;
	if (error != 0)
		return refused(error);
	info_check(c, utcb);
	return model_answer(0, c->type + (c->rights << 8) + (model_cap_is_live(c) ? 1u << 16 : 0));
}

/* --- the call ------------------------------------------------------------------------------- */

static struct answer predict(const struct model_call *call, struct answer got, const uint64_t *utcb)
{
	const uint64_t *a = call->a;

	switch (call->number) {
	case TN_CALL_FRAME_GIVE:
		return give(a);
	case TN_CALL_FRAME_RECLAIM:
		return reclaim(a, got, utcb);
	case TN_CALL_FRAME_MOVE:
		return move(a);
	case TN_CALL_POOL_REVOKE:
		return got.code == -TN_EAGAIN ? step(call) : revoke(a);
	case TN_CALL_CREATE:
		return create(a);
	case TN_CALL_DESTROY:
		return got.code == -TN_EAGAIN ? step(call) : destroy(a);
	case TN_CALL_CAP_COPY:
		return cap_copy(a);
	case TN_CALL_CAP_DELETE:
		return cap_delete(a);
	case TN_CALL_CAP_REVOKE:
		return cap_revoke(a);
	case TN_CALL_CAP_INFO:
		return cap_info(a, utcb);
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
	default:
		return refused(TN_ENOSYS);
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
		w += m->refs + (is_covered(f) ? TN_INFO_LARGE : 0);
	if (m->kind == TN_KIND_FREE || m->kind == TN_KIND_CAPS || m->kind == TN_KIND_TABLE)
		w += m->pool->frame;
	if (m->kind == TN_KIND_FREE && m->clean)
		w += TN_INFO_CLEAN;
	if (m->kind == TN_KIND_TABLE && full) {
		const struct model_object *p;
		const struct model_table *t = model_table_of(f, &p);

		if (t == NULL)
			return ~w;
		w += ((uint64_t)model_entries(p, t) << 32) + (t->is_explicit ? TN_INFO_EXPLICIT : 0);
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
				model_complain("frame 0x%lx: the kernel says 0x%lx, the model 0x%lx",
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
	model.blocks = calloc(model.count / BLOCK + 2, sizeof(uint32_t));
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

	model.root = object_new(TN_KIND_POOL, pool, NULL);
	for (uint64_t i = 0; i < boot; i++)
		*model_frame_at(pool + i) = (struct model_frame){TN_KIND_FREE, model.root, 0, false};
	model.root->info.boot = boot;
	model.root->info.free = boot;
	model_take(model.root, TN_KIND_POOL, pool);
	model.self = object_new(TN_KIND_PROCESS, frame_named_by(TN_SLOT_PROCESS), model.root);
	model_take(model.root, TN_KIND_PROCESS, model.self->frame);
	model.thread = object_new(TN_KIND_THREAD, frame_named_by(TN_SLOT_THREAD), model.root);
	model_take(model.root, TN_KIND_THREAD, model.thread->frame);
	model.thread->process = model.self;
	model.self->caps_frame[0] = chosen_frame(model.root, TN_KIND_CAPS);
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
	slots[TN_SLOT_POOL] = object_cap(model.root);
	slots[TN_SLOT_PROCESS] = object_cap(model.self);
	slots[TN_SLOT_THREAD] = object_cap(model.thread);
	slots[TN_SLOT_FRAMES] = (struct model_cap){.type = TN_CAP_FRAMES, .rights = TN_RIGHTS_ALL,
						   .first = model.first, .count = model.count};
	slots[TN_SLOT_SYSTEM] = (struct model_cap){.type = TN_CAP_SYSTEM, .rights = TN_RIGHTS_ALL};
	slots[TN_SLOT_DEVICES] = (struct model_cap){.type = TN_CAP_DEVICE,
						    .rights = TN_FRAMES_READ | TN_FRAMES_WRITE,
						    .first = device_first, .count = 1024};
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
