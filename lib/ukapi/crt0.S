/*
 * crt0.S - the first instructions of a user program.
 *
 * The kernel enters with a0 = boot information, a1 = UTCB, sp = top of the stack, everything
 * else zero, and .bss cleared. No gp: user.ld defines no global pointer, so the linker relaxes
 * nothing to it. tp: one static block, because errno is thread-local in the C library.
 *
 * Assembled with TN_COUNT, the very first instruction reads the count of retired instructions.
 * That is a file of its own in the build, as the instruction traps unless the kernel lets user
 * space read the counters.
 */
	.section .text.start, "ax"
	.globl	_start
	.type	_start, @function
_start:
#ifdef TN_COUNT
	.option push
	.option arch, +zicsr
	rdinstret s0
	.option pop
	la	t0, tn_first_instret
	sd	s0, 0(t0)
	li	s0, 0			/* the frame pointer of the outermost frame */
#endif
	la	tp, __tls_base
	call	tn_start
	unimp				/* tn_start does not return */
	.size	_start, . - _start

#ifdef TN_COUNT
	.section .bss.tn_first_instret, "aw", @nobits
	.globl	tn_first_instret
	.balign	8
tn_first_instret:
	.zero	8
	.size	tn_first_instret, 8
	.type	tn_first_instret, @object
#endif
	.section .note.GNU-stack, "", @progbits
