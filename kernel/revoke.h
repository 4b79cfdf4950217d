/*
 * revoke.h - pools and processes taken apart in steps that an interrupt can come between.
 *
 * Progress is kept in the objects themselves: they shrink. A dying one goes on being taken apart
 * by whoever holds *own* and asks.
 */
#ifndef KERNEL_REVOKE_H
#define KERNEL_REVOKE_H

#include "pool.h"
#include "process.h"

/* From here on the process answers EDYING; no hart holds translations of it. */
void process_kill(struct process *p);

/* One step of at most about 13,000 instructions. True once nothing but free frames is charged
 * to `top`; frames of its sub-pools have become its own. */
bool pool_revoke_step(struct pool *top);

/* As pool_revoke_step; then the pool's frames, its own last, go to the parent. True once it is
 * gone. */
bool pool_destroy_step(struct pool *p);

#endif
