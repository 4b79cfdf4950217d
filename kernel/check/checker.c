/*
 * checker.c - see checker.h. No recursion: the pool tree and the page tables are walked by their
 * own links.
 */
#include "checker.h"

#include "endpoint.h"
#include "object.h"
#include "table.h"
#include "words.h"

#define ON_A_LIST ((uint32_t)1 << 31) /* in the counts: met on a free list */

struct checker {
	uint32_t *counts; /* see count_of */
	struct checker_report *report;
	uint64_t met[8];                  /* objects that a walk of one pool finds, by kind */
	uint64_t kinds[8];                /* the same, of all pools */
	uint64_t found[FRAME_KIND_COUNT]; /* frames of each kind */
};

inline_always void require(struct checker *c, bool holds, unsigned invariant, const char *what,
			   uint64_t frame)
{
	if (unlikely(!holds) && c->report->invariant == 0)
		*c->report = (struct checker_report){invariant, what, frame};
}

/* --- counts ------------------------------------------------------------------------------- */

/* One for each frame from ram.first on; then two for each block from the gigabyte of ram.first on:
 * of the leaves of 2 MiB and of 1 GiB that begin there. */
static uint32_t *count_of(const struct checker *c, uint64_t f, unsigned level)
{
	uint64_t block = f / BLOCK_FRAMES - ram.first / GIGA_FRAMES * BLOCK_FRAMES;

	return &c->counts[level == 0 ? f - ram.first : ram.count + 2 * block + level - 1];
}

uint64_t checker_counts(void)
{
	/* the first and the last gigabyte may begin and end without RAM */
	return ram.count + 2 * (ram.count / BLOCK_FRAMES + 2 * BLOCK_FRAMES);
}

/* --- free lists (I2, I11) ----------------------------------------------------------------- */

static void free_frame_check(struct checker *c, const struct pool *p, uint64_t f)
{
	uint64_t word = frame_get(pfn(f));
	const uint64_t *words = frame_memory(pfn(f));

	require(c, I2_ON_LIST(word, p->self) && frame_in_window(pfn(f)), 2,
		"a listed frame is FREE in its pool, and lies in the window", f);
	require(c, !FRAME_IS_CLEAN(word) || words_or(words + 1, FRAME_BYTES / 8 - 1) == 0, 11,
		"a clean frame is zero but for its link", f);
	*count_of(c, f, 0) |= ON_A_LIST;
}

/* Links that lead back are a ring without a second way in: no frame is met twice. */
static void free_list_check(struct checker *c, const struct pool *p)
{
	uint64_t n = 0, f = p->self, next = LINK_NEXT(link_get(pfn(f)));

	for (; frame_is_known(next); n++) {
		require(c, LINK_BACK(link_get(pfn(next))) == f, 2, "links lead back", next);
		if (next == p->self || n > p->free)
			break;
		free_frame_check(c, p, next);
		f = next;
		next = LINK_NEXT(link_get(pfn(f)));
	}
	require(c, frame_is_known(next), 2, "links lead to frames", f);
	require(c, n == p->free, 3, "free is the length of the free list", p->self);
}

/* --- address spaces (I4, I5, I6, I13) ----------------------------------------------------- */

/* An entry that leads to no table. False if it is empty. */
static bool leaf_check(struct checker *c, pte_t e, unsigned level)
{
	pfn_t f = pte_frame(e);
	bool known = frame_is_known(f.n);

	if (e.w == 0)
		return false;
	require(c, pte_is_valid(e), 8, "no entry stays disabled", f.n);
	require(c, pte_user(e), 5, "leaves of a user space have the user bit", f.n);
	require(c, I6_NOT_WRITE_EXECUTE(e), 6, "never writable and executable", f.n);
	if (known && pte_uncounted(e))
		frame_touch(f); /* a device between banks of RAM: nobody had to */
	require(c, pte_uncounted(e) ? I5_UNCOUNTED_LEAF(e, frame_get(f), known) : known, 5,
		"a leaf maps RAM or, if it is not counted, a device or the boot image to read",
		f.n);
	require(c, level <= LEVEL_LARGEST, 5, "no leaf is larger than 1 GiB", f.n);
	if (known && !pte_uncounted(e) && level <= LEVEL_LARGEST) {
		++*count_of(c, f.n, level);
		require(c, level != 0 || I5_COUNTED_LEAF(frame_get(f)), 5, "a leaf is USER", f.n);
	}
	return true;
}

/* A page table or a capability page. Returns its word. */
static uint64_t part_check(struct checker *c, const struct process *p, pfn_t f, unsigned kind)
{
	uint64_t word = frame_get(f);

	require(c, FRAME_KIND(word) == kind && FRAME_POOL(word) == p->pool->self, 3,
		"a part of a process has its kind and its pool", f.n);
	c->met[kind]++;
	return word;
}

static void table_check(struct checker *c, const struct process *p, pfn_t f, unsigned entries)
{
	uint64_t word = part_check(c, p, f, TN_KIND_TABLE);

	require(c, I13_COUNT(word, entries), 13, "a table's count is that of its valid entries",
		f.n);
	require(c, I13_NOT_EMPTY(word, table_entries(f) == p->root), 13,
		"an implicit table is not empty", f.n);
}

/* From table to table, entry by entry; a table is checked when it ends. */
static void space_check(struct checker *c, const struct process *p)
{
	unsigned entries[LEVELS_MAX + 1] = {0};

	for (uint64_t va = 0; p->root != NULL && va < user_top;) {
		struct place at = walk_down(p, va, 0);
		unsigned level = at.level;
		const pte_t *entry = place_entry(&at);

		do {
			entries[level] += leaf_check(c, pte_read(entry++), level);
			va += level_frames(level) * FRAME_BYTES;
		} while (va < user_top && pte_index(va, level) != 0 && !pte_is_table(*entry));
		while (level < paging_levels && (pte_index(va, level) == 0 || va == user_top)) {
			at = walk_down(p, va - 1, level);
			table_check(c, p, frame_of(at.table), entries[level]);
			entries[level++] = 0;
			entries[level]++;
		}
	}
}

/* --- processes and pools (I3, I12) -------------------------------------------------------- */

static void object_check(struct checker *c, uint64_t self, unsigned kind)
{
	uint64_t word = frame_get(pfn(self));

	require(c, FRAME_KIND(word) == kind, 3, "an object's frame has its kind", self);
	require(c, I12_ID_BORN(FRAME_ID(word)), 12, "ids in use were handed out", self);
	c->met[kind]++;
}

/* Those from slot `first` on, a page. */
static void slots_check(struct checker *c, const struct process *p, uint64_t first)
{
	const struct slot *slots = p->directory[first / TN_CAPS_SLOTS];

	for (const struct slot *s = slots; s < slots + TN_CAPS_SLOTS; s++) {
		uint64_t type = SLOT_TYPE(s->word);

		require(c, slot_is_empty(s) || first + (uint64_t)(s - slots) < p->slots, 12,
			"a slot that is filled is known to be", p->self);
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
			++*count_of(c, frame_of(t->utcb).n, 0);
	}
	for (const struct endpoint *e = p->endpoints; e != NULL; e = e->next)
		object_check(c, frame_of(e).n, TN_KIND_ENDPOINT);
	for (unsigned i = 0; i < TN_CAPS_PAGES; i++) {
		if (p->directory[i] == caps_none)
			continue;
		part_check(c, p, frame_of(p->directory[i]), TN_KIND_CAPS);
		slots_check(c, p, i * TN_CAPS_SLOTS);
	}
	space_check(c, p);
}

static void pool_check(struct checker *c, const struct pool *p)
{
	uint64_t used = 0;

	if (p->parent == NULL)
		object_check(c, p->self, TN_KIND_POOL);
	for (const struct pool *sub = p->children; sub != NULL; sub = sub->next)
		object_check(c, sub->self, TN_KIND_POOL);
	for (const struct process *q = p->processes; q != NULL; q = q->next)
		process_check(c, q);
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_TABLE; kind++) {
		require(c, p->kinds[kind] == c->met[kind], 3,
			"a pool's counters are what a walk finds", p->self);
		used += c->met[kind];
		c->kinds[kind] += c->met[kind];
		c->met[kind] = 0;
	}
	require(c, I3_FLOWS(p, used), 3, "the flows explain what the pool holds", p->self);
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

/* True if the frame is not user space's. */
static bool frame_check(struct checker *c, uint64_t f)
{
	uint64_t word = frame_get(pfn(f)), kind = FRAME_KIND(word);
	uint32_t counted = *count_of(c, f, 0);

	require(c, I1_KIND_EXISTS(word), 1, "a frame has one of the kinds", f);
	if (kind == TN_KIND_USER)
		require(c, I4_REFERENCES(word, counted) && word < FRAME_KIND_UNIT, 4,
			"references are the leaves and pins there are", f);
	else
		require(c, counted == (kind == TN_KIND_FREE ? ON_A_LIST : 0), 2,
			"a frame is listed iff it is FREE, and nothing maps the kernel's", f);
	c->found[kind]++;
	return kind != TN_KIND_USER;
}

/* word: of the block or gigabyte that begins at frame f. others: its frames that are not USER. */
static void large_check(struct checker *c, uint64_t word, uint64_t f, unsigned level,
			uint64_t others)
{
	require(c, BLOCK_MAPPINGS(word) == *count_of(c, f, level), 4, "large mappings are counted",
		f);
	require(c, I6_LARGE_IS_USER(word), 6, "what is mapped large is all USER", f);
	require(c, I4_OTHERS(word, others), 4, "frames that are not USER are counted", f);
}

/* A block never touched has no frame that anything could name. Of a block that is not checked as a
 * whole the count is taken as it is. */
static uint64_t block_check(struct checker *c, uint64_t base)
{
	uint64_t word = block_get(pfn(base)), others = 0;
	uint64_t from = base > ram.first ? base : ram.first, f = from;

	while (f < base + BLOCK_FRAMES && frame_is_known(f) &&
	       FRAME_KIND(frame_get(pfn(from))) != KIND_UNTOUCHED)
		others += frame_check(c, f++);
	if (f - from < BLOCK_FRAMES)
		others = BLOCK_OTHERS(word);
	large_check(c, word, base, 1, others);
	return others;
}

static void giga_check(struct checker *c, uint64_t base)
{
	uint64_t others = 0;

	for (uint64_t f = base; f < base + GIGA_FRAMES; f += BLOCK_FRAMES)
		others += block_check(c, f);
	large_check(c, giga_get(pfn(base)), base, 2, others);
}

static void frames_check(struct checker *c)
{
	uint64_t lent = 0;

	for (uint64_t f = ram.first - ram.first % GIGA_FRAMES; f < ram.first + ram.count;
	     f += GIGA_FRAMES)
		giga_check(c, f);
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_TABLE; kind++) {
		require(c, c->found[kind] == ram.kinds[kind] && c->found[kind] == c->kinds[kind], 1,
			"frames of each kind are the objects there are", kind);
		lent += c->found[kind];
	}
	lent += c->found[TN_KIND_FREE];
	require(c, ram.lent == lent, 1, "what was lent is free or an object", 0);
}

bool checker_run(const struct pool *root, uint32_t *counts, struct checker_report *report)
{
	struct checker c = {.counts = counts, .report = report};

	*report = (struct checker_report){0, NULL, 0};
	for (uint64_t i = 0; i < checker_counts(); i++)
		counts[i] = 0;
	for (const struct pool *p = root; p != NULL; p = pool_next(p))
		pool_check(&c, p);
	if (report->invariant == 0)
		frames_check(&c);
	return report->invariant == 0;
}
