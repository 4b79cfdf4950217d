/*
 * abi.h - the kernel's interface: numbers, words and memory layouts shared by kernel and user.
 *
 * Self-contained and free of policy. Everything here is part of the ABI; TN_ABI_VERSION changes
 * when any of it does.
 */
#pragma once

#include <stdint.h>
#include <tenure/calls.h>

#define TN_ABI_VERSION 2

/* --- calls ------------------------------------------------------------------------------- */

enum tn_call {
#define TN_X(number, NAME, ...) TN_CALL_##NAME = number,
	TN_CALLS(TN_X) TN_MESSAGE_CALLS(TN_X) TN_CALL_COUNT
#undef TN_X
};

/* --- errors: a0 is 0 or the negative of one of these --------------------------------------- */

#define TN_ERRORS(X)                                                                               \
	X(1, EPERM, "the capability lacks a right that the call needs")                            \
	X(2, ENOENT, "nothing there: empty slot, page not mapped")                                 \
	X(4, EINTR, "the wait was cancelled")                                                      \
	X(6, ENXIO, "the frame is not RAM")                                                        \
	X(9, EBADF, "the capability is of another type")                                           \
	X(11, EAGAIN, "not finished: call again to go on")                                         \
	X(12, ENOMEM, "the pool is short; the second result says how many frames were missing")    \
	X(13, EACCES, "the frame is not covered by the capability")                                \
	X(14, EFAULT, "the address is not in user space")                                          \
	X(16, EBUSY, "in use")                                                                     \
	X(17, EEXIST, "the place is taken")                                                        \
	X(18, EXDEV, "the frame is in another pool")                                               \
	X(22, EINVAL, "malformed argument")                                                        \
	X(34, ERANGE, "no such slot in the capability table")                                      \
	X(38, ENOSYS, "no such call")                                                              \
	X(75, EOVERFLOW, "a counter, an identifier or the depth of pools is at its maximum")       \
	X(95, ENOTSUP, "this machine, or this frame, cannot do it")                                \
	X(110, ETIMEDOUT, "the deadline has passed")                                               \
	X(116, ESTALE, "the capability's object is gone")                                          \
	X(200, EKERNEL, "the frame is the kernel's already")                                       \
	X(201, EUSER, "the frame is user space's")                                                 \
	X(202, EDYING, "the object is being taken apart")                                          \
	X(203, EPEER, "the partner is gone")                                                       \
	X(204, ENOTABLE, "a page table is missing; the second result says at which level")

enum tn_error {
	TN_OK = 0,
#define TN_X(number, NAME, text) TN_##NAME = number,
	TN_ERRORS(TN_X)
#undef TN_X
};

/* --- words --------------------------------------------------------------------------------- */

#define TN_ANY (~(uint64_t)0)  /* any free frame of the pool */
#define TN_NONE (~(uint64_t)0) /* no capability */
#define TN_SELF (~(uint64_t)0) /* the caller's own process */

#define TN_FRAME_SIZE 4096u
#ifndef TN_BATCH
#define TN_BATCH 512u /* most frames or entries a call touches */
#endif
#define TN_FLAG_STEP 1u /* destroy, revoke, detach: EAGAIN instead of restarting */

/* Frame kinds, as frame_info, census and the boot information report them. */
enum tn_kind {
	TN_KIND_USER = 0, /* user space's */
	TN_KIND_POOL = 1, /* kernel objects, one frame each */
	TN_KIND_PROCESS = 2,
	TN_KIND_THREAD = 3,
	TN_KIND_ENDPOINT = 4,
	TN_KIND_CAPS = 5,  /* a page of 256 capability slots */
	TN_KIND_TABLE = 6, /* a page table */
	TN_KIND_FREE = 7,  /* on a pool's free list */
	TN_KIND_IMAGE = 8, /* kernel image, frame table, boot memory: the kernel's for ever */
	TN_KIND_BOOT = 9,  /* boot image and device tree: readable by user space */
	TN_KIND_HOLE = 10, /* no RAM, firmware, no-map */
	TN_KIND_COUNT = 11
};

/* Capability types; the first four equal the kinds of the objects they name. */
enum tn_cap_type {
	TN_CAP_NONE = 0,
	TN_CAP_POOL = 1,
	TN_CAP_PROCESS = 2,
	TN_CAP_THREAD = 3,
	TN_CAP_ENDPOINT = 4,
	TN_CAP_FRAMES = 5,
	TN_CAP_DEVICE = 6,
	TN_CAP_REPLY = 7,
	TN_CAP_IRQ = 8,
	TN_CAP_SYSTEM = 9
};

/* Rights, by type. */
#define TN_RIGHT_OWN 8u /* POOL, PROCESS, THREAD, ENDPOINT */
#define TN_POOL_GIVE 1u
#define TN_POOL_RECLAIM 2u
#define TN_POOL_CREATE 4u
#define TN_PROCESS_MAP 1u
#define TN_PROCESS_MANAGE 2u
#define TN_THREAD_CONTROL 1u
#define TN_THREAD_SIGNAL 2u
#define TN_ENDPOINT_SEND 1u
#define TN_ENDPOINT_RECEIVE 2u
#define TN_ENDPOINT_GRANT 4u
#define TN_FRAMES_READ 1u /* FRAMES and DEVICE */
#define TN_FRAMES_WRITE 2u
#define TN_FRAMES_EXECUTE 4u
#define TN_FRAMES_GIVE 8u
#define TN_IRQ_BIND 1u
#define TN_SYSTEM_LOG 1u
#define TN_SYSTEM_CENSUS 2u
#define TN_SYSTEM_SHUTDOWN 4u
#define TN_RIGHTS_ALL 15u

/* A process has a directory of 32 pages of 256 slots. */
#ifndef TN_CAPS_PAGES
#define TN_CAPS_PAGES 32u
#endif
#ifndef TN_CAPS_SLOTS
#define TN_CAPS_SLOTS 256u
#endif

/* map, protect: flags */
#define TN_MAP_READ 1u
#define TN_MAP_WRITE 2u
#define TN_MAP_EXECUTE 4u
#define TN_MAP_SMALL 8u     /* 4 KiB pages only */
#define TN_MAP_ZERO 16u     /* clear the frames first; at most TN_ZERO_MAX */
#define TN_MAP_NOTABLE 32u  /* ENOTABLE rather than making a page table */
#define TN_MAP_AGE 64u      /* protect only: report and clear accessed and dirty */
#define TN_MAP_NOCACHE 256u /* memory attribute: non-cacheable (Svpbmt) */
#define TN_MAP_IO 512u      /* memory attribute: I/O, strongly ordered (Svpbmt) */
#define TN_ZERO_MAX 16u

/* cache_op: operations */
#define TN_CACHE_CLEAN 0u
#define TN_CACHE_INVALIDATE 1u
#define TN_CACHE_FLUSH 2u

/* frame_info: one word a frame */
#define TN_INFO_LOW(w) ((uint32_t)(w)) /* USER: references; FREE, CAPS, TABLE: pool's frame */
#define TN_INFO_COUNT(w) ((uint32_t)((w) >> 32) & 1023u) /* TABLE: valid entries */
#define TN_INFO_KIND(w) ((uint32_t)((w) >> 48) & 15u)
#define TN_INFO_EXPLICIT ((uint64_t)1 << 52) /* TABLE made by table_attach */
#define TN_INFO_CLEAN ((uint64_t)1 << 53)    /* FREE: all zero */
#define TN_INFO_LARGE ((uint64_t)1 << 54)    /* a large mapping covers the frame */

/* --- messages -------------------------------------------------------------------------------- */

#define TN_MESSAGE_WORDS 64u /* at most: five in registers, the rest in the UTCB's words */
#define TN_MESSAGE_REGISTERS 5u

/* The info word: label, number of words, and a capability that travels along. */
#define TN_INFO(label, words) ((uint64_t)(label) | (uint64_t)(words) << 32)
#define TN_INFO_WITH(label, words, slot)                                                           \
	(TN_INFO(label, words) | (uint64_t)(slot) << 40 | TN_INFO_CAP)
#define TN_INFO_LABEL(info) ((uint32_t)(info))
#define TN_INFO_WORDS(info) ((uint32_t)((info) >> 32) & 127u)
#define TN_INFO_SLOT(info) ((uint32_t)((info) >> 40) & 0xffffu)
#define TN_INFO_TIMED ((uint64_t)1 << 63) /* recv, reply_recv: waits until the UTCB's deadline */
#define TN_INFO_LOST ((uint64_t)1 << 61)  /* received: one was sent, and found no empty slot */
#define TN_INFO_CAP ((uint64_t)1 << 62)   /* sent: in the slot named; received: it has arrived */

/*
 * The short ways of call and reply_recv, by numbers of their own: the same arguments, answers and
 * errors, sooner where the partner waits already and the message fits the registers.
 */
#define TN_CALL_SHORT (~(uint64_t)0)
#define TN_REPLY_RECV_SHORT (~(uint64_t)1)

/* Labels with the top bit are the kernel's. */
#define TN_LABEL_KERNEL 0x80000000u
#define TN_LABEL_FAULT 0x80000001u   /* words: enum tn_fault, address, pc */
#define TN_LABEL_EXIT 0x80000002u    /* words: code */
#define TN_LABEL_SIGNALS 0x80000003u /* words: the bits, which are thereby cleared */

enum tn_fault { TN_FAULT_FETCH, TN_FAULT_LOAD, TN_FAULT_STORE, TN_FAULT_ILLEGAL, TN_FAULT_OTHER };

/* Labels of the answer to a fault. */
enum tn_fault_answer {
	TN_RESUME = 0,    /* tries again */
	TN_RESUME_AT = 1, /* goes on at the first word */
	TN_KILL = 2       /* the thread stays stopped; so it does for any other label */
};

/* --- the UTCB: one frame a thread, arguments and results too long for registers ------------- */

#define TN_UTCB_WORDS 504u /* bulk words a call can return */
#define TN_WRITE_MAX 256u  /* bytes a debug_write prints */

struct tn_utcb {
	uint64_t receive_slot; /* where an arriving capability goes */
	uint64_t signal_mask;
	uint64_t deadline; /* of TN_INFO_TIMED: ticks of rdtime; past: at once; all ones: never */
	uint64_t reserved[5];
	union {
		uint64_t words[TN_UTCB_WORDS];
		char bytes[TN_UTCB_WORDS * 8];
	};
};
_Static_assert(sizeof(struct tn_utcb) == TN_FRAME_SIZE, "the UTCB is one frame");

/* reclaim with ANY: words[i] of the UTCB is one run */
#define TN_RUN_FIRST(w) ((uint32_t)(w))
#define TN_RUN_COUNT(w) ((uint32_t)((w) >> 32))

/* pool_info fills the UTCB's words with this. */
struct tn_pool_info {
	uint64_t free, used, peak;
	uint64_t kinds[8];                /* objects by kind: index POOL to TABLE */
	uint64_t boot;                    /* frames it was born with */
	uint64_t give_calls, give_frames; /* frames: those used at once by create among them */
	uint64_t reclaim_calls, reclaim_frames;
	uint64_t move_in_calls, move_in_frames; /* by frame_move or by revoking a sub-pool */
	uint64_t move_out_calls, move_out_frames;
	uint64_t enomem; /* calls answered ENOMEM */
	uint64_t depth;  /* 0: the root pool */
	uint64_t frame;  /* the pool's own frame */
	uint64_t parent; /* frame of the parent, or TN_NONE */
};

/* resolve fills the UTCB's words with this. */
struct tn_resolved {
	uint64_t address; /* physical */
	uint64_t size;    /* of the page: bytes */
	uint64_t flags;   /* TN_MAP_READ..EXECUTE and the attribute */
	uint64_t accessed, dirty;
	uint64_t level; /* of the leaf: 0 is 4 KiB, 1 is 2 MiB, 2 is 1 GiB */
	uint64_t table; /* frame of the table that holds the leaf */
};

/* cap_info fills the UTCB's words with this. */
struct tn_cap_info {
	uint64_t type, rights, live;
	union {
		uint64_t frame; /* of an object */
		uint64_t first; /* of FRAMES, DEVICE, IRQ */
	};
	union {
		uint64_t badge, count; /* likewise */
	};
};

/* census fills the UTCB's words with this. */
struct tn_census {
	uint64_t frames;               /* all RAM */
	uint64_t kinds[TN_KIND_COUNT]; /* they add up to it; HOLE counts RAM nobody may use */
};

/* thread_info fills the UTCB's words with this, of a thread that does not run: the registers of
 * one that does are its own business. */
enum tn_thread_state {
	TN_THREAD_RUNNING = 0, /* or ready to */
	TN_THREAD_STOPPED = 1,
	TN_THREAD_RECEIVES = 2,
	TN_THREAD_CALLS = 3,  /* waits for a receiver */
	TN_THREAD_AWAITS = 4, /* waits for the answer */
	TN_THREAD_FAULTED = 5 /* a call that the kernel made for it, received or not */
};

/* thread_configure: what, and the words of the caller's UTCB. */
#define TN_CONFIGURE_REGISTERS 1u
#define TN_CONFIGURE_UTCB 2u
#define TN_CONFIGURE_FAULT 4u
#define TN_CONFIGURE_PRIORITY 8u
struct tn_thread_config {
	uint64_t priority;
	uint64_t pc;
	uint64_t registers[31]; /* x1 to x31 */
};
#define TN_PRIORITY_MAX 63u
struct tn_thread_info {
	uint64_t state, reason, signals;
	uint64_t pc;
	uint64_t registers[31]; /* x1 to x31 */
};

/* --- what the first server finds ------------------------------------------------------------ */

#define TN_SLOT_PROCESS 1u
#define TN_SLOT_THREAD 2u
#define TN_SLOT_POOL 3u   /* the root pool */
#define TN_SLOT_FRAMES 4u /* all RAM */
#define TN_SLOT_SYSTEM 5u
#define TN_SLOT_DEVICES 16u /* DEVICE capabilities, in the order of the boot information */
#define TN_SLOT_IRQ 80u     /* all sources of the interrupt controller; empty if there is none */
#define TN_SLOT_FREE 128u   /* from here on the first page of slots is empty */

/* Where the kernel puts things in the first server's address space. a0 at entry is the boot
 * information, a1 the UTCB, sp the top of the stack; every other register is zero. */
#define TN_BOOT_UTCB 0x3fffff0000ul
#define TN_BOOT_INFO 0x3fffff2000ul
#define TN_BOOT_STACK_TOP (TN_BOOT_UTCB - 0x1000ul) /* one unmapped page between */
#define TN_BOOT_STACK_FRAMES 16u

#define TN_BOOT_MAGIC 0x74656e757265ul /* "tenure" */
#define TN_BOOT_INFO_FRAMES 1u
#define TN_BOOT_RANGES 160u
#define TN_BOOT_DEVICES 64u
#define TN_BOOT_ARGS 512u

/* Frames of one kind that lie together. Sorted, disjoint, and they cover all RAM and every
 * reserved range in it; what no range names is a hole. */
struct tn_boot_range {
	uint32_t first, count;
	uint32_t kind;   /* enum tn_kind */
	uint32_t detail; /* USER: references of each frame; FREE, CAPS, TABLE: frame of the pool */
};

/* Pages that lie together and are neither RAM, nor reserved, nor an interrupt controller's. What
 * answers there the device tree says (devices.h). */
struct tn_boot_device {
	uint32_t first, count;
};

struct tn_boot_info {
	uint64_t magic, abi_version;
	uint64_t size;                        /* bytes of this structure */
	uint64_t paging_levels;               /* 3: Sv39, 4: Sv48, 5: Sv57 */
	uint64_t ram_frames;                  /* all RAM; the census adds up to it */
	uint64_t window_first, window_count;  /* frames that may be given */
	uint64_t timebase;                    /* rdtime ticks a second */
	uint64_t initrd, initrd_bytes;        /* physical address */
	uint64_t tree, tree_bytes;            /* device tree, physical address */
	uint64_t instret_at_entry;            /* rdinstret when the kernel began */
	uint64_t process, thread, pool, utcb; /* frames */
	uint32_t range_count, device_count;
	uint32_t irq_count;  /* sources of the interrupt controller, from 1 on */
	uint32_t irq_parent; /* its phandle in the device tree */
	struct tn_boot_range ranges[TN_BOOT_RANGES];
	struct tn_boot_device devices[TN_BOOT_DEVICES];
	char args[TN_BOOT_ARGS]; /* the boot arguments, NUL-terminated */
};
_Static_assert(sizeof(struct tn_boot_info) <= TN_BOOT_INFO_FRAMES * TN_FRAME_SIZE,
	       "the boot information fits its pages");
