/*
 * main.c - counts the instructions of each operation. Boots in place of mm, under deterministic
 * time, and prints a line an operation:
 *
 *   bench: OPERATION: MEDIAN MIN MAX SAMPLES
 *
 * What it measures the boot argument `bench` says: `boot`, what the boot itself cost; `entries`,
 * the longest entries; without it, the operations, after the boot.
 */
#include <stdbool.h>
#include <string.h>
#include <tenure/user.h>

#include "bench.h"
#include "measures.h"
#include "stock.h"

static bool is_asked(const char *word)
{
	return strstr(tn_boot->args, word) != NULL;
}

static void measure_operations(void)
{
	measure_frames();
	measure_objects();
	measure_pages();
	measure_revoke();
	measure_messages();
	measure_faults();
	measure_processes();
}

int main(void)
{
	measure_boot();
	if (is_asked("bench=boot"))
		return 0;
	tn_utcb->deadline = TN_ANY; /* nobody waits in vain here */
	bench_calibrate();
	stock_fill();
	if (is_asked("bench=entries"))
		measure_entries();
	else
		measure_operations();
	return 0;
}
