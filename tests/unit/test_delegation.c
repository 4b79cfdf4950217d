/*
 * test_delegation.c - what the kernel may say of a frame that is delegated to a pool.
 *
 * The kernel is a table of words here. Pool X stands in a frame of its client's pool; pools below it
 * in frames that are delegated to X.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <tenure/abi.h>

#include "../../servers/mm/delegation.h"

#define BASE 0x80000ul
#define FRAMES 256ul
#define X 65u          /* the pool's index */
#define Y 66u          /* another client's */
#define OWN (BASE + 1) /* frame of X */
#define BELOW (BASE + 64)
#define OTHER (BASE + 128) /* delegated to Y */

static struct space space;
static struct ledger ledger;
static uint64_t words[FRAMES];
static unsigned looks;

static uint64_t word(enum tn_kind kind, uint64_t low)
{
	return (uint64_t)kind << 48 | low;
}

static uint64_t look(void *context, uint64_t frame)
{
	assert_ptr_equal(context, words);
	looks++;
	return words[frame - BASE];
}

static enum delegation judge(uint64_t w)
{
	return delegation_judge(&ledger, X, OWN, w, look, words);
}

static int open_world(void **state)
{
	space_init(&space);
	assert_true(space_add(&space, BASE, FRAMES));
	*state = malloc(ledger_bytes(&space));
	assert_non_null(*state);
	ledger_init(&ledger, &space, *state);
	assert_true(ledger_found(&ledger, BASE, FRAMES, LEDGER_USER, 0));
	assert_true(ledger_delegate(&ledger, BELOW, 64, X));
	assert_true(ledger_delegate(&ledger, OTHER, 64, Y));
	assert_true(ledger_lend(&ledger, OWN, 1, 3));
	memset(words, 0, sizeof(words));
	words[OWN - BASE] = word(TN_KIND_POOL, 77);
	words[BELOW - BASE] = word(TN_KIND_POOL, 78);
	words[OTHER - BASE] = word(TN_KIND_POOL, 79);
	looks = 0;
	return 0;
}

static int close_world(void **state)
{
	free(*state);
	return 0;
}

static void user_frames_may_be_mapped(void **state)
{
	(void)state;
	assert_int_equal(judge(0), DELEGATION_USER);
	assert_int_equal(judge(word(TN_KIND_USER, 17)), DELEGATION_USER);
	assert_int_equal(judge(word(TN_KIND_USER, 1) | TN_INFO_LARGE), DELEGATION_USER);
	assert_int_equal(looks, 0);
}

static void objects_count_where_they_are(void **state)
{
	(void)state;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_ENDPOINT; kind++)
		assert_int_equal(judge(word(kind, OTHER)), DELEGATION_OBJECT); /* an id */
	assert_int_equal(looks, 0);
}

static void the_pool_is_named_by_its_frame(void **state)
{
	(void)state;
	assert_int_equal(judge(word(TN_KIND_FREE, OWN) | TN_INFO_CLEAN), DELEGATION_OWN);
	assert_int_equal(judge(word(TN_KIND_CAPS, OWN)), DELEGATION_OWN);
	assert_int_equal(judge(word(TN_KIND_TABLE, OWN) | TN_INFO_EXPLICIT), DELEGATION_OWN);
	assert_int_equal(looks, 0);
}

static void pools_below_are_built_from_the_range(void **state)
{
	(void)state;
	for (unsigned kind = TN_KIND_CAPS; kind <= TN_KIND_FREE; kind++)
		assert_int_equal(judge(word(kind, BELOW)), DELEGATION_BELOW);
	words[BELOW - BASE] = word(TN_KIND_THREAD, 78);
	assert_int_equal(judge(word(TN_KIND_FREE, BELOW)), DELEGATION_WRONG);
	words[BELOW - BASE] = 0;
	assert_int_equal(judge(word(TN_KIND_FREE, BELOW)), DELEGATION_WRONG);
}

static void other_pools_are_wrong(void **state)
{
	(void)state;
	assert_int_equal(judge(word(TN_KIND_FREE, OTHER)), DELEGATION_WRONG);
	assert_int_equal(judge(word(TN_KIND_TABLE, BASE + 2)), DELEGATION_WRONG); /* a user frame */
	assert_int_equal(judge(word(TN_KIND_CAPS, BASE + FRAMES)), DELEGATION_WRONG);
	assert_int_equal(delegation_judge(&ledger, Y, BASE + 3, word(TN_KIND_FREE, OWN), look,
					  words),
			 DELEGATION_WRONG);
	assert_int_equal(looks, 0); /* the ledger says so already */
}

static void what_is_neither_is_wrong(void **state)
{
	(void)state;
	assert_int_equal(judge(word(TN_KIND_IMAGE, 0)), DELEGATION_WRONG);
	assert_int_equal(judge(word(TN_KIND_BOOT, 0)), DELEGATION_WRONG);
	assert_int_equal(judge(word(TN_KIND_HOLE, 0)), DELEGATION_WRONG);
	assert_int_equal(judge(word(TN_KIND_COUNT, OWN)), DELEGATION_WRONG);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(user_frames_may_be_mapped),
		WITH_WORLD(objects_count_where_they_are),
		WITH_WORLD(the_pool_is_named_by_its_frame),
		WITH_WORLD(pools_below_are_built_from_the_range),
		WITH_WORLD(other_pools_are_wrong),
		WITH_WORLD(what_is_neither_is_wrong),
	};

	return cmocka_run_group_tests_name("delegation", tests, NULL, NULL);
}
