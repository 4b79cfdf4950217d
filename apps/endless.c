/*
 * endless.c - a thread that never yields: it is preempted, and stopped by its parent.
 * endless [MILLISECONDS]
 *
 * The thread is this program as `endless child`.
 */
#include <string.h>
#include <tenure/client.h>
#include <tenure/user.h>

#include "check.h"

#define WORK_MS 100u

int main(int argc, char **argv)
{
	uint64_t work = number_argument(argc, argv, 1, WORK_MS) * 1000, pid, end;
	unsigned turns = 0;
	struct tn_ended ended;

	if (argc > 1 && strcmp(argv[1], "child") == 0)
		for (;;)
			__asm__ volatile("");
	pid = check_done(tn_spawn("endless child", 32, 128, tn_client->priority), "spawn");
	end = tn_microseconds() + work;
	while (tn_microseconds() < end) {
		tn_yield(); /* comes back only by preemption */
		turns++;
	}
	check_done(tn_stop(pid), "stop");
	check_done(tn_wait(pid, &ended), "wait");
	check(turns > 0 && ended.reason == TN_MM_END_STOP, "it was preempted and stopped");
	printf("had %u turns beside a thread that never yields\n", turns);
	return 0;
}
