/*
 * text.c - see text.h.
 */
#include "text.h"

struct text text_take(struct text *list, char separator)
{
	const char *end = list->bytes + list->length, *at = list->bytes;
	struct text word;

	while (at < end && *at != separator && (unsigned char)*at > ' ')
		at++;
	word = (struct text){list->bytes, (uint32_t)(at - list->bytes)};
	at += at < end;
	*list = (struct text){at, (uint32_t)(end - at)};
	return word;
}

bool text_take_setting(struct text *list, struct text *key, struct text *value)
{
	while (list->length > 0) {
		*value = text_take(list, ' ');
		*key = text_take(value, '=');
		/* a word alone, without "=", sets nothing */
		if (value->bytes > key->bytes + key->length)
			return true;
	}
	return false;
}

/* What a suffix multiplies by, as a shift; 0: it is none. */
static uint32_t suffix_shift(char c)
{
	c |= 0x20; /* lower case */
	return c == 'k' ? 10 : c == 'm' ? 20 : c == 'g' ? 30 : 0;
}

bool text_number(struct text text, uint64_t least, uint64_t most, uint64_t *number)
{
	uint32_t shift = text.length == 0 ? 0 : suffix_shift(text.bytes[text.length - 1]);
	uint32_t digits = text.length - (shift != 0);
	uint64_t sum = 0;

	for (uint32_t i = 0; i < digits; i++) {
		uint64_t digit = (uint64_t)(unsigned char)text.bytes[i] - '0';

		if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*number = sum << shift;
	return digits > 0 && sum <= most >> shift && *number >= least;
}

void text_copy(char *to, uint32_t limit, struct text from)
{
	uint32_t i = 0;

	for (; i < from.length && i + 1 < limit; i++)
		to[i] = from.bytes[i];
	to[i] = '\0';
}
