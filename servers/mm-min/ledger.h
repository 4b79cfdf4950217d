/*
 * ledger.h - whose each frame is, by mm-min's own account. It uses one run of the frames that are
 * idle at boot, at most 256 MiB; all others must stay what the boot information says.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

extern uint64_t ledger_idle; /* frames of ours that nobody uses */

void ledger_open(void);                          /* as the boot information has it */
uint64_t ledger_take(void);                      /* an idle frame, now the program's; or TN_NONE */
bool ledger_lend(uint64_t pool, uint64_t count); /* exactly so many; false: there are too few */
void ledger_take_back(void);                     /* the program is gone: all it had is idle */
bool ledger_audit(void);                         /* each frame, against the kernel's table */
