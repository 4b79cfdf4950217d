/*
 * tlb_model.c - see tlb_model.h.
 */
#include "tlb_model.h"

#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "host.h"
#include "walk.h"

#define FRAMES 4096u
#define PROCESSES 16u
#define ASIDS 64u
#define STALE 8192u
#define NO_FRAME UINT64_MAX

/* A table that the hart may walk, by where it hangs. Ghosts are unlinked, but an entry that leads
 * to them may be cached. */
struct known_table {
	struct process *process; /* NULL: not a table of ours */
	unsigned level;
	uint64_t va;
	bool ghost;
	uint64_t asid; /* of a ghost: whose fence ends it */
};

/* A leaf that is no longer in the tables. */
struct stale {
	uint64_t asid, va;
	unsigned level;
	pte_t leaf;
	bool counts; /* it needs a reference of its own: the entry now maps something else */
};

struct watched {
	struct process *process;
	uint64_t root; /* frame, or NO_FRAME */
};

static struct {
	struct known_table tables[FRAMES];
	uint32_t need[FRAMES], need_block[FRAMES / BLOCK_FRAMES + 1];
	struct watched watched[PROCESSES];
	unsigned watched_count;
	uint64_t asid_root[ASIDS]; /* whose translations may be under this ASID */
	uint64_t current;          /* ASID in satp; ASIDS: none of ours */
	bool conflict;             /* the ASID in use may still have another space's */
	struct stale stale[STALE];
	unsigned stale_count;
	struct tlb_report report;
	uint64_t events;
} model;

static void broken(const char *what, uint64_t where)
{
	if (model.report.what == NULL)
		model.report = (struct tlb_report){what, where};
}

static bool in_model(uint64_t frame)
{
	return frame - ram.first < ram.count;
}

static struct known_table *table_at(uint64_t frame)
{
	return &model.tables[frame - ram.first];
}

/* --- leaves ------------------------------------------------------------------------------- */

static void need_add(pte_t leaf, unsigned level, uint32_t delta)
{
	uint64_t f = pte_frame(leaf).n;

	if (pte_uncounted(leaf))
		return;
	if (!in_model(f))
		broken("a counted leaf maps RAM", f);
	else if (level == 0)
		model.need[f - ram.first] += delta;
	else
		model.need_block[f / BLOCK_FRAMES - ram.first / BLOCK_FRAMES] += delta;
}

static void uncounted_check(pte_t leaf)
{
	uint64_t f = pte_frame(leaf).n;

	if (!pte_uncounted(leaf) || !in_model(f))
		return;
	if (FRAME_KIND(frame_get(pfn(f))) != TN_KIND_BOOT || pte_rights(leaf) != TN_MAP_READ)
		broken("an uncounted leaf maps a device, or reads the boot image", f);
}

static bool asid_is_of(uint64_t asid, const struct process *p)
{
	for (unsigned i = 0; i < model.watched_count; i++)
		if (model.watched[i].process == p)
			return model.watched[i].root != NO_FRAME &&
			       model.asid_root[asid] == model.watched[i].root;
	return false;
}

static void stale_add(const struct known_table *t, uint64_t index, pte_t leaf, bool counts)
{
	for (uint64_t asid = 0; asid < ASIDS; asid++) {
		if (!asid_is_of(asid, t->process))
			continue;
		if (model.stale_count == STALE) {
			broken("the model has room for it", 0);
			return;
		}
		model.stale[model.stale_count++] =
			(struct stale){asid, t->va + (index << (12 + 9 * t->level)), t->level, leaf,
				       counts};
		if (counts)
			need_add(leaf, t->level, 1);
		counts = false;
	}
}

static void leaf_enter(const struct known_table *t, pte_t leaf)
{
	need_add(leaf, t->level, 1);
	uncounted_check(leaf);
	if (!pte_user(leaf))
		broken("a leaf of user space has the user bit", pte_frame(leaf).n);
}

/* `next` takes its place. */
static void leaf_leave(const struct known_table *t, uint64_t index, pte_t leaf, pte_t next)
{
	bool same = pte_is_leaf(next) && pte_frame(next).n == pte_frame(leaf).n;

	need_add(leaf, t->level, (uint32_t)-1);
	stale_add(t, index, leaf, !same);
}

/* --- tables ------------------------------------------------------------------------------- */

struct pending {
	uint64_t frame, va;
	unsigned level;
};

/* Entries of user space in a table of this level. */
static unsigned reach(unsigned level)
{
	return level == paging_levels - 1 ? TABLE_ENTRIES / 2 : TABLE_ENTRIES;
}

/* The table and all below it can be walked from now on. */
static void subtree_enter(struct process *p, uint64_t frame, unsigned level, uint64_t va)
{
	struct pending todo[FRAMES / 8];
	unsigned n = 0;

	todo[n++] = (struct pending){frame, va, level};
	while (n > 0) {
		struct pending at = todo[--n];
		const pte_t *entries = host_memory(at.frame);
		struct known_table *t;

		if (!in_model(at.frame)) {
			broken("a table lies in RAM", at.frame);
			continue;
		}
		t = table_at(at.frame);
		if (t->process != NULL)
			broken("a table hangs in one place, and is not cached in another",
			       at.frame);
		*t = (struct known_table){p, at.level, at.va, false, 0};
		for (unsigned i = 0; i < reach(at.level); i++) {
			uint64_t below = at.va + ((uint64_t)i << (12 + 9 * at.level));

			if (pte_is_table(entries[i]))
				todo[n++] = (struct pending){pte_frame(entries[i]).n, below,
							     at.level - 1};
			else if (pte_is_leaf(entries[i]))
				leaf_enter(t, entries[i]);
		}
	}
}

static void leaves_forget(const struct known_table *t, uint64_t frame)
{
	const pte_t *entries = host_memory(frame);

	for (unsigned i = 0; i < reach(t->level); i++)
		if (pte_is_leaf(entries[i]))
			need_add(entries[i], t->level, (uint32_t)-1);
}

/* The table is unlinked; its subtree goes with it. */
static void subtree_leave(uint64_t frame)
{
	uint64_t todo[FRAMES / 8];
	unsigned n = 0;

	todo[n++] = frame;
	while (n > 0) {
		uint64_t f = todo[--n];
		const pte_t *entries = host_memory(f);
		struct known_table *t = table_at(f);

		if (FRAME_KIND(frame_get(pfn(f))) != TN_KIND_TABLE) {
			t->process = NULL; /* a root, freed empty by now */
			continue;
		}
		for (unsigned i = 0; i < reach(t->level); i++)
			if (pte_is_table(entries[i]))
				todo[n++] = pte_frame(entries[i]).n;
		for (uint64_t asid = 0; asid < ASIDS; asid++)
			if (asid_is_of(asid, t->process)) {
				t->ghost = true;
				t->asid = asid;
			}
		if (!t->ghost) {
			leaves_forget(t, f);
			t->process = NULL;
		}
	}
}

/* A table that the model knows: its entries have been looked at. */
static bool is_known(const pte_t *entry)
{
	uint64_t frame = frame_of(entry).n;

	return in_model(frame) && table_at(frame)->process != NULL;
}

static void entry_changed(const struct host_event *e)
{
	uint64_t frame = frame_of(e->at).n;
	uint64_t index = ((uint64_t)e->at % FRAME_BYTES) / sizeof(pte_t);
	const struct known_table *t;

	t = table_at(frame);
	if (index >= reach(t->level) || e->old.w == e->new.w)
		return;
	if (pte_is_leaf(e->new))
		leaf_enter(t, e->new);
	else if (pte_is_table(e->new))
		subtree_enter(t->process, pte_frame(e->new).n, t->level - 1,
			      t->va + (index << (12 + 9 * t->level)));
	if (pte_is_leaf(e->old))
		leaf_leave(t, index, e->old, e->new);
	else if (pte_is_table(e->old))
		subtree_leave(pte_frame(e->old).n);
}

/* --- fences and switches ------------------------------------------------------------------ */

static bool covers(const struct stale *s, const struct host_event *e)
{
	uint64_t size = level_frames(s->level) * FRAME_BYTES;

	switch (e->kind) {
	case HOST_FENCE_PAGE:
		return s->asid == e->asid && s->va / size == e->va / size;
	case HOST_FENCE_SPACE:
		return s->asid == e->asid;
	case HOST_FENCE_ALL:
		return true;
	case HOST_PTE_WRITE:
	case HOST_USE:
		break;
	}
	return false;
}

static void stale_end(const struct host_event *e)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < model.stale_count; i++) {
		const struct stale *s = &model.stale[i];

		if (covers(s, e)) {
			if (s->counts)
				need_add(s->leaf, s->level, (uint32_t)-1);
		} else {
			model.stale[kept++] = *s;
		}
	}
	model.stale_count = kept;
}

static void ghosts_end(const struct host_event *e)
{
	for (uint64_t f = ram.first; f < ram.first + ram.count; f++) {
		struct known_table *t = table_at(f);

		if (t->process == NULL || !t->ghost)
			continue;
		if (e->kind == HOST_FENCE_ALL || t->asid == e->asid) {
			leaves_forget(t, f);
			t->process = NULL;
		}
	}
}

/* The current space may be walked again at once. */
static void asids_end(const struct host_event *e)
{
	for (uint64_t asid = 0; asid < ASIDS; asid++)
		if (asid != model.current && (e->kind == HOST_FENCE_ALL || asid == e->asid))
			model.asid_root[asid] = NO_FRAME;
	if (e->kind == HOST_FENCE_ALL || e->asid == model.current)
		model.conflict = false;
}

static void space_used(uint64_t word)
{
	uint64_t root = word & (((uint64_t)1 << 44) - 1), asid = word >> 44;

	if (model.asid_root[asid] != NO_FRAME && model.asid_root[asid] != root)
		model.conflict = true;
	model.asid_root[asid] = root;
	model.current = asid;
}

/* --- rules -------------------------------------------------------------------------------- */

static void frame_check(uint64_t f)
{
	uint64_t word = frame_get(pfn(f)), i = f - ram.first;
	const struct known_table *t = &model.tables[i];

	if (t->process != NULL && FRAME_KIND(word) != TN_KIND_TABLE)
		broken(t->ghost ? "a table that may be cached is still a table"
				: "an entry leads to a table",
		       f);
	if (model.need[i] == 0)
		return;
	if (FRAME_KIND(word) != TN_KIND_USER)
		broken("a translation reaches user frames only", f);
	else if (FRAME_REFS(word) < model.need[i])
		broken("a frame has a reference for each translation", f);
}

static void block_check(uint64_t block)
{
	uint64_t word = PORT_BLOCK_TABLE[block];
	uint32_t need = model.need_block[block - ram.first / BLOCK_FRAMES];

	if (need == 0)
		return;
	if (BLOCK_OTHERS(word) != 0)
		broken("a large translation reaches user frames only", block * BLOCK_FRAMES);
	if (BLOCK_MAPPINGS(word) < need)
		broken("a block has a reference for each translation", block * BLOCK_FRAMES);
}

static void check(void)
{
	uint64_t end = ram.first + ram.count;

	for (uint64_t f = ram.first; f < end; f++)
		frame_check(f);
	for (uint64_t b = ram.first / BLOCK_FRAMES; b <= (end - 1) / BLOCK_FRAMES; b++)
		block_check(b);
}

static void roots_refresh(void)
{
	for (unsigned i = 0; i < model.watched_count; i++) {
		struct watched *w = &model.watched[i];
		uint64_t root = w->process == NULL || w->process->root == NULL
					? NO_FRAME
					: frame_of(w->process->root).n;

		if (root == w->root)
			continue;
		if (w->root != NO_FRAME)
			subtree_leave(w->root);
		w->root = root;
		if (root != NO_FRAME)
			subtree_enter(w->process, root, paging_levels - 1, 0);
	}
}

static void observe(const struct host_event *e)
{
	bool known = e->kind == HOST_PTE_WRITE && is_known(e->at);

	model.events++;
	roots_refresh(); /* finds what a new root holds by now, this write included */
	check();
	switch (e->kind) {
	case HOST_PTE_WRITE:
		if (known)
			entry_changed(e);
		break;
	case HOST_FENCE_PAGE:
		stale_end(e);
		break;
	case HOST_FENCE_SPACE:
	case HOST_FENCE_ALL:
		stale_end(e);
		ghosts_end(e);
		asids_end(e);
		break;
	case HOST_USE:
		space_used(e->word);
		break;
	}
	if (model.conflict && e->kind != HOST_USE)
		broken("a recycled ASID is fenced right after the switch", model.current);
	check();
}

/* --- at rest ------------------------------------------------------------------------------ */

static struct process *process_of_root(uint64_t root)
{
	for (unsigned i = 0; i < model.watched_count; i++)
		if (model.watched[i].root == root)
			return model.watched[i].process;
	return NULL;
}

/* The tables give all that the stale leaf gives. */
static bool is_harmless(const struct stale *s)
{
	const struct process *p = process_of_root(model.asid_root[s->asid]);
	struct place at;
	pte_t e;

	if (p == NULL || s->counts)
		return false;
	at = walk_down(p, s->va, s->level);
	if (at.table == NULL || at.level != s->level)
		return false;
	e = pte_read(place_entry(&at));
	return pte_is_leaf(e) && pte_frame(e).n == pte_frame(s->leaf).n &&
	       (pte_rights(s->leaf) & ~pte_rights(e)) == 0 &&
	       (pte_accessed(e) || !pte_accessed(s->leaf)) && (pte_dirty(e) || !pte_dirty(s->leaf));
}

struct tlb_report tlb_model_settled(void)
{
	roots_refresh();
	check();
	for (unsigned i = 0; i < model.stale_count; i++)
		if (!is_harmless(&model.stale[i]))
			broken("no stale translation outlives a call",
			       pte_frame(model.stale[i].leaf).n);
	for (uint64_t f = ram.first; f < ram.first + ram.count; f++)
		if (table_at(f)->process != NULL && table_at(f)->ghost)
			broken("no entry for a table outlives a call", f);
	if (model.conflict)
		broken("a recycled ASID is fenced right after the switch", model.current);
	return model.report;
}

struct tlb_report tlb_model_report(void)
{
	return model.report;
}

uint64_t tlb_model_events(void)
{
	return model.events;
}

void tlb_model_add(struct process *p)
{
	if (model.watched_count == PROCESSES)
		abort();
	model.watched[model.watched_count++] = (struct watched){p, NO_FRAME};
	roots_refresh();
}

void tlb_model_forget_dead(void)
{
	for (unsigned i = 0; i < model.watched_count; i++) {
		struct watched *w = &model.watched[i];

		if (w->process == NULL ||
		    FRAME_KIND(frame_get(frame_of(w->process))) == TN_KIND_PROCESS)
			continue;
		if (w->root != NO_FRAME)
			broken("a process that ended has no tables", w->root);
		w->process = NULL;
	}
}

void tlb_model_begin(struct process *const *processes, unsigned count)
{
	if (ram.count > FRAMES)
		abort();
	host_observer = NULL;
	memset(&model, 0, sizeof(model));
	model.current = ASIDS;
	for (unsigned i = 0; i < ASIDS; i++)
		model.asid_root[i] = NO_FRAME;
	for (unsigned i = 0; i < count; i++)
		tlb_model_add(processes[i]);
	host_observer = observe;
}

void tlb_model_end(void)
{
	host_observer = NULL;
}
