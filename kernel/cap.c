/*
 * cap.c - why a slot cannot be used, and slots of other processes.
 */
#include "cap.h"

const struct slot caps_none[TN_CAPS_SLOTS] __attribute__((aligned(FRAME_BYTES))) = {
	[0 ... TN_CAPS_SLOTS - 1] = {.word = SLOT_NOWHERE},
};

uint64_t slot_uncovered(const struct slot *s, uint64_t first)
{
	uint64_t end = (uint64_t)s->frame + s->badge;

	if (first < s->frame || first >= end)
		return first;
	return end;
}

/* 0 or ERANGE: slot `index` of `p` exists. */
static int slot_find(struct process *p, uint64_t index, struct slot **slot)
{
	if (index >= CAP_INDEX_LIMIT || p->directory[index / TN_CAPS_SLOTS] == caps_none)
		return TN_ERANGE;
	*slot = &p->directory[index / TN_CAPS_SLOTS][index % TN_CAPS_SLOTS];
	return 0;
}

int cap_refusal(uint64_t index, uint64_t type, uint64_t rights)
{
	struct slot *s;

	if (slot_find(current->process, index, &s) != 0)
		return TN_ERANGE;
	if (slot_is_empty(s))
		return TN_ENOENT;
	if (SLOT_TYPE(s->word) != type)
		return TN_EBADF;
	if (!slot_grants(s, type, rights))
		return TN_EPERM;
	if (type <= TN_CAP_ENDPOINT && !slot_is_live(s))
		return TN_ESTALE;
	return 0;
}

int cap_place_find(uint64_t process, uint64_t index, struct cap_place *place)
{
	place->process = current->process;
	if (process != TN_SELF) {
		place->process = cap_process(process, TN_PROCESS_MANAGE);
		if (place->process == NULL)
			return cap_refusal(process, TN_CAP_PROCESS, TN_PROCESS_MANAGE);
	}
	if (place->process->dying)
		return TN_EDYING;
	return slot_find(place->process, index, &place->slot);
}
