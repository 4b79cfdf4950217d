/*
 * map.c - the call `map`: consecutive frames to consecutive pages (I4, I5, I9).
 *
 * Two passes: the first walks, checks everything and counts the tables that are missing; the
 * second cannot fail. A call fills entries of one table, at most 512, and the caller goes on from
 * there. The most common call, one frame to one page whose tables stand, has a path of its own,
 * which hands every doubt to the general one.
 */
#include "map.h"

#include <port/machine.h>

#include "cap.h"
#include "object.h"
#include "syscall.h"
#include "table.h"
#include "words.h"

#define MAP_ATTRIBUTES (TN_MAP_NOCACHE | TN_MAP_IO)
#define MAP_FLAGS (MAP_RIGHTS | TN_MAP_SMALL | TN_MAP_ZERO | TN_MAP_NOTABLE | MAP_ATTRIBUTES)

struct mapping {
	struct process *process;
	const struct slot *frames;
	uint64_t va, first, count, flags;
	struct place at; /* where the walk ended */
	unsigned level;  /* of the leaves */
	uint64_t n;      /* entries to fill */
	bool boot;       /* some frames are BOOT, which no reference counts */
};

static bool mapping_is_device(const struct mapping *m)
{
	return SLOT_TYPE(m->frames->word) == TN_CAP_DEVICE;
}

/* The frames of a large page at `first` are all USER. */
static bool page_is_user(uint64_t first, unsigned level)
{
	return BLOCK_OTHERS(level == 1 ? block_get(pfn(first)) : giga_get(pfn(first))) == 0;
}

static bool level_fits(const struct mapping *m, unsigned level)
{
	uint64_t size = level_frames(level);

	return (m->va / FRAME_BYTES | m->first) % size == 0 && m->count >= size &&
	       (mapping_is_device(m) || page_is_user(m->first, level));
}

/* The largest leaf that alignment and owners allow. */
static unsigned level_wanted(const struct mapping *m)
{
	unsigned level = m->flags & TN_MAP_SMALL ? 0 : LEVEL_LARGEST;

	while (level > 0 && !level_fits(m, level))
		level--;
	return level;
}

static bool mapping_has_table(const struct mapping *m)
{
	return m->at.table != NULL && m->at.level == m->level;
}

/* Walks, and settles for smaller leaves where tables stand already. */
static void mapping_walk(struct mapping *m)
{
	m->level = level_wanted(m) + 1;
	do
		m->at = walk_down(m->process, m->va, --m->level);
	while (m->level > 0 && mapping_has_table(m) && pte_is_table(pte_read(place_entry(&m->at))));
	m->n = least(m->count / level_frames(m->level), TABLE_ENTRIES - pte_index(m->va, m->level));
}

/* The places are free, or tables may be made for them. Large leaves stop short of a table that
 * stands. */
static apart result_t places_check(struct mapping *m)
{
	uint64_t size = level_frames(m->level) * FRAME_BYTES;

	if (!mapping_has_table(m)) {
		if (m->at.table != NULL && pte_is_valid(pte_read(place_entry(&m->at))))
			return failure(TN_EEXIST, m->va);
		if (m->flags & TN_MAP_NOTABLE)
			return failure(TN_ENOTABLE, m->process->root == NULL ? paging_levels - 1
									     : m->at.level - 1);
		return success(0);
	}
	if (likely(words_or(&place_entry(&m->at)->w, m->n) == 0))
		return success(0);
	for (uint64_t i = 0; i < m->n; i++) {
		pte_t e = pte_read(place_entry(&m->at) + i);

		if (pte_is_leaf(e))
			return failure(TN_EEXIST, m->va + i * size);
		if (pte_is_table(e))
			m->n = i;
	}
	return success(0);
}

/* Why frame f, of these rights, is refused: 0 or a positive error. */
static int frame_refusal(const struct mapping *m, pfn_t f)
{
	uint64_t d = frame_get(f), kind = FRAME_KIND(d);

	if (kind == TN_KIND_HOLE)
		return TN_ENXIO;
	if (kind == TN_KIND_BOOT)
		return (m->flags & MAP_RIGHTS) == TN_MAP_READ ? 0 : TN_EKERNEL;
	if (kind != TN_KIND_USER)
		return TN_EKERNEL;
	return FRAME_IS_MAPPABLE(d) ? 0 : TN_EOVERFLOW;
}

static cold result_t small_check_each(struct mapping *m)
{
	frame_touch_range(pfn(m->first), m->n);
	for (uint64_t i = 0; i < m->n; i++) {
		pfn_t f = pfn(m->first + i);
		int error = frame_refusal(m, f);

		if (error != 0)
			return failure(error, f.n);
		if (FRAME_KIND(frame_get(f)) == TN_KIND_BOOT)
			m->boot = true;
	}
	if (m->boot)
		m->n = least(m->n, ENTRIES_SLOW);
	return success(0);
}

static result_t small_check(struct mapping *m)
{
	if (m->flags & TN_MAP_ZERO) /* they must be such as may be given */
		return range_check(NULL, m->first, m->n);
	if (likely(FRAME_IS_MAPPABLE(words_or(frame_words(pfn(m->first)), m->n))))
		return success(0);
	return small_check_each(m);
}

/* The first page is all USER (level_fits); the batch stops before one that is not. */
static cold result_t large_check(struct mapping *m)
{
	uint64_t size = level_frames(m->level);

	for (uint64_t i = 0; i < m->n; i++) {
		pfn_t f = pfn(m->first + i * size);

		if (!page_is_user(f.n, m->level))
			m->n = i;
		else if (BLOCK_MAPPINGS(*page_word(f, m->level)) >= FRAME_REFS_MAX)
			return failure(TN_EOVERFLOW, f.n);
	}
	return success(0);
}

static result_t frames_check(struct mapping *m)
{
	if (mapping_is_device(m))
		return m->flags & TN_MAP_ZERO ? failure(TN_ENOTSUP, m->first) : success(0);
	return m->level == 0 ? small_check(m) : large_check(m);
}

/* References rise first. */
static void leaves_write(const struct mapping *m, pte_t leaf)
{
	pte_t *entry = place_entry(&m->at);
	uint64_t step = level_frames(m->level) * PTE_FRAME_UNIT;

	if (!pte_uncounted(leaf))
		words_add(page_word(pfn(m->first), m->level), m->n, (int64_t)page_unit(m->level));
#pragma GCC unroll 4
	for (pte_t *end = entry + m->n; entry < end; entry++) {
		pte_write(entry, leaf);
		leaf.w += step;
	}
}

/* As leaves_write, where some frames are BOOT. */
static cold void boot_write(const struct mapping *m, pte_t leaf)
{
	for (uint64_t i = 0; i < m->n; i++) {
		pte_t e = pte_part(leaf, i, 1);

		if (FRAME_KIND(frame_get(pte_frame(e))) == TN_KIND_BOOT)
			e.w |= PTE_UNCOUNTED;
		else
			page_reference(pte_frame(e), 0, 1);
		pte_write(place_entry(&m->at) + i, e);
	}
}

static void mapping_commit(struct mapping *m)
{
	pte_t leaf = pte_leaf(pfn(m->first), m->flags & MAP_RIGHTS, m->flags & MAP_ATTRIBUTES,
			      mapping_is_device(m));
	struct pool *pool = m->process->pool;

	if (m->flags & TN_MAP_ZERO)
		for (uint64_t i = 0; i < m->n; i++)
			zero_page(frame_memory(pfn(m->first + i)));
	while (!mapping_has_table(m))
		table_place(m->process, &m->at, m->va,
			    pool_is_ample(pool) ? pool_take_ample(pool, TN_KIND_TABLE)
						: pool_take(pool, TN_KIND_TABLE),
			    0);
	if (m->boot)
		boot_write(m, leaf);
	else
		leaves_write(m, leaf);
	table_count(frame_of(m->at.table), (int64_t)m->n);
	walk_keep(m->process, m->va);
}

/* Tables missing between where the walk ended and the leaves. */
static unsigned tables_missing(const struct mapping *m)
{
	return m->at.level - m->level + (m->process->root == NULL ? 1 : 0);
}

/* The call from EEXIST on. */
static apart result_t mapping_do(struct process *p, uint64_t va, const struct slot *frames,
				 uint64_t first, uint64_t count, uint64_t flags)
{
	struct mapping m = {p, frames, va, first, count, .flags = flags};
	result_t r;

	mapping_walk(&m);
	r = places_check(&m) ?: frames_check(&m) ?: pool_take_check(p->pool, tables_missing(&m));
	if (result_code(r) != 0)
		return r;
	mapping_commit(&m);
	return success(m.n * level_frames(m.level));
}

/*
 * Frames to one page of `level` whose tables stand, without any doubt; else all that mapping_do
 * does. What can be told without a walk has been checked.
 */
inline_always result_t page_map(unsigned level, struct process *p, uint64_t va,
				const struct slot *range, uint64_t first, uint64_t flags)
{
	pfn_t table;
	pte_t *entry = walk_kept(p, va, level, &table);
	uint64_t *word = page_word(pfn(first), level), d = *word;

	if (unlikely(entry == NULL) || unlikely(pte_is_valid(pte_read(entry))))
		goto general;
	if (unlikely(level == 0 ? !FRAME_IS_MAPPABLE(d)
				: BLOCK_OTHERS(d) != 0 || BLOCK_MAPPINGS(d) >= FRAME_REFS_MAX))
		goto general;

	*word = d + page_unit(level);
	table_count(table, 1);
	pte_write(entry, pte_leaf(pfn(first), flags, 0, false));
	return success(level_frames(level));
general:
	return mapping_do(p, va, range, first, level_frames(level), flags);
}

result_t map_frame(struct process *p, uint64_t va, const struct slot *frames, uint64_t frame)
{
	if (!slot_covers(frames, frame, 1))
		return failure(TN_EACCES, frame);
	if (frame_get(pfn(frame)) + 1 == FRAME_REFS_MAX) /* the pin takes one, too */
		return failure(TN_EOVERFLOW, frame);
	return page_map(0, p, va, frames, frame, TN_MAP_READ | TN_MAP_WRITE);
}

/* EINVAL and EFAULT. */
static int shape_refusal(uint64_t va, uint64_t count, uint64_t flags)
{
	if ((flags & ~(uint64_t)MAP_FLAGS) != 0 || !rights_legal(flags) ||
	    (flags & MAP_ATTRIBUTES) == MAP_ATTRIBUTES)
		return TN_EINVAL;
	if (va % FRAME_BYTES != 0 || count == 0 || ((flags & TN_MAP_ZERO) && count > TN_ZERO_MAX))
		return TN_EINVAL;
	return walk_is_user(va, count) ? 0 : TN_EFAULT;
}

static apart result_t map_general(uint64_t process, uint64_t va, uint64_t frames, uint64_t first,
				  uint64_t count, uint64_t flags)
{
	uint64_t needed = (flags & MAP_RIGHTS) | (flags & TN_MAP_ZERO ? TN_FRAMES_WRITE : 0);
	int error = shape_refusal(va, count, flags);
	struct process *p = cap_find(process, TN_CAP_PROCESS, TN_PROCESS_MAP, &error);
	const struct slot *range = cap_find_slot(frames, slot_range_type(cap_slot(frames)), needed,
						 &error);
	result_t r;

	if (error == 0 && p->dying)
		error = TN_EDYING;
	if (error == 0 && (flags & MAP_ATTRIBUTES) != 0 && !port_has_attributes())
		error = TN_ENOTSUP;
	r = error != 0 ? failure(error, 0) : slot_check(range, first, count);
	return result_code(r) != 0 ? r : mapping_do(p, va, range, first, count, flags);
}

/* One page of 4 KiB or 2 MiB. What is not plain goes to map_general, which begins again and finds
 * the reason. */
result_t call_map(uint64_t process, uint64_t va, uint64_t frames, uint64_t first, uint64_t count,
		  uint64_t flags)
{
	const struct slot *range;
	struct process *p;

	if (unlikely(flags > MAP_RIGHTS) || unlikely(!rights_legal(flags)) ||
	    unlikely(va % FRAME_BYTES != 0) || unlikely(va >= user_top))
		goto general;
	p = cap_object(process, TN_CAP_PROCESS, TN_PROCESS_MAP);
	if (unlikely(p == NULL) || unlikely(p->dying != 0))
		goto general;
	range = cap_slot(frames);
	if (unlikely(!slot_grants(range, TN_CAP_FRAMES, flags)) ||
	    unlikely(!slot_covers(range, first, count)))
		goto general;
	if (likely(count == 1))
		return page_map(0, p, va, range, first, flags);
	if (count == BLOCK_FRAMES && (va / FRAME_BYTES | first) % BLOCK_FRAMES == 0)
		return page_map(1, p, va, range, first, flags);
general:
	return map_general(process, va, frames, first, count, flags);
}
