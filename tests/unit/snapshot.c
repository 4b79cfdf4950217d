/*
 * snapshot.c - see snapshot.h.
 */
#include "snapshot.h"

#include <port/current.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frame.h"
#include "hart.h"
#include "object.h"
#include "pool.h"
#include "process.h"
#include "thread.h"
#include "world_check.h"

struct saved_frame {
	uint64_t frame;
	uint64_t words[FRAME_BYTES / 8];
};

struct snapshot {
	uint64_t first, count; /* frames, whole blocks */
	uint64_t first_giga, gigas;
	uint64_t *frame_words, *block_words, *giga_words;
	uint64_t saved_count;
	struct saved_frame *saved;
	uint64_t next_id;
	struct ram ram;
	const struct thread *thread;
	struct hart hart;
};

/* All words of the block of f are alike: no RAM, or never touched. */
static bool block_is_blank(uint64_t f)
{
	return BLOCK_OTHERS(giga_get(pfn(f))) == GIGA_FRAMES ||
	       FRAME_KIND(frame_get(pfn(f))) == KIND_UNTOUCHED;
}

static bool is_kernels(uint64_t word)
{
	uint64_t kind = FRAME_KIND(word);

	return kind >= TN_KIND_POOL && kind <= TN_KIND_FREE;
}

static bool is_watched(uint64_t f)
{
	return is_kernels(frame_get(pfn(f))) ||
	       (current->utcb != NULL && f == frame_of(current->utcb).n);
}

/* Copies the frame without what may change: see the header. */
static void frame_save(uint64_t f, struct saved_frame *to)
{
	to->frame = f;
	memcpy(to->words, host_memory(f), FRAME_BYTES);
	if (FRAME_KIND(frame_get(pfn(f))) == TN_KIND_POOL)
		to->words[offsetof(struct pool, enomem) / 8] = 0;
	if (FRAME_KIND(frame_get(pfn(f))) == TN_KIND_PROCESS) {
		to->words[offsetof(struct process, top) / 8] = 0;
		to->words[offsetof(struct process, top_tag) / 8] = 0;
	}
}

static uint64_t block_watched(uint64_t first)
{
	uint64_t n = 0;

	for (uint64_t f = first; f < first + BLOCK_FRAMES; f++)
		n += is_watched(f);
	return n;
}

static uint64_t watched_count(const struct snapshot *s)
{
	uint64_t n = 0;

	for (uint64_t f = s->first; f < s->first + s->count; f += BLOCK_FRAMES)
		if (!block_is_blank(f))
			n += block_watched(f);
	return n;
}

static void block_save(struct snapshot *s, uint64_t first)
{
	for (uint64_t f = first; f < first + BLOCK_FRAMES; f++) {
		s->frame_words[f - s->first] = frame_get(pfn(f));
		if (is_watched(f))
			frame_save(f, &s->saved[s->saved_count++]);
	}
}

static void words_save(struct snapshot *s)
{
	s->saved = malloc((size_t)watched_count(s) * sizeof(struct saved_frame));
	for (uint64_t f = s->first; f < s->first + s->count; f += BLOCK_FRAMES)
		if (!block_is_blank(f))
			block_save(s, f);
		else /* one word stands for all */
			s->frame_words[f - s->first] = frame_get(pfn(f));
}

struct snapshot *snapshot_take(void)
{
	struct snapshot *s = calloc(1, sizeof(*s));
	uint64_t end = ram.first + ram.count;

	s->first = ram.first / BLOCK_FRAMES * BLOCK_FRAMES;
	s->count = (end + BLOCK_FRAMES - 1) / BLOCK_FRAMES * BLOCK_FRAMES - s->first;
	s->first_giga = s->first / GIGA_FRAMES;
	s->gigas = (end - 1) / GIGA_FRAMES + 1 - s->first_giga;
	s->frame_words = calloc(s->count, 8);
	s->block_words = calloc(s->count / BLOCK_FRAMES, 8);
	s->giga_words = calloc(s->gigas, 8);
	memcpy(s->block_words, &PORT_BLOCK_TABLE[s->first / BLOCK_FRAMES],
	       s->count / BLOCK_FRAMES * 8);
	memcpy(s->giga_words, &PORT_GIGA_TABLE[s->first_giga], s->gigas * 8);
	words_save(s);
	s->next_id = object_next_id;
	s->ram = ram;
	s->thread = current;
	s->hart = *current->hart;
	return s;
}

void snapshot_end(struct snapshot *s)
{
	free(s->frame_words);
	free(s->block_words);
	free(s->giga_words);
	free(s->saved);
	free(s);
}

/* A word of a block that was touched for the first time is that of a frame nobody used yet. */
static bool is_first_word(uint64_t word)
{
	uint64_t kind = FRAME_KIND(word);

	return word == FRAME_WORD(kind, 0) && (kind == TN_KIND_USER || kind > TN_KIND_FREE);
}

static struct snapshot_difference block_compare(const struct snapshot *s, uint64_t first)
{
	const uint64_t *old = &s->frame_words[first - s->first];
	bool blank = FRAME_KIND(old[0]) == KIND_UNTOUCHED;

	for (uint64_t i = 0; i < BLOCK_FRAMES; i++) {
		uint64_t now = frame_get(pfn(first + i));

		if (blank ? !is_first_word(now) : now != old[i])
			return (struct snapshot_difference){"the frame's word", first + i};
	}
	return (struct snapshot_difference){NULL, 0};
}

static struct snapshot_difference words_compare(const struct snapshot *s)
{
	struct snapshot_difference d = {NULL, 0};

	for (uint64_t f = s->first; f < s->first + s->count && d.what == NULL; f += BLOCK_FRAMES)
		if (!block_is_blank(f))
			d = block_compare(s, f);
	return d;
}

static struct snapshot_difference contents_compare(const struct snapshot *s)
{
	struct saved_frame now;

	for (uint64_t i = 0; i < s->saved_count; i++) {
		frame_save(s->saved[i].frame, &now);
		if (memcmp(&now, &s->saved[i], sizeof(now)) != 0)
			return (struct snapshot_difference){"the frame's bytes", now.frame};
	}
	return (struct snapshot_difference){NULL, 0};
}

struct snapshot_difference snapshot_compare(const struct snapshot *s)
{
	struct snapshot_difference d;

	if (memcmp(s->giga_words, &PORT_GIGA_TABLE[s->first_giga], s->gigas * 8) != 0)
		return (struct snapshot_difference){"a gigabyte's word", 0};
	if (memcmp(s->block_words, &PORT_BLOCK_TABLE[s->first / BLOCK_FRAMES],
		   s->count / BLOCK_FRAMES * 8) != 0)
		return (struct snapshot_difference){"a block's word", 0};
	if (s->next_id != object_next_id)
		return (struct snapshot_difference){"the next id", 0};
	if (memcmp(&s->ram, &ram, sizeof(ram)) != 0)
		return (struct snapshot_difference){"a count of the machine", 0};
	if (s->thread != current || memcmp(&s->hart, current->hart, sizeof(s->hart)) != 0)
		return (struct snapshot_difference){"the hart", 0};
	d = words_compare(s);
	return d.what != NULL ? d : contents_compare(s);
}

void assert_unchanged(const struct snapshot *s)
{
	struct snapshot_difference d = snapshot_compare(s);

	if (d.what != NULL)
		fail_msg("a failed call changed %s (frame 0x%llx)", d.what,
			 (unsigned long long)d.frame);
}

struct answer checked_call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
			   uint64_t a4, uint64_t a5)
{
	struct snapshot *before = snapshot_take();
	struct answer a = host_call(number, a0, a1, a2, a3, a4, a5);

	if (a.code != 0 && a.code != -TN_EAGAIN)
		assert_unchanged(before);
	snapshot_end(before);
	assert_world_holds();
	return a;
}
