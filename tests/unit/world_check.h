/*
 * world_check.h - all invariants of a world, for tests: after every call.
 */
#pragma once

#include "check/checker.h"

/* True if all invariants hold below world.root; else *report says which does not. */
bool world_holds(struct checker_report *report);

/* Fails the cmocka test with the rule and the frame if one is broken. */
void assert_world_holds(void);
