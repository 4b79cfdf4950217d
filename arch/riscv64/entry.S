/*
 * entry.S - into the kernel and back (privileged spec, "Supervisor Trap Vector Base Address
 * Register" and "SRET").
 *
 * In user mode sscratch holds the current thread; in the kernel tp does, and sscratch the user's
 * tp. The thread leads to the hart, below which the kernel stack lies: one for the hart, empty at
 * each entry. An entry costs what it uses: a system call saves sp and ra alone, because C keeps
 * the rest or may destroy it; interrupts and faults save all.
 *
 * No trap comes from the kernel itself, whose interrupts are off: if one does, that is a bug. The
 * swap then leaves the user's tp in tp, which the entry tells by its sign before it stores
 * anything (or, of a tp that pretends to be the kernel's, by SPP, after).
 */
#include "offsets.h"

	.option	arch, +zicsr

	.macro	CLEAR registers:vararg
	.irp	r, \registers
	li	\r, 0
	.endr
	.endm

	/* by number: registers[i] of the thread is x_i */
	.macro	SAVE numbers:vararg
	.irp	i, \numbers
	sd	x\i, THREAD_X(\i)(tp)
	.endr
	.endm

	.macro	LOAD_FROM thread, numbers:vararg
	.irp	i, \numbers
	ld	x\i, THREAD_X(\i)(\thread)
	.endr
	.endm

	.macro	LOAD numbers:vararg
	LOAD_FROM tp, \numbers
	.endm

	/* what a call that switches must keep besides ra and sp; it goes on behind the ecall */
	.macro	SAVE_CALLER
	SAVE	3, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
	csrr	t0, sscratch
	sd	t0, THREAD_X(4)(tp)
	csrr	t0, sepc
	addi	t0, t0, 4
	sd	t0, THREAD_PC(tp)
	.endm

	.section .text.hot.entry, "ax", @progbits
	.balign	64
	.globl	trap_entry
trap_entry:
	csrrw	tp, sscratch, tp
	bgez	tp, trap_nested
	sd	sp, THREAD_X(2)(tp)
	csrr	sp, scause
	addi	sp, sp, -8			/* environment call from user mode */
	bnez	sp, trap_other
	ld	sp, THREAD_HART(tp)
	sd	ra, THREAD_X(1)(tp)
	bltz	a7, call_short
call_full:
	li	t0, CALL_COUNT
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
	CLEAR	a2, a3, a4, a5, a6, a7, t0, t1, t2, t3, t4, t5, t6
	sret

	/* the short ways of call (-1) and reply_recv (-2) */
call_short:
	addi	t0, a7, 2
	beqz	t0, short_reply_recv
	bgtz	t0, short_call

call_unknown:
	li	a0, -CALL_ENOSYS
	li	a1, 0
	j	call_exit

	.globl	short_refused
short_refused:
	li	t0, CALL_CALL - 1
	sub	a7, t0, a7
	j	call_full

	/* Of the current thread only what C keeps is saved, of the next one only that is loaded:
	 * what else it has is the message, in a1 to a7, or was given up by its call. */
	.globl	short_switch, short_switch_whole, short_enter
short_switch_whole:
	SAVE_CALLER
	j	thread_enter
short_switch:
	SAVE_CALLER
short_enter:
	ld	t0, THREAD_PC(a0)
	csrw	sepc, t0
	csrw	sscratch, a0
	LOAD_FROM a0, 1, 2, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
	CLEAR	a0, t0, t1, t2, t3, t4, t5, t6
	sret

	/* Other exits than with an answer. Callee-saved registers are the user's again, now that C
	 * has returned: the thread keeps them. */
call_failed:
	li	t0, -CALL_RESTART
	beq	a0, t0, call_restart
	li	t0, -CALL_YIELD
	bltu	t0, a0, call_answered
	SAVE_CALLER
	li	t0, -CALL_YIELD
	beq	a0, t0, call_yields
	call	sched_run
thread_leave:
	ld	t0, THREAD_WHOLE(tp)
	bnez	t0, thread_enter_whole
	ld	t0, THREAD_PC(tp)
	csrw	sepc, t0
	csrw	sscratch, tp
	LOAD	1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
	LOAD	18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 4
	CLEAR	t0, t1, t2, t3, t4, t5, t6
	sret

call_yields:
	call	sched_give_way
	j	thread_leave

	/* A call that is to begin again once the waiting interrupt has been taken: the pc stays at
	 * the ecall and port_restart has kept the arguments. Every other failure is an answer. */
call_restart:
	LOAD	10, 11, 12, 13, 17, 1, 2
	csrrw	tp, sscratch, tp
	CLEAR	a4, a5, a6, t0, t1, t2, t3, t4, t5, t6
	sret

	/* an interrupt or a fault: sp holds scause - 8 */
	.text
trap_other:
	addi	sp, sp, 8
	SAVE	1, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
	SAVE	18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	csrr	t0, sscratch
	sd	t0, THREAD_X(4)(tp)
	csrr	a4, sepc
	sd	a4, THREAD_PC(tp)
	mv	a0, sp
	csrr	a3, stval
	csrr	t0, sstatus
	andi	t0, t0, SSTATUS_SPP		/* the kernel itself trapped */
	bnez	t0, trap_kernel
	ld	sp, THREAD_HART(tp)
	li	t0, 1
	sd	t0, THREAD_WHOLE(tp)
	addi	a2, a0, -12			/* page faults: 12, 13, 15 */
	li	t0, 3
	bgtu	a2, t0, trap_full
	srli	t0, a2, 1
	sub	a2, a2, t0			/* enum tn_fault: 0, 1, 2 */
	CLEAR	a5, a6
	j	short_fault

	.globl	short_fault_refused
short_fault_refused:
	csrr	a0, scause
trap_full:
	mv	a1, a3
	call	trap_dispatch
	j	thread_leave

	/* thread_enter(thread): all registers from the thread, into user mode */
	.globl	thread_enter
thread_enter:
	mv	tp, a0
thread_enter_whole:
	sd	zero, THREAD_WHOLE(tp)
	ld	t0, THREAD_PC(tp)
	csrw	sepc, t0
	csrw	sscratch, tp
	LOAD	1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
	LOAD	18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	LOAD	4
	sret

trap_nested:
	csrrw	tp, sscratch, tp
	csrr	a0, scause

	/* a0: scause; on the emergency stack, which nothing else uses */
trap_kernel:
	csrr	a1, stval
	csrr	a2, sepc
	lla	sp, emergency_stack_top
	tail	trap_panic

	.section .bss
	.balign	16
	.space	1024
emergency_stack_top:
