/*
 * bootargs.c - "key=value" words, separated by blanks.
 *
 * State: none; all results are in the caller's struct boot_options.
 */
#include "bootargs.h"

#include <stdbool.h>
#include <tenure/abi.h>

/* A part of the arguments. */
struct word {
	const char *bytes;
	size_t length;
};

static bool word_is(const struct word *w, const char *constant, size_t length)
{
	if (w->length != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (w->bytes[i] != constant[i])
			return false;
	return true;
}
#define WORD_IS(word, literal) word_is(word, literal, sizeof(literal) - 1)

/* Does the word begin with `key` (with its "=")? Then `*value` is what follows. */
static bool key_is(const struct word *w, const char *key, size_t length, struct word *value)
{
	struct word start = {w->bytes, length};

	if (w->length < length || !word_is(&start, key, length))
		return false;
	*value = (struct word){w->bytes + length, w->length - length};
	return true;
}
#define KEY_IS(word, literal, value) key_is(word, literal, sizeof(literal) - 1, value)

/* A decimal number of at least one digit that fits; nothing else in the word. */
static bool read_number(const struct word *w, uint64_t *number)
{
	uint64_t sum = 0;

	if (w->length == 0)
		return false;
	for (size_t i = 0; i < w->length; i++) {
		uint64_t digit = (uint64_t)(unsigned char)w->bytes[i] - '0';

		if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*number = sum;
	return true;
}

static uint32_t suffix_shift(char c)
{
	switch (c) {
	case 'k':
	case 'K':
		return 10;
	case 'm':
	case 'M':
		return 20;
	case 'g':
	case 'G':
		return 30;
	default:
		return 0;
	}
}

/* A number of bytes, with a suffix or without; 0 is no size. */
static bool read_size(struct word w, uint64_t *size)
{
	uint32_t shift = w.length == 0 ? 0 : suffix_shift(w.bytes[w.length - 1]);
	uint64_t number;

	if (shift != 0)
		w.length--;
	if (!read_number(&w, &number) || number == 0 || number > UINT64_MAX >> shift)
		return false;
	*size = number << shift;
	return true;
}

static bool read_name(const struct word *w, struct boot_options *o)
{
	if (w->length == 0 || w->length >= BOOTARGS_NAME)
		return false;
	for (size_t i = 0; i < w->length; i++)
		o->mm[i] = w->bytes[i];
	o->mm[w->length] = '\0';
	o->mm_length = w->length;
	return true;
}

static bool read_paging(const struct word *w, uint32_t *levels)
{
	*levels = WORD_IS(w, "sv39") ? 3 : WORD_IS(w, "sv48") ? 4 : WORD_IS(w, "sv57") ? 5 : 0;
	return *levels != 0;
}

static bool read_invariants(const struct word *w, uint64_t *every)
{
	if (WORD_IS(w, "boot"))
		*every = BOOTARGS_CHECK_BOOT;
	else if (WORD_IS(w, "syscall"))
		*every = 1;
	else
		return read_number(w, every) && *every != 0;
	return true;
}

static bool read_tick(const struct word *w, uint64_t *tick)
{
	return read_number(w, tick) && *tick != 0 && *tick <= BOOTARGS_TICK_MAX;
}

/* NULL, or what is wrong with the word. */
static const char *read_word(const struct word *w, struct boot_options *o)
{
	struct word value;

	if (KEY_IS(w, "mm=", &value) && !read_name(&value, o))
		return "boot argument mm: not a name of 1 to 63 bytes";
	if (KEY_IS(w, "paging=", &value) && !read_paging(&value, &o->paging_levels))
		return "boot argument paging: not sv39, sv48 or sv57";
	if (KEY_IS(w, "kernel_window=", &value) && !read_size(value, &o->kernel_window))
		return "boot argument kernel_window: not a size";
	if (KEY_IS(w, "invariants=", &value) && !read_invariants(&value, &o->check_every))
		return "boot argument invariants: not boot, syscall or a number above 0";
	if (KEY_IS(w, "tick=", &value) && !read_tick(&value, &o->tick))
		return "boot argument tick: not a number of microseconds from 1 to 1000000000";
	return NULL;
}

static bool is_blank(char c)
{
	return (unsigned char)c <= ' ';
}

int bootargs_parse(const char *args, size_t length, struct boot_options *options,
		   const char **why)
{
	size_t end = 0;

	*options = (struct boot_options){.mm = "mm", .mm_length = 2};
	while (end < length) {
		size_t start = end;
		struct word w;
		const char *reason;

		while (end < length && !is_blank(args[end]))
			end++;
		w = (struct word){args + start, end - start};
		end++; /* the blank */
		reason = read_word(&w, options);
		if (reason != NULL) {
			*why = reason;
			return -TN_EINVAL;
		}
	}
	return 0;
}
