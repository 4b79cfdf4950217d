/*
 * bootargs.c - the target `bootargs`: any bytes as boot arguments.
 */
#include "boot/bootargs.h"

#include <string.h>

#include "target.h"

/* What was read is what the words may say. */
static void options_check(const struct boot_options *o)
{
	CHECK(memchr(o->mm, '\0', sizeof(o->mm)) != NULL && o->mm[0] != '\0');
	CHECK(o->paging_levels == 0 || (o->paging_levels >= 3 && o->paging_levels <= 5));
	CHECK(o->tick <= BOOTARGS_TICK_MAX);
}

/* Each setting lies in the text, behind the one before. */
static void settings_check(struct text args)
{
	const char *end = args.bytes + args.length, *at = args.bytes;
	struct text key, value;

	while (text_take_setting(&args, &key, &value)) {
		CHECK(key.bytes >= at && value.bytes >= key.bytes + key.length);
		CHECK(value.bytes + value.length <= end);
		at = value.bytes + value.length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = target_copy(data, size, 0), copy[16];
	struct text args = {bytes, (uint32_t)size};
	struct boot_options options;

	if (bootargs_parse(args, &options) == NULL)
		options_check(&options);
	settings_check(args);
	text_copy(copy, sizeof(copy), args);
	CHECK(memchr(copy, '\0', sizeof(copy)) != NULL);
	target_forget(bytes, 0);
	return 0;
}
