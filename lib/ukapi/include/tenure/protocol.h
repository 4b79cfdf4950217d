/*
 * protocol.h - between mm and the programs it starts: how a program begins, and what it can ask.
 *
 * A program begins with its own stack, a thread, and a page of 256 capability slots in which two
 * are filled. Register a0 holds the address of its start page, a1 that of its thread's UTCB, sp
 * the top of the stack; all other registers are zero. The start page is read-only.
 *
 *   0x10000          image
 *   TN_CLIENT_HEAP   malloc's
 *   TN_CLIENT_LOW    what mm places by itself when asked for "anywhere"
 *   TN_CLIENT_HIGH   fixed: UTCBs, start page, stack (grows at first touch)
 *
 * A request is a call to TN_CLIENT_MM whose label is one of enum tn_mm_request; the answer's
 * label is 0 or a positive enum tn_error. Text travels in the UTCB's words from word
 * TN_MM_TEXT_WORD on. Pages are 4 KiB; addresses are page-aligned bytes; a process is named by
 * its pid, a number that is not used again for a million lives.
 *
 * A server of level core (docs/conformance.md) answers ASK_VERSION, MAP, EXIT, PRINT and REFILL, and
 * every other request with ENOSYS.
 */
#pragma once

#include <stdint.h>
#include <tenure/abi.h>

#define TN_MM_VERSION 2u

/* Slots of a program's own capability table that are filled at its start. */
#define TN_CLIENT_MM 1u     /* endpoint to mm: send */
#define TN_CLIENT_THREAD 2u /* its first thread: signal */
#define TN_CLIENT_FREE 8u   /* from here on the page is empty */
#define TN_CLIENT_SLOTS TN_CAPS_SLOTS

/* Addresses. */
#define TN_CLIENT_IMAGE 0x10000ul
#define TN_CLIENT_IMAGE_END 0x100000000ul
#define TN_CLIENT_HEAP 0x800000000ul
#define TN_CLIENT_LOW 0x1000000000ul
#define TN_CLIENT_HIGH 0x3f00000000ul
#define TN_CLIENT_UTCBS 0x3ffe000000ul /* thread i's at + i * 8 KiB: a hole between any two */
#define TN_CLIENT_UTCB_STRIDE 0x2000ul
#define TN_CLIENT_START 0x3fff000000ul
#define TN_CLIENT_STACK_TOP 0x3fffff0000ul
#define TN_CLIENT_STACK_PAGES 64u
#define TN_CLIENT_END 0x4000000000ul

#define TN_CLIENT_THREADS 16u  /* most threads of a process */
#define TN_CLIENT_ENDPOINTS 8u /* most endpoints */
#define TN_CLIENT_UNTYPED 4u   /* most ranges of untyped memory */
#define TN_CLIENT_REGIONS 48u  /* most regions, the program's own parts among them */

#define TN_MM_PROCESSES 56u /* most processes */
#define TN_MM_FAMILY 20u    /* of these, most that descend from one line of the start list */

#define TN_CLIENT_MAGIC 0x746e636c69656e74ul
#define TN_CLIENT_NAME 24u
#define TN_CLIENT_ARGS 232u

/* The start page. */
struct tn_client_start {
	uint64_t magic, version;
	uint64_t pid, parent; /* parent: 0 for the programs of the start list */
	uint64_t timebase;    /* rdtime ticks a second */
	uint64_t pool_quota;  /* kernel frames */
	uint64_t user_quota;  /* mapped frames, and untyped ones */
	uint64_t priority;
	char name[TN_CLIENT_NAME];
	char args[TN_CLIENT_ARGS]; /* words, separated by blanks; NUL-terminated */
};

/* Text that travels behind the register words. */
#define TN_MM_TEXT_WORD TN_MESSAGE_REGISTERS
#define TN_MM_TEXT_MAX ((TN_MESSAGE_WORDS - TN_MM_TEXT_WORD) * 8u) /* bytes */

/* flags of MAP and ATTACH; READ is implied. WRITE and EXECUTE exclude each other. */
#define TN_MM_WRITE 1u
#define TN_MM_EXECUTE 2u
#define TN_MM_POPULATE 4u /* all frames now, not at first touch */
#define TN_MM_LARGE 8u    /* 2 MiB pages where address, size and memory allow */

enum tn_mm_request {
	/* () -> version */
	TN_MM_ASK_VERSION = 1,
	/* (address or 0, pages, flags) -> address. Anonymous memory, all zero.
	 * EINVAL alignment, flags | EFAULT outside IMAGE_END..HIGH | EEXIST | EOVERFLOW regions |
	 * ENOMEM the quota or the machine is spent */
	TN_MM_MAP = 2,
	/* (address, pages). Holes are passed over. EINVAL | EFAULT | EOVERFLOW regions | ENOMEM a
	 * large page cannot be cut: pages before it may be gone, and are zero when touched */
	TN_MM_UNMAP = 3,
	/* (address, pages, flags WRITE or EXECUTE or 0). EINVAL | ENOENT not all mapped memory |
	 * EPERM more than was attached | EOVERFLOW | ENOMEM */
	TN_MM_PROTECT = 4,
	/* (address, pages, pid, flags WRITE or 0). Lets pid attach the pages, which are populated.
	 * One offer a region. EINVAL | EFAULT | ENOENT no region there | EPERM more than one has, or
	 * untyped memory | ENOMEM */
	TN_MM_OFFER = 5,
	/* (pid, its address, pages, own address or 0, flags WRITE or 0) -> own address.
	 * EINVAL | ENOENT no such process | EACCES nothing offered there | as MAP */
	TN_MM_ATTACH = 6,
	/* (pool quota, user quota, priority, bytes of text); text: name and arguments -> pid.
	 * The quotas leave the caller's until the child ends. EINVAL text | EPERM priority above the
	 * caller's | ENOENT no such program | ENOMEM quotas: the caller has not so much left |
	 * EAGAIN too many processes: TN_MM_FAMILY from one line of the start list, TN_MM_PROCESSES
	 * in all, those whose end nobody has asked for among them | ENOMEM quotas too small for the
	 * program, or not a program */
	TN_MM_SPAWN = 7,
	/* (pid of a child, or 0 for any) -> pid, code, enum tn_mm_end. Waits until it has ended.
	 * ENOENT no such child | EBUSY another thread waits | EAGAIN mm has no slot left */
	TN_MM_WAIT = 8,
	/* (code). Ends the process; no answer. */
	TN_MM_EXIT = 9,
	/* (bytes); text. EINVAL */
	TN_MM_PRINT = 10,
	/* (pid or 0 for oneself) -> struct tn_mm_statistics from the first word on. ENOENT */
	TN_MM_STATISTICS = 11,
	/* (frames) -> free frames of the pool. Puts at least so many into the caller's pool. They stay
	 * as the policy likes: one that keeps none shows that they are to be had, and takes them back
	 * before it answers.
	 * ENOMEM the quota or the machine is spent */
	TN_MM_REFILL = 12,
	/* (pc, argument, stack, thread pointer, slot) -> number. The thread starts with a0 =
	 * argument, a1 = its UTCB; a capability to signal it is put into the slot.
	 * EINVAL | EEXIST slot in use | EAGAIN too many threads | ENOMEM */
	TN_MM_THREAD_CREATE = 13,
	/* (number, its slot). Ends a thread of the process, if it is the one of that slot. ENOENT |
	 * EBUSY the first thread */
	TN_MM_THREAD_END = 14,
	/* (slot) -> number. Makes an endpoint with all rights but own in the slot.
	 * EINVAL | EEXIST | EAGAIN too many endpoints | ENOMEM */
	TN_MM_ENDPOINT_CREATE = 15,
	/* (number). Who waits there gets EPEER. ENOENT */
	TN_MM_ENDPOINT_DESTROY = 16,
	/* (pid, number of its endpoint, slot). Puts a send and grant capability with the caller's
	 * pid as its badge into the slot. EINVAL | ENOENT | EEXIST */
	TN_MM_CONNECT = 17,
	/* (pid of a child). Ends it. ENOENT */
	TN_MM_STOP = 18,
	/* (frames, slot) -> first frame, frames. Untyped memory: so many idle frames in a row, rounded
	 * up to a power of two and aligned to it, all zero, counted in the user quota. Two slots are
	 * filled: one with FRAMES over them, all rights; the next with a pool for what is built of
	 * them: give, reclaim, create. A process has one such pool, for all its ranges; its frame is
	 * of the pool quota. mm gives it nothing. What the caller builds is its own affair; it ends
	 * with the caller, or by UNTYPED_RETURN. ENOTSUP this mm hands out none | EINVAL frames not
	 * 1..2^18, slot | EEXIST | EAGAIN TN_CLIENT_UNTYPED ranges | ENOMEM the quota or the machine
	 * is spent */
	TN_MM_UNTYPED = 19,
	/* (first frame, pages, address or 0, flags WRITE or 0) -> address. Maps frames of the caller's
	 * own untyped ranges into itself; UNMAP ends it. EINVAL | ENOENT not in one range of the
	 * caller's | EKERNEL one is the kernel's at present | as MAP */
	TN_MM_UNTYPED_MAP = 20,
	/* (first frame of a range). Takes it back, with the capabilities and mappings of it that the
	 * caller has. Ends all that was built from any of the caller's ranges: whoever was built may
	 * hold a capability to this one. The frames of the others are idle then, and with the last
	 * range the pool goes. A part is given up by revoking a pool of one's own below. ENOENT */
	TN_MM_UNTYPED_RETURN = 21
};

/* Why a process ended. */
enum tn_mm_end {
	TN_MM_END_EXIT = 0,  /* by itself */
	TN_MM_END_FAULT = 1, /* by a fault; code: enum tn_fault */
	TN_MM_END_STOP = 2,  /* by its parent, or with it */
	TN_MM_END_MEMORY = 3 /* a page could not be paid for: quota or machine spent */
};

struct tn_mm_statistics {
	uint64_t pool_free, pool_used, pool_quota; /* kernel frames */
	uint64_t user_frames, user_quota;          /* mapped frames, and untyped ones */
	uint64_t faults, requests, printed;        /* so far; printed: bytes */
	uint64_t idle;                             /* user frames of the machine that nobody uses */
	uint64_t processes;                        /* that live */
};
