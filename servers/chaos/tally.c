/*
 * tally.c - see tally.h.
 */
#include "tally.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <tenure/names.h>

#define UNKNOWN TN_CALL_COUNT /* numbers that no call has */
#define ROWS (UNKNOWN + 1u)
#define ERRORS 24u

static const struct {
	uint16_t number;
	const char *name;
} errors[] = {
#define TN_X(number, NAME, text) {number, #NAME},
	TN_ERRORS(TN_X)
#undef TN_X
};
_Static_assert(sizeof(errors) / sizeof(errors[0]) == ERRORS, "each error has a bit");

static const struct {
	const char *name, *rights, *errors;
} rows[] = {
#define TN_X(number, NAME, name, argc, arguments, rights, second, errors)                          \
	[number] = {#name, rights, errors},
	TN_CALLS(TN_X) TN_MESSAGE_CALLS(TN_X)
#undef TN_X
		[UNKNOWN] = {"(none)", "", "ENOSYS"},
};

static uint32_t documented[ROWS]; /* bits of errors, by their index */
static uint64_t made, done_all, done[ROWS], refused[ROWS][ERRORS];
static uint8_t index_of[256]; /* of an error's number: + 1 */

/* --- what calls.h says ------------------------------------------------------------------------ */

static uint32_t bit_of(uint16_t number)
{
	return 1u << (index_of[number] - 1);
}

/* The capability that the colon stands behind names no object, which could end. */
static bool is_lasting(const char *rights, const char *colon)
{
	static const char *const lasting[] = {"frames", "system", "irq"};

	for (unsigned i = 0; i < sizeof(lasting) / sizeof(lasting[0]); i++) {
		size_t length = strlen(lasting[i]);

		if (colon >= rights + length && memcmp(colon - length, lasting[i], length) == 0)
			return true;
	}
	return false;
}

/* `cap`: looking up the slots that the row's rights name. */
static uint32_t bits_of_slots(const char *rights)
{
	uint32_t bits = bit_of(TN_ERANGE) | bit_of(TN_ENOENT) | bit_of(TN_EBADF);
	bool outside = true; /* of parentheses */

	for (const char *at = rights; *at != '\0'; at++) {
		outside = *at == ')' || (outside && *at != '(');
		if (*at != ':' || !outside)
			continue;
		if (!is_lasting(rights, at))
			bits |= bit_of(TN_ESTALE);
		if (memcmp(at, ": none", 6) != 0)
			bits |= bit_of(TN_EPERM);
	}
	return bits;
}

/* An error's name, or a phrase for several: the bits that a word of the row stands for. */
static uint32_t bits_of_word(const char *word, size_t length, const char *rights)
{
	if (length == 3 && memcmp(word, "cap", 3) == 0)
		return bits_of_slots(rights);
	if (length == 10 && memcmp(word, "travelling", 10) == 0)
		return bit_of(TN_ERANGE) | bit_of(TN_ENOENT) | bit_of(TN_ESTALE) | bit_of(TN_EBADF);
	for (unsigned i = 0; i < ERRORS; i++)
		if (strlen(errors[i].name) == length && memcmp(word, errors[i].name, length) == 0)
			return 1u << i;
	return 0;
}

/* "as frame_give" and its like: what the row of that call says, which stands further up. */
static uint32_t bits_of_other(const char *word, size_t length)
{
	for (unsigned i = 0; i < TN_CALL_COUNT; i++)
		if (rows[i].name != NULL && strlen(rows[i].name) == length &&
		    memcmp(word, rows[i].name, length) == 0)
			return documented[i];
	return 0;
}

static uint32_t bits_of_row(unsigned row)
{
	const char *text = rows[row].errors;
	uint32_t bits = 0;
	bool as = false;

	while (*text != '\0') {
		size_t length = 0;

		while (isalnum((unsigned char)text[length]) || text[length] == '_')
			length++;
		bits |= bits_of_word(text, length, rows[row].rights);
		if (as)
			bits |= bits_of_other(text, length);
		as = length == 2 && (memcmp(text, "as", 2) == 0 || memcmp(text, "in", 2) == 0);
		text += text[length] != '\0' ? length + 1 : length;
	}
	return bits;
}

void tally_start(void)
{
	for (unsigned i = 0; i < ERRORS; i++)
		index_of[errors[i].number] = (uint8_t)(i + 1);
	for (unsigned i = 0; i < ROWS; i++)
		documented[i] = bits_of_row(i);
}

/* --- counting --------------------------------------------------------------------------------- */

static unsigned row_of(uint64_t number)
{
	if (number == TN_CALL_SHORT)
		return TN_CALL_CALL;
	if (number == TN_REPLY_RECV_SHORT)
		return TN_CALL_REPLY_RECV;
	return number < UNKNOWN ? (unsigned)number : UNKNOWN;
}

bool tally_count(uint64_t number, struct tn_result r)
{
	unsigned row = row_of(number), i;

	made++;
	if (r.code == 0) {
		done[row]++;
		done_all++;
		return row != UNKNOWN;
	}
	if (r.code > 0 || r.code < -255 || index_of[-r.code] == 0)
		return false;
	i = index_of[-r.code] - 1u;
	refused[row][i]++;
	return (documented[row] >> i & 1) != 0;
}

uint64_t tally_made(void)
{
	return made;
}

uint64_t tally_done(void)
{
	return done_all;
}

/* --- the table -------------------------------------------------------------------------------- */

/* What a run cannot show. */
static const struct {
	uint64_t call;
	uint16_t error;
} beyond[] = {
	/* 2^55 identifiers */
	{TN_CALL_CAP_REVOKE, TN_EOVERFLOW},
	{TN_CALL_SAVE_REPLY, TN_EOVERFLOW},
	/* 2^30 references to one frame */
	{TN_CALL_MAP, TN_EOVERFLOW},
	{TN_CALL_UNMAP, TN_EOVERFLOW},
	{TN_CALL_PROTECT, TN_EOVERFLOW},
	{TN_CALL_THREAD_CONFIGURE, TN_EOVERFLOW},
	/* only for who is in a process that is being taken apart */
	{TN_CALL_SAVE_REPLY, TN_EDYING},
	/* rows that stand for more than there is: "as map", without its flags; "as in create" */
	{TN_CALL_THREAD_CONFIGURE, TN_ENOTABLE},
	{TN_CALL_TABLE_ATTACH, TN_EOVERFLOW},
};

/* Not every machine has frames outside the window. */
static bool is_beyond_machine(unsigned row, uint16_t error)
{
	return error == TN_ENOTSUP && tn_boot->window_count >= tn_boot->ram_frames &&
	       (row == TN_CALL_FRAME_GIVE || row == TN_CALL_CREATE || row == TN_CALL_TABLE_ATTACH);
}

static bool is_beyond(unsigned row, uint16_t error)
{
	for (unsigned i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
		if (beyond[i].call == row && beyond[i].error == error)
			return true;
	return is_beyond_machine(row, error);
}

/* Never done: calls that would end the run, and cache_op, as QEMU has no Zicbom. */
static bool is_never_done(unsigned row)
{
	return row == TN_CALL_SHUTDOWN || row == TN_CALL_THREAD_EXIT || row == TN_CALL_CACHE_OP ||
	       row == UNKNOWN;
}

static uint64_t refused_sum(unsigned row)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < ERRORS; i++)
		sum += refused[row][i];
	return sum;
}

static void row_show(unsigned row)
{
	printf("  %-16s %9lu %9lu ", rows[row].name, (unsigned long)done[row],
	       (unsigned long)refused_sum(row));
	for (unsigned i = 0; i < ERRORS; i++)
		if (refused[row][i] != 0)
			printf(" %s %lu", errors[i].name, (unsigned long)refused[row][i]);
	printf("\n");
}

/* What never came of a row, in one line. */
static void missing_show(unsigned row)
{
	bool any = false;

	if (done[row] == 0 && !is_never_done(row)) {
		printf("  never: %s: done", rows[row].name);
		any = true;
	}
	for (unsigned i = 0; i < ERRORS; i++) {
		if (!(documented[row] >> i & 1) || refused[row][i] != 0 ||
		    is_beyond(row, errors[i].number))
			continue;
		if (any)
			printf(", %s", errors[i].name);
		else
			printf("  never: %s: %s", rows[row].name, errors[i].name);
		any = true;
	}
	if (any)
		printf("\n");
}

void tally_show(void)
{
	printf("\n  %-16s %9s %9s\n", "call", "done", "refused");
	for (unsigned row = 0; row < ROWS; row++)
		row_show(row);
	for (unsigned row = 0; row < ROWS; row++)
		missing_show(row);
}
