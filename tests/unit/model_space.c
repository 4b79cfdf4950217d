/*
 * model_space.c - address spaces of the model: pages of 4 KiB, each knowing the size of the leaf
 * that it is part of, and a list of tables.
 */
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "model.h"
#include "process.h"

#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define LARGE (512 * PAGE)
#define RIGHTS (TN_MAP_READ | TN_MAP_WRITE | TN_MAP_EXECUTE)
#define PASSED_MAX ((uint64_t)1 << 31)

/* --- pages ---------------------------------------------------------------------------------- */

static uint64_t reach(unsigned level) /* bytes that an entry of a table of this level spans */
{
	return PAGE << (9 * level);
}

static struct model_chunk *chunk_at(const struct model_object *p, uint64_t va)
{
	for (struct model_chunk *c = p->chunks; c != NULL; c = c->next)
		if (c->va == va / LARGE * LARGE)
			return c;
	return NULL;
}

static struct model_page *page_at(const struct model_object *p, uint64_t va)
{
	struct model_chunk *c = chunk_at(p, va);
	struct model_page *g = c != NULL ? &c->pages[va / PAGE % 512] : NULL;

	return g != NULL && g->mapped ? g : NULL;
}

static void page_add(struct model_object *p, uint64_t va, struct model_page g)
{
	struct model_chunk *c = chunk_at(p, va);

	if (c == NULL) {
		c = calloc(1, sizeof(*c));
		c->va = va / LARGE * LARGE;
		c->next = p->chunks;
		p->chunks = c;
	}
	if (c->pages[va / PAGE % 512].mapped)
		model_complain("the model maps over a page");
	c->pages[va / PAGE % 512] = g;
	c->used++;
}

static void page_remove(struct model_object *p, uint64_t va)
{
	struct model_chunk *c = chunk_at(p, va), **link = &p->chunks;

	c->pages[va / PAGE % 512].mapped = false;
	if (--c->used > 0)
		return;
	while (*link != c)
		link = &(*link)->next;
	*link = c->next;
	free(c);
}

/* A leaf comes or goes: its reference. */
static void reference(const struct model_page *g, uint32_t delta)
{
	if (!g->counted)
		return;
	if (g->level == 0)
		model_frame_at(g->frame)->refs += delta;
	else
		*model_block(g->frame) += delta;
}

static void leaf_add(struct model_object *p, uint64_t va, struct model_page g)
{
	reference(&g, 1);
	for (uint64_t i = 0; i < reach(g.level) / PAGE; i++) {
		page_add(p, va + i * PAGE, g);
		g.frame++;
	}
}

/* va: of its first page. */
static void leaf_remove(struct model_object *p, uint64_t va)
{
	struct model_page g = *page_at(p, va);

	reference(&g, (uint32_t)-1);
	for (uint64_t i = 0; i < reach(g.level) / PAGE; i++)
		page_remove(p, va + i * PAGE);
}

/* --- tables --------------------------------------------------------------------------------- */

static uint64_t table_va(unsigned level, uint64_t va)
{
	return va / reach(level + 1) * reach(level + 1);
}

static struct model_table *table_find(const struct model_object *p, unsigned level, uint64_t va)
{
	for (unsigned i = 0; i < p->table_count; i++)
		if (p->tables[i].level == level && p->tables[i].va == table_va(level, va))
			return (struct model_table *)&p->tables[i];
	return NULL;
}

/* The table where a walk for va ends that does not go below `level`. */
static struct model_table *table_lowest(const struct model_object *p, unsigned level, uint64_t va)
{
	for (; level < model.levels; level++)
		if (table_find(p, level, va) != NULL)
			return table_find(p, level, va);
	return NULL;
}

/* As the hart walks: the frame of the table of `level` for va. */
static uint64_t table_in_memory(const struct model_object *p, unsigned level, uint64_t va)
{
	const struct process *process = host_memory(p->frame);
	const uint64_t *entries = (const uint64_t *)process->root;

	for (unsigned l = model.levels - 1; l > level && entries != NULL; l--) {
		uint64_t e = entries[va / reach(l) % 512];

		if ((e & 15) != 1)
			return MODEL_UNSAID;
		entries = host_memory(e >> 10);
	}
	return entries != NULL ? frame_of(entries).n : MODEL_UNSAID;
}

static void table_note(struct model_object *p, unsigned level, uint64_t va, uint64_t frame,
		       bool is_explicit)
{
	if (p->table_count == MODEL_TABLES) {
		model_complain("the model has no room for a table");
		return;
	}
	model_frame_at(frame)->pool = p->pool;
	p->tables[p->table_count++] =
		(struct model_table){level, table_va(level, va), frame, is_explicit};
}

static void table_add(struct model_object *p, unsigned level, uint64_t va)
{
	uint64_t frame = table_in_memory(p, level, va);

	if (frame == MODEL_UNSAID) {
		model_complain("the kernel made no table of level %u", level);
		return;
	}
	model_take(p->pool, TN_KIND_TABLE, frame);
	table_note(p, level, va, frame, false);
}

static void table_remove(struct model_object *p, struct model_table *t)
{
	model_put(p->pool, t->frame, true);
	*t = p->tables[--p->table_count];
}

unsigned model_entries(const struct model_object *p, const struct model_table *t)
{
	unsigned n = 0;

	for (unsigned i = 0; t->level > 0 && i < p->table_count; i++)
		n += p->tables[i].level == t->level - 1 &&
		     table_va(t->level, p->tables[i].va) == t->va;
	if (t->level > 1)
		return n;
	for (uint64_t i = 0; i < 512; i++) {
		uint64_t va = t->va + i * reach(t->level);
		const struct model_page *g;

		if (t->level == 0 && i == 0 && chunk_at(p, va) == NULL)
			break;
		g = page_at(p, va);
		n += g != NULL && g->level == t->level;
	}
	return n;
}

const struct model_table *model_table_of(uint64_t frame, const struct model_object **process)
{
	for (struct model_object *o = model.objects; o != NULL; o = o->next)
		for (unsigned i = 0; o->alive && i < o->table_count; i++)
			if (o->tables[i].frame == frame) {
				*process = o;
				return &o->tables[i];
			}
	return NULL;
}

/* The table of `level` and those above it that are thereby emptied go, but for explicit ones and
 * the root. */
static void tables_release(struct model_object *p, unsigned level, uint64_t va)
{
	for (; level + 1 < model.levels; level++) {
		struct model_table *t = table_find(p, level, va);

		if (t == NULL || t->is_explicit || model_entries(p, t) != 0)
			return;
		table_remove(p, t);
	}
}

void model_space_end(struct model_object *p)
{
	while (p->chunks != NULL) {
		struct model_chunk *c = p->chunks;
		uint64_t i = 0;

		while (!c->pages[i].mapped)
			i++;
		leaf_remove(p, c->va + i * PAGE);
	}
	while (p->table_count > 0)
		table_remove(p, &p->tables[0]);
}

/* --- what the calls share ------------------------------------------------------------------- */

static bool rights_legal(uint64_t rights)
{
	return rights == TN_MAP_READ || rights == (TN_MAP_READ | TN_MAP_WRITE) ||
	       rights == TN_MAP_EXECUTE || rights == (TN_MAP_READ | TN_MAP_EXECUTE);
}

static uint64_t user_end(void)
{
	return reach(model.levels - 1) * 256;
}

static int shape_refusal(uint64_t va, uint64_t count)
{
	if (va % PAGE != 0 || count == 0)
		return TN_EINVAL;
	return va < user_end() && count <= (user_end() - va) / PAGE ? 0 : TN_EFAULT;
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
	       table_find(m->p, 0, m->va) == NULL;
}

/* EEXIST, and how far the batch goes. */
static int places_refusal(struct mapping *m, const struct model_table *t, uint64_t *value)
{
	*value = m->va;
	if (t == NULL || t->level != m->level)
		return page_at(m->p, m->va) != NULL ? TN_EEXIST : 0;
	for (uint64_t i = 0; i < m->n; i++) {
		uint64_t va = m->va + i * reach(m->level);
		const struct model_page *g = page_at(m->p, va);

		if (g != NULL && g->level == m->level) {
			*value = va;
			return TN_EEXIST;
		}
		if (m->level > 0 && table_find(m->p, m->level - 1, va) != NULL)
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
	for (uint64_t i = 0; m->level == 0 && i < m->n; i++)
		if (frame_refusal(m, m->first + i) != 0) {
			*value = m->first + i;
			return frame_refusal(m, m->first + i);
		}
	for (uint64_t i = 0; m->level == 1 && i < m->n; i++)
		if (!model_block_is_user(m->first + i * 512))
			m->n = i;
	return 0;
}

static void mapping_apply(const struct mapping *m, unsigned from)
{
	for (unsigned level = from; level-- > m->level;)
		table_add(m->p, level, m->va);
	for (uint64_t i = 0; i < m->n; i++) {
		uint64_t f = m->first + i * (reach(m->level) / PAGE);
		bool counted = !is_device(m) && model_frame_at(f)->kind == TN_KIND_USER;

		leaf_add(m->p, m->va + i * reach(m->level),
			 (struct model_page){.mapped = true, .counted = counted, .level = m->level,
					     .rights = m->flags & RIGHTS, .frame = f});
	}
}

static struct answer mapping_do(struct mapping *m)
{
	const struct model_table *t;
	unsigned from;
	uint64_t value, room;
	int error;

	m->level = large_fits(m) ? 1 : 0;
	t = table_lowest(m->p, m->level, m->va);
	from = t != NULL ? t->level : model.levels;
	m->n = m->count / (reach(m->level) / PAGE);
	room = 512 - m->va / reach(m->level) % 512;
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
	return model_answer(0, m->n * (reach(m->level) / PAGE));
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

/* --- unmap, protect ------------------------------------------------------------------------- */

/* The entries that a call visits. */
struct span {
	struct model_object *p;
	struct model_table *t; /* NULL: no table at all */
	uint64_t va, count, passed;
	bool cut; /* the first entry is a large leaf, asked for in part */
};

static void span_measure(struct span *s)
{
	unsigned level = s->t->level;
	uint64_t va = s->va, end = s->t->va + 512 * reach(level);

	s->passed = 0;
	s->cut = false;
	while (s->passed < s->count && va < end) {
		uint64_t rest = (reach(level) - va % reach(level)) / PAGE, left = s->count - s->passed;
		const struct model_page *g = page_at(s->p, va);

		if (level > 0 && table_find(s->p, level - 1, va) != NULL)
			return;
		if (g != NULL && (rest < reach(level) / PAGE || rest > left)) {
			s->cut = s->passed == 0;
			return;
		}
		s->passed += rest < left ? rest : left;
		va += rest * PAGE;
	}
}

static int span_lookup(struct span *s, uint64_t process, uint64_t va, uint64_t count,
		       uint64_t slot, struct model_cap **frames)
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
	s->p = c->object;
	s->va = va;
	s->count = count < PASSED_MAX ? count : PASSED_MAX;
	s->t = table_lowest(s->p, 0, va);
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
	c = chunk_at(s->p, s->va);
	reference(&c->pages[0], (uint32_t)-1);
	table_add(s->p, 0, s->va);
	for (unsigned i = 0; i < 512; i++) {
		c->pages[i].level = 0;
		reference(&c->pages[i], 1);
	}
	s->t = table_find(s->p, 0, s->va);
	if (s->t != NULL)
		span_measure(s);
	return 0;
}

/* The first page of each leaf of the span, from *va on; NULL: no more. */
static struct model_page *span_next(const struct span *s, uint64_t *va)
{
	while (*va < s->va + s->passed * PAGE) {
		struct model_chunk *c = chunk_at(s->p, *va);
		struct model_page *g = page_at(s->p, *va);

		if (g != NULL)
			return g;
		*va = c != NULL ? *va + PAGE : (*va / LARGE + 1) * LARGE;
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
		uint64_t size = reach(g->level);

		dirty += g->dirty;
		leaf_remove(s.p, va);
		va += size;
	}
	if (removed > 0)
		tables_release(s.p, s.t->level, s.va);
	return model_answer(0, s.passed + (dirty << 48));
}

/* The page, and `pages` of its leaf, may have `rights`. */
static int gain_refusal(const struct model_page *g, const struct model_cap *frames,
			uint64_t rights, uint64_t pages)
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
		return gain_refusal(page_at(s->p, s->va), frames, rights,
				    s->count < left ? s->count : left);
	for (uint64_t va = s->va; (g = span_next(s, &va)) != NULL; va += reach(g->level)) {
		int error = gain_refusal(g, frames, rights, reach(g->level) / PAGE);

		if (error != 0)
			return error;
	}
	return 0;
}

static void leaf_protect(struct model_page *g, uint64_t rights)
{
	for (uint64_t i = 0; i < reach(g->level) / PAGE; i++)
		g[i].rights = (unsigned)rights;
}

static uint64_t leaf_age(struct model_page *g)
{
	uint64_t found = ((uint64_t)g->accessed << 32) + ((uint64_t)g->dirty << 48);

	for (uint64_t i = 0; i < reach(g->level) / PAGE; i++)
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
	     va += reach(g->level)) {
		if (age)
			found += leaf_age(g);
		else
			leaf_protect(g, a[3]);
	}
	return model_answer(0, s.passed + found);
}

/* --- tables by name, resolve ---------------------------------------------------------------- */

static int attach_place(const struct model_object *p, unsigned level, uint64_t va, uint64_t *value)
{
	const struct model_table *t = table_lowest(p, level, va);

	*value = MODEL_UNSAID;
	if (t != NULL && t->level == level)
		return TN_EEXIST;
	if (t == NULL && level == model.levels - 1)
		return 0;
	if (t != NULL && page_at(p, va) != NULL)
		return TN_EEXIST;
	if (t != NULL && t->level == level + 1)
		return 0;
	*value = t != NULL ? t->level - 1 : model.levels - 1;
	return TN_ENOTABLE;
}

struct answer model_attach(const uint64_t *a)
{
	struct model_cap *process, *frames = NULL;
	unsigned rights = TN_PROCESS_MAP | (a[4] != TN_NONE ? TN_PROCESS_MANAGE : 0);
	unsigned level = (unsigned)a[2];
	struct model_object *p;
	uint64_t value = MODEL_UNSAID, frame;
	int error;

	if (a[2] >= model.levels || (a[3] == TN_ANY && a[4] != TN_NONE))
		return model_answer(TN_EINVAL, value);
	if (a[1] >= user_end())
		return model_answer(TN_EFAULT, value);
	error = model_lookup(a[0], TN_CAP_PROCESS, rights, &process);
	if (error == 0 && a[4] != TN_NONE)
		error = model_lookup(a[4], TN_CAP_FRAMES, TN_FRAMES_GIVE, &frames);
	if (error == 0 && (process->object->dying || process->object->pool->dying))
		error = TN_EDYING;
	if (error != 0)
		return model_answer(error, value);
	p = process->object;
	error = attach_place(p, level, a[1], &value);
	if (error == 0)
		error = model_supply_refusal(p->pool, a[3], frames, &value);
	if (error != 0)
		return model_answer(error, value);
	frame = table_in_memory(p, level, a[1]);
	if (frame == MODEL_UNSAID || (a[3] != TN_ANY && frame != a[3])) {
		model_complain("attach hung up frame 0x%lx", (unsigned long)frame);
		return model_answer(0, MODEL_UNSAID);
	}
	if (frames != NULL)
		model_take_user(p->pool, TN_KIND_TABLE, frame);
	else
		model_take(p->pool, TN_KIND_TABLE, frame);
	table_note(p, level, a[1], frame, true);
	return model_answer(0, MODEL_UNSAID);
}

static void subtree_remove(struct model_object *p, unsigned level, uint64_t va)
{
	uint64_t first = table_va(level, va), end = first + reach(level + 1);

	for (struct model_chunk *c = p->chunks; c != NULL;) {
		uint64_t at = c->va, i = 0;

		if (at < first || at >= end) {
			c = c->next;
			continue;
		}
		while (!c->pages[i].mapped)
			i++;
		leaf_remove(p, at + i * PAGE);
		c = p->chunks; /* the chunk may be gone */
	}
	for (unsigned i = p->table_count; i-- > 0;)
		if (p->tables[i].level <= level && p->tables[i].va >= first && p->tables[i].va < end)
			table_remove(p, &p->tables[i]);
}

struct answer model_detach(const uint64_t *a)
{
	struct model_cap *process;
	unsigned level = (unsigned)a[2];
	int error;

	if (a[2] >= model.levels - 1 || a[3] > TN_FLAG_STEP)
		return model_answer(TN_EINVAL, MODEL_UNSAID);
	if (a[1] >= user_end())
		return model_answer(TN_EFAULT, MODEL_UNSAID);
	error = model_lookup(a[0], TN_CAP_PROCESS, TN_PROCESS_MAP, &process);
	if (error == 0 && process->object->dying)
		error = TN_EDYING;
	if (error == 0 && table_find(process->object, level, a[1]) == NULL)
		error = TN_ENOENT;
	if (error != 0)
		return model_answer(error, MODEL_UNSAID);
	subtree_remove(process->object, level, a[1]);
	tables_release(process->object, level + 1, a[1]);
	return model_answer(0, MODEL_UNSAID);
}

static void resolved_check(const struct model_object *p, uint64_t va, const uint64_t *utcb)
{
	const struct tn_resolved *r = (const struct tn_resolved *)utcb;
	const struct model_page *g = page_at(p, va);
	struct tn_resolved e = {
		.address = g->frame * PAGE + va % PAGE,
		.size = reach(g->level),
		.flags = g->rights,
		.accessed = g->accessed,
		.dirty = g->dirty,
		.level = g->level,
		.table = table_find(p, g->level, va)->frame,
	};

	if (memcmp(r, &e, sizeof(e)) != 0)
		model_complain("resolve of 0x%lx: frame 0x%lx, flags %lu, level %lu",
			       (unsigned long)va, (unsigned long)(r->address / PAGE),
			       (unsigned long)r->flags, (unsigned long)r->level);
}

struct answer model_resolve(const uint64_t *a, const uint64_t *utcb)
{
	const struct model_table *t;
	struct model_cap *process;
	int error;

	if (a[1] >= user_end())
		return model_answer(TN_EFAULT, MODEL_UNSAID);
	error = model_lookup(a[0], TN_CAP_PROCESS, 0, &process);
	if (error == 0 && process->object->dying)
		error = TN_EDYING;
	if (error != 0)
		return model_answer(error, MODEL_UNSAID);
	t = table_lowest(process->object, 0, a[1]);
	if (page_at(process->object, a[1]) == NULL)
		return model_answer(TN_ENOENT, t != NULL ? t->level : model.levels - 1);
	resolved_check(process->object, a[1], utcb);
	return model_answer(0, page_at(process->object, a[1])->frame * PAGE + a[1] % PAGE);
}

bool model_touch(uint64_t va, uint64_t right)
{
	struct model_page *g = va < user_end() ? page_at(model.self, va) : NULL;
	uint64_t n;

	if (g == NULL || (g->rights & right) == 0)
		return false;
	n = reach(g->level) / PAGE;
	g -= va / PAGE % n;
	for (uint64_t i = 0; i < n; i++) {
		g[i].accessed = true;
		g[i].dirty |= right == TN_MAP_WRITE;
	}
	return true;
}

/* --- comparison ----------------------------------------------------------------------------- */

void model_compare_page(uint64_t slot, uint64_t va)
{
	const struct tn_utcb *utcb = host_memory(world.utcb);
	struct model_call call = {TN_CALL_RESOLVE, {slot, va}};
	struct answer a = host_call(call.number, slot, va, 0, 0, 0, 0);

	model_expect(&call, a, utcb->words);
}

/* Every page of the model is in memory, by the hart's walk; the counts show that no more are. */
void model_compare_space(const struct model_object *p)
{
	for (unsigned i = 0; i < p->table_count; i++) {
		const struct model_table *t = &p->tables[i];

		if (table_in_memory(p, t->level, t->va) != t->frame)
			model_complain("table 0x%lx does not hang where it should",
				       (unsigned long)t->frame);
	}
	for (const struct model_chunk *c = p->chunks; c != NULL; c = c->next)
		for (unsigned i = 0; i < 512; i++) {
			const struct model_page *g = &c->pages[i];
			uint64_t va = c->va + i * PAGE, e, f;

			if (!g->mapped)
				continue;
			f = table_in_memory(p, g->level, va);
			if (f == MODEL_UNSAID)
				continue;
			e = ((const uint64_t *)host_memory(f))[va / reach(g->level) % 512];
			if ((e >> 10) + i % (reach(g->level) / PAGE) != g->frame ||
			    (e >> 1 & 7) != g->rights || (e & 17) != 17)
				model_complain("entry 0x%lx for 0x%lx", (unsigned long)e,
					       (unsigned long)va);
		}
}
