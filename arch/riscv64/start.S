/*
 * start.S - from the firmware to C.
 *
 * The image begins with a header that Linux boot loaders know, so that U-Boot can start it. It
 * enters at any physical address (a multiple of 2 MiB) on any hart, with a0 = hart id and
 * a1 = device tree, translation off. The first page table is Sv39, which every hart has: two
 * entries for the image, where it is linked. The mode that stays is chosen in C.
 */
#include <port_impl/memory.h>
#include "tenure_config.h"

#include "offsets.h"

	.option	arch, +zicsr, +zifencei
	.section .head, "ax", @progbits
	.globl	_start
_start:
	j	start				/* code0 */
	.balign	8
	.dword	0x200000			/* load at a multiple of 2 MiB, 2 MiB into RAM */
	.dword	image_end - image_start		/* with bss */
	.dword	0				/* little-endian */
	.word	2				/* header version 0.2 */
	.zero	12
	.dword	0x5643534952			/* "RISCV" */
	.word	0x05435352			/* "RSC\5" */
	.word	0

start:
#if CONFIG_USER_COUNTERS
	rdinstret a2
#else
	li	a2, 0
#endif
	csrw	sie, zero
	lla	t3, image_start			/* physical: translation is off */

	lla	t0, bss_start
	lla	t1, image_end
1:	sd	zero, 0(t0)
	sd	zero, 8(t0)
	sd	zero, 16(t0)
	sd	zero, 24(t0)
	addi	t0, t0, 32
	bltu	t0, t1, 1b

	/* early_level1: a leaf of 2 MiB over the image, all rights until the final tables */
	lla	t0, early_level1
	srli	t1, t3, 2
	ori	t1, t1, 0xef			/* D A G X W R V */
	sd	t1, 0(t0)

	/* early_level2, the Sv39 root: entry 510 is -2 GiB */
	lla	t0, early_level1
	srli	t0, t0, 2
	ori	t0, t0, 1
	lla	t1, early_level2
	lla	t2, early_level2 + 510 * 8
	sd	t0, 0(t2)

	/* the fetch after the switch faults, since the physical address is not mapped, and the
	 * trap lands where the image is linked */
	li	t2, LAYOUT_IMAGE
	sub	t2, t2, t3
	lla	t0, 3f
	add	t0, t0, t2
	csrw	stvec, t0
	srli	t1, t1, 12
	li	t0, 8 << 60
	or	t1, t1, t0
	sfence.vma
	csrw	satp, t1
	.balign	4
3:
	lla	t0, trap_entry
	csrw	stvec, t0
	lla	sp, kernel_hart
	lla	t0, boot_registers		/* a trap before there is a thread finds room here */
	csrw	sscratch, t0
	mv	tp, zero
	mv	a3, sp
	call	boot
	fence.i					/* the first program was stored as data */
	/* a0: the first thread */
	tail	port_boot_end

	.section .bss
	.balign	4096
	.globl	early_level1, early_level2
early_level1:	.space 4096
early_level2:	.space 4096
	.globl	kernel_stack, kernel_hart
boot_registers:	.space THREAD_X(32)
kernel_stack:	.space KERNEL_STACK_BYTES
kernel_hart:	.space HART_BYTES
