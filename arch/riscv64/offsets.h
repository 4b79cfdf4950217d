/*
 * offsets.h - where the trap entry finds fields of C structures; machine.c asserts each.
 */
#ifndef ARCH_OFFSETS_H
#define ARCH_OFFSETS_H

#define THREAD_X(i) (8 * (i)) /* registers[i]; [0] is the pc */
#define THREAD_PC THREAD_X(0)
#define THREAD_HART 256
#define CALL_RESTART 4095 /* what port_restart makes a handler answer, negated */
#define HART_CALLS 0
#define HART_BYTES 64 /* multiple of 16, at the top of the kernel stack */
#define KERNEL_STACK_BYTES 8192

#endif
