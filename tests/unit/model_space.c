/*
 * model_space.c - address spaces of the model: pages of 4 KiB, each knowing the size of the leaf
 * that it is part of, and a list of tables.
 */
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "model_parts.h"
#include "process.h"

#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define LARGE (512 * PAGE)

/* --- pages ---------------------------------------------------------------------------------- */

uint64_t model_reach(unsigned level) /* bytes that an entry of a table of this level spans */
{
	return PAGE << (9 * level);
}

static struct model_chunk **list_of(const struct model_object *p, uint64_t va)
{
	uint64_t i = (va / LARGE + 5 * (va >> 30)) % MODEL_CHUNK_LISTS;

	return (struct model_chunk **)&p->chunks[i];
}

struct model_chunk *model_chunk_at(const struct model_object *p, uint64_t va)
{
	for (struct model_chunk *c = *list_of(p, va); c != NULL; c = c->next)
		if (c->va == va / LARGE * LARGE)
			return c;
	return NULL;
}

/* Chunks that are taken away are empty, and serve again. */
static struct model_chunk *chunk_add(struct model_object *p, uint64_t va)
{
	struct model_chunk *c = model.spare_chunks;

	if (c != NULL)
		model.spare_chunks = c->next;
	else
		c = calloc(1, sizeof(*c));
	c->va = va / LARGE * LARGE;
	c->next = *list_of(p, va);
	*list_of(p, va) = c;
	return c;
}

static void chunk_remove(struct model_object *p, struct model_chunk *c)
{
	struct model_chunk **link = list_of(p, c->va);

	while (*link != c)
		link = &(*link)->next;
	*link = c->next;
	c->next = model.spare_chunks;
	model.spare_chunks = c;
}

/* A leaf comes or goes: its reference. */
void model_reference(const struct model_page *g, uint32_t delta)
{
	if (!g->counted)
		return;
	if (g->level == 0)
		model_frame_at(g->frame)->refs += delta;
	else
		*model_block(g->frame) += delta;
}

void model_leaf_add(struct model_object *p, uint64_t va, struct model_page g)
{
	uint64_t n = model_reach(g.level) / PAGE;
	struct model_chunk *c = model_chunk_at(p, va);
	struct model_page *at;

	struct model_table *t = model_table_find(p, g.level, va);

	if (t == NULL) {
		model_complain("a leaf without a table");
		return;
	}
	t->entries++;
	model_reference(&g, 1);
	if (c == NULL)
		c = chunk_add(p, va);
	at = &c->pages[va / PAGE % 512];
	c->used += (unsigned)n;
	for (uint64_t i = 0; i < n; i++, g.frame++) {
		if (at[i].mapped)
			model_complain("the model maps over a page");
		at[i] = g;
	}
}

/* va: of its first page. */
void model_leaf_remove(struct model_object *p, uint64_t va)
{
	struct model_chunk *c = model_chunk_at(p, va);
	struct model_page *g = &c->pages[va / PAGE % 512];
	uint64_t n = model_reach(g->level) / PAGE;

	model_reference(g, (uint32_t)-1);
	model_table_find(p, g->level, va)->entries--;
	for (uint64_t i = 0; i < n; i++)
		g[i].mapped = false;
	c->used -= (unsigned)n;
	if (c->used == 0)
		chunk_remove(p, c);
}

uint64_t model_user_end(void)
{
	return model_reach(model.levels - 1) * 256;
}

/* --- tables --------------------------------------------------------------------------------- */

static uint64_t table_va(unsigned level, uint64_t va)
{
	return va / model_reach(level + 1) * model_reach(level + 1);
}

struct model_table *model_table_find(const struct model_object *p, unsigned level, uint64_t va)
{
	uint64_t first = table_va(level, va);
	struct model_table *t = p->tables[level];

	while (t != NULL && t->va != first)
		t = t->next;
	return t;
}

/* The table where a walk for va ends that does not go below `level`. */
struct model_table *model_table_lowest(const struct model_object *p, unsigned level, uint64_t va)
{
	for (; level < model.levels; level++)
		if (model_table_find(p, level, va) != NULL)
			return model_table_find(p, level, va);
	return NULL;
}

/* As the hart walks: the frame of the table of `level` for va. */
static uint64_t table_in_memory(const struct model_object *p, unsigned level, uint64_t va)
{
	const struct process *process = host_memory(p->frame);
	const uint64_t *entries = (const uint64_t *)process->root;

	for (unsigned l = model.levels - 1; l > level && entries != NULL; l--) {
		uint64_t e = entries[va / model_reach(l) % 512];

		if ((e & 15) != 1)
			return MODEL_UNSAID;
		entries = host_memory(e >> 10);
	}
	return entries != NULL ? frame_of(entries).n : MODEL_UNSAID;
}

static struct model_table *parent_of(const struct model_table *t)
{
	return t->level + 1 < model.levels ? model_table_find(t->process, t->level + 1, t->va)
					   : NULL;
}

static void table_note(struct model_object *p, unsigned level, uint64_t va, uint64_t frame,
		       bool is_explicit)
{
	struct model_table *t = &model.table_at[frame - model.first], *parent;

	model_frame_at(frame)->pool = p->pool;
	*t = (struct model_table){.next = p->tables[level],
				  .process = p,
				  .level = level,
				  .va = table_va(level, va),
				  .frame = frame,
				  .is_explicit = is_explicit};
	p->tables[level] = t;
	parent = parent_of(t);
	if (parent != NULL)
		parent->entries++;
}

void model_table_add(struct model_object *p, unsigned level, uint64_t va)
{
	uint64_t frame = table_in_memory(p, level, va);

	if (frame == MODEL_UNSAID) {
		model_complain("the kernel made no table of level %u", level);
		return;
	}
	model_take(p->pool, TN_KIND_TABLE, frame);
	table_note(p, level, va, frame, false);
}

static void table_remove(struct model_table *t)
{
	struct model_table **link = &t->process->tables[t->level], *parent = parent_of(t);

	if (parent != NULL)
		parent->entries--;
	while (*link != t)
		link = &(*link)->next;
	*link = t->next;
	t->process = NULL;
	model_put(model_frame_at(t->frame)->pool, t->frame, true);
}

/* The table of `level` and those above it that are thereby emptied go, but for explicit ones and
 * the root. */
void model_tables_release(struct model_object *p, unsigned level, uint64_t va)
{
	for (; level + 1 < model.levels; level++) {
		struct model_table *t = model_table_find(p, level, va);

		if (t == NULL || t->is_explicit || t->entries != 0)
			return;
		table_remove(t);
	}
}

/* All leaves of the chunk; then it is gone. */
static void chunk_end(struct model_object *p, struct model_chunk *c)
{
	unsigned left = c->used;
	uint64_t va = c->va;

	for (uint64_t i = 0; left > 0; i++)
		if (c->pages[i].mapped) {
			left -= (unsigned)(model_reach(c->pages[i].level) / PAGE);
			model_leaf_remove(p, va + i * PAGE);
		}
}

void model_space_end(struct model_object *p)
{
	for (unsigned i = 0; i < MODEL_CHUNK_LISTS; i++)
		while (p->chunks[i] != NULL)
			chunk_end(p, p->chunks[i]);
	for (unsigned level = 0; level < model.levels; level++)
		while (p->tables[level] != NULL)
			table_remove(p->tables[level]);
}

/* --- tables by name, resolve ---------------------------------------------------------------- */

static int attach_place(const struct model_object *p, unsigned level, uint64_t va, uint64_t *value)
{
	const struct model_table *t = model_table_lowest(p, level, va);

	*value = MODEL_UNSAID;
	if (t != NULL && t->level == level)
		return TN_EEXIST;
	if (t == NULL && level == model.levels - 1)
		return 0;
	if (t != NULL && model_page_at(p, va) != NULL)
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
	if (a[1] >= model_user_end())
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
	uint64_t first = table_va(level, va), end = first + model_reach(level + 1);

	for (unsigned i = 0; i < MODEL_CHUNK_LISTS; i++)
		for (struct model_chunk *c = p->chunks[i], *next; c != NULL; c = next) {
			next = c->next;
			if (c->va >= first && c->va < end)
				chunk_end(p, c);
		}
	for (unsigned l = 0; l <= level; l++)
		for (struct model_table *t = p->tables[l], *next; t != NULL; t = next) {
			next = t->next;
			if (t->va >= first && t->va < end)
				table_remove(t);
		}
}

struct answer model_detach(const uint64_t *a)
{
	struct model_cap *process;
	unsigned level = (unsigned)a[2];
	int error;

	if (a[2] >= model.levels - 1 || a[3] > TN_FLAG_STEP)
		return model_answer(TN_EINVAL, MODEL_UNSAID);
	if (a[1] >= model_user_end())
		return model_answer(TN_EFAULT, MODEL_UNSAID);
	error = model_lookup(a[0], TN_CAP_PROCESS, TN_PROCESS_MAP, &process);
	if (error == 0 && process->object->dying)
		error = TN_EDYING;
	if (error == 0 && model_table_find(process->object, level, a[1]) == NULL)
		error = TN_ENOENT;
	if (error != 0)
		return model_answer(error, MODEL_UNSAID);
	subtree_remove(process->object, level, a[1]);
	model_tables_release(process->object, level + 1, a[1]);
	return model_answer(0, MODEL_UNSAID);
}

static void resolved_check(const struct model_object *p, uint64_t va, const uint64_t *utcb)
{
	const struct tn_resolved *r = (const struct tn_resolved *)utcb;
	const struct model_page *g = model_page_at(p, va);
	struct tn_resolved e = {
		.address = g->frame * PAGE + va % PAGE,
		.size = model_reach(g->level),
		.flags = g->rights,
		.accessed = g->accessed,
		.dirty = g->dirty,
		.level = g->level,
		.table = model_table_find(p, g->level, va)->frame,
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

	if (a[1] >= model_user_end())
		return model_answer(TN_EFAULT, MODEL_UNSAID);
	error = model_lookup(a[0], TN_CAP_PROCESS, 0, &process);
	if (error == 0 && process->object->dying)
		error = TN_EDYING;
	if (error != 0)
		return model_answer(error, MODEL_UNSAID);
	t = model_table_lowest(process->object, 0, a[1]);
	if (model_page_at(process->object, a[1]) == NULL)
		return model_answer(TN_ENOENT, t != NULL ? t->level : model.levels - 1);
	resolved_check(process->object, a[1], utcb);
	return model_answer(0, model_page_at(process->object, a[1])->frame * PAGE + a[1] % PAGE);
}

bool model_touch(uint64_t va, uint64_t right)
{
	struct model_page *g = va < model_user_end() ? model_page_at(model.self, va) : NULL;
	uint64_t n;

	if (g == NULL || (g->rights & right) == 0)
		return false;
	n = model_reach(g->level) / PAGE;
	g -= va / PAGE % n;
	for (uint64_t i = 0; i < n; i++) {
		g[i].accessed = true;
		g[i].dirty |= right == TN_MAP_WRITE;
	}
	return true;
}

/* --- comparison ----------------------------------------------------------------------------- */

/* What hangs in a table, counted from the pages and from the tables. */
static unsigned entries_of(const struct model_object *p, const struct model_table *t)
{
	unsigned n = 0;

	for (const struct model_table *s = t->level > 0 ? p->tables[t->level - 1] : NULL; s != NULL;
	     s = s->next)
		n += table_va(t->level, s->va) == t->va;
	for (uint64_t i = 0; t->level <= 1 && i < 512; i++) {
		uint64_t va = t->va + i * model_reach(t->level);
		const struct model_page *g = model_page_at(p, va);

		n += g != NULL && g->level == t->level;
	}
	return n;
}

static void table_compare(const struct model_object *p, const struct model_table *t)
{
	if (entries_of(p, t) != t->entries)
		model_complain("the model has lost count of table 0x%lx", (unsigned long)t->frame);
	if (table_in_memory(p, t->level, t->va) != t->frame)
		model_complain("table 0x%lx does not hang where it should",
			       (unsigned long)t->frame);
}

static void page_compare(const struct model_object *p, const struct model_page *g, uint64_t va)
{
	uint64_t n = model_reach(g->level) / PAGE, f = table_in_memory(p, g->level, va), e;

	if (f == MODEL_UNSAID)
		return;
	e = ((const uint64_t *)host_memory(f))[va / model_reach(g->level) % 512];
	if ((e >> 10) + va / PAGE % n != g->frame || (e >> 1 & 7) != g->rights || (e & 17) != 17 ||
	    (e >> 6 & 1) != g->accessed || (e >> 7 & 1) != g->dirty)
		model_complain("entry 0x%lx for 0x%lx", (unsigned long)e, (unsigned long)va);
}

/* Every page of the model is in memory, by the hart's walk; the counts show that no more are. */
void model_compare_space(const struct model_object *p)
{
	for (unsigned level = 0; level < model.levels; level++)
		for (const struct model_table *t = p->tables[level]; t != NULL; t = t->next)
			table_compare(p, t);
	for (unsigned list = 0; list < MODEL_CHUNK_LISTS; list++)
		for (const struct model_chunk *c = p->chunks[list]; c != NULL; c = c->next)
			for (unsigned i = 0; i < 512; i++)
				if (c->pages[i].mapped)
					page_compare(p, &c->pages[i], c->va + i * PAGE);
}
