/*
 * entries.c - entries that are long by design or by refusal, in search of the longest. Owns no
 * state.
 */
#include "measures.h"

#include "bench.h"
#include "stock.h"

void measure_entries(void)
{
}
