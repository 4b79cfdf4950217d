/*
 * mix.c - see mix.h. Owns the table that turns a random number into a row.
 */
#include "mix.h"

#include <string.h>
#include <tenure/user.h>

#include "ground.h"
#include "harm.h"
#include "helpers.h"
#include "holdings.h"
#include "randomness.h"
#include "slots.h"

/*
 * One letter an argument. Slots of: p a pool, P a process (the own too), o another process, S a
 * process or SELF, f FRAMES, F FRAMES or NONE, v DEVICE, t a thread, e an endpoint, E the same or
 * NONE, w a saved reply, i interrupts, y the machine, s anything, z nothing, d what has ended; j a
 * small number, g a page of slots. Numbers: x frame, X frame or ANY, n count, l level, a address, m
 * map's flags, M protect's; Y, N, A those of large pages; b step flag, r rights, u priority, c what
 * thread_configure sets, B signals, I info word, h anything; digits are themselves.
 */
static const struct {
	uint64_t number;
	uint16_t weight;
	const char *arguments;
} rows[] = {
	{TN_CALL_YIELD, 8, ""},
	{TN_CALL_DEBUG_WRITE, 2, "yn"},
	{TN_CALL_SHUTDOWN, 2, "yn"},
	{TN_CALL_CENSUS, 4, "y"},
	{TN_CALL_FRAME_GIVE, 44, "fpxn"},
	{TN_CALL_FRAME_RECLAIM, 72, "fpXn"},
	{TN_CALL_FRAME_MOVE, 25, "ppn"},
	{TN_CALL_FRAME_INFO, 10, "fxn"},
	{TN_CALL_POOL_WATCH, 12, "pntB"},
	{TN_CALL_POOL_INFO, 6, "p"},
	{TN_CALL_POOL_REVOKE, 4, "pb"},
	{TN_CALL_CREATE, 12, "1pXFz0"},
	{TN_CALL_CREATE, 24, "2pXFzu"},
	{TN_CALL_CREATE, 14, "3PXFz0"},
	{TN_CALL_CREATE, 22, "4PXFz0"},
	{TN_CALL_CREATE, 12, "5PXFg0"},
	{TN_CALL_CREATE, 3, "hhXFzh"},
	{TN_CALL_DESTROY, 14, "sb"},
	{TN_CALL_DESTROY, 4, "ob"},
	{TN_CALL_DESTROY, 3, "tb"},
	{TN_CALL_DESTROY, 3, "eb"},
	{TN_CALL_DESTROY, 2, "pb"},
	{TN_CALL_CAP_COPY, 26, "sSzr00"},
	{TN_CALL_CAP_COPY, 16, "sojr00"},
	{TN_CALL_CAP_COPY, 10, "eSzrhn"},
	{TN_CALL_CAP_COPY, 10, "fSzrxn"},
	{TN_CALL_CAP_COPY, 4, "iSzrnn"},
	{TN_CALL_CAP_COPY, 4, "vSzrxn"},
	{TN_CALL_CAP_DELETE, 36, "Sd"},
	{TN_CALL_CAP_DELETE, 8, "oj"},
	{TN_CALL_CAP_DELETE, 4, "Ss"},
	{TN_CALL_CAP_REVOKE, 10, "s"},
	{TN_CALL_CAP_INFO, 6, "Ss"},
	{TN_CALL_MAP, 80, "Pafxnm"},
	{TN_CALL_MAP, 6, "Pavxnm"},
	{TN_CALL_MAP, 8, "PAfYNm"},
	{TN_CALL_UNMAP, 36, "Pan"},
	{TN_CALL_PROTECT, 26, "PanMF"},
	{TN_CALL_TABLE_ATTACH, 30, "PalXF"},
	{TN_CALL_TABLE_DETACH, 14, "Palb"},
	{TN_CALL_RESOLVE, 10, "Pa"},
	{TN_CALL_SYNC_CODE, 4, "P"},
	{TN_CALL_CACHE_OP, 5, "fxnl"},
	{TN_CALL_THREAD_INFO, 10, "t"},
	{TN_CALL_THREAD_CONFIGURE, 30, "tcfxae"},
	{TN_CALL_THREAD_CONFIGURE, 8, "tcfxaE"},
	{TN_CALL_THREAD_RESUME, 24, "t"},
	{TN_CALL_THREAD_SUSPEND, 14, "t"},
	{TN_CALL_THREAD_EXIT, 2, "h"},
	{TN_CALL_SIGNAL, 20, "tB"},
	{TN_CALL_SAVE_REPLY, 8, "z"},
	{TN_CALL_IRQ_BIND, 6, "itB"},
	{TN_CALL_IRQ_ACK, 6, "i"},
	{TN_CALL_SEND, 24, "eIhhhhh"},
	{TN_CALL_RECV, 16, "EI"},
	{TN_CALL_REPLY, 10, "0Ihhhhh"},
	{TN_CALL_REPLY_TO, 8, "wIhhhhh"},
	{TN_CALL_CALL, 6, "eIhhhhh"},
	{TN_CALL_SHORT, 6, "eIhhhhh"},
	{TN_CALL_REPLY_RECV, 6, "EIhhhhh"},
	{TN_REPLY_RECV_SHORT, 6, "EIhhhhh"},
	{TN_CALL_COUNT, 3, "hhhhhhh"},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))
#define TICKETS 2048u

static uint8_t tickets[TICKETS]; /* rows, as often as their weights */

void mix_start(void)
{
	unsigned sum = 0, at = 0, row = 0;

	for (unsigned i = 0; i < ROWS; i++)
		sum += rows[i].weight;
	for (unsigned i = 0; i < TICKETS; i++) {
		while (at + rows[row].weight <= i * sum / TICKETS)
			at += rows[row++].weight;
		tickets[i] = (uint8_t)row;
	}
}

/* --- arguments -------------------------------------------------------------------------------- */

static bool elsewhere; /* whose slots: of another process */

static uint64_t slot(uint8_t type)
{
	return elsewhere ? below(24) : holdings_pick(type);
}

/* One of boot's, once in n times. */
static uint64_t slot_or(uint8_t type, uint64_t boot, uint64_t n)
{
	return one_in(n) ? boot : slot(type);
}

static uint64_t count(void)
{
	switch (below(8)) {
	case 0:
		return 512;
	case 1:
		return 1 + below(1200);
	case 2:
		return one_in(4) ? (uint64_t)1 << below(20) : below(17);
	case 3:
	case 4:
		return 1 + below(8);
	default:
		return 1;
	}
}

static uint64_t map_flags(void)
{
	static const uint8_t rights[] = {TN_MAP_READ, TN_MAP_READ | TN_MAP_WRITE,
					 TN_MAP_READ | TN_MAP_WRITE, TN_MAP_READ | TN_MAP_EXECUTE,
					 TN_MAP_EXECUTE};
	uint64_t more = one_in(6) ? (uint64_t)1 << (3 + below(7)) : 0;

	if (one_in(32))
		return below(1024);
	return rights[below(sizeof(rights))] | more;
}

/* Seldom with a label of the kernel's, too many words, a capability, a deadline. */
static uint64_t info(void)
{
	uint64_t label = one_in(16) ? randomness_garbage() & 0xffffffff : below(4);
	uint64_t words = one_in(4) ? below(67) : below(6), word = TN_INFO(label, words);

	if (one_in(4))
		word = TN_INFO_WITH(label, words, elsewhere ? below(24) : holdings_any());
	return one_in(3) ? word | TN_INFO_TIMED : word;
}

static uint64_t what_to_configure(void)
{
	return one_in(3) ? 15 : one_in(64) ? below(64) : below(16);
}

static uint64_t any_number(void)
{
	return one_in(2) ? below(9) : randomness_garbage();
}

static uint64_t cap_argument(char letter)
{
	switch (letter) {
	case 'p':
		return slot_or(TN_CAP_POOL, TN_SLOT_POOL, 5);
	case 'P':
		return slot_or(TN_CAP_PROCESS, TN_SLOT_PROCESS, 6);
	case 'o':
		return slot(TN_CAP_PROCESS);
	case 'S':
		return one_in(4) ? slot(TN_CAP_PROCESS) : TN_SELF;
	case 'F':
		return one_in(2) ? TN_NONE : slot_or(TN_CAP_FRAMES, TN_SLOT_FRAMES, 2);
	case 'f':
		return one_in(8) ? slot(TN_CAP_FRAMES) : TN_SLOT_FRAMES;
	case 'v':
		return slot_or(TN_CAP_DEVICE, TN_SLOT_DEVICES + below(4), 2);
	case 't':
		return slot_or(TN_CAP_THREAD, TN_SLOT_THREAD, 12);
	case 'E':
		return one_in(4) ? TN_NONE : slot(TN_CAP_ENDPOINT);
	case 'e':
		return elsewhere && one_in(2) ? HELPER_ENDPOINT : slot(TN_CAP_ENDPOINT);
	case 'w':
		return slot(TN_CAP_REPLY);
	case 'i':
		return slot_or(TN_CAP_IRQ, TN_SLOT_IRQ, 4);
	case 'y':
		return slot_or(TN_CAP_SYSTEM, TN_SLOT_SYSTEM, 2);
	case 's':
		return elsewhere    ? below(24)
		       : one_in(24) ? 1 + below(TN_SLOT_SYSTEM)
				    : holdings_filled();
	case 'd':
		return elsewhere ? below(24) : holdings_worn();
	default: /* z */
		return elsewhere ? below(24) : holdings_empty();
	}
}

static uint64_t number_argument(char letter, uint64_t before)
{
	switch (letter) {
	case 'x':
		return ground_frame(false);
	case 'X':
		return one_in(2) ? TN_ANY : ground_frame(one_in(2));
	case 'n':
		return count();
	case 'l':
		return below(3);
	case 'a':
		return ground_address();
	case 'm':
		return map_flags();
	case 'Y':
		return ground_block();
	case 'N':
		return (uint64_t)512 << below(2);
	case 'A':
		return ground_address() & ~(uint64_t)0x1fffff;
	case 'M':
		return one_in(4) ? TN_MAP_AGE : map_flags();
	case 'b':
		return one_in(4);
	case 'r':
		return one_in(2) ? TN_RIGHTS_ALL : below(16);
	case 'c':
		return what_to_configure();
	case 'u':
		return below(32);
	case 'B':
		return (uint64_t)1 << below(64);
	case 'I':
		return info();
	case 'j':
		return below(24);
	case 'g':
		return one_in(4) ? below(33) : 0;
	case 'h':
		return any_number();
	case 'F': /* behind ANY a capability is malformed */
		return before == TN_ANY && !one_in(32) ? TN_NONE : cap_argument(letter);
	default:
		return cap_argument(letter);
	}
}

static uint64_t argument(char letter, uint64_t before)
{
	if (letter >= '0' && letter <= '9')
		return (uint64_t)(letter - '0');
	return one_in(64) ? randomness_garbage() : number_argument(letter, before);
}

void mix_draw(struct deed *deed, bool for_others)
{
	unsigned row = tickets[randomness_word() >> 32 & (TICKETS - 1)];
	const char *letters = rows[row].arguments;

	elsewhere = for_others;
	deed->number = rows[row].number;
	if (deed->number == TN_CALL_COUNT)
		deed->number += below(1 << 20);
	memset(deed->words, 0, sizeof(deed->words));
	for (unsigned i = 0; letters[i] != '\0'; i++)
		deed->words[i] = argument(letters[i], i > 0 ? deed->words[i - 1] : 0);
}

/* --- the UTCB --------------------------------------------------------------------------------- */

void mix_config_write(uint64_t script, uint64_t utcb)
{
	struct tn_thread_config *c = (struct tn_thread_config *)tn_utcb->words;

	memset(c, 0, sizeof(*c));
	c->priority = one_in(8) ? below(70) : 1 + below(31);
	c->pc = one_in(16) ? 0 : HELPER_CODE;
	c->registers[8] = script;
	c->registers[17] = utcb;
}

void mix_prepare(const struct deed *deed)
{
	switch (deed->number) {
	case TN_CALL_THREAD_CONFIGURE:
		mix_config_write(HELPER_SCRIPTS + below(8) * TN_FRAME_SIZE, deed->words[4]);
		break;
	case TN_CALL_RECV:
	case TN_CALL_REPLY_RECV:
	case TN_REPLY_RECV_SHORT:
	case TN_CALL_CALL:
	case TN_CALL_SHORT:
		tn_utcb->receive_slot = one_in(16) ? SLOT_WORK + below(512) : holdings_empty();
		tn_utcb->signal_mask = one_in(2) ? TN_ANY : randomness_word();
		tn_utcb->deadline = one_in(8) ? below(2) - 1 : tn_clock() + below(200);
		break;
	default:
		break;
	}
}
