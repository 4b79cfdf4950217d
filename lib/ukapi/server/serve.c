/*
 * serve.c - what a server comes up with, and its loop.
 */
#include <tenure/server.h>

#include <stddef.h>
#include <tenure/loops.h>
#include <tenure/message.h>

const void *tn_boot_image_map(uint64_t va, tn_payer *pay)
{
	uint64_t first = tn_boot->initrd / TN_FRAME_SIZE, done = 0;
	uint64_t end = (tn_boot->initrd + tn_boot->initrd_bytes - 1) / TN_FRAME_SIZE + 1;

	if (tn_boot->initrd_bytes == 0 ||
	    !TN_PAID(pay, TN_SLOT_POOL,
		     tn_map_all(TN_SLOT_PROCESS, va, first, end - first, TN_MAP_READ,
				TN_SLOT_FRAMES, &done)))
		return NULL;
	return (const void *)(va + tn_boot->initrd % TN_FRAME_SIZE);
}

void tn_serve(uint64_t endpoint, uint32_t (*answer)(uint64_t info, uint64_t *words))
{
	struct tn_message message = tn_recv(endpoint);
	uint32_t label;

	for (;;) {
		label = message.code == 0 ? answer(message.info, message.words) : TN_ENOSYS;
		if (label == TN_SERVED)
			return;
		message = tn_reply_recv(endpoint, TN_INFO(label, 1), message.words);
	}
}

uint32_t tn_refill_request(uint64_t pool, uint64_t *frames, tn_payer *pay)
{
	uint64_t free = tn_pool_info(pool).value;

	if (*frames > free && !pay(pool, *frames - free))
		return TN_ENOMEM;
	*frames = tn_pool_info(pool).value;
	return TN_OK;
}
