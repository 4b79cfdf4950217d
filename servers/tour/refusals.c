/*
 * refusals.c - phase: what the kernel refuses, and with which answer.
 *
 * A table of calls made by number. Few of them succeed, to show where the line runs; their
 * effects cancel out, so the audit afterwards proves that no refused call changed anything.
 */
#include "phases.h"

#include <stddef.h>
#include <tenure/records.h>
#include <tenure/user.h>

#include "../mm/objects.h"
#include "../mm/pages.h"
#include "../mm/show.h"
#include "../mm/supply.h"

#define BASE 0x40000000ul
#define BESIDE (BASE + 0x1000ul)    /* its page table stands */
#define APART 0x3000000000ul        /* its page table does not */
#define LACKING ((uint64_t)1 << 40) /* a frame that this machine does not have */
#define KERNEL_HALF 0xffffffc000000000ul

#define FRAMES TN_SLOT_FRAMES
#define ROOT TN_SLOT_POOL
#define READ TN_MAP_READ
#define WRITE TN_MAP_WRITE
#define EXECUTE TN_MAP_EXECUTE

/* What the calls are about. */
struct cast {
	struct pool *pool;
	uint64_t process;
	uint64_t idle, used;   /* two frames side by side; `used` is mapped at BASE */
	uint64_t lent;         /* on the free list of `pool` */
	uint64_t image, boot;  /* of these kinds, or LACKING */
	uint64_t hole;         /* covered by FRAMES, or LACKING */
	uint64_t beyond;       /* past the end of FRAMES */
	uint64_t outside;      /* idle, but outside the window, or LACKING */
	uint64_t empty, other; /* slots without a capability */
	uint64_t dead;         /* slot whose object is gone */
};

struct attempt {
	const char *what;
	uint64_t wanted; /* error, 0 for success */
	uint64_t number;
	uint64_t arguments[6];
	uint64_t offender; /* second result; 0: not looked at */
};

static uint64_t frame_of_kind(const struct mm *mm, enum tn_kind kind)
{
	for (uint32_t i = 0; i < mm->boot->range_count; i++)
		if (mm->boot->ranges[i].kind == kind)
			return mm->boot->ranges[i].first;
	return LACKING;
}

/* A frame that the kernel cannot use, only where RAM is larger than the window. */
static uint64_t frame_outside(struct mm *mm)
{
	uint64_t frame = store_take(&mm->store, 0);

	if (frame == STORE_NONE)
		return LACKING;
	store_put_idle(&mm->store, frame, 1);
	return space_index(&mm->store.space, frame) < mm->store.window_end ? LACKING : frame;
}

/* A capability that outlives its process. */
static bool cast_dead(struct mm *mm, struct cast *cast)
{
	struct process *process = object_make_process(mm, cast->pool);

	cast->dead = slot_take(mm);
	if (!process || !cast->dead)
		return false;
	if (tn_cap_copy(process->slot, TN_SELF, cast->dead, TN_RIGHTS_ALL, 0, 0).code != 0)
		return false;
	object_end_process(mm, process);
	return true;
}

static bool cast_frames(struct mm *mm, struct cast *cast, struct process *process)
{
	struct tn_cap_info range;

	cast->idle = store_take_lendable(&mm->store, 1);
	if (cast->idle == STORE_NONE)
		return false;
	cast->used = cast->idle + 1;
	/* Before a frame is lent by name: the page tables for this would take it. */
	if (!pages_map(mm, process, BASE, cast->used, 1, READ | WRITE))
		return false;
	cast->lent = store_take_lendable(&mm->store, 0);
	if (cast->lent == STORE_NONE || tn_cap_read(TN_SELF, FRAMES, &range).code != 0)
		return false;
	if (tn_frame_give(FRAMES, cast->pool->slot, cast->lent, 1).code != 0 ||
	    !ledger_lend(&mm->store.ledger, cast->lent, 1, cast->pool->index))
		return false;
	cast->image = frame_of_kind(mm, TN_KIND_IMAGE);
	cast->boot = frame_of_kind(mm, TN_KIND_BOOT);
	cast->hole = frame_of_kind(mm, TN_KIND_HOLE);
	if (cast->hole - range.first >= range.count)
		cast->hole = LACKING;
	cast->beyond = range.first + range.count;
	cast->outside = frame_outside(mm);
	return true;
}

/* pool: a process with one page; on its free list, in the end, the frame `lent`. */
static bool cast_make(struct mm *mm, struct cast *cast, struct process **process)
{
	cast->pool = object_make_pool(mm, &mm->pools[0], 0, &(struct policy_terms){0});
	*process = cast->pool ? object_make_process(mm, cast->pool) : NULL;
	cast->empty = slot_take(mm);
	cast->other = slot_take(mm);
	if (!*process || !cast->empty || !cast->other || !cast_dead(mm, cast))
		return false;
	cast->process = (*process)->slot;
	return cast_frames(mm, cast, *process);
}

static bool try_one(const struct attempt *attempt)
{
	struct tn_result result = tn_call_number(attempt->number, attempt->arguments);
	bool good = show_answer(attempt->what, -(int64_t)attempt->wanted, result.code);

	if (attempt->offender == 0)
		return good;
	return show_expect(result.value == attempt->offender, "the answer names that frame") &&
	       good;
}

/* Attempts about a frame that this machine does not have are left out. */
static bool is_possible(const struct attempt *attempt)
{
	return attempt->arguments[2] != LACKING && attempt->arguments[3] != LACKING;
}

static bool try_all(const struct attempt *attempts, size_t count)
{
	bool good = true;

	for (size_t i = 0; i < count; i++)
		if (is_possible(&attempts[i]))
			good = try_one(&attempts[i]) && good;
	return good;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool try_giving(const struct cast *c)
{
	const struct attempt attempts[] = {
		{"give a mapped frame",
		 TN_EBUSY,
		 TN_CALL_FRAME_GIVE,
		 {FRAMES, ROOT, c->used, 1},
		 c->used},
		{"give two, the second mapped",
		 TN_EBUSY,
		 TN_CALL_FRAME_GIVE,
		 {FRAMES, ROOT, c->idle, 2},
		 c->used},
		{"give a frame lent already",
		 TN_EKERNEL,
		 TN_CALL_FRAME_GIVE,
		 {FRAMES, ROOT, c->lent, 1},
		 c->lent},
		{"give a frame of the kernel's image",
		 TN_EKERNEL,
		 TN_CALL_FRAME_GIVE,
		 {FRAMES, ROOT, c->image, 1},
		 c->image},
		{"give a frame of the boot image",
		 TN_EKERNEL,
		 TN_CALL_FRAME_GIVE,
		 {FRAMES, ROOT, c->boot, 1},
		 c->boot},
		{"give a frame of the firmware",
		 TN_ENXIO,
		 TN_CALL_FRAME_GIVE,
		 {FRAMES, ROOT, c->hole, 1},
		 c->hole},
		{"give a frame beyond the capability",
		 TN_EACCES,
		 TN_CALL_FRAME_GIVE,
		 {FRAMES, ROOT, c->beyond, 1},
		 c->beyond},
		{"give a frame outside the kernel's window",
		 TN_ENOTSUP,
		 TN_CALL_FRAME_GIVE,
		 {FRAMES, ROOT, c->outside, 1},
		 c->outside},
		{"give no frame", TN_EINVAL, TN_CALL_FRAME_GIVE, {FRAMES, ROOT, c->idle, 0}, 0},
		{"give more than a batch",
		 TN_EINVAL,
		 TN_CALL_FRAME_GIVE,
		 {FRAMES, ROOT, c->idle, TN_BATCH + 1},
		 0},
		{"reclaim a user frame",
		 TN_EUSER,
		 TN_CALL_FRAME_RECLAIM,
		 {FRAMES, ROOT, c->used, 1},
		 c->used},
		{"reclaim the frame of a process",
		 TN_EBUSY,
		 TN_CALL_FRAME_RECLAIM,
		 {FRAMES, ROOT, tn_boot->process, 1},
		 tn_boot->process},
		{"reclaim a frame from the wrong pool",
		 TN_EXDEV,
		 TN_CALL_FRAME_RECLAIM,
		 {FRAMES, ROOT, c->lent, 1},
		 c->lent},
		{"move a frame within one pool", TN_EINVAL, TN_CALL_FRAME_MOVE, {ROOT, ROOT, 1}, 0},
	};

	return try_all(attempts, COUNT(attempts));
}

static bool try_mapping(const struct cast *c)
{
	const struct attempt attempts[] = {
		{"map the frame of a process",
		 TN_EKERNEL,
		 TN_CALL_MAP,
		 {c->process, BESIDE, FRAMES, tn_boot->process, 1, READ},
		 tn_boot->process},
		{"map the boot image to write",
		 TN_EKERNEL,
		 TN_CALL_MAP,
		 {c->process, BESIDE, FRAMES, c->boot, 1, READ | WRITE},
		 c->boot},
		{"map the boot image to execute",
		 TN_EKERNEL,
		 TN_CALL_MAP,
		 {c->process, BESIDE, FRAMES, c->boot, 1, READ | EXECUTE},
		 c->boot},
		{"map the boot image to read",
		 TN_OK,
		 TN_CALL_MAP,
		 {c->process, BESIDE, FRAMES, c->boot, 1, READ},
		 0},
		{"unmap it", TN_OK, TN_CALL_UNMAP, {c->process, BESIDE, 1}, 0},
		{"map where something is mapped",
		 TN_EEXIST,
		 TN_CALL_MAP,
		 {c->process, BASE, FRAMES, c->used, 1, READ},
		 BASE},
		{"map writable and executable",
		 TN_EINVAL,
		 TN_CALL_MAP,
		 {c->process, BESIDE, FRAMES, c->used, 1, READ | WRITE | EXECUTE},
		 0},
		{"map at no page boundary",
		 TN_EINVAL,
		 TN_CALL_MAP,
		 {c->process, BESIDE + 8, FRAMES, c->used, 1, READ},
		 0},
		{"map in the kernel's half",
		 TN_EFAULT,
		 TN_CALL_MAP,
		 {c->process, KERNEL_HALF, FRAMES, c->used, 1, READ},
		 0},
		{"map without making page tables",
		 TN_ENOTABLE,
		 TN_CALL_MAP,
		 {c->process, APART, FRAMES, c->used, 1, READ | TN_MAP_NOTABLE},
		 0},
		{"unmap in the kernel's half",
		 TN_EFAULT,
		 TN_CALL_UNMAP,
		 {c->process, KERNEL_HALF, 1},
		 0},
		{"add a right without showing frames",
		 TN_EPERM,
		 TN_CALL_PROTECT,
		 {c->process, BASE, 1, READ | EXECUTE, TN_NONE},
		 0},
		{"resolve an address without a page",
		 TN_ENOENT,
		 TN_CALL_RESOLVE,
		 {c->process, BESIDE},
		 0},
	};

	return try_all(attempts, COUNT(attempts));
}

static bool try_naming(const struct cast *c)
{
	const struct attempt attempts[] = {
		{"name a slot beyond the table",
		 TN_ERANGE,
		 TN_CALL_POOL_INFO,
		 {(uint64_t)TN_CAPS_PAGES * TN_CAPS_SLOTS},
		 0},
		{"name an empty slot", TN_ENOENT, TN_CALL_POOL_INFO, {c->empty}, 0},
		{"name a capability of another type", TN_EBADF, TN_CALL_POOL_INFO, {FRAMES}, 0},
		{"name a process that has ended", TN_ESTALE, TN_CALL_RESOLVE, {c->dead, BASE}, 0},
		{"copy the pool with reclaim alone",
		 TN_OK,
		 TN_CALL_CAP_COPY,
		 {ROOT, TN_SELF, c->empty, TN_POOL_RECLAIM, 0, 0},
		 0},
		{"give with that copy",
		 TN_EPERM,
		 TN_CALL_FRAME_GIVE,
		 {FRAMES, c->empty, c->idle, 1},
		 0},
		{"copy the copy with more rights",
		 TN_EPERM,
		 TN_CALL_CAP_COPY,
		 {c->empty, TN_SELF, c->other, TN_RIGHTS_ALL, 0, 0},
		 0},
		{"create in a slot that is taken",
		 TN_EEXIST,
		 TN_CALL_CREATE,
		 {TN_KIND_POOL, ROOT, TN_ANY, TN_NONE, c->empty, 0},
		 0},
		{"delete the copy", TN_OK, TN_CALL_CAP_DELETE, {TN_SELF, c->empty}, 0},
		{"create a thing of no kind",
		 TN_EINVAL,
		 TN_CALL_CREATE,
		 {99, ROOT, TN_ANY, TN_NONE, c->empty, 0},
		 0},
		{"destroy one's own process", TN_EBUSY, TN_CALL_DESTROY, {TN_SLOT_PROCESS, 0}, 0},
		{"revoke the pool that pays for the caller",
		 TN_EBUSY,
		 TN_CALL_POOL_REVOKE,
		 {ROOT, 0},
		 0},
		{"make a call that does not exist", TN_ENOSYS, 999, {0}, 0},
	};

	return try_all(attempts, COUNT(attempts));
}

bool phase_refusals(struct mm *mm)
{
	struct cast cast = {0};
	struct process *process;
	bool good;

	if (!show_expect(cast_make(mm, &cast, &process), "there is memory for the attempts"))
		return false;
	good = try_giving(&cast);
	good = try_mapping(&cast) && good;
	good = try_naming(&cast) && good;
	good = show_expect(pages_unmap(mm, process, BASE, 1), "unmapping needs no memory") && good;
	store_put_idle(&mm->store, cast.idle, 1);
	slot_put(mm, cast.empty);
	slot_put(mm, cast.other);
	slot_put(mm, cast.dead);
	object_end_pool(mm, cast.pool);
	return good;
}
