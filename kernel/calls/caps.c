/*
 * caps.c - capabilities as things: copied, deleted, revoked, described (I12).
 */
#include "cap.h"
#include "message.h"
#include "object.h"
#include "syscall.h"

/* Bounds of what a copy may name. */
struct copy {
	const struct slot *source;
	uint64_t type, rights, first_or_badge, count;
};

static bool is_range(uint64_t type)
{
	return type == TN_CAP_FRAMES || type == TN_CAP_DEVICE;
}

/* Makes a count of 0 the whole range. */
static int copy_refusal(struct copy *c)
{
	if (c->type == TN_CAP_REPLY || c->type == TN_CAP_IRQ)
		return TN_ENOTSUP;
	if (c->rights > TN_RIGHTS_ALL || (c->rights & ~SLOT_RIGHTS(c->source->word)) != 0)
		return TN_EPERM;
	if (is_range(c->type)) {
		if (c->count == 0) {
			c->first_or_badge = c->source->frame;
			c->count = c->source->badge;
		}
		return slot_covers(c->source, c->first_or_badge, c->count) ? 0 : TN_EACCES;
	}
	if (c->count != 0 || (c->type != TN_CAP_ENDPOINT && c->first_or_badge != 0) ||
	    c->first_or_badge > UINT32_MAX)
		return TN_EINVAL;
	return c->first_or_badge != 0 && c->source->badge != 0 ? TN_EPERM : 0;
}

static void copy_place(const struct copy *c, struct slot *to)
{
	uint64_t word = SLOT_WORD(c->type, c->rights, FRAME_ID(c->source->word));

	if (is_range(c->type))
		slot_set(to, word, c->first_or_badge, c->count);
	else
		slot_set(to, word, c->source->frame,
			 c->first_or_badge != 0 ? c->first_or_badge : c->source->badge);
}

/* rights: of the copy, a subset. Ranges: first and count, count 0 for the whole. Endpoints: a
 * badge for an unbadged one, or 0. */
result_t call_cap_copy(uint64_t source, uint64_t process, uint64_t slot, uint64_t rights,
		       uint64_t first_or_badge, uint64_t count)
{
	const struct slot *s = cap_slot(source);
	struct copy c = {s, SLOT_TYPE(s->word), rights, first_or_badge, count};
	int error = cap_refusal(source, c.type, 0);
	struct slot *to = cap_place(process, slot, false, &error);

	error = error ?: copy_refusal(&c);
	if (error != 0)
		return failure(error, 0);
	copy_place(&c, to);
	return success(0);
}

result_t call_cap_delete(uint64_t process, uint64_t slot)
{
	int error = 0;
	struct slot *s = cap_place(process, slot, true, &error);

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
	/* threads end in one step; an endpoint goes on until nobody waits */
	return SLOT_TYPE(s->word) == TN_CAP_PROCESS && ((const struct process *)object)->dying != 0;
}

/* A new id on the object and in the caller's slot: every other capability, and every weak
 * reference, is dead from here on. */
result_t call_cap_revoke(uint64_t slot)
{
	struct slot *s = cap_slot(slot);
	uint64_t type = SLOT_TYPE(s->word), id;
	int error = cap_own_refusal(slot);

	if (error == 0 && object_is_dying(s))
		error = TN_EDYING;
	if (error != 0 || object_next_id >= FRAME_ID_LIMIT)
		return failure(error ?: TN_EOVERFLOW, 0);
	id = object_next_id++;
	frame_set(pfn(s->frame), FRAME_WORD(type, id) + (frame_get(pfn(s->frame)) & FRAME_CLEAN));
	slot_set(s, SLOT_WORD(type, SLOT_RIGHTS(s->word), id), s->frame, s->badge);
	return success(0);
}

result_t call_cap_info(uint64_t process, uint64_t slot)
{
	struct tn_cap_info *info = (struct tn_cap_info *)current->utcb->words;
	int error = 0;
	const struct slot *s = cap_place(process, slot, true, &error);
	uint64_t type;

	if (error != 0)
		return failure(error, 0);
	type = SLOT_TYPE(s->word);
	*info = (struct tn_cap_info){.type = type,
				     .rights = SLOT_RIGHTS(s->word),
				     .live = type == TN_CAP_REPLY
						     ? message_reply_is_live(s)
						     : !cap_is_object(type) || slot_is_live(s)};
	if (is_range(type)) {
		info->first = s->frame;
		info->count = s->badge;
	} else {
		info->frame = s->frame;
		info->badge = s->badge;
	}
	return success(type + (info->rights << 8) + (info->live << 16));
}
