/*
 * crowd.c - as many processes as mm allows. crowd [PROCESSES]
 *
 * The children are this program as `crowd child`: they wait for what never comes; so does
 * `crowd wait`, for one of them. With a number, the parent goes on until so many processes live in
 * the whole system, its siblings' among them.
 */
#include <string.h>
#include <tenure/client.h>
#include <tenure/threads.h>
#include <tenure/user.h>

#include "check.h"

#define MOST 64u
#define PATIENCE_US 20000000u
#define TOGETHER_MS 500u /* so that siblings see each other */

static uint64_t children[MOST];

static unsigned spawn_all(int64_t *error)
{
	unsigned count = 0;

	while (count < MOST) {
		*error = tn_spawn("crowd child", 24, 64, tn_client->priority);
		if (*error < 0)
			return count;
		children[count++] = (uint64_t)*error;
	}
	return count;
}

/* Until the system is as full as it is to be. Answers how many processes there are. */
static uint64_t await_processes(uint64_t processes)
{
	uint64_t end = tn_microseconds() + PATIENCE_US;
	struct tn_mm_statistics statistics;

	do {
		tn_yield();
		check_done(tn_statistics(0, &statistics), "statistics");
	} while (statistics.processes < processes && tn_microseconds() < end);
	tn_sleep_ms(TOGETHER_MS);
	return statistics.processes;
}

int main(int argc, char **argv)
{
	uint64_t wanted = number_argument(argc, argv, 1, 0), processes;
	int64_t error;
	unsigned count;

	if (argc > 1 && strcmp(argv[1], "child") == 0)
		for (;;)
			tn_await_signals(1);
	if (argc > 1 && strcmp(argv[1], "wait") == 0) {
		check_done(tn_spawn("crowd child", 24, 64, tn_client->priority), "spawn");
		return (int)check_done(tn_wait(0, NULL), "wait");
	}
	count = spawn_all(&error);
	check(count > 0 && error == -TN_EAGAIN, "there is an end to it");
	processes = await_processes(wanted);
	check(processes >= wanted, "the system is full");
	for (unsigned i = 0; i < count; i++) {
		check_done(tn_stop(children[i]), "stop");
		check_done(tn_wait(children[i], NULL), "wait");
	}
	printf("%u children, then EAGAIN; %lu processes in all\n", count, (unsigned long)processes);
	return 0;
}
