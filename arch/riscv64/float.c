/*
 * float.c - see float.h. A thread's floating-point registers stand in the unit while it is the
 * hart's `float_owner`, else behind its structure. The unit is off again after each switch: whoever
 * comes back as its owner finds its registers there at the price of one trap.
 */
#include "float.h"

#include <port/machine.h>

#include "hart.h"
#include "words.h"

#define FLOAT_BYTES (5 * 64u) /* f0 to f31, fcsr, in lines of 64 */

bool float_exists;

/* The registers' place. */
static uint64_t *float_area(struct thread *t)
{
	return (uint64_t *)(t + 1);
}

/* clang-format off */
#define FLOAT_EACH(X)                                                                             \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)     \
	X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29)       \
	X(30) X(31)
#define FLOAT_STORE(i) "fsd f" #i ", 8*" #i "(%0)\n"
#define FLOAT_LOAD(i) "fld f" #i ", 8*" #i "(%0)\n"

static void float_save(uint64_t *area)
{
	__asm__ volatile(".option push\n.option arch, +d\n" FLOAT_EACH(FLOAT_STORE)
			 "frcsr t0\nsd t0, 256(%0)\n.option pop" ::"r"(area) : "t0", "memory");
}

static void float_load(const uint64_t *area)
{
	__asm__ volatile(".option push\n.option arch, +d\n" FLOAT_EACH(FLOAT_LOAD)
			 "ld t0, 256(%0)\nfscsr t0\n.option pop" ::"r"(area) : "t0", "memory");
}

/* clang-format on */

bool float_lend(void)
{
	struct hart *h = current->hart;

	if (!float_exists || (csr_read(sstatus) & SSTATUS_FS) != 0)
		return false;
	csr_set(sstatus, SSTATUS_FS);
	if (!current->floats)
		zero_lines(float_area(current), FLOAT_BYTES);
	current->floats = 1;
	if (h->float_owner != NULL && h->float_owner != current)
		float_save(float_area(h->float_owner));
	if (h->float_owner != current)
		float_load(float_area(current));
	h->float_owner = current;
	h->direct_generation = NO_GENERATION;
	return true;
}

size_t port_float_forget(struct thread *t)
{
	if (current->hart->float_owner == t)
		current->hart->float_owner = NULL;
	return t->floats ? FLOAT_BYTES : 0;
}
