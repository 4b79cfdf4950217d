/*
 * begin.S - the entry of `begin`: keeps what each register held below the top of the stack, where
 * begin.c looks, and goes on as any program does.
 */
	.section .text.begin_entry, "ax"
	.globl	begin_entry
	.type	begin_entry, @function
begin_entry:
	addi	sp, sp, -256
	.irp	n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	sd	x\n, 8 * \n(sp)
	.endr
	addi	t0, sp, 256
	sd	t0, 16(sp)		/* x2 as it was */
	j	_start
	.size	begin_entry, . - begin_entry
	.section .note.GNU-stack, "", @progbits
