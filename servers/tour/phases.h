/*
 * phases.h - the parts of a run. Each does and shows one thing that mm is for.
 *
 * A phase answers true if everything it expected came about. It leaves nothing behind but what
 * it says: the frames of its pools are back when it ends.
 */
#pragma once

#include <stdbool.h>

#include "../mm/mm.h"

/* What mm found and how it came up. */
bool phase_found(struct mm *mm);

/* Pools and processes; memory is mapped until the kernel answers ENOMEM, which is paid exactly. */
bool phase_exact(struct mm *mm);

/* A pool that is refilled before it runs dry, and whose idle frames come back. */
bool phase_watermarks(struct mm *mm);

/* Pages of 4 KiB, 2 MiB and 1 GiB; a large page falls apart. */
bool phase_large(struct mm *mm);

/* What the kernel refuses, and with which answer. */
bool phase_refusals(struct mm *mm);

/* A pool with everything in and below it ends at once. */
bool phase_revoke(struct mm *mm);
