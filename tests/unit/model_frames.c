/*
 * model_frames.c - frames and pools of the model; give, reclaim and move.
 */
#include "model_parts.h"

#define BLOCK 512u

/* --- frames --------------------------------------------------------------------------------- */

struct model_frame *model_frame_at(uint64_t f)
{
	return f - model.first < model.count ? &model.frames[f - model.first] : NULL;
}

uint32_t *model_block(uint64_t f)
{
	return &model.blocks[f / BLOCK - model.first / BLOCK];
}

bool model_is_covered(uint64_t f)
{
	return *model_block(f) != 0;
}

bool model_block_is_user(uint64_t f)
{
	uint64_t first = f / BLOCK * BLOCK;

	if (first < model.first || first - model.first + BLOCK > model.count)
		return false;
	for (const struct model_frame *m = model_frame_at(first), *end = m + BLOCK; m < end; m++)
		if (m->kind != TN_KIND_USER)
			return false;
	return true;
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
	if (m->refs != 0 || model_is_covered(f))
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

static void fell(struct model_object *pool)
{
	if (pool->info.free >= pool->low)
		return;
	pool->rearm = pool->low;
	pool->low = 0;
	if (pool->watcher.type != TN_CAP_NONE && model_cap_is_live(&pool->watcher))
		pool->watcher.object->signals |= pool->watch_bits;
}

static void rose(struct model_object *pool)
{
	if (pool->rearm == 0 || pool->info.free < pool->rearm)
		return;
	pool->low = pool->rearm;
	pool->rearm = 0;
}

void model_watch(struct model_object *pool, uint64_t low, const struct model_cap *thread,
		 uint64_t bits)
{
	pool->watcher = *thread;
	pool->watch_bits = bits;
	pool->low = low;
	pool->rearm = 0;
	fell(pool);
}

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
		model_complain("frame 0x%lx was taken but is not free in the pool",
			       (unsigned long)f);
		return;
	}
	m->kind = (uint8_t)kind;
	pool->info.free--;
	use(pool, kind);
	fell(pool);
}

void model_take_user(struct model_object *pool, unsigned kind, uint64_t f)
{
	struct model_frame *m = model_frame_at(f);

	*m = (struct model_frame){.kind = (uint8_t)kind, .pool = pool};
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
	rose(pool);
}

int model_short(struct model_object *pool, uint64_t need, uint64_t *missing)
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
		return model_short(pool, 1, value);
	*value = frame;
	if (frames == NULL)
		return model_free_refusal(pool, frame);
	if (!model_covers(frames, frame, 1))
		return TN_EACCES;
	error = model_give_refusal(frame);
	return error;
}

/* --- frames: give, reclaim, move ------------------------------------------------------------ */

struct answer model_give(const uint64_t *a)
{
	struct model_cap *frames, *pool;
	int error;

	if (a[3] < 1 || a[3] > TN_BATCH)
		return model_refused(TN_EINVAL);
	error = model_lookup(a[0], TN_CAP_FRAMES, TN_FRAMES_GIVE, &frames);
	if (error == 0)
		error = model_lookup(a[1], TN_CAP_POOL, TN_POOL_GIVE, &pool);
	if (error == 0 && pool->object->dying)
		error = TN_EDYING;
	if (error != 0)
		return model_refused(error);
	if (!model_covers(frames, a[2], a[3]))
		return model_answer(TN_EACCES, model_uncovered(frames, a[2], a[3]));
	for (uint64_t f = a[2]; f < a[2] + a[3]; f++)
		if (model_give_refusal(f) != 0)
			return model_answer(model_give_refusal(f), f);
	for (uint64_t f = a[2]; f < a[2] + a[3]; f++)
		*model_frame_at(f) = (struct model_frame){.kind = TN_KIND_FREE,
							  .pool = pool->object};
	pool->object->info.free += a[3];
	pool->object->info.give_calls++;
	pool->object->info.give_frames += a[3];
	rose(pool->object);
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

	whole = frames->first <= model.first &&
				frames->first + frames->count >= model.first + model.count
			? (count < pool->info.free ? count : pool->info.free)
			: 0;
	for (uint64_t i = 0; i < runs && i < TN_UTCB_WORDS; i++)
		for (uint64_t f = TN_RUN_FIRST(utcb[i]);
		     f < TN_RUN_FIRST(utcb[i]) + (uint64_t)TN_RUN_COUNT(utcb[i]); f++) {
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
	fell(pool);
	return model_answer(0, taken + (runs << 32));
}

struct answer model_reclaim(const uint64_t *a, struct answer got, const uint64_t *utcb)
{
	struct model_cap *frames, *pool;
	int error;

	if (a[3] < 1 || a[3] > TN_BATCH)
		return model_refused(TN_EINVAL);
	error = model_lookup(a[0], TN_CAP_FRAMES, 0, &frames);
	if (error == 0)
		error = model_lookup(a[1], TN_CAP_POOL, TN_POOL_RECLAIM, &pool);
	if (error == 0 && pool->object->dying)
		error = TN_EDYING;
	if (error != 0)
		return model_refused(error);
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
	fell(pool->object);
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
		w = frame_get(pfn(f));
		if (FRAME_KIND(w) == TN_KIND_FREE && (uint32_t)w == to->frame) {
			m->pool = to;
			moved++;
		}
	}
	if (moved != count)
		model_complain("%lu frames moved, not %lu", (unsigned long)moved,
			       (unsigned long)count);
}

void model_move_account(struct model_object *from, struct model_object *to, uint64_t count)
{
	from->info.free -= count;
	from->info.move_out_frames += count;
	to->info.free += count;
	to->info.move_in_frames += count;
	rose(to);
	fell(from);
}

struct answer model_move(const uint64_t *a)
{
	struct model_cap *from, *to;
	uint64_t missing = 0;
	int error;

	if (a[2] < 1 || a[2] > TN_BATCH)
		return model_refused(TN_EINVAL);
	error = model_lookup(a[0], TN_CAP_POOL, TN_POOL_RECLAIM, &from);
	if (error == 0)
		error = model_lookup(a[1], TN_CAP_POOL, TN_POOL_GIVE, &to);
	if (error == 0 && from->object == to->object)
		error = TN_EINVAL;
	if (error == 0 && (from->object->dying || to->object->dying))
		error = TN_EDYING;
	if (error != 0)
		return model_refused(error);
	if (model_short(from->object, a[2], &missing) != 0)
		return model_answer(TN_ENOMEM, missing);
	move_seen(from->object, to->object, a[2]);
	model_move_account(from->object, to->object, a[2]);
	from->object->info.move_out_calls++;
	to->object->info.move_in_calls++;
	return model_answer(0, MODEL_UNSAID);
}
