/*
 * attributes.c - memory attributes on a hart with Svpbmt.
 */
#include <tenure/records.h>

#include "guest.h"
#include "tap.h"

#define PAGE ((uint64_t)TN_FRAME_SIZE)

static void try_attribute(uint64_t flag, uint64_t f, const char *name)
{
	volatile uint64_t *cached = (volatile uint64_t *)GUEST_FREE;
	volatile uint64_t *other = (volatile uint64_t *)(GUEST_FREE + PAGE);
	struct tn_resolved page;

	guest_map(GUEST_FREE, f, 1, READ_WRITE);
	tap_done(tn_map(TN_SLOT_PROCESS, GUEST_FREE + PAGE, TN_SLOT_FRAMES, f, 1,
			READ_WRITE | flag),
		 "map as %s memory", name);
	tn_resolve_read(TN_SLOT_PROCESS, GUEST_FREE + PAGE, &page);
	tap_same(page.flags, READ_WRITE | flag, "resolve says so");
	*other = flag;
	tap_same(*cached, flag, "it is the same memory");
	tap_done(tn_protect(TN_SLOT_PROCESS, GUEST_FREE + PAGE, 1, TN_MAP_READ, TN_NONE),
		 "protect");
	tn_resolve_read(TN_SLOT_PROCESS, GUEST_FREE + PAGE, &page);
	tap_same(page.flags, TN_MAP_READ | flag, "leaves the attribute");
	tn_unmap(TN_SLOT_PROCESS, GUEST_FREE, 2);
}

int main(void)
{
	uint64_t f = guest_frames(1, 1);

	guest_fill(TN_SLOT_POOL, 8);
	try_attribute(TN_MAP_NOCACHE, f, "non-cacheable");
	try_attribute(TN_MAP_IO, f, "I/O");
	tap_error(tn_map(TN_SLOT_PROCESS, GUEST_FREE, TN_SLOT_FRAMES, f, 1,
			 TN_MAP_READ | TN_MAP_IO | TN_MAP_NOCACHE),
		  TN_EINVAL, "both at once are nothing");
	return tap_end();
}
