/*
 * threads.c - threads of one process: a mutex between them, malloc in each, faults on the
 * same pages. threads [ROUNDS]
 */
#include <tenure/client.h>
#include <tenure/threads.h>

#include "check.h"

#define THREADS 4u
#define ROUNDS 500u
#define PAGES 64u

static struct tn_mutex mutex;
static volatile uint64_t total;
static uint64_t rounds;
static uint64_t *memory; /* promised, so that threads meet in faults on the same page */

static void count(void *argument)
{
	unsigned failures = 0;

	for (uint64_t i = 0; i < rounds; i++) {
		uint64_t *own = malloc(64 + i % 512);

		failures += own == NULL;
		tn_mutex_lock(&mutex);
		total = total + 1;
		tn_mutex_unlock(&mutex);
		free(own);
	}
	for (unsigned i = 0; i < PAGES; i++)
		__atomic_add_fetch(&memory[i * 512], 1, __ATOMIC_RELAXED);
	*(unsigned *)argument = failures;
}

int main(int argc, char **argv)
{
	struct tn_thread threads[THREADS];
	unsigned failures[THREADS];
	int64_t error;

	rounds = number_argument(argc, argv, 1, ROUNDS);
	memory = tn_map_memory(NULL, PAGES, TN_MM_WRITE, &error);
	check_done(error, "map");
	for (unsigned i = 0; i < THREADS; i++)
		check_done(tn_thread_start(&threads[i], count, &failures[i]), "thread start");
	for (unsigned i = 0; i < THREADS; i++) {
		tn_thread_join(&threads[i]);
		check(failures[i] == 0, "malloc served every thread");
	}
	for (unsigned i = 0; i < PAGES; i++)
		check(memory[i * 512] == THREADS, "every thread was on every page");
	check(total == THREADS * rounds, "no count was lost");
	printf("%u threads counted to %lu under one mutex\n", THREADS, (unsigned long)total);
	return 0;
}
