/*
 * state.c - see state.h.
 */
#include "state.h"

#include <port/tlb.h>
#include <string.h>

#include "cap.h"
#include "endpoint.h"
#include "object.h"
#include "sched.h"
#include "stale.h"
#include "table.h"
#include "words.h"

#define NOBODY 0xffu /* as a frame's number: none */
#define DEAD 0xfeu
#define ID_DEAD 1u
#define ID_FIRST 2u
#define PIECES_MAX (FRAMES_MAX * 2)

static struct image born; /* the machine after its boot: what calls never change */
static uint8_t label[FRAMES_MAX], frame_with[FRAMES_MAX];

static const pte_t *kernel_entry(void)
{
	return &kernel_root[TABLE_ENTRIES / 2];
}

/* --- numbers of frames ---------------------------------------------------------------------- */

static uint8_t next_label;
static bool has_moved;

static bool is_anonymous(uint64_t f)
{
	return f - live_layout->anonymous_first < live_layout->anonymous_count;
}

static void meet(uint64_t f)
{
	if (!is_anonymous(f) || label[f] != NOBODY)
		return;
	has_moved |= next_label != f;
	label[f] = next_label++;
}

static void meet_tables(const struct process *p)
{
	const pte_t *left[PIECES_MAX];
	unsigned levels[PIECES_MAX], n = 0;

	if (p->root == NULL)
		return;
	left[0] = p->root;
	levels[n++] = paging_levels - 1;
	while (n > 0) {
		const pte_t *table = left[--n];
		unsigned level = levels[n];

		meet(frame_of(table).n);
		for (unsigned i = TABLE_ENTRIES; level > 0 && i-- > 0;) {
			if (!pte_is_table(table[i]) || n == PIECES_MAX)
				continue;
			left[n] = frame_memory(pte_frame(table[i]));
			levels[n++] = level - 1;
		}
	}
}

static void meet_process(const struct process *p)
{
	meet(p->self);
	for (const struct thread *t = p->threads; t != NULL; t = t->next)
		meet(t->self);
	for (const struct endpoint *e = p->endpoints; e != NULL; e = e->next)
		meet(frame_of(e).n);
	for (unsigned i = 0; i < TN_CAPS_PAGES; i++)
		if (p->directory[i] != caps_none)
			meet(frame_of(p->directory[i]).n);
	meet_tables(p);
}

static const struct pool *pool_after(const struct pool *p)
{
	if (p->children != NULL)
		return p->children;
	while (p != NULL && p->next == NULL)
		p = p->parent;
	return p != NULL ? p->next : NULL;
}

static void frames_number(void)
{
	has_moved = false;
	for (uint64_t f = 0; f < FRAMES_MAX; f++)
		label[f] = is_anonymous(f) ? NOBODY : (uint8_t)f;
	next_label = (uint8_t)live_layout->anonymous_first;
	for (const struct pool *p = live_layout->anonymous_count > 0 ? live_root : NULL; p != NULL;
	     p = pool_after(p)) {
		meet(p->self);
		for (uint64_t f = p->ring.next; f != p->self; f = link_next(f))
			meet(f);
		for (const struct process *q = p->processes; q != NULL; q = q->next)
			meet_process(q);
	}
	for (uint64_t f = 0; f < FRAMES_MAX; f++)
		frame_with[label[f] % FRAMES_MAX] = (uint8_t)f;
}

/* --- writing -------------------------------------------------------------------------------- */

static unsigned char *out;

static void put(uint64_t byte)
{
	*out++ = (unsigned char)byte;
}

static void put_number(uint64_t n)
{
	if (n < 0xff) {
		put(n);
		return;
	}
	put(0xff);
	memcpy(out, &n, sizeof(n));
	out += sizeof(n);
}

static void put_frame(uint64_t f)
{
	put(f < FRAMES_MAX ? label[f] : f);
}

static void put_object(const void *object)
{
	put(object != NULL ? label[frame_of(object).n] : NOBODY);
}

static bool slot_names_object(const struct slot *s)
{
	return cap_is_object(SLOT_TYPE(s->word));
}

static void put_slot(const struct slot *s)
{
	bool dead = slot_names_object(s) && !slot_is_live(s);

	put(SLOT_TYPE(s->word) | (dead ? TN_RIGHTS_ALL : SLOT_RIGHTS(s->word)) << 4);
	if (!slot_names_object(s)) {
		put_number(s->frame);
		put_number(s->badge);
	} else if (dead) {
		put(DEAD);
	} else {
		put(label[s->frame]);
		put_number(s->badge);
	}
}

static void put_pool(const struct pool *p)
{
	bool watched = slot_is_live(&p->watcher) && !slot_is_empty(&p->watcher);

	put(label[p->ring.next]);
	put(label[p->ring.previous]);
	put_number(p->low);
	put_number(p->rearm);
	put(p->dying != 0);
	put_object(p->parent);
	put_object(p->children);
	put_object(p->next);
	put_object(p->previous);
	put_object(p->processes);
	put(watched);
	if (watched) {
		put_slot(&p->watcher);
		put_number(p->watch_bits);
	}
}

static bool has_asid(const struct process *p)
{
	return p->asid_generation == live_hart.asid_generation;
}

static void put_process(const struct process *p)
{
	put((p->dying != 0 ? 1u : 0) + (has_asid(p) ? 2u : 0) +
	    (p->top_tag != PROCESS_NO_TAG ? 4u : 0));
	put_object(p->root);
	if (p->top_tag != PROCESS_NO_TAG) {
		put_object(p->top);
		put_number(p->top_tag);
	}
	put_object(p->pool);
	put(p->ceiling);
	put_object(p->next);
	put_object(p->previous);
	put_object(p->threads);
	put_object(p->endpoints);
	put_number(p->slots);
	for (unsigned i = 0; i < TN_CAPS_PAGES; i++)
		put_object(p->directory[i] != caps_none ? p->directory[i] : NULL);
}

static void put_thread(const struct thread *t)
{
	put(t->state);
	put(t->priority);
	put_object(t->process);
	put_object(t->next);
	put_object(t->previous);
	put_object(t->utcb);
	put_number(t->signals);
}

static void put_endpoint(const struct endpoint *e)
{
	put(e->open != &process_none);
	put_object(e->process);
	put_object(e->next);
	put_object(e->previous);
}

static void put_caps(const struct slot *page)
{
	uint64_t used = 0;

	for (unsigned i = 0; i < TN_CAPS_SLOTS; i++)
		used |= (uint64_t)!slot_is_empty(&page[i]) << i;
	memcpy(out, &used, (TN_CAPS_SLOTS + 7) / 8);
	out += (TN_CAPS_SLOTS + 7) / 8;
	for (unsigned i = 0; i < TN_CAPS_SLOTS; i++)
		if (used >> i & 1)
			put_slot(&page[i]);
}

enum { ENTRY_EMPTY, ENTRY_TABLE, ENTRY_KERNEL, ENTRY_LEAF };

static void put_table(const pte_t *entry)
{
	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		pte_t e = entry[i];

		if (e.w == 0) {
			put(ENTRY_EMPTY);
		} else if (e.w == kernel_entry()->w) {
			put(ENTRY_KERNEL);
		} else if (pte_is_table(e)) {
			put(ENTRY_TABLE);
			put_frame(pte_frame(e).n);
		} else {
			put(ENTRY_LEAF | pte_rights(e) << 2 | (uint64_t)pte_accessed(e) << 5 |
			    (uint64_t)pte_dirty(e) << 6 | (uint64_t)pte_uncounted(e) << 7);
			put_frame(pte_frame(e).n);
		}
	}
}

static void put_kind(uint64_t word)
{
	put(FRAME_KIND(word) | (uint64_t)FRAME_IS_CLEAN(word) << 4 |
	    (uint64_t)(FRAME_KIND(word) == TN_KIND_TABLE && FRAME_IS_EXPLICIT(word)) << 5);
}

static void put_contents(uint64_t f, uint64_t word)
{
	const void *memory = frame_memory(pfn(f));

	switch (FRAME_KIND(word)) {
	case TN_KIND_USER:
		put_number(FRAME_REFS(word));
		break;
	case TN_KIND_FREE:
		put_frame(FRAME_POOL(word));
		put_frame(LINK_NEXT(link_get(pfn(f))));
		put_frame(LINK_BACK(link_get(pfn(f))));
		break;
	case TN_KIND_POOL:
		put_pool(memory);
		break;
	case TN_KIND_PROCESS:
		put_process(memory);
		break;
	case TN_KIND_THREAD:
		put_thread(memory);
		break;
	case TN_KIND_ENDPOINT:
		put_endpoint(memory);
		break;
	case TN_KIND_CAPS:
		put_frame(FRAME_POOL(word));
		put_caps(memory);
		break;
	case TN_KIND_TABLE:
		put_frame(FRAME_POOL(word));
		put_table(memory);
		break;
	default:
		break;
	}
}

bool state_encode(struct state *s)
{
	frames_number();
	out = s->bytes;
	for (uint64_t n = ram.first; n < ram.first + ram.count; n++) {
		uint64_t f = frame_with[n], word = frame_get(pfn(f));

		put_kind(word);
		put_contents(f, word);
	}
	s->size = (unsigned)(out - s->bytes);
	return !has_moved;
}

/* --- reading -------------------------------------------------------------------------------- */

static const unsigned char *in;

static uint64_t get(void)
{
	return *in++;
}

static uint64_t get_number(void)
{
	uint64_t n = get();

	if (n == 0xff) {
		memcpy(&n, in, sizeof(n));
		in += sizeof(n);
	}
	return n;
}

static void *get_object(void)
{
	uint64_t f = get();

	return f == NOBODY ? NULL : frame_memory(pfn(f));
}

/* Ids follow once all objects are known: until then a live slot has the id 0. */
static void get_slot(struct slot *s)
{
	uint64_t byte = get(), type = byte % 16, rights = byte / 16, frame;

	if (!cap_is_object(type)) {
		s->word = SLOT_WORD(type, rights, 0);
		s->frame = (uint32_t)get_number();
		s->badge = (uint32_t)get_number();
		return;
	}
	frame = get();
	if (frame == DEAD)
		slot_set(s, SLOT_WORD(type, rights, ID_DEAD), live_root->self, 0);
	else
		slot_set(s, SLOT_WORD(type, rights, 0), frame, get_number());
}

static void slot_resolve(struct slot *s)
{
	if (slot_names_object(s) && FRAME_ID(s->word) == 0)
		s->word += FRAME_ID(frame_get(pfn(s->frame)));
}

static void get_pool(struct pool *p, uint64_t self)
{
	zero_lines(p, sizeof(*p));
	p->self = (uint32_t)self;
	p->ring.next = (uint32_t)get();
	p->ring.previous = (uint32_t)get();
	p->low = get_number();
	p->rearm = get_number();
	p->dying = get();
	p->parent = get_object();
	p->children = get_object();
	p->next = get_object();
	p->previous = get_object();
	p->processes = get_object();
	if (get()) {
		get_slot(&p->watcher);
		p->watch_bits = get_number();
	}
}

static void get_process(struct process *p, uint64_t self)
{
	uint64_t flags = get();

	zero_lines(p, sizeof(*p));
	p->self = (uint32_t)self;
	p->dying = flags & 1;
	p->root = get_object();
	p->top_tag = PROCESS_NO_TAG;
	if (flags & 4) {
		p->top = get_object();
		p->top_tag = get_number();
	}
	p->pool = get_object();
	p->ceiling = (uint32_t)get();
	p->next = get_object();
	p->previous = get_object();
	p->threads = get_object();
	p->endpoints = get_object();
	p->slots = get_number();
	for (unsigned i = 0; i < TN_CAPS_PAGES; i++)
		p->directory[i] = get_object() ?: (struct slot *)caps_none;
	if (flags & 2) {
		p->asid = live_hart.asid_next++;
		p->asid_generation = live_hart.asid_generation;
		p->satp = port_space_word(frame_of(p->root), p->asid);
	}
}

static void get_thread(struct thread *t, uint64_t self)
{
	zero_lines(t, sizeof(*t));
	t->self = (uint32_t)self;
	t->state = get();
	sched_place(t, &live_hart, (uint32_t)get());
	t->process = get_object();
	t->directory = t->process->directory;
	t->direct = t->process;
	t->next = get_object();
	t->previous = get_object();
	t->utcb = get_object();
	t->signals = get_number();
}

static void get_endpoint(struct endpoint *e)
{
	bool open = get();

	zero_lines(e, sizeof(*e));
	e->process = get_object();
	e->open = open ? e->process : &process_none;
	e->next = get_object();
	e->previous = get_object();
}

static void get_caps(struct slot *page)
{
	uint64_t used = 0;

	memcpy(&used, in, (TN_CAPS_SLOTS + 7) / 8);
	in += (TN_CAPS_SLOTS + 7) / 8;
	zero_page(page);
	for (unsigned i = 0; i < TN_CAPS_SLOTS; i++)
		if (used >> i & 1)
			get_slot(&page[i]);
}

/* Returns its valid entries, the kernel's not among them. */
static uint64_t get_table(pte_t *entry)
{
	uint64_t valid = 0;

	zero_page(entry);
	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		uint64_t byte = get();

		valid += byte != ENTRY_EMPTY && byte != ENTRY_KERNEL;
		if (byte == ENTRY_KERNEL)
			entry[i] = *kernel_entry();
		else if (byte == ENTRY_TABLE)
			entry[i] = pte_table(pfn(get()));
		else if (byte != ENTRY_EMPTY) {
			entry[i] = pte_leaf(pfn(get()), byte >> 2 & 7, 0, byte >> 7);
			entry[i].w |= (byte >> 5 & 1) * PTE_ACCESSED | (byte >> 6 & 1) * PTE_DIRTY;
		}
	}
	return valid;
}

static void get_contents(uint64_t f, uint64_t kind, uint64_t clean, bool explicit)
{
	void *memory = frame_memory(pfn(f));
	uint64_t low = 0, next;

	words_fill(memory, FRAME_BYTES / 8, clean ? 0 : JUNK);
	switch (kind) {
	case TN_KIND_USER:
		low = get_number();
		break;
	case TN_KIND_FREE:
		low = get();
		next = get();
		link_set(pfn(f), LINK(next, get()));
		break;
	case TN_KIND_POOL:
		get_pool(memory, f);
		break;
	case TN_KIND_PROCESS:
		get_process(memory, f);
		break;
	case TN_KIND_THREAD:
		get_thread(memory, f);
		break;
	case TN_KIND_ENDPOINT:
		get_endpoint(memory);
		break;
	case TN_KIND_CAPS:
		low = get();
		get_caps(memory);
		break;
	case TN_KIND_TABLE:
		low = get();
		low += get_table(memory) * FRAME_ENTRY + (explicit ? FRAME_EXPLICIT : 0);
		break;
	default:
		break;
	}
	if (kind >= TN_KIND_POOL && kind <= TN_KIND_ENDPOINT)
		low = object_next_id++;
	frame_set(pfn(f), FRAME_WORD(kind, low) + clean);
}

/* --- what follows from the bytes -------------------------------------------------------------- */

static bool is_object(uint64_t word)
{
	return FRAME_KIND(word) >= TN_KIND_POOL && FRAME_KIND(word) <= TN_KIND_TABLE;
}

/* Who pays for the object in frame f; of the root pool: it itself. */
static struct pool *payer_of(uint64_t f, uint64_t word)
{
	void *memory = frame_memory(pfn(f));

	switch (FRAME_KIND(word)) {
	case TN_KIND_POOL:
		return ((struct pool *)memory)->parent ?: memory;
	case TN_KIND_PROCESS:
		return ((struct process *)memory)->pool;
	case TN_KIND_THREAD:
		return ((struct thread *)memory)->process->pool;
	case TN_KIND_ENDPOINT:
		return ((struct endpoint *)memory)->process->pool;
	default:
		return frame_memory(pfn(FRAME_POOL(word)));
	}
}

static void frame_count(uint64_t f)
{
	uint64_t word = frame_get(pfn(f));
	struct pool *p;

	if (FRAME_KIND(word) == TN_KIND_FREE) {
		p = frame_memory(pfn(FRAME_POOL(word)));
		p->free++;
	} else if (is_object(word)) {
		p = payer_of(f, word);
		pool_count(p, (unsigned)FRAME_KIND(word));
	} else {
		return;
	}
	p->boot++;
	ram.lent++;
}

static void slots_resolve(uint64_t f)
{
	uint64_t kind = FRAME_KIND(frame_get(pfn(f)));
	struct slot *page = frame_memory(pfn(f));
	struct pool *p = frame_memory(pfn(f));

	if (kind == TN_KIND_POOL) {
		slot_resolve(&p->watcher);
		for (const struct pool *up = p->parent; up != NULL; up = up->parent)
			p->depth++;
	}
	for (unsigned i = 0; kind == TN_KIND_CAPS && i < TN_CAPS_SLOTS; i++)
		slot_resolve(&page[i]);
}

/* What the thread has there for its next call: all signals are of interest, deadlines have passed. */
static void utcb_settle(void)
{
	zero_page(live_frame(live_layout->utcb));
	current->utcb->signal_mask = ~(uint64_t)0;
}

/* A block that was never touched counts as it did when the machine was born. */
static void block_count(uint64_t base)
{
	uint64_t others = 0;

	if (FRAME_KIND(frame_get(pfn(base))) == KIND_UNTOUCHED)
		return;
	for (uint64_t f = base; f < base + BLOCK_FRAMES; f++)
		others += FRAME_KIND(frame_get(pfn(f))) != TN_KIND_USER;
	block_add(pfn(base), (int64_t)(others - BLOCK_OTHERS(block_get(pfn(base)))));
}

/* Each table's place, and what its large leaves hold. */
static void tables_find(const struct process *p)
{
	const pte_t *left[PIECES_MAX];
	unsigned n = 0;

	if (p->root == NULL)
		return;
	left[n++] = p->root;
	stale_table(frame_of(p->root).n, p, paging_levels - 1, 0);
	while (n > 0) {
		const pte_t *table = left[--n];
		uint64_t va = 0;
		unsigned level = 0;

		stale_place(frame_of(table).n, &level, &va);
		for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
			pte_t e = table[i];

			if (e.w == kernel_entry()->w)
				continue;
			if (pte_is_table(e)) {
				stale_table(pte_frame(e).n, p, level - 1,
					    va + i * level_frames(level) * FRAME_BYTES);
				left[n++] = frame_memory(pte_frame(e));
			} else if (pte_is_leaf(e) && level > 0 && !pte_uncounted(e)) {
				page_reference(pte_frame(e), level, 1);
			}
		}
	}
}

void state_decode(const struct state *s)
{
	in = s->bytes;
	memcpy(live_blocks, born.blocks, sizeof(born.blocks));
	memcpy(live_gigas, born.gigas, sizeof(born.gigas));
	memcpy(live_words, born.words, sizeof(born.words));
	ram = born.ram;
	ram.lent = 0;
	memset(&ram.kinds[TN_KIND_POOL], 0, sizeof(ram.kinds[0]) * TN_KIND_TABLE);
	object_next_id = ID_FIRST;
	live_hart.asid_next = born.asid_next;
	live_hart.asid_generation = born.asid_generation;
	live_hart.direct_generation = born.direct_generation;
	live_hart.ready = born.ready;
	current = born.current;
	for (uint64_t f = ram.first; f < ram.first + ram.count; f++) {
		uint64_t byte = get();

		get_contents(f, byte % 16, byte & 16 ? FRAME_CLEAN : 0, byte & 32);
	}
	utcb_settle();
	for (uint64_t f = ram.first; f < ram.first + ram.count; f++) {
		frame_count(f);
		slots_resolve(f);
		if (f % BLOCK_FRAMES == 0)
			block_count(f);
	}
	stale_tables_clear();
	for (uint64_t f = ram.first; f < ram.first + ram.count; f++)
		if (FRAME_KIND(frame_get(pfn(f))) == TN_KIND_PROCESS)
			tables_find(frame_memory(pfn(f)));
}

/* --- canonical, in place ---------------------------------------------------------------------- */

static void slot_settle(struct slot *s)
{
	if (!slot_names_object(s))
		return;
	if (slot_is_live(s))
		s->word -= FRAME_ID(s->word);
	else
		slot_set(s, SLOT_WORD(SLOT_TYPE(s->word), TN_RIGHTS_ALL, ID_DEAD), live_root->self,
			 0);
}

static void slots_settle(uint64_t f, void (*act)(struct slot *s))
{
	uint64_t kind = FRAME_KIND(frame_get(pfn(f)));
	struct slot *page = frame_memory(pfn(f));

	if (kind == TN_KIND_POOL)
		act(&((struct pool *)frame_memory(pfn(f)))->watcher);
	for (unsigned i = 0; kind == TN_KIND_CAPS && i < TN_CAPS_SLOTS; i++)
		act(&page[i]);
}

static void pool_settle(struct pool *p)
{
	p->boot = pool_used(p) + p->free;
	p->given = p->reclaimed = p->moved_in = p->moved_out = (struct pool_flow){0, 0};
	p->peak = p->enomem = 0;
	if (slot_is_empty(&p->watcher) || !slot_is_live(&p->watcher)) {
		slot_set(&p->watcher, 0, 0, 0);
		p->watch_bits = 0;
	}
}

static void process_settle(struct process *p)
{
	if (p->top_tag == PROCESS_NO_TAG)
		p->top = NULL;
	if (has_asid(p)) {
		p->asid = live_hart.asid_next++;
		p->satp = port_space_word(frame_of(p->root), p->asid);
	} else {
		p->asid_generation = p->asid = p->satp = 0;
	}
}

size_t state_bytes_of(uint64_t kind)
{
	static const size_t bytes[] = {
		[TN_KIND_POOL] = sizeof(struct pool),
		[TN_KIND_PROCESS] = sizeof(struct process),
		[TN_KIND_THREAD] = sizeof(struct thread),
		[TN_KIND_ENDPOINT] = sizeof(struct endpoint),
		[TN_KIND_CAPS] = sizeof(struct slot) * TN_CAPS_SLOTS,
		[TN_KIND_TABLE] = sizeof(pte_t) * TABLE_ENTRIES,
		[TN_KIND_FREE] = sizeof(uint64_t),
	};

	return kind < sizeof(bytes) / sizeof(bytes[0]) ? bytes[kind] : 0;
}

static void frame_settle(uint64_t f)
{
	uint64_t word = frame_get(pfn(f)), kind = FRAME_KIND(word);
	size_t kept = state_bytes_of(kind);
	void *memory = frame_memory(pfn(f));

	if (kind == TN_KIND_USER ||
	    ((kind == TN_KIND_FREE || (kind >= TN_KIND_POOL && kind <= TN_KIND_ENDPOINT)) &&
	     !FRAME_IS_CLEAN(word)))
		words_fill((uint64_t *)memory + kept / 8, (FRAME_BYTES - kept) / 8, JUNK);
	if (kind == TN_KIND_POOL)
		pool_settle(memory);
	else if (kind == TN_KIND_PROCESS)
		process_settle(memory);
	else if (memory == current)
		memset(current->registers, 0, sizeof(current->registers));
}

void state_settle(void)
{
	uint64_t end = ram.first + ram.count;

	live_hart.asid_next = born.asid_next;
	for (uint64_t f = ram.first; f < end; f++)
		frame_settle(f);
	for (uint64_t f = ram.first; f < end; f++)
		slots_settle(f, slot_settle);
	object_next_id = ID_FIRST;
	for (uint64_t f = ram.first; f < end; f++) {
		uint64_t word = frame_get(pfn(f)), kind = FRAME_KIND(word);

		if (kind >= TN_KIND_POOL && kind <= TN_KIND_ENDPOINT)
			frame_set(pfn(f), FRAME_WORD(kind, object_next_id++) + frame_clean(pfn(f)));
	}
	for (uint64_t f = ram.first; f < end; f++)
		slots_settle(f, slot_resolve);
	utcb_settle();
}

void state_begin(void)
{
	live_save(&born);
}
