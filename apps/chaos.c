/*
 * chaos.c - any call and any request with any arguments, from a program with a client's rights.
 * chaos [SEED [CHILDREN]]
 *
 * The work is done by children, `chaos child SEED`, which may block, end by a fault, or go on; the
 * parent stops them after a while. Nothing of it may reach anybody else.
 */
#include <string.h>
#include <tenure/client.h>
#include <tenure/untyped.h>
#include <tenure/user.h>

#include "check.h"

#define SEED 1u
#define CHILDREN 40u
#define UNTYPED 32u /* frames */
#define CALLS 400u
#define PATIENCE_US 30000u
#define CHILD "hello quiet"

static uint64_t state;
static struct tn_untyped untyped; /* where mm hands it out: frames and slots that exist */

static uint64_t random_word(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static uint64_t below(uint64_t bound)
{
	return random_word() % bound;
}

/* Numbers near edges more often than chance has it. */
static uint64_t argument(void)
{
	/* clang-format off */
	static const uint64_t edges[] = {
		0, 1, 2, 3, 8, 255, 256, 511, 512, 513, 4095, 4096,
		TN_ANY, TN_ANY - 1, (uint64_t)1 << 32, (uint64_t)1 << 63, 0x80000000u, 0x80200000u,
		TN_CLIENT_IMAGE, TN_CLIENT_LOW, TN_CLIENT_UTCBS, TN_CLIENT_STACK_TOP,
		TN_CLIENT_END, TN_CLIENT_HIGH,
	};
	/* clang-format on */

	switch (below(untyped.count > 0 ? 8 : 6)) {
	case 0:
		return random_word();
	case 1:
		return below(16);
	case 2:
		return TN_CLIENT_LOW + below(64) * TN_FRAME_SIZE;
	case 3:
		return below(64) * TN_FRAME_SIZE;
	case 6:
		return untyped.first + below(untyped.count);
	case 7:
		return untyped.frames + below(8);
	case 4:
		return below(2) ? tn_client->pid : tn_client->parent;
	default:
		return edges[below(sizeof(edges) / sizeof(edges[0]))];
	}
}

/* Calls that end the thread, or may wait for ever: rarely, so that others get their turn. */
static bool is_final(uint64_t number)
{
	return number == TN_CALL_THREAD_EXIT || number == TN_CALL_RECV ||
	       number == TN_CALL_REPLY_RECV;
}

static void any_call(void)
{
	uint64_t number = below(8) ? below(TN_CALL_COUNT + 2) - 2 : random_word();
	uint64_t arguments[6];

	if (is_final(number) && below(32) != 0)
		return;
	for (unsigned i = 0; i < 6; i++)
		arguments[i] = argument();
	tn_call_number(number, arguments);
}

/* To whatever stands in the slot, mm as a rule. */
static void any_message(void)
{
	uint64_t words[TN_MESSAGE_REGISTERS];
	uint64_t slot = below(4) ? TN_CLIENT_MM : below(16);
	uint64_t label = below(8) ? below(24) : random_word();

	for (unsigned i = 0; i < TN_MESSAGE_REGISTERS; i++)
		words[i] = argument();
	for (unsigned i = 0; i < TN_MESSAGE_WORDS; i++)
		tn_own_utcb()->words[i] = argument();
	if ((label == TN_MM_EXIT || label == TN_MM_WAIT) && below(16) != 0)
		label = TN_MM_MAP;
	if (label == TN_MM_PRINT) /* what it may say is known; the screen is for people */
		words[4] = 1000 + below(1000);
	if (label == TN_MM_SPAWN && below(2)) { /* by chance it would hardly ever name one */
		words[0] = below(32);
		words[1] = below(64);
		words[2] = below(12);
		words[4] = tn_text(CHILD, sizeof(CHILD) - 1);
		(void)tn_call(slot, TN_INFO(TN_MM_SPAWN, 8), words);
		return;
	}
	if (below(8) == 0) /* so that nobody waits for an answer */
		(void)tn_send(slot, TN_INFO((uint32_t)label, below(70)), words);
	else
		(void)tn_call(slot, TN_INFO((uint32_t)label, below(70)), words);
}

static int run(uint64_t seed)
{
	state = seed * 0x9e3779b97f4a7c15u + 1;
	(void)tn_untyped_get(UNTYPED, &untyped);
	for (unsigned i = 0; i < CALLS; i++) {
		if (below(2))
			any_message();
		else
			any_call();
	}
	return 0;
}

static struct tn_ended await(uint64_t pid)
{
	uint64_t end = tn_microseconds() + PATIENCE_US;
	struct tn_mm_statistics statistics;
	struct tn_ended ended;

	while (tn_microseconds() < end && tn_statistics(pid, &statistics) == 0)
		tn_yield();
	(void)tn_stop(pid); /* it may have ended by itself */
	check_done(tn_wait(pid, &ended), "wait");
	return ended;
}

int main(int argc, char **argv)
{
	uint64_t seed = number_argument(argc, argv, 1, SEED);
	uint64_t children = number_argument(argc, argv, 2, CHILDREN), ends[4] = {0};
	char text[64];

	if (argc > 2 && strcmp(argv[1], "child") == 0)
		return run(strtoul(argv[2], NULL, 0));
	for (uint64_t i = 0; i < children; i++) {
		struct tn_ended ended;

		snprintf(text, sizeof(text), "chaos child %lu", (unsigned long)(seed + i));
		ended = await(check_done(tn_spawn(text, 64, 256, tn_client->priority), "spawn"));
		ends[ended.reason]++;
	}
	printf("seeds %lu to %lu: %lu ended by themselves, %lu by faults, %lu short of memory, "
	       "%lu were stopped\n",
	       (unsigned long)seed, (unsigned long)(seed + children - 1),
	       (unsigned long)ends[TN_MM_END_EXIT], (unsigned long)ends[TN_MM_END_FAULT],
	       (unsigned long)ends[TN_MM_END_MEMORY], (unsigned long)ends[TN_MM_END_STOP]);
	return 0;
}
