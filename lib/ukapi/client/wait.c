/*
 * wait.c - waiting: for signals, for a time, or for whichever comes first.
 *
 * Owns the signal mask and the deadline of the calling thread's UTCB while it waits. Otherwise the
 * mask is empty and the deadline never: a program's own receives wait for messages alone.
 */
#include <tenure/threads.h>

#include <tenure/client.h>
#include <tenure/user.h>

uint64_t tn_await_signals_until(uint64_t mask, uint64_t deadline)
{
	struct tn_utcb *utcb = tn_own_utcb();
	struct tn_message message;

	utcb->deadline = deadline;
	utcb->signal_mask = mask;
	do
		message = tn_recv_timed(TN_NONE);
	while (message.code == -TN_EINTR);
	utcb->signal_mask = 0;
	utcb->deadline = TN_ANY;
	return message.code == 0 ? message.words[0] : 0;
}

uint64_t tn_await_signals(uint64_t mask)
{
	return tn_await_signals_until(mask, TN_ANY);
}

void tn_sleep_until(uint64_t deadline)
{
	(void)tn_await_signals_until(0, deadline);
}

void tn_sleep_ms(uint64_t milliseconds)
{
	tn_sleep_until(tn_clock() + milliseconds * tn_client->timebase / 1000);
}
