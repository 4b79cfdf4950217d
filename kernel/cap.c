/*
 * cap.c - why a slot cannot be used, and slots of other processes.
 */
#include "cap.h"

const struct slot caps_none[TN_CAPS_SLOTS] __attribute__((aligned(FRAME_BYTES))) = {
	[0 ... TN_CAPS_SLOTS - 1] = {.word = SLOT_NOWHERE},
};

result_t slot_check(const struct slot *s, uint64_t first, uint64_t count)
{
	if (slot_covers(s, first, count))
		return success(0);
	return failure(TN_EACCES, slot_covers(s, first, 1) ? (uint64_t)s->frame + s->badge : first);
}

int cap_refusal(uint64_t index, uint64_t type, uint64_t rights)
{
	const struct slot *s = cap_slot(index);

	if (s->word == SLOT_NOWHERE)
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

static apart void *find_fail(uint64_t index, uint64_t type, uint64_t rights, int *error)
{
	if (*error == 0)
		*error = cap_refusal(index, type, rights);
	return NULL;
}

void *cap_find(uint64_t index, uint64_t type, uint64_t rights, int *error)
{
	return cap_object(index, type, rights) ?: find_fail(index, type, rights, error);
}

struct slot *cap_find_slot(uint64_t index, uint64_t type, uint64_t rights, int *error)
{
	struct slot *s = cap_slot(index);

	return slot_grants(s, type, rights) ? s : find_fail(index, type, rights, error);
}

struct process *cap_process(uint64_t process, int *error)
{
	if (process == TN_SELF)
		return current->process;
	return cap_find(process, TN_CAP_PROCESS, TN_PROCESS_MANAGE, error);
}

struct slot *cap_place(const struct process *p, uint64_t index, bool used, int *error)
{
	struct slot *s;

	if (*error != 0)
		return NULL;
	s = cap_slot_of(p, index);
	if (p->dying)
		*error = TN_EDYING;
	else if (s == NULL)
		*error = TN_ERANGE;
	else if (slot_is_empty(s) == used)
		*error = used ? TN_ENOENT : TN_EEXIST;
	return s;
}
