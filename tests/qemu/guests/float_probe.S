/*
 * float_probe.S - see float_probe.h.
 */
	.option arch, +zicsr, +d

	.macro	EACH instruction
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22
	\instruction	f\i, 8 * \i(a0)
	.endr
	.irp	i, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\instruction	f\i, 8 * \i(a0)
	.endr
	.endm

	.text
	.globl	float_probe_load, float_probe_store
float_probe_load:
	EACH	fld
	ld	t0, 256(a0)
	fscsr	t0
	ret

float_probe_store:
	EACH	fsd
	frcsr	t0
	sd	t0, 256(a0)
	ret
	.section .note.GNU-stack, "", @progbits
