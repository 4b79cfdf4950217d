/*
 * step.S - see world.h: what an actor does, one deed a run.
 *
 * tp is the actor's block: 0 the address of the counter of tickets, 8 where s11 is kept, 64 the
 * registers to begin with, x_i at 64 + 8 i. The conductor lets the actor go on at one of the first
 * labels. Each deed ends at step_stop, a breakpoint: all registers can be read then. Before, the
 * actor draws a ticket into s11; s10 is 1.
 */
	.text
	.globl	step_call, step_float, step_load, step_store, step_fetch, step_illegal
	.globl	step_landed, step_stop
	.option	norelax

	.macro	LOAD
	.irp	i, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24
	ld	x\i, 64 + 8 * \i(tp)
	.endr
	.irp	i, 25, 26, 27, 28, 29, 30, 31
	ld	x\i, 64 + 8 * \i(tp)
	.endr
	.endm

step_call:
	LOAD
	ecall
	j	step_landed

	/* with floating-point registers of its own, which it has again afterwards */
step_float:
	LOAD
	.option push
	.option arch, +d
	fmv.d.x	f1, s2
	fmv.d.x	f31, s3
	ecall
	fmv.x.d	s4, f1
	fmv.x.d	s5, f31
	.option pop
	j	step_landed

step_load:
	LOAD
	ld	a0, 0(a1)
	j	step_landed

step_store:
	LOAD
	sd	a0, 0(a1)
	j	step_landed

step_fetch:
	LOAD
	jr	a1

step_illegal:
	LOAD
	.word	0xffffffff

step_landed:
	sd	s11, 8(tp)
	ld	s11, 0(tp)
	amoadd.d s11, s10, (s11)
step_stop:
	ebreak
	.section .note.GNU-stack, "", @progbits
