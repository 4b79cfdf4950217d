/*
 * entry.S - into the kernel and back (privileged spec, "Supervisor Trap Vector Base Address
 * Register" and "SRET").
 *
 * In user mode sscratch holds the current thread; in the kernel tp does, and sscratch the user's
 * tp. The thread leads to the hart, below which the kernel stack lies: one for the hart, empty at
 * each entry. An entry costs what it uses: a system call saves sp and ra alone, because C keeps
 * the rest or may destroy it; interrupts and faults save all.
 *
 * No trap comes from the kernel itself, whose interrupts are off: if one does, that is a bug. Its
 * first store may go wrong, since tp is then the user's; the trap of that store swaps them back
 * and finds the bug.
 */
#include "offsets.h"

	.option	arch, +zicsr

	.macro	CLEAR_TEMPORARIES
	li	t0, 0
	li	t1, 0
	li	t2, 0
	li	t3, 0
	li	t4, 0
	li	t5, 0
	li	t6, 0
	.endm

	.section .text.hot.entry, "ax", @progbits
	.balign	64
	.globl	trap_entry
trap_entry:
	csrrw	tp, sscratch, tp
	sd	sp, THREAD_X(2)(tp)
	csrr	sp, scause
	addi	sp, sp, -8			/* environment call from user mode */
	bnez	sp, trap_other
	ld	sp, THREAD_HART(tp)
	sd	ra, THREAD_X(1)(tp)
	lla	t0, call_limit
	lwu	t0, 0(t0)
	bgeu	a7, t0, call_unknown
	ld	t1, HART_CALLS(sp)
	slli	t0, a7, 3
	add	t0, t0, t1
	ld	t0, 0(t0)
	jalr	t0

	/* a0, a1: the answer. Every other register that C may have used is the thread's own again
	 * or zero. */
call_exit:
	bltz	a0, call_failed
call_answered:
	csrr	t0, sepc
	addi	t0, t0, 4
	csrw	sepc, t0
	ld	ra, THREAD_X(1)(tp)
	ld	sp, THREAD_X(2)(tp)
	csrrw	tp, sscratch, tp
	li	a2, 0
	li	a3, 0
	li	a4, 0
	li	a5, 0
	li	a6, 0
	li	a7, 0
	CLEAR_TEMPORARIES
	sret

call_unknown:
	li	a0, -38				/* ENOSYS */
	li	a1, 0
	j	call_exit

	/* A call that is to begin again once the waiting interrupt has been taken: the pc stays at
	 * the ecall and port_restart has kept the arguments. Every other failure is an answer. */
call_failed:
	li	t0, -CALL_RESTART
	bne	a0, t0, call_answered
	ld	a0, THREAD_X(10)(tp)
	ld	a1, THREAD_X(11)(tp)
	ld	a2, THREAD_X(12)(tp)
	ld	a3, THREAD_X(13)(tp)
	ld	a7, THREAD_X(17)(tp)
	li	a4, 0
	li	a5, 0
	li	a6, 0
	ld	ra, THREAD_X(1)(tp)
	ld	sp, THREAD_X(2)(tp)
	csrrw	tp, sscratch, tp
	CLEAR_TEMPORARIES
	sret

	/* an interrupt or a fault: sp holds scause - 8 */
	.text
trap_other:
	addi	sp, sp, 8
	sd	ra, THREAD_X(1)(tp)
	sd	gp, THREAD_X(3)(tp)
	sd	t0, THREAD_X(5)(tp)
	csrr	t0, sscratch
	sd	t0, THREAD_X(4)(tp)
	csrr	t0, sepc
	sd	t0, THREAD_PC(tp)
	sd	t1, THREAD_X(6)(tp)
	sd	t2, THREAD_X(7)(tp)
	sd	s0, THREAD_X(8)(tp)
	sd	s1, THREAD_X(9)(tp)
	sd	a0, THREAD_X(10)(tp)
	sd	a1, THREAD_X(11)(tp)
	sd	a2, THREAD_X(12)(tp)
	sd	a3, THREAD_X(13)(tp)
	sd	a4, THREAD_X(14)(tp)
	sd	a5, THREAD_X(15)(tp)
	sd	a6, THREAD_X(16)(tp)
	sd	a7, THREAD_X(17)(tp)
	sd	s2, THREAD_X(18)(tp)
	sd	s3, THREAD_X(19)(tp)
	sd	s4, THREAD_X(20)(tp)
	sd	s5, THREAD_X(21)(tp)
	sd	s6, THREAD_X(22)(tp)
	sd	s7, THREAD_X(23)(tp)
	sd	s8, THREAD_X(24)(tp)
	sd	s9, THREAD_X(25)(tp)
	sd	s10, THREAD_X(26)(tp)
	sd	s11, THREAD_X(27)(tp)
	sd	t3, THREAD_X(28)(tp)
	sd	t4, THREAD_X(29)(tp)
	sd	t5, THREAD_X(30)(tp)
	sd	t6, THREAD_X(31)(tp)
	mv	a0, sp
	csrr	a1, stval
	csrr	t0, sstatus
	andi	t0, t0, 0x100			/* SPP: the kernel itself trapped */
	bnez	t0, trap_kernel
	ld	sp, THREAD_HART(tp)
	call	trap_dispatch
	mv	a0, tp

	/* thread_enter(thread): all registers from the thread, into user mode */
	.globl	thread_enter
thread_enter:
	mv	tp, a0
	ld	t0, THREAD_PC(tp)
	csrw	sepc, t0
	csrw	sscratch, tp
	ld	ra, THREAD_X(1)(tp)
	ld	sp, THREAD_X(2)(tp)
	ld	gp, THREAD_X(3)(tp)
	ld	t0, THREAD_X(5)(tp)
	ld	t1, THREAD_X(6)(tp)
	ld	t2, THREAD_X(7)(tp)
	ld	s0, THREAD_X(8)(tp)
	ld	s1, THREAD_X(9)(tp)
	ld	a0, THREAD_X(10)(tp)
	ld	a1, THREAD_X(11)(tp)
	ld	a2, THREAD_X(12)(tp)
	ld	a3, THREAD_X(13)(tp)
	ld	a4, THREAD_X(14)(tp)
	ld	a5, THREAD_X(15)(tp)
	ld	a6, THREAD_X(16)(tp)
	ld	a7, THREAD_X(17)(tp)
	ld	s2, THREAD_X(18)(tp)
	ld	s3, THREAD_X(19)(tp)
	ld	s4, THREAD_X(20)(tp)
	ld	s5, THREAD_X(21)(tp)
	ld	s6, THREAD_X(22)(tp)
	ld	s7, THREAD_X(23)(tp)
	ld	s8, THREAD_X(24)(tp)
	ld	s9, THREAD_X(25)(tp)
	ld	s10, THREAD_X(26)(tp)
	ld	s11, THREAD_X(27)(tp)
	ld	t3, THREAD_X(28)(tp)
	ld	t4, THREAD_X(29)(tp)
	ld	t5, THREAD_X(30)(tp)
	ld	t6, THREAD_X(31)(tp)
	ld	tp, THREAD_X(4)(tp)
	sret

	/* a0: scause, a1: stval; on the emergency stack, which nothing else uses */
trap_kernel:
	csrr	a2, sepc
	lla	sp, emergency_stack_top
	tail	trap_panic

	.section .bss
	.balign	16
	.space	1024
emergency_stack_top:
