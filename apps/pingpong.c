/*
 * pingpong.c - messages: a child calls, its parent answers. pingpong [ROUNDS]
 *
 * Others run meanwhile, so besides the time for a call on the whole it says what one took in the
 * fastest series.
 *
 * The child is this program as `pingpong child PID NUMBER ROUNDS`.
 */
#include <string.h>
#include <tenure/client.h>
#include <tenure/user.h>

#include "check.h"

#define ROUNDS 10000u
#define LABEL_PING 7u
#define LABEL_LAST 8u
#define SERIES 100u

static void ask(uint64_t slot, uint64_t i, uint32_t label)
{
	const uint64_t words[TN_MESSAGE_REGISTERS] = {i, i + 1, i + 2, i + 3, i + 4};
	struct tn_message answer = tn_call(slot, TN_INFO(label, TN_MESSAGE_REGISTERS), words);

	check_done(answer.code, "call");
	check(answer.words[0] == 2 * i, "the answer belongs to the question");
}

static int child(uint64_t parent, uint64_t number, uint64_t rounds)
{
	uint64_t slot = check_done(tn_connect(parent, number), "connect");
	uint64_t start = tn_microseconds(), begin = start, fastest = UINT64_MAX;

	check(rounds > 0, "there is a call to make");
	for (uint64_t i = 0; i < rounds; i++) {
		ask(slot, i, i + 1 == rounds ? LABEL_LAST : LABEL_PING);
		if ((i + 1) % SERIES != 0)
			continue;
		if (tn_microseconds() - begin < fastest)
			fastest = tn_microseconds() - begin;
		begin = tn_microseconds();
	}
	start = tn_microseconds() - start;
	printf("%lu calls answered, " SHARE_FORMAT " each", (unsigned long)rounds,
	       SHARE(start, rounds));
	if (rounds >= SERIES)
		printf("; " SHARE_FORMAT " in the fastest %u", SHARE(fastest, SERIES), SERIES);
	printf("\n");
	return 0;
}

/* Answers until the last one. */
static uint64_t serve(uint64_t endpoint, uint64_t pid)
{
	struct tn_message message = tn_recv(endpoint);
	uint64_t count = 0;

	for (;;) {
		uint64_t words[TN_MESSAGE_REGISTERS] = {message.words[0] * 2};

		check_done(message.code, "recv");
		check(message.badge == pid, "the badge names the caller");
		count++;
		if (TN_INFO_LABEL(message.info) == LABEL_LAST) {
			check_done(tn_reply(TN_INFO(0, 1), words).code, "reply");
			return count;
		}
		message = tn_reply_recv(endpoint, TN_INFO(0, 1), words);
	}
}

int main(int argc, char **argv)
{
	uint64_t rounds = number_argument(argc, argv, 1, ROUNDS), number, endpoint, pid;
	struct tn_ended ended;
	char text[80];

	if (argc > 4 && strcmp(argv[1], "child") == 0)
		return child(strtoul(argv[2], NULL, 0), strtoul(argv[3], NULL, 0),
			     strtoul(argv[4], NULL, 0));
	check(rounds > 0, "there is a call to make");
	endpoint = check_done(tn_endpoint_create(&number), "endpoint create");
	snprintf(text, sizeof(text), "pingpong child %lu %lu %lu", (unsigned long)tn_client->pid,
		 (unsigned long)number, (unsigned long)rounds);
	pid = check_done(tn_spawn(text, 32, 128, tn_client->priority), "spawn");
	check(serve(endpoint, pid) == rounds, "every call arrived");
	check_done(tn_wait(pid, &ended), "wait");
	check(ended.reason == TN_MM_END_EXIT && ended.code == 0, "the child was content");
	check_done(tn_endpoint_destroy(endpoint, number), "endpoint destroy");
	return 0;
}
