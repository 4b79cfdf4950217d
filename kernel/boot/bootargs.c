/*
 * bootargs.c - "key=value" words, separated by blanks.
 *
 * State: none; all results are in the caller's struct boot_options.
 */
#include "bootargs.h"

#include <stdbool.h>

static bool is(struct text text, const char *constant)
{
	return text_is(text.bytes, text.length, constant);
}

/* What a suffix multiplies by, as a shift; 0: it is none. */
static uint32_t suffix_shift(char c)
{
	c |= 0x20; /* lower case */
	return c == 'k' ? 10 : c == 'm' ? 20 : c == 'g' ? 30 : 0;
}

/* A decimal number from 1 to `most`, with a suffix or without; nothing else in the text. */
static bool read_number(struct text text, uint64_t most, uint64_t *number)
{
	uint32_t shift = text.length == 0 ? 0 : suffix_shift(text.bytes[text.length - 1]);
	uint64_t sum = 0;

	for (uint32_t i = 0; i < text.length - (shift != 0); i++) {
		uint64_t digit = (uint64_t)(unsigned char)text.bytes[i] - '0';

		if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*number = sum << shift;
	return sum != 0 && sum <= most >> shift;
}

static bool read_name(struct text text, struct boot_options *o)
{
	if (text.length == 0 || text.length >= BOOTARGS_NAME)
		return false;
	text_copy(o->mm, BOOTARGS_NAME, text);
	o->mm_length = text.length;
	return true;
}

static bool read_paging(struct text text, uint32_t *levels)
{
	*levels = is(text, "sv39") ? 3 : is(text, "sv48") ? 4 : is(text, "sv57") ? 5 : 0;
	return *levels != 0;
}

static bool read_invariants(struct text text, uint64_t *every)
{
	*every = is(text, "syscall") ? 1 : BOOTARGS_CHECK_BOOT;
	return is(text, "syscall") || is(text, "boot") || read_number(text, UINT64_MAX, every);
}

/* NULL, or what is wrong with the value. */
static const char *read_value(struct text key, struct text value, struct boot_options *o)
{
	if (is(key, "mm") && !read_name(value, o))
		return "boot argument mm: not a name of 1 to 63 bytes";
	if (is(key, "paging") && !read_paging(value, &o->paging_levels))
		return "boot argument paging: not sv39, sv48 or sv57";
	if (is(key, "kernel_window") && !read_number(value, UINT64_MAX, &o->kernel_window))
		return "boot argument kernel_window: not a size";
	if (is(key, "invariants") && !read_invariants(value, &o->check_every))
		return "boot argument invariants: not boot, syscall or a number above 0";
	if (is(key, "tick") && !read_number(value, BOOTARGS_TICK_MAX, &o->tick))
		return "boot argument tick: not a number of microseconds from 1 to 1000000000";
	return NULL;
}

const char *bootargs_parse(struct text args, struct boot_options *options)
{
	const char *why = NULL;

	*options = (struct boot_options){.mm = "mm", .mm_length = 2};
	while (args.length > 0 && why == NULL) {
		struct text word = text_take(&args, ' ');
		struct text key = text_take(&word, '=');

		/* "mm" alone, without "=", is not a word of the kernel's. */
		if (word.bytes > key.bytes + key.length)
			why = read_value(key, word, options);
	}
	return why;
}
