/*
 * offsets.h - where the trap entry finds fields of C structures; machine.c asserts each.
 */
#pragma once

#define THREAD_X(i) (8 * (i)) /* registers[i]; [0] is the pc */
#define THREAD_PC THREAD_X(0)
#define THREAD_HART 256
#define THREAD_WHOLE 264
/* What a handler answers, negated, that wants another exit: port_restart, port_switch and
 * port_switch_to_others. */
#define CALL_RESTART 4095
#define CALL_SWITCH 4094
#define CALL_YIELD 4093
#define CALL_ENOSYS 38
#define CALL_COUNT 40
#define CALL_CALL 38      /* and the next: reply_recv */
#define SSTATUS_SPP 0x100 /* the trap came from supervisor mode */
#define HART_CALLS 0
#define HART_BYTES 1104 /* multiple of 16, at the top of the kernel stack */
#define KERNEL_STACK_BYTES 8192
