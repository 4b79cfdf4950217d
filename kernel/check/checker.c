/*
 * checker.c - see checker.h. No recursion: the pool tree and the page tables are walked by their
 * own links.
 */
#include "checker.h"

#include "endpoint.h"
#include "invariants.h"
#include "object.h"
#include "process.h"
#include "table.h"
#include "thread.h"
#include "walk.h"

#define ON_A_LIST ((uint32_t)1 << 31) /* in the counts: met on a free list */

struct checker {
	const struct checker_memory *memory;
	struct checker_report *report;
	uint64_t kinds[FRAME_KIND_COUNT]; /* objects met, over all pools */
	uint64_t listed;                  /* frames met on free lists */
};

static void broken(struct checker *c, unsigned invariant, const char *what, uint64_t frame)
{
	if (c->report->invariant != 0)
		return;
	*c->report = (struct checker_report){invariant, what, frame};
}

static void require(struct checker *c, bool holds, unsigned invariant, const char *what,
		    uint64_t frame)
{
	if (!holds)
		broken(c, invariant, what, frame);
}

static uint64_t first_block(void)
{
	return ram.first / BLOCK_FRAMES;
}

static uint64_t first_giga(void)
{
	return ram.first / GIGA_FRAMES;
}

uint64_t checker_blocks(void)
{
	return (ram.first + ram.count - 1) / BLOCK_FRAMES + 1 - first_block();
}

uint64_t checker_gigas(void)
{
	return (ram.first + ram.count - 1) / GIGA_FRAMES + 1 - first_giga();
}

static void counts_clear(struct checker *c)
{
	for (uint64_t i = 0; i < ram.count; i++)
		c->memory->frames[i] = 0;
	for (uint64_t i = 0; i < checker_blocks(); i++)
		c->memory->blocks[i] = 0;
	for (uint64_t i = 0; i < checker_gigas(); i++)
		c->memory->gigas[i] = 0;
}

/* --- free lists (I2, I11) ----------------------------------------------------------------- */

static void clean_check(struct checker *c, pfn_t f)
{
	const uint64_t *words = frame_memory(f);

	for (unsigned i = 1; i < FRAME_BYTES / 8; i++)
		if (words[i] != 0) {
			broken(c, 11, "a clean frame is zero but for its link", f.n);
			return;
		}
}

static void free_frame_check(struct checker *c, const struct pool *p, uint64_t f)
{
	uint64_t word = frame_get(pfn(f));

	require(c, I2_ON_LIST(word, p->self), 2, "a listed frame is FREE in its pool", f);
	require(c, (c->memory->frames[f - ram.first] & ON_A_LIST) == 0, 2, "listed once", f);
	require(c, frame_in_window(pfn(f)), 2, "free frames lie in the window", f);
	c->memory->frames[f - ram.first] |= ON_A_LIST;
	c->listed++;
	if (FRAME_IS_CLEAN(word))
		clean_check(c, pfn(f));
}

static void free_list_check(struct checker *c, const struct pool *p)
{
	uint64_t n = 0, back = p->self, f = LINK_NEXT(link_get(pool_frame(p)));

	for (; f != p->self && n <= p->free; n++) {
		if (!frame_is_known(f)) {
			broken(c, 2, "links lead to frames", f);
			return;
		}
		free_frame_check(c, p, f);
		require(c, LINK_BACK(link_get(pfn(f))) == back, 2, "links lead back", f);
		back = f;
		f = LINK_NEXT(link_get(pfn(f)));
	}
	require(c, LINK_BACK(link_get(pool_frame(p))) == back || n > p->free, 2,
		"the ring is closed", p->self);
	require(c, n == p->free, 3, "free is the length of the free list", p->self);
}

/* --- address spaces (I4, I5, I6, I13) ----------------------------------------------------- */

static void leaf_count(struct checker *c, pte_t e, unsigned level)
{
	pfn_t f = pte_frame(e);
	bool known = frame_is_known(f.n);

	require(c, pte_user(e), 5, "leaves of a user space have the user bit", f.n);
	require(c, I6_NOT_WRITE_EXECUTE(e), 6, "never writable and executable", f.n);
	if (pte_uncounted(e)) {
		require(c, I5_UNCOUNTED_LEAF(e, frame_get(f), known), 5,
			"an uncounted leaf maps a device or reads the boot image", f.n);
		return;
	}
	if (!known) {
		broken(c, 5, "a counted leaf maps RAM", f.n);
		return;
	}
	if (level == 0) {
		require(c, I5_COUNTED_LEAF(frame_get(f)), 5, "a leaf maps a USER frame", f.n);
		c->memory->frames[f.n - ram.first]++;
	} else if (level == 1) {
		c->memory->blocks[f.n / BLOCK_FRAMES - first_block()]++;
	} else {
		c->memory->gigas[f.n / GIGA_FRAMES - first_giga()]++;
	}
}

struct table_walk {
	pte_t *table[5];
	unsigned index[5], entries[5];
	unsigned level;
};

static void table_enter(struct checker *c, struct table_walk *w, const struct process *p, pfn_t f)
{
	uint64_t word = frame_get(f);

	require(c, FRAME_KIND(word) == TN_KIND_TABLE && FRAME_POOL(word) == p->pool->self, 3,
		"a table is a TABLE of its process's pool", f.n);
	c->kinds[TN_KIND_TABLE]++;
	w->table[w->level] = table_entries(f);
	w->index[w->level] = 0;
	w->entries[w->level] = 0;
}

static void table_leave(struct checker *c, const struct table_walk *w)
{
	pfn_t f = frame_of(w->table[w->level]);
	bool root = w->level == paging_levels - 1;

	require(c, I13_COUNT(frame_get(f), w->entries[w->level]), 13,
		"a table's count is that of its valid entries", f.n);
	require(c, I13_NOT_EMPTY(frame_get(f), root), 13, "an implicit table is not empty", f.n);
}

static unsigned table_reach(const struct table_walk *w)
{
	return w->level == paging_levels - 1 ? TABLE_ENTRIES / 2 : TABLE_ENTRIES;
}

static void space_check(struct checker *c, const struct process *p)
{
	struct table_walk w = {.level = paging_levels - 1};

	if (p->root == NULL)
		return;
	table_enter(c, &w, p, frame_of(p->root));
	for (;;) {
		pte_t e;

		if (w.index[w.level] == table_reach(&w)) {
			table_leave(c, &w);
			if (w.level == paging_levels - 1)
				return;
			w.level++;
			continue;
		}
		e = pte_read(&w.table[w.level][w.index[w.level]++]);
		if (e.w == 0)
			continue;
		require(c, pte_is_valid(e), 8, "no entry stays disabled", pte_frame(e).n);
		w.entries[w.level]++;
		if (!pte_is_table(e)) {
			leaf_count(c, e, w.level);
			continue;
		}
		w.level--;
		table_enter(c, &w, p, pte_frame(e));
	}
}

/* --- processes and pools (I3, I12) -------------------------------------------------------- */

static void object_check(struct checker *c, uint32_t self, unsigned kind)
{
	uint64_t word = frame_get(pfn(self));

	require(c, FRAME_KIND(word) == kind, 3, "an object's frame has its kind", self);
	require(c, I12_ID_BORN(FRAME_ID(word)), 12, "ids in use were handed out", self);
	c->kinds[kind]++;
}

static void slots_check(struct checker *c, const struct slot *slots)
{
	for (unsigned i = 0; i < TN_CAPS_SLOTS; i++) {
		const struct slot *s = &slots[i];
		uint64_t type = SLOT_TYPE(s->word);

		require(c, type <= TN_CAP_SYSTEM, 12, "a slot has a type", s->frame);
		if (type >= TN_CAP_POOL && type <= TN_CAP_ENDPOINT)
			require(c, I12_ID_BORN(FRAME_ID(s->word)), 12, "a slot's id was handed out",
				s->frame);
	}
}

static void process_check(struct checker *c, const struct process *p)
{
	object_check(c, p->self, TN_KIND_PROCESS);
	for (const struct thread *t = p->threads; t != NULL; t = t->next) {
		object_check(c, t->self, TN_KIND_THREAD);
		if (t->utcb != NULL)
			c->memory->frames[frame_of(t->utcb).n - ram.first]++;
	}
	for (const struct endpoint *e = p->endpoints; e != NULL; e = e->next)
		object_check(c, e->self, TN_KIND_ENDPOINT);
	for (unsigned i = 0; i < TN_CAPS_PAGES; i++) {
		if (p->directory[i] == caps_none)
			continue;
		c->kinds[TN_KIND_CAPS]++;
		require(c, frame_get(frame_of(p->directory[i])) ==
				   FRAME_WORD(TN_KIND_CAPS, p->pool->self),
			3, "a capability page is a CAPS of its process's pool", p->self);
		slots_check(c, p->directory[i]);
	}
	space_check(c, p);
}

static void pool_check(struct checker *c, const struct pool *p)
{
	uint64_t before[8], used = 0;

	for (unsigned kind = 0; kind < 8; kind++)
		before[kind] = c->kinds[kind];
	if (p->parent == NULL)
		object_check(c, p->self, TN_KIND_POOL);
	for (const struct pool *sub = p->children; sub != NULL; sub = sub->next)
		object_check(c, sub->self, TN_KIND_POOL);
	for (const struct process *q = p->processes; q != NULL; q = q->next)
		process_check(c, q);
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_TABLE; kind++) {
		uint64_t n = c->kinds[kind] - before[kind];

		require(c, p->kinds[kind] == n, 3, "a pool's counters are what a walk finds", p->self);
		used += n;
	}
	require(c, p->used == used && p->peak >= used, 3, "used is the sum of the kinds", p->self);
	require(c, I3_FLOWS(p), 3, "the flows explain what the pool holds", p->self);
	free_list_check(c, p);
}

/* Preorder by the tree's own links. */
static const struct pool *pool_next(const struct pool *p)
{
	if (p->children != NULL)
		return p->children;
	while (p != NULL && p->next == NULL)
		p = p->parent;
	return p != NULL ? p->next : NULL;
}

/* --- all frames (I1, I4) ------------------------------------------------------------------ */

struct tally {
	uint64_t kinds[FRAME_KIND_COUNT];
	uint64_t others; /* of the block */
};

static void frame_check(struct checker *c, struct tally *tally, pfn_t f)
{
	uint64_t word = frame_get(f), kind = FRAME_KIND(word);
	uint32_t counted = c->memory->frames[f.n - ram.first];

	tally->kinds[kind]++;
	tally->others += kind != TN_KIND_USER;
	require(c, I1_KIND_EXISTS(word), 1, "a frame has one of the kinds", f.n);
	if (kind == TN_KIND_USER)
		require(c, I4_REFERENCES(word, counted) && word < FRAME_KIND_UNIT, 4,
			"references are the leaves and pins there are", f.n);
	else
		require(c, counted == (kind == TN_KIND_FREE ? ON_A_LIST : 0), 2,
			"a frame is listed iff it is FREE, and nothing maps the kernel's", f.n);
}

static void block_check(struct checker *c, const struct tally *tally, uint64_t block, bool whole)
{
	uint64_t word = PORT_BLOCK_TABLE[block];

	require(c, BLOCK_MAPPINGS(word) == c->memory->blocks[block - first_block()], 4,
		"large mappings of a block are counted", block * BLOCK_FRAMES);
	require(c, I6_LARGE_IS_USER(word), 6, "a block mapped large is all USER",
		block * BLOCK_FRAMES);
	if (whole)
		require(c, BLOCK_OTHERS(word) == tally->others, 4,
			"a block counts its frames that are not USER", block * BLOCK_FRAMES);
}

/* A block never touched has no frame that anything could name. */
static void block_frames_check(struct checker *c, struct tally *tally, uint64_t block)
{
	uint64_t from = block * BLOCK_FRAMES, end = from + BLOCK_FRAMES;
	bool whole = from >= ram.first && end <= ram.first + ram.count;

	from = from < ram.first ? ram.first : from;
	end = end > ram.first + ram.count ? ram.first + ram.count : end;
	tally->others = 0;
	if (FRAME_KIND(frame_get(pfn(from))) == KIND_UNTOUCHED)
		whole = false;
	else
		for (uint64_t f = from; f < end; f++)
			frame_check(c, tally, pfn(f));
	block_check(c, tally, block, whole);
}

static void gigas_check(struct checker *c)
{
	for (uint64_t giga = first_giga(); giga < first_giga() + checker_gigas(); giga++) {
		uint64_t word = PORT_GIGA_TABLE[giga], others = 0;

		for (uint64_t b = giga * 512; b < (giga + 1) * 512; b++)
			others += BLOCK_OTHERS(PORT_BLOCK_TABLE[b]);
		require(c, BLOCK_MAPPINGS(word) == c->memory->gigas[giga - first_giga()], 4,
			"large mappings of a gigabyte are counted", giga * GIGA_FRAMES);
		require(c, BLOCK_OTHERS(word) == others, 4,
			"a gigabyte counts its frames that are not USER", giga * GIGA_FRAMES);
		require(c, I6_LARGE_IS_USER(word), 6, "a gigabyte mapped large is all USER",
			giga * GIGA_FRAMES);
	}
}

static void frames_check(struct checker *c)
{
	struct tally tally = {.others = 0};
	uint64_t objects = 0;

	for (uint64_t b = first_block(); b < first_block() + checker_blocks(); b++)
		block_frames_check(c, &tally, b);
	gigas_check(c);
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_TABLE; kind++) {
		require(c, tally.kinds[kind] == ram.objects[kind] &&
				   tally.kinds[kind] == c->kinds[kind],
			1, "frames of each kind are the objects there are", kind);
		objects += tally.kinds[kind];
	}
	require(c, tally.kinds[TN_KIND_FREE] == c->listed, 2, "every FREE frame is on a list", 0);
	require(c, ram.lent == objects + c->listed, 1, "what was lent is free or an object", 0);
}

bool checker_run(const struct pool *root, const struct checker_memory *memory,
		 struct checker_report *report)
{
	struct checker c = {.memory = memory, .report = report};

	*report = (struct checker_report){0, NULL, 0};
	counts_clear(&c);
	for (const struct pool *p = root; p != NULL; p = pool_next(p))
		pool_check(&c, p);
	if (report->invariant == 0)
		frames_check(&c);
	return report->invariant == 0;
}
