/*
 * bootargs.c - the kernel's words among the boot arguments.
 *
 * State: none; all results are in the caller's struct boot_options.
 */
#include "bootargs.h"

static bool is(struct text text, const char *constant)
{
	return text_is(text.bytes, text.length, constant);
}

static bool read_name(struct text text, struct boot_options *o)
{
	text_copy(o->mm, BOOTARGS_NAME, text);
	return text.length > 0 && text.length < BOOTARGS_NAME;
}

static bool read_paging(struct text text, uint32_t *levels)
{
	*levels = is(text, "sv39") ? 3 : is(text, "sv48") ? 4 : is(text, "sv57") ? 5 : 0;
	return *levels != 0;
}

static bool read_invariants(struct text text, uint64_t *every)
{
	*every = is(text, "syscall") ? 1 : BOOTARGS_CHECK_BOOT;
	return is(text, "syscall") || is(text, "boot") || text_number(text, 1, UINT64_MAX, every);
}

/* NULL, or what is wrong with the value. */
static const char *read_value(struct text key, struct text value, struct boot_options *o)
{
	if (is(key, "mm") && !read_name(value, o))
		return "boot argument mm: not a name of 1 to 63 bytes";
	if (is(key, "paging") && !read_paging(value, &o->paging_levels))
		return "boot argument paging: not sv39, sv48 or sv57";
	if (is(key, "kernel_window") && !text_number(value, 1, UINT64_MAX, &o->kernel_window))
		return "boot argument kernel_window: not a size";
	if (is(key, "invariants") && !read_invariants(value, &o->check_every))
		return "boot argument invariants: not boot, syscall or a number above 0";
	if (is(key, "tick") && !text_number(value, 1, BOOTARGS_TICK_MAX, &o->tick))
		return "boot argument tick: not a number of microseconds from 1 to 1000000000";
	return NULL;
}

const char *bootargs_parse(struct text args, struct boot_options *options)
{
	const char *why = NULL;
	struct text key, value;

	*options = (struct boot_options){.mm = "mm"};
	while (why == NULL && text_take_setting(&args, &key, &value))
		why = read_value(key, value, options);
	return why;
}
