/*
 * main.c - counts the instructions of each operation. Boots in place of mm, under deterministic
 * time, and prints a line an operation:
 *
 *   bench: OPERATION: MEDIAN MIN MAX SAMPLES
 *
 * With the boot argument bench=boot it prints what the boot itself cost and no more.
 */
#include <string.h>
#include <tenure/user.h>

#include "bench.h"
#include "measures.h"
#include "stock.h"

int main(void)
{
	measure_boot();
	if (strstr(tn_boot->args, "bench=boot") != NULL)
		return 0;
	bench_calibrate();
	stock_fill();
	measure_frames();
	measure_objects();
	measure_pages();
	measure_revoke();
	measure_entries();
	bench_print_longest();
	return 0;
}
