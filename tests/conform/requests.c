/*
 * requests.c - the requests of level core, each with each of its errors, and requests that nobody
 * knows; what is refused changes nothing. Text that could move the cursor is printed harmlessly.
 */
#include <tenure/client.h>
#include <tenure/user.h>

#include "check.h"

#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define BASE 0x1800000000ul

static const struct row {
	const char *what;
	enum tn_mm_request request;
	uint64_t words[3];
	int64_t error;
} rows[] = {
	{"request 0", (enum tn_mm_request)0, {0}, TN_ENOSYS},
	{"request 1000", (enum tn_mm_request)1000, {0}, TN_ENOSYS},
	{"a large number", (enum tn_mm_request)0x7fffffff, {0}, TN_ENOSYS},
	{"map at an odd address", TN_MM_MAP, {BASE + 1, 1, 0}, TN_EINVAL},
	{"map of no page", TN_MM_MAP, {BASE, 0, 0}, TN_EINVAL},
	{"map with an unknown flag", TN_MM_MAP, {BASE, 1, 16}, TN_EINVAL},
	{"map with a far flag", TN_MM_MAP, {BASE, 1, (uint64_t)1 << 32}, TN_EINVAL},
	{"map to write and execute", TN_MM_MAP, {BASE, 1, 3}, TN_EINVAL},
	{"map in the image", TN_MM_MAP, {PAGE, 1, 0}, TN_EFAULT},
	{"map below the end of the image",
	 TN_MM_MAP,
	 {TN_CLIENT_IMAGE_END - PAGE, 2, 0},
	 TN_EFAULT},
	{"map at the high end", TN_MM_MAP, {TN_CLIENT_HIGH, 1, 0}, TN_EFAULT},
	{"map across the high end", TN_MM_MAP, {TN_CLIENT_HIGH - PAGE, 2, 0}, TN_EFAULT},
	{"map of the stack", TN_MM_MAP, {TN_CLIENT_STACK_TOP - PAGE, 1, 0}, TN_EFAULT},
	{"map in the kernel's half", TN_MM_MAP, {0xffffffff80000000u, 1, 0}, TN_EFAULT},
	{"map of pages that wrap", TN_MM_MAP, {BASE, (uint64_t)1 << 52, 0}, TN_EFAULT},
	{"map of as many as there are", TN_MM_MAP, {BASE, TN_ANY, 0}, TN_EFAULT},
	{"map", TN_MM_MAP, {BASE, 4, TN_MM_WRITE}, TN_OK},
	{"map at the same place", TN_MM_MAP, {BASE, 1, 0}, TN_EEXIST},
	{"map across it", TN_MM_MAP, {BASE - PAGE, 8, 0}, TN_EEXIST},
	{"map over its end", TN_MM_MAP, {BASE + 3 * PAGE, 2, 0}, TN_EEXIST},
	{"map just below it", TN_MM_MAP, {BASE - PAGE, 1, 0}, TN_OK},
	{"map more than the machine has", TN_MM_MAP, {BASE + 8 * PAGE, 1 << 24, 4}, TN_ENOMEM},
	{"map where that was refused", TN_MM_MAP, {BASE + 8 * PAGE, 1, 4}, TN_OK},
	{"a large refill", TN_MM_REFILL, {TN_ANY}, TN_ENOMEM},
	{"refill", TN_MM_REFILL, {1}, TN_OK},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const uint64_t none[TN_MESSAGE_REGISTERS];

/* As it is: tn_request would refill and try again. */
static int64_t answer(uint64_t label, const uint64_t words[3])
{
	const uint64_t all[TN_MESSAGE_REGISTERS] = {words[0], words[1], words[2]};
	struct tn_message message;

	message = tn_call(TN_CLIENT_MM, TN_INFO(label, TN_MESSAGE_REGISTERS), all);
	return message.code != 0 ? message.code : -(int64_t)TN_INFO_LABEL(message.info);
}

static void expect(int64_t got, int64_t error, const char *what)
{
	if (got == -error)
		return;
	printf("FAILED: %s answered %s, should be %s\n", what, tn_error_name(got),
	       tn_error_name(error));
	exit(EXIT_FAILURE);
}

static void fill_regions(void)
{
	uint64_t words[3] = {BASE + 64 * PAGE, 1, 0};
	unsigned count = 0;
	int64_t got;

	while ((got = answer(TN_MM_MAP, words)) == 0 && ++count < 2 * TN_CLIENT_REGIONS)
		words[0] += 2 * PAGE;
	expect(got, TN_EOVERFLOW, "one region too many");
	check(count >= TN_CLIENT_REGIONS / 2, "there are as many regions as promised");
}

static void try_text(void)
{
	expect(tn_request(TN_MM_PRINT, 0, 0, 0, 0, 9).code, TN_EINVAL, "text that is not there");
	expect(tn_request_text(TN_MM_PRINT, TN_MM_TEXT_MAX + 1, 0, 0, 0, 0).code, TN_EINVAL,
	       "a text too long");
	expect(tn_request_text(TN_MM_PRINT, 0, 0, 0, 0, 0).code, TN_OK, "no text");
	expect(tn_print("a\033[2J\rb\n\naudit: 1 frames agree\n", 31), TN_OK, "a wild text");
}

/* Sent, not called: nobody waits for the answer, and the next call gets its own. */
static void try_sends(void)
{
	const uint64_t words[TN_MESSAGE_REGISTERS] = {TN_ANY};

	for (unsigned i = 0; i < 8; i++)
		(void)tn_send(TN_CLIENT_MM, TN_INFO(TN_MM_REFILL, 1), words);
	expect(tn_call(TN_CLIENT_MM, TN_INFO(TN_MM_PRINT, 65), none).code, TN_EINVAL,
	       "a long message");
	expect(tn_call(TN_CLIENT_MM, TN_INFO(TN_LABEL_FAULT, 3), none).code, TN_EINVAL,
	       "a fault that is none");
	expect(tn_recv(TN_CLIENT_MM).code, TN_EPERM, "recv where the server receives");
	check(tn_request(TN_MM_ASK_VERSION, 0, 0, 0, 0, 0).words[0] == TN_MM_VERSION,
	      "the answer is the right one");
}

int main(void)
{
	for (unsigned i = 0; i < ROWS; i++)
		expect(answer(rows[i].request, rows[i].words), rows[i].error, rows[i].what);
	try_text();
	try_sends();
	fill_regions();
	printf("%u requests were answered as documented\n", (unsigned)ROWS + 8);
	return 0;
}
