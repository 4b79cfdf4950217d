/*
 * ticker.h - a second thread of mm, which signals the first one at regular times.
 *
 * With it mm's own receive needs no deadline, so that a request or a fault that finds mm waiting
 * can go the kernel's short way.
 */
#pragma once

#include "server.h"

/* The signal: the bit of the root pool, which is not watched (supply_watch). */
#define TICKER_BIT ((uint64_t)1)

/*
 * Makes the ticker, which mm's own pool pays, and lets it run: a signal every `period` ticks of the
 * clock, for as long as mm lives. Its fault arrives at mm's endpoint without a badge.
 */
void ticker_start(struct server *server, uint64_t period);
