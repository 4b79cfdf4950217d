/*
 * start.c - from the entry to main and from main's end to the machine's.
 *
 * Owns tn_boot and tn_utcb. A program is the first and only one it starts as, so its end is the
 * machine's: exit(), _exit() and returning from main all print what is buffered and shut down.
 */
#include <tenure/start.h>

#include <stdio.h>
#include <stdlib.h>
#include <tenure/user.h>
#include <unistd.h>

const struct tn_boot_info *tn_boot;
struct tn_utcb *tn_utcb;

int main(void);

void tn_start(const struct tn_boot_info *boot, struct tn_utcb *utcb)
{
	tn_boot = boot;
	tn_utcb = utcb;
	utcb->deadline = TN_ANY; /* zero would have passed: no receive would wait */
	exit(main());
}

void _exit(int status)
{
	fflush(stdout);
	for (;;)
		tn_shutdown(TN_SLOT_SYSTEM, (uint64_t)(int64_t)status);
}
