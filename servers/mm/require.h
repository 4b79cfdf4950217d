/*
 * require.h - what must hold for mm to go on.
 *
 * A broken requirement means that mm or the kernel is wrong, or the machine too small: mm says
 * which and ends the machine with status 1.
 */
#pragma once

#include <stdbool.h>
#include <tenure/user.h>

/* Ends the machine. `what`: the fact that was expected. */
_Noreturn void require_broken(const char *what);

/* Ends the machine unless `holds`. Inline, so that who reads the caller sees that it ends. */
static inline void require(bool holds, const char *what)
{
	if (!holds)
		require_broken(what);
}

/* Ends the machine unless the call answered 0. */
void require_done(struct tn_result result, const char *call);
