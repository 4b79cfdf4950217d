/*
 * begin.c - what a program finds when it begins: registers, start page, UTCB, slots, image, stack.
 *
 * Its entry is begin.S, which keeps the registers. Started with the arguments `one two`.
 */
#include <string.h>
#include <tenure/client.h>
#include <tenure/user.h>

#include "check.h"

#define SP 2
#define A0 10
#define A1 11
#define WORDS 3000u /* some pages */

static uint64_t zeros[WORDS];
static uint64_t numbers[WORDS] = {1, 2, [WORDS - 1] = 3};

static void check_registers(void)
{
	const uint64_t *kept = (const uint64_t *)(TN_CLIENT_STACK_TOP - 256);

	check(kept[SP] == TN_CLIENT_STACK_TOP, "sp was the top of the stack");
	check(kept[A0] == TN_CLIENT_START, "a0 was the start page's address");
	check(kept[A1] == TN_CLIENT_UTCBS, "a1 was the UTCB's address");
	for (unsigned i = 1; i < 32; i++)
		check(i == SP || i == A0 || i == A1 || kept[i] == 0, "all other registers were 0");
}

/* Before anything is printed: text travels in the UTCB. */
static bool utcb_is_empty(void)
{
	const struct tn_utcb *utcb = tn_own_utcb();

	if (utcb->receive_slot != 0 || utcb->signal_mask != 0)
		return false;
	for (unsigned i = 0; i < TN_UTCB_WORDS; i++)
		if (utcb->words[i] != 0)
			return false;
	return true;
}

static void check_start_page(int argc, char **argv)
{
	const struct tn_client_start *start = tn_client;

	check(start->magic == TN_CLIENT_MAGIC, "the start page has its magic number");
	check(start->version == TN_MM_VERSION, "and the protocol's version");
	check(start->pid != 0 && start->parent == 0, "and a pid, and no parent");
	check(start->timebase > 0, "and the clock's rate");
	check(start->pool_quota > 0 && start->user_quota > 0, "and quotas");
	check(start->priority < TN_PRIORITY_MAX / 2, "and a priority below the server's");
	check(strcmp(start->name, "begin") == 0, "and the name");
	check(argc == 3 && strcmp(argv[1], "one") == 0 && strcmp(argv[2], "two") == 0,
	      "and the arguments");
}

static void check_slots(void)
{
	for (uint64_t slot = 0; slot < TN_CLIENT_SLOTS; slot++) {
		struct tn_result info = tn_cap_info(TN_SELF, slot);
		uint64_t type = info.value & 255, rights = info.value >> 8 & 255;

		if (slot == TN_CLIENT_MM)
			check(info.code == 0 && type == TN_CAP_ENDPOINT &&
				      rights == TN_ENDPOINT_SEND,
			      "slot 1 is an endpoint to send to");
		else if (slot == TN_CLIENT_THREAD)
			check(info.code == 0 && type == TN_CAP_THREAD && rights == TN_THREAD_SIGNAL,
			      "slot 2 is the own thread, to signal");
		else
			check(info.code == -TN_ENOENT, "every other slot of the page is empty");
	}
	check(tn_cap_info(TN_SELF, TN_CLIENT_SLOTS).code == -TN_ERANGE,
	      "there is one page of slots");
}

static void check_image(void)
{
	for (unsigned i = 0; i < WORDS; i++)
		check(zeros[i] == 0, "the image's zeros are zero");
	check(numbers[0] == 1 && numbers[1] == 2 && numbers[2] == 0 && numbers[WORDS - 1] == 3,
	      "the image's data are what the file has");
	zeros[1] = numbers[1] = 4;
	check(zeros[1] == 4 && numbers[1] == 4, "both can be written");
}

/* All of it but what is in use already. */
static void check_stack(void)
{
	uint64_t bottom = TN_CLIENT_STACK_TOP - TN_CLIENT_STACK_PAGES * TN_FRAME_SIZE;

	for (uint64_t i = TN_CLIENT_STACK_PAGES - 4; i-- > 0;) {
		volatile uint64_t *word = (volatile uint64_t *)(bottom + i * TN_FRAME_SIZE);

		check(*word == 0, "a fresh page of the stack is zero");
		*word = i;
		check(*word == i, "and keeps what is written");
	}
}

int main(int argc, char **argv)
{
	bool empty = utcb_is_empty();

	check(empty, "the UTCB was all zero");
	check_registers();
	check_start_page(argc, argv);
	check_slots();
	check_image();
	check_stack();
	check(tn_request(TN_MM_ASK_VERSION, 0, 0, 0, 0, 0).words[0] == TN_MM_VERSION,
	      "the version is the protocol's");
	printf("everything is where the protocol says, on a stack of %u pages\n",
	       TN_CLIENT_STACK_PAGES);
	return 0;
}
