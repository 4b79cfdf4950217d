/*
 * start.c - from the entry of a program that mm starts to main, and from main's end to its own.
 *
 * Owns tn_client, the first thread's record and the argument vector. The arguments are cut at
 * blanks; the name stands before them.
 */
#include "start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tenure/client.h>
#include <tenure/user.h>
#include <unistd.h>

#define ARGUMENTS 32

const struct tn_client_start *tn_client;

static char argument_text[TN_CLIENT_ARGS];
static char *arguments[ARGUMENTS + 2];
static struct tn_thread main_thread;
static __thread struct tn_thread *own;

/* Programs declare main with or without arguments; both can be called with them. */
int main(int argc, char **argv);

static int cut_arguments(const struct tn_client_start *start)
{
	int count = 1;
	char *rest = argument_text;

	memcpy(argument_text, start->args, sizeof(argument_text));
	argument_text[sizeof(argument_text) - 1] = '\0';
	arguments[0] = (char *)(uintptr_t)start->name;
	while (count <= ARGUMENTS && *(rest += strspn(rest, " ")) != '\0') {
		arguments[count++] = rest;
		rest += strcspn(rest, " ");
		if (*rest != '\0')
			*rest++ = '\0';
	}
	return count;
}

struct tn_thread *tn_thread_self(void)
{
	return own;
}

void thread_set_self(struct tn_thread *thread)
{
	own = thread;
}

struct tn_utcb *tn_own_utcb(void)
{
	return own->utcb;
}

void tn_start(const struct tn_client_start *start, struct tn_utcb *utcb)
{
	tn_client = start;
	main_thread = (struct tn_thread){.utcb = utcb, .slot = TN_CLIENT_THREAD};
	utcb->deadline = TN_ANY; /* zero would have passed: no receive would wait */
	thread_set_self(&main_thread);
	exit(main(cut_arguments(start), arguments));
}

void _exit(int status)
{
	fflush(stdout);
	for (;;)
		tn_request(TN_MM_EXIT, (uint64_t)(int64_t)status, 0, 0, 0, 0);
}

uint64_t tn_microseconds(void)
{
	uint64_t rate = tn_client->timebase ? tn_client->timebase : 1;
	uint64_t ticks = tn_clock();

	return ticks / rate * 1000000 + ticks % rate * 1000000 / rate;
}
