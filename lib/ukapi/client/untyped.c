/*
 * untyped.c - untyped memory of a program that mm starts.
 */
#include <tenure/untyped.h>

#include <stddef.h>

int64_t tn_untyped_get(uint64_t frames, struct tn_untyped *untyped)
{
	uint64_t slot = tn_slot_take_pair();
	struct tn_message answer;

	if (slot == 0)
		return -TN_ERANGE;
	answer = tn_request(TN_MM_UNTYPED, frames, slot, 0, 0, 0);
	if (answer.code != 0) {
		tn_slot_put(slot);
		tn_slot_put(slot + 1);
		return answer.code;
	}
	*untyped = (struct tn_untyped){answer.words[0], answer.words[1], slot, slot + 1};
	return 0;
}

void *tn_untyped_map(uint64_t first, uint64_t pages, void *address, uint64_t flags, int64_t *error)
{
	struct tn_message answer = tn_request(TN_MM_UNTYPED_MAP, first, pages, (uint64_t)address,
					      flags, 0);

	if (error)
		*error = answer.code;
	return answer.code == 0 ? (void *)answer.words[0] : NULL;
}

int64_t tn_untyped_return(struct tn_untyped *untyped)
{
	struct tn_message answer = tn_request(TN_MM_UNTYPED_RETURN, untyped->first, 0, 0, 0, 0);

	if (answer.code != 0)
		return answer.code;
	tn_slot_put(untyped->frames);
	tn_slot_put(untyped->pool);
	return 0;
}
