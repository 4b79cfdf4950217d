/*
 * calls.h - every system call, once.
 *
 * This is the only source of call numbers, argument counts, rights and errors. It expands into
 * the number constants (abi.h), the kernel's handler table (kernel/syscall.c), the user stubs
 * (user.h) and the reference table (docs/abi.md, made by tools/abi-reference).
 *
 *   X(number, NAME, name, argc, "arguments", "rights each capability needs", "second result",
 *     "errors, in the order in which they are checked")
 *
 * A slot argument that a row lists is looked up in the order in which the row lists it; the
 * lookup's own errors (ERANGE, ENOENT, EBADF, EPERM, ESTALE, in this order) are written as
 * `cap`. Where a process lives but its pool is dying, a call that turns out to need frames answers
 * EDYING in the place of ENOMEM.
 */
#pragma once

/* clang-format off */
#define TN_CALLS(X)                                                                               \
	X(0, YIELD, yield, 0, "", "", "0", "none")                                                \
	X(1, DEBUG_WRITE, debug_write, 2, "system, bytes", "system: log", "0",                    \
	  "EINVAL bytes above 256 | cap")                                                         \
	X(2, SHUTDOWN, shutdown, 2, "system, code", "system: shutdown", "does not return",        \
	  "cap")                                                                                  \
	X(3, CENSUS, census, 1, "system", "system: census", "frames of RAM", "cap")               \
	X(4, FRAME_GIVE, frame_give, 4, "frames, pool, first, count", "frames: give; pool: give", \
	  "first offending frame",                                                                \
	  "EINVAL count not 1..512 | cap | EDYING | EACCES not covered | ENXIO not RAM | "        \
	  "EKERNEL the kernel's already | EBUSY in use | ENOTSUP outside the window")             \
	X(5, FRAME_RECLAIM, frame_reclaim, 4, "frames, pool, first or ANY, count",                \
	  "frames: none; pool: reclaim",                                                          \
	  "first offending frame; with ANY: frames taken + 2^32 * runs in the UTCB",              \
	  "EINVAL count not 1..512 | cap | EDYING | EACCES not covered | ENXIO not RAM | "        \
	  "EUSER not the kernel's | EBUSY not free | EXDEV in another pool")                      \
	X(6, FRAME_MOVE, frame_move, 3, "from, to, count", "from: reclaim; to: give",             \
	  "frames missing, if ENOMEM",                                                            \
	  "EINVAL count not 1..512 | cap | EINVAL the same pool | EDYING | ENOMEM")               \
	X(7, FRAME_INFO, frame_info, 3, "frames, first, count", "frames: none",                   \
	  "frames described in the UTCB", "EINVAL count not 1..504 | cap | EACCES not covered")   \
	X(8, POOL_WATCH, pool_watch, 4, "pool, low, thread, bits", "pool: own; thread: signal",   \
	  "0", "cap | EDYING")                                                                    \
	X(9, POOL_INFO, pool_info, 1, "pool", "pool: none", "free frames", "cap")                 \
	X(10, POOL_REVOKE, pool_revoke, 2, "pool, flags", "pool: own",                            \
	  "0",                                                             \
	  "EINVAL flags | cap | EBUSY the caller is paid by it | EAGAIN with STEP")               \
	X(11, CREATE, create, 6, "kind, pool or process, frame or ANY, frames or NONE, slot, arg",\
	  "pool: create (and give, with frames); process: manage; frames: give",                  \
	  "frames missing, if ENOMEM; the offending frame",                                       \
	  "EINVAL kind or arg | cap | EDYING | ERANGE slot | EEXIST slot in use | "               \
	  "EPERM ceiling above the caller's | EOVERFLOW | with an exact frame: as frame_give, or as frame_reclaim where frames is NONE | ENOMEM")\
	X(12, DESTROY, destroy, 2, "slot, flags", "object: own", "0",      \
	  "EINVAL flags | cap | EBUSY the caller's own | EAGAIN with STEP")                       \
	X(13, CAP_COPY, cap_copy, 6, "source, process or SELF, slot, rights, first or badge, count",\
	  "process: manage", "0",                                                                 \
	  "ERANGE, ENOENT, ESTALE source | cap | EDYING | ERANGE slot | EEXIST slot in use | "    \
	  "ENOTSUP never copied | EPERM more rights | EINVAL badge or count | "                   \
	  "EPERM badge set already | EACCES not covered")\
	X(14, CAP_DELETE, cap_delete, 2, "process or SELF, slot", "process: manage", "0",         \
	  "cap | EDYING | ERANGE slot | ENOENT empty")                                            \
	X(15, CAP_REVOKE, cap_revoke, 1, "slot", "object: own", "0",                              \
	  "cap | EDYING | EOVERFLOW")                                                             \
	X(16, CAP_INFO, cap_info, 2, "process or SELF, slot", "process: manage",                  \
	  "type + 2^8 * rights + 2^16 if live", "cap | EDYING | ERANGE slot | ENOENT empty")      \
	X(17, MAP, map, 6, "process, va, frames, first, count, flags",                            \
	  "process: map; frames or device: read, write, execute as the flags ask",                \
	  "frames mapped; missing if ENOMEM; offending frame, page or level",                     \
	  "EINVAL flags, alignment or count | EFAULT not user space | cap | EDYING | ENOTSUP attribute | "  \
	  "EACCES not covered | EEXIST | ENOTABLE with NOTABLE | ENXIO | EKERNEL | EBUSY ZERO in use | "   \
	  "ENOTSUP ZERO outside the window | EOVERFLOW | ENOMEM")                                 \
	X(18, UNMAP, unmap, 3, "process, va, count", "process: map",                              \
	  "frames passed + 2^48 * dirty entries; missing if ENOMEM",                              \
	  "EINVAL alignment or count | EFAULT | cap | EDYING | EOVERFLOW | ENOMEM")               \
	X(19, PROTECT, protect, 5, "process, va, count, flags, frames or NONE",                   \
	  "process: map; frames or device: the rights added",                                     \
	  "frames passed + 2^32 * accessed + 2^48 * dirty entries; missing if ENOMEM",            \
	  "EINVAL flags, alignment or count | EFAULT | cap | EDYING | EPERM adds a right | "      \
	  "EACCES not covered | EOVERFLOW | ENOMEM")                                              \
	X(20, TABLE_ATTACH, table_attach, 5, "process, va, level, frame or ANY, frames or NONE",  \
	  "process: map (and manage, with frames); frames: give",                                 \
	  "frames missing, if ENOMEM; level missing, if ENOTABLE",                                \
	  "EINVAL level | EFAULT | cap | EDYING | ENOTABLE | EEXIST | "                           \
	  "with an exact frame as in create | ENOMEM")                                            \
	X(21, TABLE_DETACH, table_detach, 4, "process, va, level, flags", "process: map", "0",    \
	  "EINVAL level or flags | EFAULT | cap | EDYING | ENOENT no such table | EAGAIN with STEP")\
	X(22, RESOLVE, resolve, 2, "process, va", "process: none",                                \
	  "physical address; the rest in the UTCB; level if ENOENT",                              \
	  "EFAULT | cap | EDYING | ENOENT not mapped")                                            \
	X(23, SYNC_CODE, sync_code, 1, "process", "process: map", "0", "cap | EDYING")            \
	X(24, CACHE_OP, cache_op, 4, "frames, first, count, op", "frames: write (clean: read)",   \
	  "0", "EINVAL op or count not 1..16 | cap | EACCES not covered | ENXIO | EKERNEL | "               \
	  "ENOTSUP no Zicbom or outside the window")                                              \
	X(25, THREAD_INFO, thread_info, 1, "thread", "thread: control", "state", "cap | EDYING")  \
	X(26, THREAD_CONFIGURE, thread_configure, 6,                                              \
	  "thread, what, frames, UTCB frame, UTCB va, fault endpoint or NONE",                    \
	  "thread: control; frames: read, write; fault endpoint: send",                           \
	  "frames missing, if ENOMEM; the offending frame",                                       \
	  "EINVAL what, alignment, priority | EFAULT | cap | EDYING | EBUSY not stopped | "       \
	  "EPERM priority above the ceiling, or a "            \
	  "handler for the first thread of all | ENOTSUP outside the window | "                        \
	  "as map from EACCES on")                                            \
	X(27, THREAD_RESUME, thread_resume, 1, "thread", "thread: control", "0",                  \
	  "cap | EDYING | EINVAL no UTCB or no address space")                                    \
	X(28, THREAD_SUSPEND, thread_suspend, 1, "thread", "thread: control", "0",                \
	  "cap | EDYING")                                                                         \
	X(29, THREAD_EXIT, thread_exit, 1, "code", "", "does not return", "none")                 \
	X(30, SIGNAL, signal, 2, "thread, bits", "thread: signal", "0", "cap | EDYING")           \
	X(31, SAVE_REPLY, save_reply, 1, "slot", "", "0",                                         \
	  "EPEER nobody to answer | EDYING | ERANGE slot | EEXIST slot in use | EOVERFLOW")       \
	X(32, IRQ_BIND, irq_bind, 3, "irq, thread, bits", "irq: bind; thread: signal", "0",       \
	  "cap | EINVAL irq: not one source | EDYING | EBUSY a live thread is bound")             \
	X(33, IRQ_ACK, irq_ack, 1, "irq", "irq: bind", "0", "cap | EINVAL irq: not one source")

/*
 * Calls that carry a message: a1 the info word, a2 to a6 the first five words, both ways, and a7
 * the badge on return. "message" below stands for these registers. A capability that travels along
 * must be there, live and an ENDPOINT, THREAD or REPLY: else ERANGE, ENOENT, ESTALE or EBADF.
 */
#define TN_MESSAGE_CALLS(X)                                                                       \
	X(34, SEND, send, 7, "endpoint, message", "endpoint: send (grant)", "no message",         \
	  "EINVAL info | cap | the travelling slot's | EPEER | EAGAIN nobody waits")              \
	X(35, RECV, recv, 2, "endpoint or NONE, info", "endpoint: receive", "a message",          \
	  "cap | EPEER | EINTR | ETIMEDOUT")                                                                  \
	X(36, REPLY, reply, 7, "0, message", "", "no message",                                    \
	  "EINVAL info | the travelling slot's | EPEER nobody to answer")                         \
	X(37, REPLY_TO, reply_to, 7, "slot, message", "reply", "no message",                      \
	  "EINVAL info | cap | ESTALE | the travelling slot's")                                   \
	X(38, CALL, call, 7, "endpoint, message", "endpoint: send (grant)", "the answer",         \
	  "EINVAL info | cap | the travelling slot's | EPEER | EINTR")                            \
	X(39, REPLY_RECV, reply_recv, 7, "endpoint, message", "endpoint: receive", "a message",   \
	  "EINVAL info | cap | the travelling slot's | EPEER | EINTR | ETIMEDOUT")
/* clang-format on */
