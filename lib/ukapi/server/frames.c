/*
 * frames.c - the kernel's table of frames, for who audits.
 *
 * Owns the words of one batch: where the kernel writes them, in the UTCB, they last until the next
 * call.
 */
#include <tenure/server.h>

#include <string.h>

static uint64_t words[TN_UTCB_WORDS];

bool tn_frame_as_at_boot(const struct tn_boot_range *range, uint64_t word)
{
	uint32_t kind = TN_INFO_KIND(word);

	if (range->kind == TN_KIND_USER)
		return word == range->detail;
	if (range->kind >= TN_KIND_POOL && range->kind <= TN_KIND_FREE)
		return kind >= TN_KIND_POOL && kind <= TN_KIND_FREE;
	return kind == range->kind;
}

static struct tn_result visit_range(const struct tn_boot_range *range, tn_frames_visitor *visit,
				    void *context)
{
	uint64_t first = range->first, left = range->count;
	struct tn_result result = {0, 0};

	while (left > 0) {
		uint64_t part = left < TN_UTCB_WORDS ? left : TN_UTCB_WORDS;

		result = tn_frame_info(TN_SLOT_FRAMES, first, part);
		if (result.code != 0)
			return result;
		memcpy(words, tn_utcb->words, part * sizeof(words[0]));
		visit(context, range, first, part, words);
		first += part;
		left -= part;
	}
	return result;
}

struct tn_result tn_frames_visit(tn_frames_visitor *visit, void *context)
{
	struct tn_result result = {0, 0};

	for (uint32_t i = 0; i < tn_boot->range_count && result.code == 0; i++)
		result = visit_range(&tn_boot->ranges[i], visit, context);
	return result;
}

struct agreement {
	bool (*agrees)(const struct tn_boot_range *range, uint64_t frame, uint64_t word);
	uint64_t frames;
};

static void count_agreeing(void *context, const struct tn_boot_range *range, uint64_t first,
			   uint64_t count, const uint64_t *batch)
{
	struct agreement *agreement = context;

	for (uint64_t i = 0; i < count; i++)
		agreement->frames += agreement->agrees(range, first + i, batch[i]);
}

uint64_t tn_frames_agreeing(bool (*agrees)(const struct tn_boot_range *range, uint64_t frame,
					   uint64_t word))
{
	struct agreement agreement = {agrees, 0};
	struct tn_result result = tn_frames_visit(count_agreeing, &agreement);

	return result.code == 0 ? agreement.frames : 0;
}
