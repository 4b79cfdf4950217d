/*
 * spawnstorm.c - short-lived processes, one after the other and a few at a time.
 * spawnstorm [COUNT]
 */
#include <tenure/client.h>

#include "check.h"

#define COUNT 40u
#define TOGETHER 4u

static void spawn(void)
{
	check_done(tn_spawn("hello quiet", 32, 64, tn_client->priority), "spawn");
}

static void await(void)
{
	struct tn_ended ended;

	check_done(tn_wait(0, &ended), "wait");
	check(ended.reason == TN_MM_END_EXIT && ended.code == 0, "the child was content");
}

int main(int argc, char **argv)
{
	uint64_t count = number_argument(argc, argv, 1, COUNT), start = tn_microseconds();
	uint64_t done = 0;

	for (; done < count / 2; done++) {
		spawn();
		await();
	}
	for (; done + TOGETHER <= count; done += TOGETHER) {
		for (unsigned i = 0; i < TOGETHER; i++)
			spawn();
		for (unsigned i = 0; i < TOGETHER; i++)
			await();
	}
	for (; done < count; done++) {
		spawn();
		await();
	}
	check(tn_wait(0, NULL) == -TN_ENOENT, "no child is left");
	start = tn_microseconds() - start;
	printf("%lu processes lived and ended, " SHARE_FORMAT " each\n", (unsigned long)done,
	       SHARE(start, done ? done : 1));
	return 0;
}
