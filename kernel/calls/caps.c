/*
 * caps.c - capabilities as things: copied, deleted, revoked, described (I12).
 */
#include "cap.h"
#include "message.h"
#include "object.h"
#include "syscall.h"

/* Makes *c, so far the same as its source, the copy that is asked for; or says why not. */
static int copy_narrow(struct slot *c, uint64_t rights, uint64_t first_or_badge, uint64_t count)
{
	uint64_t type = SLOT_TYPE(c->word);

	if (type == TN_CAP_REPLY)
		return TN_ENOTSUP;
	if (rights > TN_RIGHTS_ALL || (rights & ~SLOT_RIGHTS(c->word)) != 0)
		return TN_EPERM;
	c->word = SLOT_WORD(type, rights, FRAME_ID(c->word));
	if (type == TN_CAP_FRAMES || type == TN_CAP_DEVICE || type == TN_CAP_IRQ) {
		if (count != 0 && !slot_covers(c, first_or_badge, count))
			return TN_EACCES;
		if (count != 0)
			slot_set(c, c->word, first_or_badge, count);
		return 0;
	}
	if (count != 0 || first_or_badge > (type == TN_CAP_ENDPOINT ? UINT32_MAX : 0))
		return TN_EINVAL;
	if (first_or_badge != 0 && c->badge != 0)
		return TN_EPERM;
	c->badge |= (uint32_t)first_or_badge; /* one of them is 0 */
	return 0;
}

/* rights: of the copy, a subset. Ranges: first and count, count 0 for the whole. Endpoints: a
 * badge for an unbadged one, or 0. */
result_t call_cap_copy(uint64_t source, uint64_t process, uint64_t slot, uint64_t rights,
		       uint64_t first_or_badge, uint64_t count)
{
	struct slot copy = *cap_slot(source);
	int error = cap_refusal(source, SLOT_TYPE(copy.word), 0);
	struct process *p = cap_process(process, &error);
	struct slot *to = cap_place(p, slot, false, &error);

	error = error ?: copy_narrow(&copy, rights, first_or_badge, count);
	if (error != 0)
		return failure(error, 0);
	cap_note(p, slot);
	*to = copy;
	return success(0);
}

result_t call_cap_delete(uint64_t process, uint64_t slot)
{
	int error = 0;
	struct slot *s = cap_place(cap_process(process, &error), slot, true, &error);

	if (error != 0)
		return failure(error, 0);
	if (SLOT_TYPE(s->word) == TN_CAP_REPLY)
		message_forget(s);
	slot_set(s, 0, 0, 0);
	return success(0);
}

static bool object_is_dying(const struct slot *s)
{
	const void *object = frame_memory(pfn(s->frame));

	if (SLOT_TYPE(s->word) == TN_CAP_POOL)
		return ((const struct pool *)object)->dying != 0;
	/* threads end in one step; an endpoint that ends lets nobody in */
	return SLOT_TYPE(s->word) == TN_CAP_PROCESS && ((const struct process *)object)->dying != 0;
}

/* A new id on the object and in the caller's slot: every other capability, and every weak
 * reference, is dead from here on. */
cold result_t call_cap_revoke(uint64_t slot)
{
	struct slot *s = cap_slot(slot);
	uint64_t type = SLOT_TYPE(s->word), id;
	int error = cap_own_refusal(slot);

	if (error == 0 && object_is_dying(s))
		error = TN_EDYING;
	if (error != 0 || object_next_id >= FRAME_ID_LIMIT)
		return failure(error ?: TN_EOVERFLOW, 0);
	id = object_next_id++;
	frame_set(pfn(s->frame), FRAME_WORD(type, id) + frame_clean(pfn(s->frame)));
	slot_set(s, SLOT_WORD(type, SLOT_RIGHTS(s->word), id), s->frame, s->badge);
	return success(0);
}

cold result_t call_cap_info(uint64_t process, uint64_t slot)
{
	struct tn_cap_info *info = (struct tn_cap_info *)current->utcb->words;
	int error = 0;
	const struct slot *s = cap_place(cap_process(process, &error), slot, true, &error);
	uint64_t type;

	if (error != 0)
		return failure(error, 0);
	type = SLOT_TYPE(s->word);
	*info = (struct tn_cap_info){
		.type = type,
		.rights = SLOT_RIGHTS(s->word),
		.live = type == TN_CAP_REPLY ? message_reply_is_live(s)
					     : !cap_is_object(type) || slot_is_live(s),
		.frame = s->frame,
		.badge = s->badge,
	};
	return success(type + (info->rights << 8) + (info->live << 16));
}
