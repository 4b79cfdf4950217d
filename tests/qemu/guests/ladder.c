/*
 * ladder.c - see ladder.h.
 */
#include "ladder.h"

#include <tenure/names.h>

#include "guest.h"
#include "tap.h"

static void rung_try(uint64_t call, uint64_t arguments[6], const struct rung *rung)
{
	struct guest_totals before, after;
	struct tn_result r;

	arguments[rung->argument] = rung->word;
	guest_totals_read(&before);
	r = tn_call_number(call, arguments);
	guest_totals_read(&after);
	if (rung->value == ANY_VALUE)
		tap_error(r, rung->error, "%s: %s (%s)", tn_call_name(call),
			  tn_error_name(rung->error), rung->text);
	else
		tap_refused(r, rung->error, rung->value, "%s: %s (%s)", tn_call_name(call),
			    tn_error_name(rung->error), rung->text);
	if (!guest_totals_same(&before, &after))
		tap_ok(false, "%s: the failing call changed something", tn_call_name(call));
}

void ladder_climb(uint64_t call, uint64_t arguments[6], const struct rung *rungs, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		rung_try(call, arguments, &rungs[i]);
}

void ladder_slot(uint64_t call, uint64_t arguments[6], unsigned argument,
		 const struct bad_slots *bad)
{
	const struct rung rungs[] = {
		{argument, bad->dead, TN_ESTALE, 0, "the object is gone"},
		{argument, bad->weak, TN_EPERM, 0, "a right is missing"},
		{argument, bad->other_type, TN_EBADF, 0, "another type"},
		{argument, bad->empty, TN_ENOENT, 0, "an empty slot"},
		{argument, bad->no_page, TN_ERANGE, 0, "a slot of no page"},
		{argument, bad->beyond, TN_ERANGE, 0, "a slot behind the last page"},
		{argument, (uint64_t)1 << 63, TN_ERANGE, 0, "a slot of a huge number"},
	};

	for (unsigned i = 0; i < sizeof(rungs) / sizeof(rungs[0]); i++)
		if (rungs[i].word != NO_SLOT)
			rung_try(call, arguments, &rungs[i]);
}
