/*
 * dissolve.h - whole subtrees of page tables taken apart in bounded steps.
 */
#ifndef KERNEL_DISSOLVE_H
#define KERNEL_DISSOLVE_H

#include "process.h"
#include "walk.h"

/*
 * One step: ends the leaves of one table below (or at) `top`, and gives that table back if it is
 * thereby empty and not `top` itself. True once `top` has no entry left.
 */
bool dissolve_step(struct process *p, const struct place *top);

/* As dissolve_step, for all of user space, root included. True once p has no table. */
bool dissolve_space_step(struct process *p);

#endif
