/*
 * request.c - requests to mm: one call each, and the repetition after a refill.
 */
#include <tenure/client.h>

#include <string.h>

#define REFILL 8u /* frames asked for when the own pool is short: a few page tables */

static struct tn_message request(enum tn_mm_request label, uint64_t words_count,
				 const uint64_t words[TN_MESSAGE_REGISTERS])
{
	struct tn_message answer;

	do
		answer = tn_call(TN_CLIENT_MM, TN_INFO(label, words_count), words);
	while (answer.code == -TN_EINTR);
	if (answer.code == 0)
		answer.code = -(int64_t)TN_INFO_LABEL(answer.info);
	return answer;
}

int64_t tn_refill(uint64_t frames)
{
	const uint64_t words[TN_MESSAGE_REGISTERS] = {frames};
	struct tn_message answer = request(TN_MM_REFILL, TN_MESSAGE_REGISTERS, words);

	return answer.code == 0 ? (int64_t)answer.words[0] : answer.code;
}

struct tn_message tn_request(enum tn_mm_request label, uint64_t w0, uint64_t w1, uint64_t w2,
			     uint64_t w3, uint64_t w4)
{
	const uint64_t words[TN_MESSAGE_REGISTERS] = {w0, w1, w2, w3, w4};
	struct tn_message answer = request(label, TN_MESSAGE_REGISTERS, words);

	if (answer.code == -TN_ENOMEM && label != TN_MM_REFILL && tn_refill(REFILL) >= 0)
		answer = request(label, TN_MESSAGE_REGISTERS, words);
	return answer;
}

uint64_t tn_text(const char *text, uint64_t bytes)
{
	if (bytes > TN_MM_TEXT_MAX)
		bytes = TN_MM_TEXT_MAX;
	memcpy(&tn_own_utcb()->words[TN_MM_TEXT_WORD], text, bytes);
	return bytes;
}

struct tn_message tn_request_text(enum tn_mm_request label, uint64_t bytes, uint64_t w0,
				  uint64_t w1, uint64_t w2, uint64_t w3)
{
	const uint64_t words[TN_MESSAGE_REGISTERS] = {w0, w1, w2, w3, bytes};

	return request(label, TN_MM_TEXT_WORD + (bytes + 7) / 8, words);
}

int64_t tn_print(const char *text, uint64_t bytes)
{
	return tn_request_text(TN_MM_PRINT, tn_text(text, bytes), 0, 0, 0, 0).code;
}

int64_t tn_statistics(uint64_t pid, struct tn_mm_statistics *statistics)
{
	struct tn_message answer = tn_request(TN_MM_STATISTICS, pid, 0, 0, 0, 0);
	uint64_t words[sizeof(*statistics) / sizeof(uint64_t)];

	if (answer.code != 0)
		return answer.code;
	memcpy(words, tn_own_utcb()->words, sizeof(words));
	memcpy(words, answer.words, sizeof(answer.words));
	memcpy(statistics, words, sizeof(words));
	return 0;
}
