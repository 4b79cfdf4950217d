/*
 * model_map.c - map, unmap and protect of the model.
 */
#include "model_parts.h"

#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define LARGE (512 * PAGE)
#define SLOW_MAX 256u /* entries a call visits where each takes long */
#define RIGHTS (TN_MAP_READ | TN_MAP_WRITE | TN_MAP_EXECUTE)
#define PASSED_MAX ((uint64_t)1 << 31)

/* --- what the calls share ------------------------------------------------------------------- */

static bool rights_legal(uint64_t rights)
{
	return rights == TN_MAP_READ || rights == (TN_MAP_READ | TN_MAP_WRITE) ||
	       rights == TN_MAP_EXECUTE || rights == (TN_MAP_READ | TN_MAP_EXECUTE);
}

static int shape_refusal(uint64_t va, uint64_t count)
{
	if (va % PAGE != 0 || count == 0)
		return TN_EINVAL;
	return va < model_user_end() && count <= (model_user_end() - va) / PAGE ? 0 : TN_EFAULT;
}

/* FRAMES or DEVICE, whichever the slot holds. */
static int range_lookup(uint64_t slot, unsigned rights, struct model_cap **cap)
{
	int error = model_lookup(slot, TN_CAP_DEVICE, rights, cap);

	return *cap != NULL && (*cap)->type == TN_CAP_DEVICE
		       ? error
		       : model_lookup(slot, TN_CAP_FRAMES, rights, cap);
}

/* --- map ------------------------------------------------------------------------------------ */

struct mapping {
	struct model_object *p;
	const struct model_cap *frames;
	uint64_t va, first, count, flags, n;
	unsigned level;
};

static bool is_device(const struct mapping *m)
{
	return m->frames->type == TN_CAP_DEVICE;
}

static bool large_fits(const struct mapping *m)
{
	return (m->flags & TN_MAP_SMALL) == 0 && m->va % LARGE == 0 && m->first % 512 == 0 &&
	       m->count >= 512 && (is_device(m) || model_block_is_user(m->first)) &&
	       model_table_find(m->p, 0, m->va) == NULL;
}

/* EEXIST, and how far the batch goes. */
static int places_refusal(struct mapping *m, const struct model_table *t, uint64_t *value)
{
	*value = m->va;
	if (t == NULL || t->level != m->level)
		return model_page_at(m->p, m->va) != NULL ? TN_EEXIST : 0;
	for (uint64_t i = 0; i < m->n; i++) {
		uint64_t va = m->va + i * model_reach(m->level);
		const struct model_page *g = model_page_at(m->p, va);

		if (g != NULL && g->level == m->level) {
			*value = va;
			return TN_EEXIST;
		}
		if (m->level > 0 && model_table_find(m->p, m->level - 1, va) != NULL)
			m->n = i;
	}
	return 0;
}

static int frame_refusal(const struct mapping *m, uint64_t f)
{
	const struct model_frame *d = model_frame_at(f);
	bool zero = (m->flags & TN_MAP_ZERO) != 0;

	if (d == NULL || d->kind == TN_KIND_HOLE)
		return TN_ENXIO;
	if (d->kind == TN_KIND_BOOT && (m->flags & RIGHTS) == TN_MAP_READ && !zero)
		return 0;
	if (d->kind != TN_KIND_USER)
		return TN_EKERNEL;
	if (zero && (d->refs != 0 || *model_block(f) != 0))
		return TN_EBUSY;
	return zero && f - model.window_first >= model.window_count ? TN_ENOTSUP : 0;
}

static int frames_refusal(struct mapping *m, uint64_t *value)
{
	*value = m->first;
	if (is_device(m))
		return m->flags & TN_MAP_ZERO ? TN_ENOTSUP : 0;
	for (uint64_t i = 0; m->level == 0 && i < m->n; i++) {
		int error = frame_refusal(m, m->first + i);

		*value = m->first + i;
		if (error != 0)
			return error;
	}
	for (uint64_t i = 0; m->level == 0 && i < m->n; i++)
		if (model_frame_at(m->first + i)->kind == TN_KIND_BOOT && m->n > SLOW_MAX)
			m->n = SLOW_MAX;
	for (uint64_t i = 0; m->level == 1 && i < m->n; i++)
		if (!model_block_is_user(m->first + i * 512))
			m->n = i;
	return 0;
}

static void mapping_apply(const struct mapping *m, unsigned from)
{
	for (unsigned level = from; level-- > m->level;)
		model_table_add(m->p, level, m->va);
	for (uint64_t i = 0; i < m->n; i++) {
		uint64_t f = m->first + i * (model_reach(m->level) / PAGE);
		bool counted = !is_device(m) && model_frame_at(f)->kind == TN_KIND_USER;

		model_leaf_add(m->p, m->va + i * model_reach(m->level),
			       (struct model_page){.mapped = true,
						   .counted = counted,
						   .level = (uint8_t)m->level,
						   .rights = m->flags & RIGHTS,
						   .frame = f});
	}
}

static struct answer mapping_do(struct mapping *m)
{
	const struct model_table *t;
	unsigned from;
	uint64_t value, room;
	int error;

	m->level = large_fits(m) ? 1 : 0;
	t = model_table_lowest(m->p, m->level, m->va);
	from = t != NULL ? t->level : model.levels;
	m->n = m->count / (model_reach(m->level) / PAGE);
	room = 512 - m->va / model_reach(m->level) % 512;
	m->n = m->n < room ? m->n : room;
	error = places_refusal(m, t, &value);
	if (error == 0 && from > m->level && (m->flags & TN_MAP_NOTABLE)) {
		error = TN_ENOTABLE;
		value = from - 1;
	}
	if (error == 0)
		error = frames_refusal(m, &value);
	if (error == 0 && from - m->level > m->p->pool->info.free) {
		error = TN_ENOMEM;
		value = from - m->level - m->p->pool->info.free;
		m->p->pool->info.enomem++;
	}
	if (error != 0)
		return model_answer(error, value);
	mapping_apply(m, from);
	return model_answer(0, m->n * (model_reach(m->level) / PAGE));
}

struct answer model_map(const uint64_t *a)
{
	struct mapping m = {.va = a[1], .first = a[3], .count = a[4], .flags = a[5]};
	uint64_t known = RIGHTS | TN_MAP_SMALL | TN_MAP_ZERO | TN_MAP_NOTABLE | TN_MAP_NOCACHE |
			 TN_MAP_IO;
	uint64_t attribute = a[5] & (TN_MAP_NOCACHE | TN_MAP_IO);
	unsigned needed = (a[5] & RIGHTS) | (a[5] & TN_MAP_ZERO ? TN_FRAMES_WRITE : 0);
	struct model_cap *process, *frames;
	int error = shape_refusal(m.va, m.count);

	if ((a[5] & ~known) != 0 || !rights_legal(a[5] & RIGHTS) ||
	    attribute == (TN_MAP_NOCACHE | TN_MAP_IO) ||
	    ((a[5] & TN_MAP_ZERO) && m.count > TN_ZERO_MAX))
		error = TN_EINVAL;
	if (error == 0)
		error = model_lookup(a[0], TN_CAP_PROCESS, TN_PROCESS_MAP, &process);
	if (error == 0)
		error = range_lookup(a[2], needed, &frames);
	if (error == 0 && process->object->dying)
		error = TN_EDYING;
	if (error == 0 && attribute != 0)
		error = TN_ENOTSUP;
	if (error != 0)
		return model_answer(error, MODEL_UNSAID);
	if (!model_covers(frames, m.first, m.count))
		return model_answer(TN_EACCES, model_uncovered(frames, m.first, m.count));
	m.p = process->object;
	m.frames = frames;
	return mapping_do(&m);
}

struct answer model_map_frame(struct model_object *p, const struct model_cap *frames, uint64_t va,
			      uint64_t frame)
{
	struct mapping m = {.p = p,
			    .frames = frames,
			    .va = va,
			    .first = frame,
			    .count = 1,
			    .flags = TN_MAP_READ | TN_MAP_WRITE};

	if (!model_covers(frames, frame, 1))
		return model_answer(TN_EACCES, model_uncovered(frames, frame, 1));
	return mapping_do(&m);
}

/* --- unmap, protect ------------------------------------------------------------------------- */

/* The entries that a call visits. */
struct span {
	struct model_object *p;
	struct model_table *t; /* NULL: no table at all */
	uint64_t va, count, passed;
	bool cut;     /* the first entry is a large leaf, asked for in part */
	bool covered; /* a capability was named */
};

static void span_measure(struct span *s)
{
	unsigned level = s->t->level;
	uint64_t va = s->va, end = s->t->va + 512 * model_reach(level), slow = 0;

	s->passed = 0;
	s->cut = false;
	while (s->passed < s->count && va < end && slow < SLOW_MAX) {
		uint64_t rest = (model_reach(level) - va % model_reach(level)) / PAGE,
			 left = s->count - s->passed;
		const struct model_page *g = model_page_at(s->p, va);

		if (level > 0 && model_table_find(s->p, level - 1, va) != NULL)
			return;
		if (g != NULL && (rest < model_reach(level) / PAGE || rest > left)) {
			s->cut = s->passed == 0;
			return;
		}
		slow += level > 0 ? g != NULL : s->covered;
		s->passed += rest < left ? rest : left;
		va += rest * PAGE;
	}
}

static int span_lookup(struct span *s, uint64_t process, uint64_t va, uint64_t count, uint64_t slot,
		       struct model_cap **frames)
{
	struct model_cap *c;
	int error = shape_refusal(va, count);

	*frames = NULL;
	if (error == 0)
		error = model_lookup(process, TN_CAP_PROCESS, TN_PROCESS_MAP, &c);
	if (error == 0 && slot != TN_NONE)
		error = range_lookup(slot, 0, frames);
	if (error == 0 && c->object->dying)
		error = TN_EDYING;
	if (error != 0)
		return error;
	s->covered = slot != TN_NONE;
	s->p = c->object;
	s->va = va;
	s->count = count < PASSED_MAX ? count : PASSED_MAX;
	s->t = model_table_lowest(s->p, 0, va);
	s->passed = s->count;
	s->cut = false;
	if (s->t != NULL)
		span_measure(s);
	return 0;
}

/* A 2 MiB leaf becomes 512 pages in a table of their own. */
static int span_split(struct span *s, uint64_t *missing)
{
	struct model_chunk *c;

	if (!s->cut)
		return 0;
	if (s->p->pool->info.free < 1) {
		s->p->pool->info.enomem++;
		*missing = 1;
		return TN_ENOMEM;
	}
	c = model_chunk_at(s->p, s->va);
	model_reference(&c->pages[0], (uint32_t)-1);
	s->t->entries--; /* where the table comes instead */
	model_table_add(s->p, 0, s->va);
	for (unsigned i = 0; i < 512; i++) {
		c->pages[i].level = 0;
		model_reference(&c->pages[i], 1);
	}
	s->t = model_table_find(s->p, 0, s->va);
	if (s->t == NULL)
		return 0;
	s->t->entries = 512;
	span_measure(s);
	return 0;
}

/* Where the next 2 MiB begin of which something is mapped. */
static uint64_t chunk_after(const struct model_object *p, uint64_t va)
{
	uint64_t found = UINT64_MAX;

	for (unsigned i = 0; i < MODEL_CHUNK_LISTS; i++)
		for (const struct model_chunk *c = p->chunks[i]; c != NULL; c = c->next)
			if (c->va > va && c->va < found)
				found = c->va;
	return found;
}

/* The first page of each leaf of the span, from *va on; NULL: no more. */
static struct model_page *span_next(const struct span *s, uint64_t *va)
{
	uint64_t end = s->va + s->passed * PAGE;

	while (*va < end) {
		struct model_chunk *c = model_chunk_at(s->p, *va);
		uint64_t next = c != NULL ? (*va / LARGE + 1) * LARGE : chunk_after(s->p, *va);

		for (; c != NULL && *va < end && *va < next; *va += PAGE)
			if (c->pages[*va / PAGE % 512].mapped)
				return &c->pages[*va / PAGE % 512];
		*va = next;
	}
	return NULL;
}

struct answer model_unmap(const uint64_t *a)
{
	struct model_cap *none;
	struct model_page *g;
	struct span s;
	uint64_t value = MODEL_UNSAID, dirty = 0, removed = 0;
	int error = span_lookup(&s, a[0], a[1], a[2], TN_NONE, &none);

	if (error == 0)
		error = span_split(&s, &value);
	if (error != 0)
		return model_answer(error, value);
	for (uint64_t va = s.va; s.t != NULL && (g = span_next(&s, &va)) != NULL; removed++) {
		uint64_t size = model_reach(g->level);

		dirty += g->dirty;
		model_leaf_remove(s.p, va);
		va += size;
	}
	if (removed > 0)
		model_tables_release(s.p, s.t->level, s.va);
	return model_answer(0, s.passed + (dirty << 48));
}

/* The page, and `pages` of its leaf, may have `rights`. */
static int gain_refusal(const struct model_page *g, const struct model_cap *frames, uint64_t rights,
			uint64_t pages)
{
	uint64_t gained = rights & ~(uint64_t)g->rights;
	const struct model_frame *f = model_frame_at(g->frame);
	bool boot = f != NULL && f->kind == TN_KIND_BOOT;
	unsigned type = g->counted || boot ? TN_CAP_FRAMES : TN_CAP_DEVICE;

	if (gained == 0)
		return 0;
	if (frames == NULL || frames->type != type || (gained & ~(uint64_t)frames->rights) != 0 ||
	    (boot && gained != TN_MAP_READ))
		return TN_EPERM;
	return model_covers(frames, g->frame, pages) ? 0 : TN_EACCES;
}

static int gains_refusal(const struct span *s, const struct model_cap *frames, uint64_t rights)
{
	struct model_page *g;
	uint64_t left = 512 - s->va / PAGE % 512;

	if (s->cut)
		return gain_refusal(model_page_at(s->p, s->va), frames, rights,
				    s->count < left ? s->count : left);
	for (uint64_t va = s->va; (g = span_next(s, &va)) != NULL; va += model_reach(g->level)) {
		int error = gain_refusal(g, frames, rights, model_reach(g->level) / PAGE);

		if (error != 0)
			return error;
	}
	return 0;
}

static void leaf_protect(struct model_page *g, uint64_t rights)
{
	for (uint64_t i = 0; i < model_reach(g->level) / PAGE; i++)
		g[i].rights = (uint8_t)rights;
}

static uint64_t leaf_age(struct model_page *g)
{
	uint64_t found = ((uint64_t)g->accessed << 32) + ((uint64_t)g->dirty << 48);

	for (uint64_t i = 0; i < model_reach(g->level) / PAGE; i++)
		g[i].accessed = g[i].dirty = false;
	return found;
}

struct answer model_protect(const uint64_t *a)
{
	bool age = a[3] == TN_MAP_AGE;
	struct model_cap *frames;
	struct model_page *g;
	struct span s;
	uint64_t value = MODEL_UNSAID, found = 0;
	int error;

	if (!age && ((a[3] & ~(uint64_t)RIGHTS) != 0 || !rights_legal(a[3])))
		return model_answer(TN_EINVAL, MODEL_UNSAID);
	error = span_lookup(&s, a[0], a[1], a[2], a[4], &frames);
	if (error == 0 && s.t != NULL && !age)
		error = gains_refusal(&s, frames, a[3]);
	if (error == 0)
		error = span_split(&s, &value);
	if (error != 0)
		return model_answer(error, value);
	for (uint64_t va = s.va; s.t != NULL && (g = span_next(&s, &va)) != NULL;
	     va += model_reach(g->level)) {
		if (age)
			found += leaf_age(g);
		else
			leaf_protect(g, a[3]);
	}
	return model_answer(0, s.passed + found);
}
