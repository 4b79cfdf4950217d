/*
 * noise.c - any call and any request with any arguments, from one process: noise [SEED [CALLS]]
 *
 * Left out are those that end it, wait for somebody, or begin threads and processes that would.
 */
#include <tenure/client.h>
#include <tenure/user.h>

#include "check.h"

#define SEED 1u
#define CALLS 4000u

static uint64_t state;

static uint64_t below(uint64_t bound)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % bound;
}

static uint64_t any_word(void)
{
	/* clang-format off */
	static const uint64_t edges[] = {
		0, 1, 2, 3, 8, 255, 256, 511, 512, 513, 4095, 4096,
		TN_ANY, TN_ANY - 1, (uint64_t)1 << 32, (uint64_t)1 << 63, 0x80000u, 0x80200000u,
		TN_CLIENT_IMAGE, TN_CLIENT_IMAGE_END, TN_CLIENT_LOW, TN_CLIENT_UTCBS,
		TN_CLIENT_STACK_TOP, TN_CLIENT_END, TN_CLIENT_HIGH,
	};
	/* clang-format on */

	switch (below(4)) {
	case 0:
		return below(16);
	case 1:
		return TN_CLIENT_LOW + below(64) * TN_FRAME_SIZE;
	case 2:
		return below(TN_ANY);
	default:
		return edges[below(sizeof(edges) / sizeof(edges[0]))];
	}
}

static bool call_is_left_out(uint64_t number)
{
	return number == TN_CALL_THREAD_EXIT || number == TN_CALL_RECV ||
	       number == TN_CALL_REPLY_RECV || number == TN_REPLY_RECV_SHORT;
}

static bool request_is_left_out(uint64_t label)
{
	return label == TN_MM_EXIT || label == TN_MM_WAIT || label == TN_MM_SPAWN ||
	       label == TN_MM_THREAD_CREATE;
}

static void any_call(void)
{
	uint64_t number = below(8) ? below(TN_CALL_COUNT + 2) - 2 : below(TN_ANY);
	uint64_t arguments[6];

	for (unsigned i = 0; i < 6; i++)
		arguments[i] = any_word();
	/* What carries a message, and the shutdown of others, is a request below. */
	if (!call_is_left_out(number) && number != TN_CALL_CALL && number != TN_CALL_SHORT &&
	    number != TN_CALL_SEND)
		tn_call_number(number, arguments);
}

static void any_request(void)
{
	uint64_t words[TN_MESSAGE_REGISTERS];
	uint64_t label = below(8) ? below(24) : below((uint64_t)1 << 32);
	uint64_t info = TN_INFO((uint32_t)label, below(70));

	for (unsigned i = 0; i < TN_MESSAGE_REGISTERS; i++)
		words[i] = any_word();
	for (unsigned i = 0; i < TN_MESSAGE_WORDS; i++)
		tn_own_utcb()->words[i] = any_word();
	if (request_is_left_out(label))
		return;
	if (label == TN_MM_PRINT) /* too long: the console is for people */
		words[4] = 1000 + below(1000);
	if (below(8) == 0)
		(void)tn_send(TN_CLIENT_MM, info, words);
	else
		(void)tn_call(TN_CLIENT_MM, info, words);
}

int main(int argc, char **argv)
{
	uint64_t seed = number_argument(argc, argv, 1, SEED);
	uint64_t calls = number_argument(argc, argv, 2, CALLS);

	state = seed * 0x9e3779b97f4a7c15u + 1;
	for (uint64_t i = 0; i < calls; i++)
		if (below(2))
			any_request();
		else
			any_call();
	check(tn_request(TN_MM_ASK_VERSION, 0, 0, 0, 0, 0).words[0] == TN_MM_VERSION,
	      "the server still answers");
	printf("seed %lu: %lu calls and requests, and still alive\n", (unsigned long)seed,
	       (unsigned long)calls);
	return 0;
}
