/*
 * calls.c - every error of every call, in documented order, through the real entry.
 *
 * The ladders stand in calls_*.c, a file for each group of calls.
 */
#include "calls.h"

#include "fixture.h"
#include "tap.h"

int main(void)
{
	calls_try_ranges();
	fixture_make();
	calls_try_system();
	calls_try_frames();
	calls_try_pools();
	calls_try_objects();
	calls_try_caps();
	calls_try_spaces();
	return tap_end();
}
