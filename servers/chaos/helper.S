/*
 * helper.S - what other threads run: a script, made of random deeds (helpers.h).
 *
 * s1 is the script, s0 the deed that comes next: what it is, and the registers a0 to a7 before it.
 * s2 is where the thread has its UTCB. One page of its own, mapped to read and execute in each process that has such threads.
 */
#define THREAD_EXIT 29
#define DEED_BYTES 72

	.section .text.helper, "ax"
	.balign	4096
	.globl	helper_code
helper_code:
	mv	s0, s1
next:
	ld	t0, 0(s0)
	ld	a0, 8(s0)
	ld	a1, 16(s0)
	ld	a2, 24(s0)
	ld	a3, 32(s0)
	ld	a4, 40(s0)
	ld	a5, 48(s0)
	ld	a6, 56(s0)
	ld	a7, 64(s0)
	addi	s0, s0, DEED_BYTES
	beqz	t0, helper_end
	addi	t0, t0, -1
	beqz	t0, call
	addi	t0, t0, -1
	beqz	t0, store
	addi	t0, t0, -1
	beqz	t0, load
	addi	t0, t0, -1
	beqz	t0, spin
	addi	t0, t0, -1
	beqz	t0, float
	addi	t0, t0, -1
	beqz	t0, jump
	addi	t0, t0, -1
	beqz	t0, wait
	.word	0			/* an illegal instruction */
	j	next
call:
	ecall
	j	next
store:
	sd	a1, 0(a0)
	j	next
load:
	ld	a1, 0(a0)
	j	next
spin:
	addi	a0, a0, -1
	bnez	a0, spin
	j	next
float:
	.word	0xf2050553		/* fmv.d.x fa0, a0 */
	j	next
jump:
	jr	a0
wait:					/* how the next receive will wait */
	.option push
	.option arch, +zicsr
	rdtime	t1
	.option pop
	add	t1, t1, a0
	sd	a2, 0(s2)		/* receive_slot */
	sd	a1, 8(s2)		/* signal_mask */
	sd	t1, 16(s2)		/* deadline */
	j	next

	.globl	helper_end
helper_end:
	li	a7, THREAD_EXIT
	ecall
	j	helper_end
	.balign	4096
	.section .note.GNU-stack, "", @progbits
