/*
 * slots.c - the capability slots of a program that mm starts, and the endpoints in them.
 *
 * Owns one flag a slot; threads may take slots at the same time.
 */
#include <tenure/client.h>

#include <stdatomic.h>
#include <tenure/user.h>

static atomic_uint taken[TN_CLIENT_SLOTS];

uint64_t tn_slot_take(void)
{
	for (uint64_t slot = TN_CLIENT_FREE; slot < TN_CLIENT_SLOTS; slot++)
		if (atomic_exchange(&taken[slot], 1) == 0)
			return slot;
	return 0;
}

uint64_t tn_slot_take_pair(void)
{
	for (uint64_t slot = TN_CLIENT_FREE; slot + 1 < TN_CLIENT_SLOTS; slot++) {
		if (atomic_exchange(&taken[slot], 1) != 0)
			continue;
		if (atomic_exchange(&taken[slot + 1], 1) == 0)
			return slot;
		atomic_store(&taken[slot], 0);
	}
	return 0;
}

void tn_slot_put(uint64_t slot)
{
	(void)tn_cap_delete(TN_SELF, slot); /* it may be empty already */
	atomic_store(&taken[slot], 0);
}

int64_t tn_endpoint_create(uint64_t *number)
{
	uint64_t slot = tn_slot_take();
	struct tn_message answer;

	if (slot == 0)
		return -TN_ERANGE;
	answer = tn_request(TN_MM_ENDPOINT_CREATE, slot, 0, 0, 0, 0);
	if (answer.code != 0) {
		tn_slot_put(slot);
		return answer.code;
	}
	*number = answer.words[0];
	return (int64_t)slot;
}

int64_t tn_endpoint_destroy(uint64_t slot, uint64_t number)
{
	struct tn_message answer = tn_request(TN_MM_ENDPOINT_DESTROY, number, 0, 0, 0, 0);

	if (answer.code == 0)
		tn_slot_put(slot);
	return answer.code;
}

int64_t tn_connect(uint64_t pid, uint64_t number)
{
	uint64_t slot = tn_slot_take();
	struct tn_message answer;

	if (slot == 0)
		return -TN_ERANGE;
	answer = tn_request(TN_MM_CONNECT, pid, number, slot, 0, 0);
	if (answer.code == 0)
		return (int64_t)slot;
	tn_slot_put(slot);
	return answer.code;
}
