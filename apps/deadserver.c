/*
 * deadserver.c - a server that dies with callers waiting; they are told.
 *
 * The server is this program as `deadserver server`, its endpoint number 0.
 */
#include <string.h>
#include <tenure/client.h>
#include <tenure/threads.h>
#include <tenure/user.h>

#include "check.h"

#define CALLERS 3u

static uint64_t server_slot;
static int64_t codes[CALLERS];

/* Takes one call, leaves it unanswered and the others waiting, and ends by a fault. */
static int serve(void)
{
	uint64_t number, endpoint = check_done(tn_endpoint_create(&number), "endpoint create");
	struct tn_message message = tn_recv(endpoint);

	check_done(message.code, "recv");
	for (unsigned i = 0; i < 100; i++)
		tn_yield(); /* so that the others call meanwhile */
	*(volatile int *)NULL = 0;
	return 0;
}

static void call(void *argument)
{
	static const uint64_t words[TN_MESSAGE_REGISTERS];

	*(int64_t *)argument = tn_call(server_slot, TN_INFO(1, 0), words).code;
}

int main(int argc, char **argv)
{
	struct tn_thread threads[CALLERS];
	struct tn_ended ended;
	int64_t slot;
	uint64_t pid;

	if (argc > 1 && strcmp(argv[1], "server") == 0)
		return serve();
	pid = check_done(tn_spawn("deadserver server", 32, 128, tn_client->priority), "spawn");
	while ((slot = tn_connect(pid, 0)) == -TN_ENOENT)
		tn_yield();
	server_slot = check_done(slot, "connect");
	for (unsigned i = 0; i < CALLERS; i++)
		check_done(tn_thread_start(&threads[i], call, &codes[i]), "thread start");
	for (unsigned i = 0; i < CALLERS; i++) {
		tn_thread_join(&threads[i]);
		check(codes[i] == -TN_EPEER || codes[i] == -TN_ESTALE,
		      "a caller of a dead server gets EPEER or ESTALE");
	}
	check_done(tn_wait(pid, &ended), "wait");
	check(ended.reason == TN_MM_END_FAULT, "the server died by its fault");
	printf("%u callers were told that their server died\n", CALLERS);
	return 0;
}
