/*
 * probe.S - see probe.h.
 *
 * s0 points at the frame on the stack while the other registers hold the test's values:
 *   0 out   8 until   16 ra   24 gp   32 tp   40 s0 ... 128 s11   136 sp
 */
	.option arch, +zicsr

	.macro SAVE
	addi	sp, sp, -160
	sd	ra, 16(sp)
	sd	gp, 24(sp)
	sd	tp, 32(sp)
	sd	s0, 40(sp)
	sd	s1, 48(sp)
	sd	s2, 56(sp)
	sd	s3, 64(sp)
	sd	s4, 72(sp)
	sd	s5, 80(sp)
	sd	s6, 88(sp)
	sd	s7, 96(sp)
	sd	s8, 104(sp)
	sd	s9, 112(sp)
	sd	s10, 120(sp)
	sd	s11, 128(sp)
	sd	sp, 136(sp)
	sd	a1, 0(sp)
	sd	a2, 8(sp)
	mv	s0, sp
	.endm

	/* all but s0 (x8) and a0 (x10), which is the base and comes last */
	.macro LOAD
	ld	x1, 8(a0)
	ld	x2, 16(a0)
	ld	x3, 24(a0)
	ld	x4, 32(a0)
	ld	x5, 40(a0)
	ld	x6, 48(a0)
	ld	x7, 56(a0)
	ld	x9, 72(a0)
	ld	x11, 88(a0)
	ld	x12, 96(a0)
	ld	x13, 104(a0)
	ld	x14, 112(a0)
	ld	x15, 120(a0)
	ld	x16, 128(a0)
	ld	x17, 136(a0)
	ld	x18, 144(a0)
	ld	x19, 152(a0)
	ld	x20, 160(a0)
	ld	x21, 168(a0)
	ld	x22, 176(a0)
	ld	x23, 184(a0)
	ld	x24, 192(a0)
	ld	x25, 200(a0)
	ld	x26, 208(a0)
	ld	x27, 216(a0)
	ld	x28, 224(a0)
	ld	x29, 232(a0)
	ld	x30, 240(a0)
	ld	x31, 248(a0)
	ld	x10, 80(a0)
	.endm

	/* s1 (x9) waits in the frame's word for `until` while it is the base */
	.macro STORE
	sd	s1, 8(s0)
	ld	s1, 0(s0)
	sd	x1, 8(s1)
	sd	x2, 16(s1)
	sd	x3, 24(s1)
	sd	x4, 32(s1)
	sd	x5, 40(s1)
	sd	x6, 48(s1)
	sd	x7, 56(s1)
	sd	x8, 64(s1)
	sd	x10, 80(s1)
	ld	x10, 8(s0)
	sd	x10, 72(s1)
	sd	x11, 88(s1)
	sd	x12, 96(s1)
	sd	x13, 104(s1)
	sd	x14, 112(s1)
	sd	x15, 120(s1)
	sd	x16, 128(s1)
	sd	x17, 136(s1)
	sd	x18, 144(s1)
	sd	x19, 152(s1)
	sd	x20, 160(s1)
	sd	x21, 168(s1)
	sd	x22, 176(s1)
	sd	x23, 184(s1)
	sd	x24, 192(s1)
	sd	x25, 200(s1)
	sd	x26, 208(s1)
	sd	x27, 216(s1)
	sd	x28, 224(s1)
	sd	x29, 232(s1)
	sd	x30, 240(s1)
	sd	x31, 248(s1)
	.endm

	.macro RESTORE
	ld	sp, 136(s0)
	ld	ra, 16(sp)
	ld	gp, 24(sp)
	ld	tp, 32(sp)
	ld	s0, 40(sp)
	ld	s1, 48(sp)
	ld	s2, 56(sp)
	ld	s3, 64(sp)
	ld	s4, 72(sp)
	ld	s5, 80(sp)
	ld	s6, 88(sp)
	ld	s7, 96(sp)
	ld	s8, 104(sp)
	ld	s9, 112(sp)
	ld	s10, 120(sp)
	ld	s11, 128(sp)
	addi	sp, sp, 160
	ret
	.endm

	.text
	.globl	probe_call
	.type	probe_call, @function
probe_call:
	SAVE
	LOAD
	ecall
	STORE
	RESTORE
	.size	probe_call, . - probe_call

	.globl	probe_spin
	.type	probe_spin, @function
probe_spin:
	SAVE
	LOAD
	ld	t1, 8(s0)
1:	rdtime	t0
	bltu	t0, t1, 1b
	STORE
	RESTORE
	.size	probe_spin, . - probe_spin
	.section .note.GNU-stack, "", @progbits
