/*
 * lineage_harmony.c - rows H1 to H6: typed frames, no heap, one exact frame an object.
 *
 * The boot argument counted=yes says that QEMU counts instructions, so that H3 can read them.
 */
#include "lineage.h"

#include <stdio.h>
#include <tenure/records.h>

#include "tap.h"

#define LONGEST_ENTRY 32000u /* instructions: the stated bound of one kernel entry */

/* --- H1, H2 ------------------------------------------------------------------------------------- */

/* One frame through all that a frame can be, refused at each turn while something refers to it. */
static void row_h1(void)
{
	uint64_t pool = lineage_pool(4), process = guest_create(TN_KIND_PROCESS, pool, 0),
		 slot = guest_slot(), f = guest_frames(1, 1);

	tap_ok(lineage_is_user(f, 0), "H1 an idle user frame: nothing refers to it");
	guest_map(HERE, f, 1, READ_WRITE);
	tap_ok(lineage_is_user(f, 1), "H1 mapped: a count of one");
	tap_error(tn_frame_give(TN_SLOT_FRAMES, pool, f, 1), TN_EBUSY, "H1 not to be given then");
	lineage_unmap(HERE, 1);
	tap_done(tn_frame_give(TN_SLOT_FRAMES, pool, f, 1), "H1 at count 0 it is");
	tap_ok(lineage_is(f, TN_KIND_FREE), "H1 and belongs to the kernel, free");
	tap_done(tn_create(TN_KIND_ENDPOINT, process, f, TN_NONE, slot, 0), "H1 becomes an object");
	tap_error(tn_frame_reclaim(TN_SLOT_FRAMES, pool, f, 1), TN_EBUSY,
		  "H1 not to be taken back then");
	lineage_must(tn_destroy(slot, 0), "destroy failed");
	tap_ok(lineage_is(f, TN_KIND_FREE), "H1 is free when the object has ended");
	tap_done(tn_frame_reclaim(TN_SLOT_FRAMES, pool, f, 1), "H1 and comes back");
	tap_ok(lineage_is_user(f, 0), "H1 as an idle user frame");
	lineage_end(pool);
	lineage_drop(process);
}

static uint64_t kernels, mapped;

static void frame_try(uint64_t frame, uint64_t word)
{
	uint64_t kind = TN_INFO_KIND(word);

	if (kind == TN_KIND_USER || kind == TN_KIND_BOOT)
		return;
	kernels++;
	if (tn_map(TN_SLOT_PROCESS, HERE, TN_SLOT_FRAMES, frame, 1, TN_MAP_READ).code == 0) {
		mapped++;
		lineage_unmap(HERE, 1);
	}
}

static void row_h2(void)
{
	kernels = mapped = 0;
	lineage_each_frame(frame_try);
	printf("# %lu frames\n", kernels);
	tap_ok(kernels >= lineage_start.pool.boot && mapped == 0,
	       "H2 of all frames that are not user space's none can be mapped");
}

/* --- H3 ----------------------------------------------------------------------------------------- */

#define LIVES 500u
#define POOLED 24u

/* Objects come and go in an order of chance; whether each free frame makes one in the end. */
static bool lives_are_lived(uint64_t pool)
{
	uint64_t slots[POOLED] = {0}, random = 0x9e3779b97f4a7c15;

	for (unsigned n = 0; n < LIVES; n++) {
		uint64_t *slot;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		slot = &slots[random % POOLED];
		if (*slot != 0)
			lineage_must(tn_destroy(*slot, 0), "destroy failed");
		*slot = *slot != 0 ? 0 : guest_create(TN_KIND_PROCESS, pool, 0);
	}
	for (unsigned i = 0; i < POOLED; i++)
		if (slots[i] == 0)
			slots[i] = guest_create(TN_KIND_PROCESS, pool, 0);
	for (unsigned i = 0; i < POOLED; i++)
		lineage_must(tn_destroy(slots[i], 0), "destroy failed");
	return lineage_account(pool).free == POOLED;
}

static uint64_t instructions(void)
{
	uint64_t count;

	__asm__ volatile(".option push\n\t.option arch, +zicsr\n\trdinstret %0\n\t.option pop"
			 : "=r"(count)::"memory");
	return count;
}

static uint64_t longest;

/* Counts the instructions of a call, those of the stub among them. */
#define COUNTED(call)                                                                              \
	({                                                                                         \
		uint64_t start_ = instructions();                                                  \
		struct tn_result result_ = (call);                                                 \
		uint64_t cost_ = instructions() - start_;                                          \
                                                                                                   \
		if (cost_ > longest)                                                               \
			longest = cost_;                                                           \
		result_;                                                                           \
	})

/* Full batches, each on frames of its own. */
static void batches_count(void)
{
	uint64_t f = guest_frames(3 * TN_BATCH, 1);

	lineage_must(COUNTED(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f, TN_BATCH)), "give");
	for (uint64_t i = 0; i < TN_BATCH; i += 2) /* runs of one frame */
		lineage_must(tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, f + i, 1), "reclaim");
	lineage_must(COUNTED(tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, TN_ANY, TN_BATCH / 2)),
		     "reclaim");
	f += TN_BATCH;
	lineage_must(COUNTED(tn_map(TN_SLOT_PROCESS, FAR, TN_SLOT_FRAMES, f, TN_BATCH,
				    READ_WRITE | TN_MAP_SMALL)),
		     "map");
	lineage_must(COUNTED(tn_protect(TN_SLOT_PROCESS, FAR, TN_BATCH, TN_MAP_READ, TN_NONE)),
		     "protect");
	lineage_must(COUNTED(tn_unmap(TN_SLOT_PROCESS, FAR, TN_BATCH)), "unmap");
	lineage_must(COUNTED(tn_map(TN_SLOT_PROCESS, FAR, TN_SLOT_FRAMES, f, TN_ZERO_MAX,
				    READ_WRITE | TN_MAP_ZERO)),
		     "map");
	lineage_unmap(FAR, TN_ZERO_MAX);
}

/* A process with pages and threads, taken apart step by step; how many steps. */
static uint64_t steps_count(void)
{
	uint64_t pool = lineage_pool(32), process = guest_create(TN_KIND_PROCESS, pool, 0),
		 f = guest_frames(TN_BATCH, 1), steps = 1;
	struct tn_result r;

	for (unsigned i = 0; i < 8; i++)
		lineage_drop(guest_create(TN_KIND_THREAD, process, 0));
	for (unsigned i = 0; i < 4; i++)
		lineage_must(tn_map(process, HERE + i * MIB_PAGE * PAGE, TN_SLOT_FRAMES, f,
				    TN_BATCH, TN_MAP_READ | TN_MAP_SMALL),
			     "map");
	do {
		r = COUNTED(tn_pool_revoke(pool, TN_FLAG_STEP));
		steps += r.code == -TN_EAGAIN;
	} while (r.code == -TN_EAGAIN);
	lineage_must(r, "revoke");
	tap_ok(lineage_account(pool).used == 0 && lineage_is_user(f, 0),
	       "H3 a revoke that was made step by step has done all");
	lineage_end(pool);
	lineage_drop(process);
	return steps;
}

static void row_h3(void)
{
	uint64_t pool = lineage_pool(POOLED), steps;

	tap_ok(lives_are_lived(pool),
	       "H3 after 500 lives each free frame makes an object: nothing is fragmented");
	lineage_end(pool);
	batches_count();
	steps = steps_count();
	tap_ok(steps > 12, "H3 a long call is made of steps");
	if (guest_argument("counted")[0] == 'y') {
		printf("# the longest took %lu\n", longest);
		tap_ok(longest > 100 && longest <= LONGEST_ENTRY,
		       "H3 neither a batch nor a step takes more than 32,000 instructions");
	} else {
		tap_ok(true, "H3 the length of entries # SKIP instructions are not counted");
	}
}

/* --- H4, H5 ------------------------------------------------------------------------------------- */

static void row_h4(void)
{
	uint64_t pool = lineage_pool(6), process, slots[4];
	struct tn_pool_info info;
	bool one = true;

	slots[0] = process = guest_create(TN_KIND_PROCESS, pool, 0);
	slots[1] = guest_create(TN_KIND_POOL, pool, 0);
	slots[2] = guest_create(TN_KIND_THREAD, process, 0);
	slots[3] = guest_create(TN_KIND_ENDPOINT, process, 0);
	lineage_must(tn_create(TN_KIND_CAPS, process, TN_ANY, TN_NONE, 0, 0), "create failed");
	lineage_must(tn_table_attach(process, 0, tn_boot->paging_levels - 1, TN_ANY, TN_NONE),
		     "table_attach failed");
	info = lineage_account(pool);
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_TABLE; kind++)
		one = one && info.kinds[kind] == 1;
	tap_ok(one && info.used == 6 && info.free == 0,
	       "H4 one object of each kind: six frames, no more and no less");
	lineage_end(pool);
	for (unsigned i = 0; i < 4; i++)
		lineage_drop(slots[i]);
}

static void row_h5(void)
{
	uint64_t pool = lineage_pool(0), other = lineage_pool(1), f = guest_frames(2, 1),
		 slot = guest_slot(), one = guest_slot(),
		 weak = guest_copy(TN_SLOT_FRAMES, READ_WRITE);
	struct tn_cap_info cap;

	lineage_must(tn_cap_copy(TN_SLOT_FRAMES, TN_SELF, one, TN_RIGHTS_ALL, f, 1),
		     "cap_copy failed");
	guest_map(HERE, f, 1, TN_MAP_READ);
	tap_refused(tn_create(TN_KIND_PROCESS, pool, f, TN_SLOT_FRAMES, slot, 0), TN_EBUSY, f,
		    "H5 the exact frame is refused while mapped");
	lineage_unmap(HERE, 1);
	tap_error(tn_create(TN_KIND_PROCESS, pool, f, weak, slot, 0), TN_EPERM,
		  "H5 without the right to give");
	tap_refused(tn_create(TN_KIND_PROCESS, pool, f + 1, one, slot, 0), TN_EACCES, f + 1,
		    "H5 where the capability does not cover it");
	tap_refused(tn_create(TN_KIND_PROCESS, pool, tn_boot->process, TN_SLOT_FRAMES, slot, 0),
		    TN_EKERNEL, tn_boot->process, "H5 if it is the kernel's");
	lineage_must(tn_frame_give(TN_SLOT_FRAMES, other, f + 1, 1), "give failed");
	tap_refused(tn_create(TN_KIND_PROCESS, pool, f + 1, TN_NONE, slot, 0), TN_EXDEV, f + 1,
		    "H5 or if it is another pool's");
	tap_done(tn_create(TN_KIND_PROCESS, pool, f, one, slot, 0), "H5 otherwise it is taken");
	tn_cap_read(TN_SELF, slot, &cap);
	tap_same(cap.frame, f, "H5 and no other");
	lineage_end(pool);
	lineage_end(other);
	lineage_drop(slot);
	lineage_drop(one);
	lineage_drop(weak);
}

/* --- H6 ----------------------------------------------------------------------------------------- */

static void row_h6(void)
{
	uint64_t pool = lineage_pool(8), process = guest_create(TN_KIND_PROCESS, pool, 0),
		 f = guest_frames(1, 1);

	guest_map(HERE, f, 1, READ_WRITE);
	tap_done(tn_map(process, HERE, TN_SLOT_FRAMES, f, 1, TN_MAP_READ),
		 "H6 a user frame is mapped into two spaces");
	*lineage_at(HERE) = 1;
	tap_ok(lineage_is_user(f, 2), "H6 with a count of two");
	lineage_unmap(HERE, 1);
	lineage_end(pool);
	tap_done(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f, 1), "H6 then it is the kernel's");
	tap_refused(tn_map(TN_SLOT_PROCESS, HERE, TN_SLOT_FRAMES, f, 1, READ_WRITE), TN_EKERNEL, f,
		    "H6 and is not mapped any more");
	lineage_drop(process);
}

void lineage_harmony(void)
{
	lineage_row("H1", row_h1);
	lineage_row("H2", row_h2);
	lineage_row("H3", row_h3);
	lineage_row("H4", row_h4);
	lineage_row("H5", row_h5);
	lineage_row("H6", row_h6);
}
