/*
 * storm.c - see storm.h. Owns the digest, and what is needed to go on.
 */
#include "storm.h"

#include <tenure/message.h>
#include <tenure/names.h>
#include <tenure/user.h>

#include "ground.h"
#include "harm.h"
#include "helpers.h"
#include "holdings.h"
#include "keeper.h"
#include "mix.h"
#include "randomness.h"
#include "slots.h"
#include "tally.h"

#define LOOK_EVERY 8u      /* calls: how often one looks at a slot */
#define HELPER_EVERY 192u   /* turns */
#define CHAIN_EVERY 16384u
#define CHAIN 64u          /* tries, of which many find a frame that is no user's */
#define CLOCK_EVERY 4096u  /* calls */
#define PROGRESS_SECONDS 2u

static uint64_t digest, trace = TN_ANY;
static bool strange; /* an answer that is none */

static void digest_add(uint64_t word)
{
	digest = (digest ^ word) * 0x9e3779b97f4a7c15;
	digest ^= digest >> 29;
}

static void show(const char *what, uint64_t number, const uint64_t words[7])
{
	keeper_print("chaos: %s %lu, %s (%ld): 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx\n", what,
		     (unsigned long)tally_made(), tn_call_name(number), (long)number,
		     (unsigned long)words[0], (unsigned long)words[1], (unsigned long)words[2],
		     (unsigned long)words[3], (unsigned long)words[4], (unsigned long)words[5],
		     (unsigned long)words[6]);
}

/* Frames that an answer told of. */
static void note(uint64_t number, const uint64_t words[7])
{
	if (number == TN_CALL_FRAME_GIVE)
		ground_note(words[2]);
	else if (number == TN_CALL_FRAME_RECLAIM && words[2] == TN_ANY)
		ground_note(TN_RUN_FIRST(tn_utcb->words[0]));
	else if (number == TN_CALL_CREATE && words[2] != TN_ANY)
		ground_note(words[2]);
	else if (number == TN_CALL_MAP)
		ground_note(words[3]);
}

static struct tn_result make(uint64_t number, const uint64_t words[7])
{
	struct tn_message m;
	struct tn_result r;

	m = tn_message_call(number, words[0], words[1], &words[2]);
	r = (struct tn_result){m.code, m.info};
	digest_add(number ^ words[0] << 8);
	digest_add(words[1] ^ words[2] << 16 ^ (uint64_t)r.code);
	holdings_learn(number, words, r);
	if (r.code == 0)
		note(number, words);
	if (number == TN_CALL_CAP_REVOKE && r.code == 0 && words[0] <= TN_SLOT_POOL)
		keeper_renew(words[0]);
	if (!tally_count(number, r)) {
		strange = true;
		show("no such answer to call", number, words);
		keeper_print("chaos: it was %s\n", tn_error_name(r.code));
	}
	return r;
}

/* Pools below each other, as deep as can be; each made of a frame that is given and used at once. */
static void chain(void)
{
	uint64_t pool = holdings_pick(TN_CAP_POOL);

	for (unsigned i = 0; i < CHAIN; i++) {
		uint64_t slot = holdings_empty();
		struct tn_result r = make(TN_CALL_CREATE,
					  (const uint64_t[7]){TN_KIND_POOL, pool, ground_frame(),
							      TN_SLOT_FRAMES, slot});

		if (r.code == 0)
			pool = slot;
		else if (r.code == -TN_EOVERFLOW)
			return;
	}
}

static void turn(void)
{
	struct deed deed;

	if (one_in(CHAIN_EVERY)) {
		chain();
		return;
	}
	if (one_in(HELPER_EVERY)) {
		helpers_begin(make);
		return;
	}
	if (one_in(LOOK_EVERY)) {
		(void)make(TN_CALL_CAP_INFO, (const uint64_t[7]){TN_SELF, holdings_next()});
		return;
	}
	mix_draw(&deed, false);
	if (tally_made() >= trace)
		show("call", deed.number, deed.words);
	mix_prepare(&deed);
	if (!harm_spares(&deed, BY_MAIN))
		(void)make(deed.number, deed.words);
}

static void progress(uint64_t start)
{
	static uint64_t due;
	uint64_t now = tn_clock(), tenths = (now - start) * 10 / tn_boot->timebase;

	if (due == 0)
		due = start + PROGRESS_SECONDS * tn_boot->timebase;
	if (now < due)
		return;
	due = now + PROGRESS_SECONDS * tn_boot->timebase;
	keeper_print("chaos: %lu calls, %lu.%lu s\n", (unsigned long)tally_made(),
		     (unsigned long)(tenths / 10), (unsigned long)(tenths % 10));
}

bool storm_run(const struct storm *storm)
{
	uint64_t start = tn_clock();

	trace = storm->trace != 0 ? storm->trace : TN_ANY;
	for (uint64_t looked = 0; tally_made() < storm->calls && !strange;) {
		turn();
		if (tally_made() - looked < CLOCK_EVERY)
			continue;
		looked = tally_made();
		progress(start);
	}
	return !strange;
}

uint64_t storm_digest(void)
{
	return digest;
}
