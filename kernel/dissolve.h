/*
 * dissolve.h - whole subtrees of page tables taken apart in bounded steps.
 */
#pragma once

#include "walk.h"

/*
 * One step: ends some leaves of one table below (or at) `top`, and gives back that table and those
 * above it that are thereby empty, `top` itself excepted. True once `top` has no entry left.
 */
bool dissolve_step(struct process *p, const struct place *top);

/* As dissolve_step, for all of user space, root included. True once p has no table. */
bool dissolve_space_step(struct process *p);
