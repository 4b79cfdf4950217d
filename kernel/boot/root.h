/*
 * root.h - the first objects: root pool, process, thread, capability page.
 */
#pragma once

#include "hart.h"

/*
 * Makes the root pool of `count` USER frames from `first` on, and in it a process with a thread
 * and a page of slots filled as abi.h says (devices are the caller's to add). The thread becomes
 * the hart's current one; it has no UTCB, registers or mapping yet. At least 5 frames.
 */
struct thread *root_make(struct hart *hart, pfn_t first, uint64_t count);
