/*
 * idle.c - does nothing, for ever, so that the machine can be looked at from outside.
 *
 * Before that it makes a page of each kind of its own: read, write, execute, large, device, boot
 * image.
 */
#include <stdio.h>

#include "guest.h"

int main(void)
{
	uint64_t f = guest_frames(4, 1), va = GUEST_FREE;

	guest_fill(TN_SLOT_POOL, 16);
	guest_map(va, f, 1, TN_MAP_READ);
	guest_map(va + 0x1000, f + 1, 1, READ_WRITE);
	guest_map(va + 0x2000, f + 2, 1, TN_MAP_EXECUTE);
	guest_map(va + 0x3000, f + 3, 1, TN_MAP_READ | TN_MAP_EXECUTE);
	guest_map(va + 0x4000, tn_boot->initrd / TN_FRAME_SIZE, 1, TN_MAP_READ);
	guest_map(va + 0x400000, guest_frames(MIB_PAGE, MIB_PAGE), MIB_PAGE, READ_WRITE);
	tn_map(TN_SLOT_PROCESS, va + 0x6000, TN_SLOT_DEVICES, tn_boot->devices[0].first, 1,
	       READ_WRITE);
	printf("idle: ready\n");
	for (;;)
		tn_yield();
}
