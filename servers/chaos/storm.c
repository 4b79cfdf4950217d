/*
 * storm.c - see storm.h. Owns the digest, and what is needed to go on.
 */
#include "storm.h"

#include <tenure/message.h>
#include <tenure/names.h>
#include <tenure/user.h>

#include "graves.h"
#include "ground.h"
#include "harm.h"
#include "helpers.h"
#include "holdings.h"
#include "keeper.h"
#include "mix.h"
#include "randomness.h"
#include "slots.h"
#include "tally.h"

#define LOOK_EVERY 8u   /* calls: how often one looks at a slot */
#define GRAVE_EVERY 16u /* turns */
#define RECLAIM_EVERY 64u
#define HELPER_EVERY 192u
#define CHAIN_EVERY 16384u
#define CHAIN 64u         /* tries, of which many find a frame that is no user's */
#define CLOCK_EVERY 4096u /* calls */
#define PROGRESS_SECONDS 2u

static uint64_t digest, trace = TN_ANY;
static struct {
	uint64_t pool, first, count;
} given;             /* by the last give that was done */
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

static void note_reclaimed(const uint64_t words[7], struct tn_result r)
{
	if (words[2] != TN_ANY) {
		ground_learn(words[2], words[3], false);
		return;
	}
	for (uint64_t i = 0; i < r.value >> 32; i++) {
		uint64_t run = tn_utcb->words[i];

		ground_note(TN_RUN_FIRST(run));
		ground_learn(TN_RUN_FIRST(run), TN_RUN_COUNT(run), false);
	}
}

/* Frames that an answer told of. */
static void note(uint64_t number, const uint64_t words[7], struct tn_result r)
{
	if (r.code == -TN_EKERNEL || r.code == -TN_EUSER)
		ground_learn(r.value, 1, r.code == -TN_EKERNEL);
	if (r.code != 0)
		return;
	if (number == TN_CALL_FRAME_GIVE) {
		given.pool = words[1];
		given.first = words[2];
		given.count = words[3];
		ground_learn(words[2], words[3], true);
	} else if (number == TN_CALL_FRAME_RECLAIM)
		note_reclaimed(words, r);
	else if (number == TN_CALL_CREATE && words[2] != TN_ANY)
		ground_learn(words[2], 1, true);
	else if (number == TN_CALL_TABLE_ATTACH && words[3] != TN_ANY)
		ground_learn(words[3], 1, true);
	if (number == TN_CALL_FRAME_GIVE || number == TN_CALL_CREATE)
		ground_note(words[2]);
	else if (number == TN_CALL_MAP)
		ground_note(words[3] + below(r.value)); /* of a large page, any */
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
	note(number, words, r);
	if (number == TN_CALL_CAP_REVOKE && r.code == 0 && words[0] <= TN_SLOT_POOL)
		keeper_renew(words[0]);
	if (!tally_count(number, r)) {
		strange = true;
		show("no such answer to call", number, words);
		keeper_print("chaos: it was %s\n", tn_error_name(r.code));
	}
	return r;
}

/* Pools below each other, as deep as can be; each made of a frame given and used at once. */
static void chain(void)
{
	uint64_t pool = holdings_pick(TN_CAP_POOL);

	for (unsigned i = 0; i < CHAIN; i++) {
		uint64_t slot = holdings_empty();
		struct tn_result r = make(TN_CALL_CREATE,
					  (const uint64_t[7]){TN_KIND_POOL, pool,
							      ground_frame(false), TN_SLOT_FRAMES,
							      slot});

		if (r.code == 0)
			pool = slot;
		else if (r.code == -TN_EOVERFLOW)
			return;
	}
}

/* Some of the frames that were given last, by name. */
static void reclaim_given(void)
{
	uint64_t offset = given.count > 1 ? below(given.count) : 0;

	(void)make(TN_CALL_FRAME_RECLAIM,
		   (const uint64_t[7]){TN_SLOT_FRAMES, given.pool, given.first + offset,
				       1 + below(given.count - offset)});
}

/* Gives what was missing to who pays, where that is known, and tries once more. */
static void pay(const struct deed *deed, uint64_t missing)
{
	bool pool = deed->number == TN_CALL_CREATE && deed->words[0] <= TN_KIND_PROCESS;
	uint64_t of = deed->words[deed->number == TN_CALL_CREATE];
	uint64_t payer = pool ? of : holdings_payer(of);

	if (make(TN_CALL_FRAME_GIVE,
		 (const uint64_t[7]){TN_SLOT_FRAMES, payer, ground_frame(false), missing})
			    .code == 0 ||
	    make(TN_CALL_FRAME_MOVE, (const uint64_t[7]){TN_SLOT_POOL, payer, missing}).code == 0)
		(void)make(deed->number, deed->words);
}

/* A random call; mostly, what it finds missing is paid. */
static void call(void)
{
	struct deed deed;
	struct tn_result r;

	mix_draw(&deed, false);
	if (tally_made() >= trace)
		show("call", deed.number, deed.words);
	mix_prepare(&deed);
	if (harm_spares(&deed, BY_MAIN))
		return;
	r = make(deed.number, deed.words);
	if (r.code == -TN_ENOMEM && deed.number != TN_CALL_FRAME_MOVE &&
	    deed.number != TN_CALL_THREAD_CONFIGURE && !one_in(4))
		pay(&deed, r.value);
}

static void turn(void)
{
	if (one_in(CHAIN_EVERY)) {
		chain();
		return;
	}
	if (one_in(HELPER_EVERY)) {
		helpers_begin(make);
		return;
	}
	if (one_in(GRAVE_EVERY)) {
		strange = strange || !graves_look(make);
		return;
	}
	if (given.count != 0 && one_in(RECLAIM_EVERY)) {
		reclaim_given();
		return;
	}
	if (one_in(LOOK_EVERY)) {
		(void)make(TN_CALL_CAP_INFO, (const uint64_t[7]){TN_SELF, holdings_next()});
		return;
	}
	call();
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
