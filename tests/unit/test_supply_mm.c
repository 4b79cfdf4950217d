/*
 * test_supply_mm.c - mm's supply, payments and frames set aside, against a kernel made of arrays.
 *
 * The policy answers what the test says, however absurd. After each step mm's records and the
 * kernel's must agree, nothing may exceed a quota, and mm may not give up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../servers/mm/aside.h"
#include "../../servers/mm/payment.h"
#include "../../servers/mm/supply.h"
#include "fake_kernel.h"

#define BASE FAKE_BASE
#define WINDOW 2048u /* frames that may be lent; as many may not */
#define QUOTA 64u
#define RESERVE 100u
#define SEED 20250302u

/* --- the policy: says what it is told ------------------------------------------------------- */

static struct policy_terms terms;
static uint64_t object_answer, idle_answer, press_answer;
static struct policy_gift gift;
static bool random_answers;
static uint64_t random_state;

static uint64_t random_below(uint64_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % bound;
}

static uint64_t random_count(void)
{
	const uint64_t counts[] = {0, 1, 2, QUOTA, 511, 512, 513, UINT64_MAX};

	return random_below(2) ? random_below(20) : counts[random_below(8)];
}

static uint64_t random_frame(void)
{
	const uint64_t frames[] = {POLICY_STOCK,
				   POLICY_FRESH,
				   POLICY_ASIDE,
				   BASE + random_below(FAKE_FRAMES),
				   BASE + random_below(256),
				   BASE + WINDOW - 1 + random_below(2),
				   BASE + FAKE_FRAMES - 1 + random_below(2),
				   UINT64_MAX - random_below(600)};

	return frames[random_below(8)];
}

static struct policy_terms say_begin(const struct policy_view *pool,
				     const struct policy_options *options)
{
	(void)pool;
	(void)options;
	return terms;
}

static uint64_t say_object(const struct policy_view *pool, enum tn_kind kind)
{
	(void)pool;
	(void)kind;
	return random_answers ? random_frame() : object_answer;
}

static struct policy_gift say_refill(const struct policy_view *pool, uint64_t missing)
{
	(void)missing;
	if (!random_answers)
		return gift;
	return (struct policy_gift){random_below(3) ? pool->pool : random_below(70), random_count(),
				    random_frame()};
}

static uint64_t say_idle(const struct policy_view *pool)
{
	(void)pool;
	return random_answers ? random_count() : idle_answer;
}

static uint64_t say_press(const struct policy_view *pool, uint64_t wanted)
{
	(void)pool;
	(void)wanted;
	return random_answers ? random_count() : press_answer;
}

const struct policy mm_policy = {
	.begin = say_begin,
	.object = say_object,
	.refill = say_refill,
	.idle = say_idle,
	.press = say_press,
};

/* --- a machine ------------------------------------------------------------------------------- */

static struct mm mm;
static struct pool *root, *one, *two;

static struct pool *make_pool(uint64_t quota)
{
	struct pool *pool = pool_new(&mm);

	assert_non_null(pool);
	pool->slot = TN_SLOT_FREE + pool->index;
	pool->parent = 0;
	pool->depth = pool->index > 0 ? 1 : 0;
	pool->quota = quota;
	fake_pools[pool->slot].exists = 1;
	return pool;
}

/* Frames of the image, then one that is in use; the rest is idle. Pools: mm's own and two clients'. */
static int open_machine(void **state)
{
	struct store *store = &mm.store;

	memset(&mm, 0, sizeof(mm));
	fake_reset();
	fake_window = WINDOW;
	space_init(&store->space);
	assert_true(space_add(&store->space, BASE, FAKE_FRAMES));
	*state = malloc(store_bytes(&store->space));
	assert_non_null(*state);
	store_init(store, *state, BASE, WINDOW);
	assert_true(ledger_found(&store->ledger, BASE, 16, LEDGER_IMAGE, 0));
	assert_true(ledger_found(&store->ledger, BASE + 16, FAKE_FRAMES - 16, LEDGER_USER, 0));
	for (unsigned i = 0; i < 16; i++)
		fake_frames[i].kind = FAKE_KERNEL;
	fake_frames[16].kind = FAKE_BUSY;
	assert_true(ledger_map(&store->ledger, BASE + 16, 1, 0));
	assert_true(store_put(store, BASE + 17, FAKE_FRAMES - 17));
	mm.reserve = RESERVE;
	root = make_pool(0);
	one = make_pool(QUOTA);
	two = make_pool(QUOTA);
	terms = (struct policy_terms){0};
	gift = (struct policy_gift){0};
	object_answer = POLICY_STOCK;
	idle_answer = press_answer = 0;
	random_answers = false;
	random_state = SEED;
	return 0;
}

static int close_machine(void **state)
{
	free(*state);
	return 0;
}

static void assert_frame_agrees(uint64_t index, uint64_t *idle, uint64_t *lendable)
{
	struct ledger_frame ledger = ledger_frame(&mm.store.ledger, BASE + index);
	const struct fake_frame *kernel = &fake_frames[index];
	bool listed = buddy_has(&mm.store.buddy, index, 1);

	if (ledger.owner == LEDGER_LENT) {
		assert_true(kernel->kind == FAKE_FREE || kernel->kind == FAKE_OBJECT);
		assert_int_equal(kernel->pool, mm.pools[ledger.value].slot);
	} else {
		assert_true(kernel->kind < FAKE_FREE);
	}
	if (ledger.owner != LEDGER_USER || ledger.value > 0)
		assert_false(listed);
	*idle += listed;
	*lendable += listed && index < WINDOW;
}

static void assert_records_agree(void)
{
	uint64_t idle = 0, lendable = 0;

	for (uint64_t i = 0; i < FAKE_FRAMES; i++)
		assert_frame_agrees(i, &idle, &lendable);
	assert_int_equal(mm.store.buddy.free, idle);
	assert_int_equal(mm.store.lendable, lendable);
	assert_int_equal(mm.store.ledger.owned[LEDGER_ASIDE], aside_sum(&mm));
	for (unsigned i = 0; i < 3; i++) {
		const struct pool *pool = &mm.pools[i];

		assert_int_equal(pool_free(&mm, pool), fake_pools[pool->slot].free);
		if (pool->quota > 0)
			assert_in_range(pool_frames(&mm, pool) + pool->aside, 0, pool->quota);
	}
}

static bool lack(struct pool *pool, uint64_t missing)
{
	bool done = supply_answer(&mm, pool, (struct tn_result){-TN_ENOMEM, missing});

	assert_records_agree();
	return done;
}

static void say_gift(uint64_t pool, uint64_t count, uint64_t first)
{
	gift = (struct policy_gift){pool, count, first};
}

/* --- supply ---------------------------------------------------------------------------------- */

static void huge_gift_is_cut_to_the_quota(void **state)
{
	(void)state;
	say_gift(one->index, UINT64_MAX, POLICY_FRESH);
	assert_true(lack(one, 1));
	assert_int_equal(pool_free(&mm, one), QUOTA);
	assert_false(lack(one, 1));
	assert_int_equal(pool_free(&mm, one), QUOTA);
	assert_int_equal(mm.refusals, 0);
}

static void huge_gift_is_cut_to_the_reserve(void **state)
{
	(void)state;
	one->quota = 0;
	say_gift(one->index, UINT64_MAX, POLICY_FRESH);
	assert_true(lack(one, 1));
	assert_int_equal(mm.store.lendable, RESERVE);
	assert_true(mm.store.buddy.free > RESERVE); /* those outside the window do not count */
	assert_false(lack(one, 1));
	assert_false(lack(two, 1));
}

static void what_is_not_enough_is_not_given(void **state)
{
	(void)state;
	say_gift(one->index, 5, POLICY_FRESH);
	assert_false(lack(one, 6));
	assert_int_equal(pool_free(&mm, one), 0);
	say_gift(one->index, 0, POLICY_FRESH);
	assert_false(lack(one, 1));
	assert_false(supply_answer(&mm, one, (struct tn_result){0, 0}));
	assert_false(supply_answer(&mm, one, (struct tn_result){-TN_EBUSY, 1}));
}

static void pools_that_are_not_there_get_nothing(void **state)
{
	const uint64_t pools[] = {3, LEDGER_POOLS - 1, LEDGER_POOLS, 1 << 16, UINT64_MAX};

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		say_gift(pools[i], 4, POLICY_FRESH);
		assert_false(lack(one, 1));
		assert_int_equal(mm.refusals, i + 1);
	}
	assert_non_null(pool_new(&mm)); /* a record, before the kernel has the pool */
	say_gift(3, 4, POLICY_FRESH);
	assert_false(lack(one, 1));
	assert_int_equal(mm.refusals, 6);
}

static void wrong_pool_keeps_to_its_quota(void **state)
{
	(void)state;
	say_gift(two->index, UINT64_MAX, POLICY_FRESH);
	assert_false(lack(one, 1));
	assert_int_equal(pool_free(&mm, one), 0);
	assert_int_equal(pool_free(&mm, two), QUOTA);
	say_gift(0, UINT64_MAX, POLICY_FRESH);
	assert_false(lack(one, 1));
	assert_int_equal(pool_free(&mm, root), SUPPLY_ROOT_MOST);
}

static void mm_takes_what_its_own_pool_lacks(void **state)
{
	(void)state;
	assert_true(lack(root, 5));
	assert_int_equal(pool_free(&mm, root), 5);
	assert_int_equal(mm.refusals, 1);
	say_gift(0, UINT64_MAX, POLICY_FRESH);
	assert_true(lack(root, 1));
	assert_int_equal(pool_free(&mm, root), SUPPLY_ROOT_MOST);
	supply_top_up(&mm, root);
	assert_int_equal(pool_free(&mm, root), SUPPLY_ROOT_MOST);
	assert_int_equal(mm.refusals, 1);
}

static void named_frames_are_given_if_idle(void **state)
{
	(void)state;
	say_gift(one->index, 7, BASE + 1000);
	assert_true(lack(one, 7));
	for (unsigned i = 0; i < 7; i++)
		assert_int_equal(fake_frames[1000 + i].kind, FAKE_FREE);
	assert_int_equal(mm.refusals, 0);
	assert_false(lack(one, 7)); /* they are not idle any more */
	assert_int_equal(mm.refusals, 1);
}

static void named_frames_that_are_not_to_be_had_are_refused(void **state)
{
	const struct {
		uint64_t first, count;
	} named[] = {
		{BASE, 1},               /* the image */
		{BASE + 16, 1},          /* in use */
		{BASE + 16, 8},          /* the first of them is in use */
		{BASE - 1, 1},           /* no RAM */
		{BASE - 1, 4},           /* no RAM, then the image */
		{BASE + FAKE_FRAMES, 1}, /* behind RAM */
		{BASE + WINDOW, 1},      /* outside the window */
		{BASE + WINDOW + 9, 1},
		{BASE + WINDOW - 1, 2},      /* across its end */
		{BASE + FAKE_FRAMES - 1, 2}, /* across RAM's */
		{BASE + 100, QUOTA + 1},     /* more than the quota */
		{BASE + 100, TN_BATCH + 1},  /* more than a call takes */
		{BASE + 100, UINT64_MAX},    /* the end wraps */
		{UINT64_MAX - 5, 5},         /* nor is that a frame */
		{UINT64_MAX - 5, QUOTA},     /* and the end wraps */
		{0, 1},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		say_gift(one->index, named[i].count, named[i].first);
		assert_false(lack(one, 1));
		assert_int_equal(mm.refusals, i + 1);
		assert_int_equal(pool_frames(&mm, one), 0);
	}
}

static void frames_in_hand_are_refused(void **state)
{
	uint64_t frame = store_take_lendable(&mm.store, 2);

	(void)state;
	say_gift(one->index, 1, frame + 3);
	assert_false(lack(one, 1));
	say_gift(one->index, 3, frame + 3); /* idle ones behind it */
	assert_false(lack(one, 3));
	assert_int_equal(mm.refusals, 2);
	store_put_idle(&mm.store, frame, 4);
	assert_true(lack(one, 3));
}

static void answer_in_vain_takes_back_what_idles(void **state)
{
	(void)state;
	say_gift(one->index, 8, POLICY_FRESH);
	assert_true(lack(one, 8));
	idle_answer = UINT64_MAX;
	gift.count = 0;
	assert_false(lack(one, 1));
	assert_int_equal(pool_free(&mm, one), 0);
	assert_int_equal(mm.frames_given, mm.frames_taken);
}

static void pressure_spares_the_root_pool_and_one_more(void **state)
{
	(void)state;
	assert_int_equal(supply_give(&mm, root, 10), 10);
	assert_int_equal(supply_give(&mm, one, 10), 10);
	assert_int_equal(supply_give(&mm, two, 10), 10);
	supply_press(&mm, one, 5);
	assert_int_equal(pool_free(&mm, two), 10); /* its policy gives nothing */
	press_answer = UINT64_MAX;
	supply_press(&mm, one, 5);
	assert_records_agree();
	assert_int_equal(pool_free(&mm, root), 10);
	assert_int_equal(pool_free(&mm, one), 10);
	assert_int_equal(pool_free(&mm, two), 0);
	supply_press(&mm, NULL, 0);
	assert_int_equal(pool_free(&mm, one), 10);
}

static void marks_are_watched_as_they_are(void **state)
{
	(void)state;
	supply_watch(one);
	assert_false(one->watched); /* no mark */
	terms = (struct policy_terms){UINT64_MAX, 0, UINT64_MAX};
	assert_true(supply_begin(&mm, two));
	supply_watch(two);
	assert_true(two->watched);
	assert_true(fake_pools[two->slot].low == UINT64_MAX);
	assert_int_equal(two->aside, QUOTA);
	say_gift(two->index, 3, POLICY_FRESH);
	supply_top_up(&mm, two); /* a signal will do that */
	assert_int_equal(pool_free(&mm, two), 0);
	supply_signalled(&mm, UINT64_MAX);
	assert_int_equal(pool_free(&mm, two), 3 * 3); /* each signalled pool's answer goes there */
	assert_records_agree();
}

/* --- set aside --------------------------------------------------------------------------------- */

static void promise_follows_the_quota(void **state)
{
	(void)state;
	one->promise = 40;
	assert_true(aside_renew(&mm, one));
	assert_int_equal(one->aside, 40);
	one->quota = 10;
	assert_true(aside_renew(&mm, one));
	assert_int_equal(one->aside, 10);
	one->quota = 30;
	assert_true(aside_renew(&mm, one));
	assert_int_equal(one->aside, 30);
	assert_records_agree();
	aside_release(&mm, one);
	assert_int_equal(aside_sum(&mm), 0);
	assert_records_agree();
}

static void what_is_lent_counts_against_the_promise(void **state)
{
	struct run run;

	(void)state;
	one->promise = UINT64_MAX;
	assert_true(aside_renew(&mm, one));
	say_gift(one->index, 20, POLICY_FRESH);
	assert_true(lack(one, 20));
	assert_int_equal(one->aside, QUOTA - 20);
	say_gift(one->index, UINT64_MAX, POLICY_ASIDE);
	assert_true(lack(one, QUOTA - 20));
	assert_int_equal(one->aside, 0);
	assert_int_equal(pool_frames(&mm, one), QUOTA);
	run = aside_take(&mm, one, 1);
	assert_int_equal(run.count, 0);
}

static void too_large_a_promise_leaves_nothing_behind(void **state)
{
	uint64_t lendable = mm.store.lendable;

	(void)state;
	one->quota = UINT64_MAX;
	terms.aside = UINT64_MAX;
	assert_false(supply_begin(&mm, one));
	one->promise = one->quota = lendable - RESERVE + 1;
	assert_false(aside_renew(&mm, one));
	aside_release(&mm, one);
	assert_int_equal(mm.store.lendable, lendable);
	one->promise = lendable - RESERVE;
	assert_true(aside_renew(&mm, one));
	assert_records_agree();
}

/* Every other frame is taken: one frame a run, and there are only so many of those. */
static void pieces_run_out_halfway(void **state)
{
	(void)state;
	for (uint64_t i = 18; i < WINDOW; i += 2) {
		assert_true(store_claim(&mm.store, BASE + i, 1));
		assert_true(ledger_map(&mm.store.ledger, BASE + i, 1, 0));
		fake_frames[i].kind = FAKE_BUSY;
	}
	one->promise = POOL_RUNS + 1;
	assert_false(aside_renew(&mm, one));
	assert_int_equal(one->aside, POOL_RUNS);
	assert_records_agree();
	aside_release(&mm, one);
	assert_int_equal(aside_sum(&mm), 0);
	assert_records_agree();
}

/* Somebody else has all but `count` frames of what the reserve leaves. */
static void leave_idle(uint64_t count)
{
	uint64_t taken = mm.store.lendable - RESERVE - count;

	two->quota = 0;
	assert_int_equal(supply_give(&mm, two, taken), taken);
}

static void short_of_memory_a_promise_is_kept_in_part(void **state)
{
	(void)state;
	leave_idle(5);
	one->promise = 20;
	assert_false(aside_renew(&mm, one));
	assert_int_equal(one->aside, 5);
	assert_records_agree();
}

static void promise_is_kept_as_soon_as_memory_is_back(void **state)
{
	(void)state;
	leave_idle(5);
	one->promise = 20;
	assert_false(aside_renew(&mm, one));
	assert_int_equal(supply_reclaim(&mm, two, 100), 100);
	say_gift(one->index, 20, POLICY_ASIDE);
	assert_true(lack(one, 20));
	assert_int_equal(one->aside, 0);
}

static void what_comes_back_is_set_aside_again(void **state)
{
	(void)state;
	one->promise = 20;
	assert_true(aside_renew(&mm, one));
	say_gift(one->index, 20, POLICY_ASIDE);
	assert_true(lack(one, 20));
	idle_answer = 8;
	supply_trim(&mm, one);
	assert_int_equal(pool_free(&mm, one), 12);
	assert_int_equal(one->aside, 8);
	assert_records_agree();
}

static void frames_set_aside_are_nobody_elses(void **state)
{
	uint64_t first;

	(void)state;
	one->promise = 8;
	assert_true(aside_renew(&mm, one));
	first = one->runs[0].first;
	say_gift(two->index, 1, first);
	assert_false(lack(two, 1));
	say_gift(one->index, 1,
		 first); /* by name not even the pool's own: it has to ask for them */
	assert_false(lack(one, 1));
	assert_int_equal(mm.refusals, 2);
	say_gift(one->index, 1, POLICY_ASIDE);
	assert_true(lack(one, 1));
	assert_int_equal(fake_frames[first - BASE].pool, one->slot);
}

/* --- payments ------------------------------------------------------------------------------- */

/* As objects.c makes one. */
static int64_t make(struct pool *pool, enum tn_kind kind)
{
	struct payment payment = PAYMENT_NONE;
	struct tn_result result;
	unsigned attempts = 0;

	do {
		assert_in_range(++attempts, 1, 4);
		payment = payment_choose(&mm, pool, kind, &payment);
		result = fake_create(pool->slot, payment.frame);
	} while (payment_settle(&mm, pool, &payment, result));
	if (result.code == 0)
		pool->kinds[kind]++;
	assert_records_agree();
	return result.code;
}

static void object_is_made_of_the_frame_that_is_named(void **state)
{
	(void)state;
	object_answer = BASE + 500;
	assert_int_equal(make(one, TN_KIND_THREAD), 0);
	assert_int_equal(fake_frames[500].kind, FAKE_OBJECT);
	object_answer = POLICY_FRESH;
	assert_int_equal(make(one, TN_KIND_THREAD), 0);
	one->promise = 5;
	assert_true(aside_renew(&mm, one));
	object_answer = POLICY_ASIDE;
	assert_int_equal(make(one, TN_KIND_THREAD), 0);
	assert_int_equal(pool_frames(&mm, one), 3);
	assert_int_equal(one->aside, 2);
	object_answer = POLICY_STOCK;
	assert_int_equal(make(one, TN_KIND_THREAD), -TN_ENOMEM);
	assert_int_equal(mm.refusals, 0);
}

static void stock_pays_where_the_named_frame_cannot(void **state)
{
	const uint64_t frames[] = {BASE, BASE + 16,     BASE + WINDOW, BASE + FAKE_FRAMES,
				   0,    UINT64_MAX - 3};

	(void)state;
	say_gift(one->index, 1, POLICY_FRESH);
	for (unsigned i = 0; i < 6; i++) {
		object_answer = frames[i];
		assert_int_equal(make(one, TN_KIND_ENDPOINT), 0);
		assert_int_equal(mm.refusals, i + 1);
	}
	gift.count = 0;
	assert_int_equal(make(one, TN_KIND_ENDPOINT), -TN_ENOMEM);
	two->promise = 4;
	assert_true(aside_renew(&mm, two));
	object_answer = two->runs[0].first;
	assert_int_equal(make(one, TN_KIND_ENDPOINT), -TN_ENOMEM);
	assert_int_equal(two->aside, 4);
}

static void quota_and_reserve_bind_exact_frames(void **state)
{
	(void)state;
	one->quota = 1;
	object_answer = POLICY_FRESH;
	assert_int_equal(make(one, TN_KIND_ENDPOINT), 0);
	assert_int_equal(make(one, TN_KIND_ENDPOINT), -TN_ENOMEM);
	object_answer = BASE + 700;
	assert_int_equal(make(one, TN_KIND_ENDPOINT), -TN_ENOMEM);
	assert_int_equal(fake_frames[700].kind, FAKE_IDLE);
	mm.reserve = mm.store.lendable;
	assert_int_equal(make(two, TN_KIND_ENDPOINT), -TN_ENOMEM);
	object_answer = POLICY_FRESH;
	assert_int_equal(make(two, TN_KIND_ENDPOINT), -TN_ENOMEM);
	assert_int_equal(make(root, TN_KIND_ENDPOINT), 0);
}

static void frame_of_a_call_that_failed_is_idle_again(void **state)
{
	struct payment payment = PAYMENT_NONE;
	uint64_t idle = mm.store.buddy.free;

	(void)state;
	object_answer = POLICY_FRESH;
	payment = payment_choose(&mm, one, TN_KIND_THREAD, &payment);
	assert_true(payment.claimed);
	assert_int_equal(mm.store.buddy.free, idle - 1);
	assert_false(payment_settle(&mm, one, &payment, (struct tn_result){-TN_EOVERFLOW, 0}));
	assert_int_equal(mm.store.buddy.free, idle);
	assert_records_agree();
}

/* --- all at random ---------------------------------------------------------------------------- */

static void random_step(struct pool *pool)
{
	switch (random_below(8)) {
	case 0:
		(void)lack(pool, 1 + random_below(6));
		break;
	case 1:
		supply_signalled(&mm, (uint64_t)1 << pool->index);
		break;
	case 2:
		supply_trim(&mm, pool);
		break;
	case 3:
		supply_press(&mm, pool, random_below(40));
		break;
	case 4:
		pool->promise = pool->quota > 0 ? random_count() : 0;
		(void)aside_renew(&mm, pool);
		break;
	case 5:
		if (pool->kinds[TN_KIND_THREAD] > 0) {
			fake_destroy(pool->slot);
			pool->kinds[TN_KIND_THREAD]--;
		}
		break;
	default:
		(void)make(pool, TN_KIND_THREAD);
	}
	assert_records_agree();
}

static void random_answers_lose_no_frame(void **state)
{
	(void)state;
	random_answers = true;
	mm.reserve = RESERVE;
	for (unsigned step = 0; step < 3000; step++)
		random_step(&mm.pools[random_below(3)]);
	assert_true(mm.refusals > 100);
	assert_true(mm.frames_taken > 100);
}

#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, open_machine, close_machine)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(huge_gift_is_cut_to_the_quota),
		WITH_MACHINE(huge_gift_is_cut_to_the_reserve),
		WITH_MACHINE(what_is_not_enough_is_not_given),
		WITH_MACHINE(pools_that_are_not_there_get_nothing),
		WITH_MACHINE(wrong_pool_keeps_to_its_quota),
		WITH_MACHINE(mm_takes_what_its_own_pool_lacks),
		WITH_MACHINE(named_frames_are_given_if_idle),
		WITH_MACHINE(named_frames_that_are_not_to_be_had_are_refused),
		WITH_MACHINE(frames_in_hand_are_refused),
		WITH_MACHINE(answer_in_vain_takes_back_what_idles),
		WITH_MACHINE(pressure_spares_the_root_pool_and_one_more),
		WITH_MACHINE(marks_are_watched_as_they_are),
		WITH_MACHINE(promise_follows_the_quota),
		WITH_MACHINE(what_is_lent_counts_against_the_promise),
		WITH_MACHINE(too_large_a_promise_leaves_nothing_behind),
		WITH_MACHINE(pieces_run_out_halfway),
		WITH_MACHINE(short_of_memory_a_promise_is_kept_in_part),
		WITH_MACHINE(promise_is_kept_as_soon_as_memory_is_back),
		WITH_MACHINE(what_comes_back_is_set_aside_again),
		WITH_MACHINE(frames_set_aside_are_nobody_elses),
		WITH_MACHINE(object_is_made_of_the_frame_that_is_named),
		WITH_MACHINE(stock_pays_where_the_named_frame_cannot),
		WITH_MACHINE(quota_and_reserve_bind_exact_frames),
		WITH_MACHINE(frame_of_a_call_that_failed_is_idle_again),
		WITH_MACHINE(random_answers_lose_no_frame),
	};

	return cmocka_run_group_tests_name("supply_mm", tests, NULL, NULL);
}
