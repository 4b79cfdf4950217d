/*
 * process.c - children of a program that mm starts.
 */
#include <tenure/client.h>

#include <string.h>

int64_t tn_spawn(const char *text, uint64_t pool_quota, uint64_t user_quota, uint64_t priority)
{
	struct tn_message answer;

	answer = tn_request_text(TN_MM_SPAWN, tn_text(text, strlen(text)), pool_quota, user_quota,
				 priority, 0);
	return answer.code == 0 ? (int64_t)answer.words[0] : answer.code;
}

int64_t tn_wait(uint64_t pid, struct tn_ended *ended)
{
	struct tn_message answer = tn_request(TN_MM_WAIT, pid, 0, 0, 0, 0);

	if (answer.code == 0 && ended)
		*ended = (struct tn_ended){answer.words[0], (int64_t)answer.words[1],
					   (enum tn_mm_end)answer.words[2]};
	return answer.code;
}

int64_t tn_stop(uint64_t pid)
{
	return tn_request(TN_MM_STOP, pid, 0, 0, 0, 0).code;
}
