/*
 * bodies.c - see bodies.h. Owns no state. All of it lies in one page.
 */
#include "bodies.h"

#include <tenure/message.h>
#include <tenure/user.h>

#include "bench.h"

/* One section, which such an alignment keeps within a page as long as it is no larger. */
#define BODY __attribute__((section(".text.bodies"), aligned(4)))
#define BODY_FIRST __attribute__((section(".text.bodies"), aligned(BODY_BYTES)))

#define NO_WORDS ((const uint64_t[TN_MESSAGE_REGISTERS]){0})

BODY_FIRST void body_answer(uint64_t unused)
{
	(void)unused;
	tn_recv(BODY_ENDPOINT);
	for (;;)
		tn_reply_recv(BODY_ENDPOINT, TN_INFO(BODY_LABEL, 0), NO_WORDS);
}

BODY void body_answer_words(uint64_t unused)
{
	struct tn_message m = tn_recv(BODY_ENDPOINT);

	(void)unused;
	for (;;) {
		const uint64_t words[] = {m.words[0] + 1, m.words[1] + 1, m.words[2] + 1,
					  m.words[3] + 1, 0};

		m = tn_reply_recv(BODY_ENDPOINT, TN_INFO(BODY_LABEL, BODY_WORDS), words);
	}
}

BODY void body_signal(uint64_t unused)
{
	(void)unused;
	for (;;) {
		tn_recv(TN_NONE);
		tn_signal(BODY_THREAD, BODY_SIGNAL);
	}
}

BODY void body_touch(uint64_t unused)
{
	const volatile uint64_t *place = (const volatile uint64_t *)BODY_TOUCH;

	(void)unused;
	for (;;) {
		uint64_t start = bench_instret(), word = *place, end = bench_instret();
		const uint64_t words[TN_MESSAGE_REGISTERS] = {end - start, word};

		tn_call(BODY_ENDPOINT, TN_INFO(BODY_LABEL, 2), words);
	}
}

BODY void body_pager(uint64_t frame)
{
	struct tn_message m = tn_recv(BODY_ENDPOINT);

	for (;;) {
		uint64_t page = m.words[1] & -(uint64_t)TN_FRAME_SIZE;
		struct tn_result r = tn_map(BODY_PROCESS, page, BODY_FRAMES, frame, 1,
					    TN_MAP_READ | TN_MAP_WRITE);

		m = tn_reply_recv(BODY_ENDPOINT, TN_INFO(r.code == 0 ? TN_RESUME : TN_KILL, 0),
				  NO_WORDS);
	}
}

BODY void body_wait(uint64_t unused)
{
	(void)unused;
	for (;;)
		tn_message_call(TN_CALL_RECV, BODY_ENDPOINT, TN_INFO_TIMED, NO_WORDS);
}

BODY void body_call(uint64_t word)
{
	const uint64_t words[TN_MESSAGE_REGISTERS] = {word};

	for (;;)
		tn_call(BODY_ENDPOINT, TN_INFO(BODY_LABEL, 1), words);
}
