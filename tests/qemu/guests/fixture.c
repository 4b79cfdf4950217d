/*
 * fixture.c - see fixture.h.
 */
#include "fixture.h"

#include <tenure/abi.h>

#include "guest.h"
#include "tap.h"

#define NO_PAGE 256u /* the guest has one page of slots */

struct fixture fixture;

static uint64_t dead[TN_CAP_ENDPOINT + 1]; /* by type: slots of objects that are gone */

static uint64_t pool_make(uint64_t frames)
{
	uint64_t pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0);

	if (frames != 0)
		guest_fill(pool, frames);
	return pool;
}

/* Frees the slot of the maker; the copy stays behind. */
static uint64_t dead_make(uint64_t kind, uint64_t target)
{
	uint64_t slot = guest_create(kind, target, 0);
	uint64_t copy = guest_copy(slot, TN_RIGHTS_ALL);

	if (tn_destroy(slot, 0).code != 0)
		tap_bail("destroy failed in the preparations");
	return copy;
}

static void pools_make(void)
{
	struct fixture *f = &fixture;
	uint64_t process;

	f->pool = pool_make(32);
	f->other_pool = pool_make(8);
	f->empty_pool = pool_make(1);
	f->poor_process = guest_create(TN_KIND_PROCESS, f->empty_pool, 0);
	f->dying_pool = pool_make(8);
	process = guest_create(TN_KIND_PROCESS, f->dying_pool, 0);
	guest_create(TN_KIND_THREAD, process, 0);
	if (tn_pool_revoke(f->dying_pool, TN_FLAG_STEP).code != -TN_EAGAIN)
		tap_bail("no pool is dying");
}

static void processes_make(void)
{
	struct fixture *f = &fixture;

	f->process = guest_create(TN_KIND_PROCESS, f->pool, 0);
	f->thread = guest_create(TN_KIND_THREAD, f->process, 0);
	f->endpoint = guest_create(TN_KIND_ENDPOINT, f->process, 0);
	f->dying_process = guest_create(TN_KIND_PROCESS, f->pool, 0);
	f->dying_thread = guest_create(TN_KIND_THREAD, f->dying_process, 0);
	guest_create(TN_KIND_THREAD, f->dying_process, 0); /* the one that ends in the first step */
	if (tn_destroy(f->dying_process, TN_FLAG_STEP).code != -TN_EAGAIN)
		tap_bail("no process is dying");
}

/* Tables down to level 1, and the process itself. */
static void large_make(void)
{
	uint64_t pool = pool_make(tn_boot->paging_levels);

	fixture.large_process = guest_create(TN_KIND_PROCESS, pool, 0);
	if (tn_map(fixture.large_process, GUEST_FREE, TN_SLOT_FRAMES,
		   guest_frames(MIB_PAGE, MIB_PAGE), MIB_PAGE, TN_MAP_READ)
		    .code != 0)
		tap_bail("no large page");
	if (tn_pool_info(pool).value != 0)
		tap_bail("the large page's pool is not empty");
}

static uint64_t range_of(uint32_t kind)
{
	for (uint32_t i = 0; i < tn_boot->range_count; i++)
		if (tn_boot->ranges[i].kind == kind)
			return tn_boot->ranges[i].first;
	tap_bail("a kind of frame that no range has");
}

static void frames_find(void)
{
	struct fixture *f = &fixture;
	const struct tn_boot_range *last = &tn_boot->ranges[tn_boot->range_count - 1];

	f->idle = guest_frames(1, 1);
	f->used = guest_frames(1, 1);
	f->page = GUEST_FREE_END;
	guest_map(f->page, f->used, 1, READ_WRITE);
	f->free = guest_fill(f->pool, 1);
	f->foreign = guest_fill(f->other_pool, 1);
	f->object = tn_boot->process;
	f->image = range_of(TN_KIND_IMAGE);
	f->boot = range_of(TN_KIND_BOOT);
	f->hole = range_of(TN_KIND_HOLE);
	f->beyond = (uint64_t)last->first + last->count;
}

static void caps_make(void)
{
	struct fixture *f = &fixture;

	dead[TN_CAP_POOL] = dead_make(TN_KIND_POOL, f->pool);
	dead[TN_CAP_PROCESS] = dead_make(TN_KIND_PROCESS, f->pool);
	dead[TN_CAP_THREAD] = dead_make(TN_KIND_THREAD, f->process);
	dead[TN_CAP_ENDPOINT] = dead_make(TN_KIND_ENDPOINT, f->process);
	f->badged = guest_slot();
	f->no_frames = guest_slot();
	f->slot_free = guest_slot();
	if (tn_cap_copy(f->endpoint, TN_SELF, f->badged, TN_RIGHTS_ALL, 7, 0).code != 0 ||
	    tn_cap_copy(TN_SLOT_FRAMES, TN_SELF, f->no_frames, TN_RIGHTS_ALL, guest_frames(1, 1), 1)
			    .code != 0)
		tap_bail("cap_copy failed in the preparations");
}

void fixture_make(void)
{
	guest_fill(TN_SLOT_POOL, 64);
	fixture.user_top = (uint64_t)1 << (12 + 9 * tn_boot->paging_levels - 1);
	pools_make();
	processes_make();
	large_make();
	frames_find();
	caps_make();
}

static uint64_t source_of(uint64_t type)
{
	switch (type) {
	case TN_CAP_POOL:
		return fixture.pool;
	case TN_CAP_PROCESS:
		return fixture.process;
	case TN_CAP_THREAD:
		return fixture.thread;
	case TN_CAP_ENDPOINT:
		return fixture.endpoint;
	case TN_CAP_FRAMES:
		return TN_SLOT_FRAMES;
	default:
		return TN_SLOT_SYSTEM;
	}
}

struct bad_slots fixture_bad(uint64_t type, uint64_t rights)
{
	static uint64_t weak[TN_CAP_SYSTEM + 1][TN_RIGHTS_ALL + 1]; /* made once */
	uint64_t *slot = &weak[type][rights];

	if (rights != 0 && *slot == 0)
		*slot = guest_copy(source_of(type), TN_RIGHTS_ALL & ~rights);
	return (struct bad_slots){
		.beyond = (uint64_t)TN_CAPS_PAGES * TN_CAPS_SLOTS,
		.no_page = NO_PAGE,
		.empty = fixture.slot_free,
		.other_type = type == TN_CAP_THREAD ? TN_SLOT_SYSTEM : TN_SLOT_THREAD,
		.weak = rights != 0 ? *slot : NO_SLOT,
		.dead = type <= TN_CAP_ENDPOINT ? dead[type] : NO_SLOT,
	};
}

void fixture_try_slot(uint64_t call, uint64_t arguments[6], unsigned argument, uint64_t type,
		      uint64_t rights)
{
	struct bad_slots bad = fixture_bad(type, rights);

	ladder_slot(call, arguments, argument, &bad);
}
