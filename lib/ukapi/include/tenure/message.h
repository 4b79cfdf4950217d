/*
 * message.h - the calls that carry a message, as functions.
 *
 * Each is one `ecall` with the message in registers a1 to a6, both ways. Words beyond the fifth
 * stand in the UTCB's words, at the same index. Owns no state. For riscv64 user programs only.
 */
#pragma once

#include <stdint.h>
#include <tenure/abi.h>

/* What such a call answers. Only `code` means something where it is not 0. */
struct tn_message {
	int64_t code;  /* 0, or the negative of an enum tn_error */
	uint64_t info; /* label, number of words, capability */
	uint64_t words[TN_MESSAGE_REGISTERS];
	uint64_t badge; /* of the capability that was called; 0 for answers */
};

/* `words`: five, whatever the info word says of their number. */
static inline struct tn_message tn_message_call(uint64_t number, uint64_t slot, uint64_t info,
						const uint64_t words[TN_MESSAGE_REGISTERS])
{
	register uint64_t a0 __asm__("a0") = slot;
	register uint64_t a1 __asm__("a1") = info;
	register uint64_t a2 __asm__("a2") = words[0];
	register uint64_t a3 __asm__("a3") = words[1];
	register uint64_t a4 __asm__("a4") = words[2];
	register uint64_t a5 __asm__("a5") = words[3];
	register uint64_t a6 __asm__("a6") = words[4];
	register uint64_t a7 __asm__("a7") = number;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), "+r"(a6),
			   "+r"(a7)
			 :
			 : "t0", "t1", "t2", "t3", "t4", "t5", "t6", "memory");
	return (struct tn_message){(int64_t)a0, a1, {a2, a3, a4, a5, a6}, a7};
}

/* Sends to an endpoint and waits for the answer. */
static inline struct tn_message tn_call(uint64_t endpoint, uint64_t info,
					const uint64_t words[TN_MESSAGE_REGISTERS])
{
	return tn_message_call(TN_CALL_SHORT, endpoint, info, words);
}

/* Hands a message to a thread that waits already; EAGAIN if there is none. */
static inline struct tn_message tn_send(uint64_t endpoint, uint64_t info,
					const uint64_t words[TN_MESSAGE_REGISTERS])
{
	return tn_message_call(TN_CALL_SEND, endpoint, info, words);
}

/* Waits as `info` says, and sends nothing: what the other registers hold does not matter. */
static inline struct tn_message tn_recv_as(uint64_t endpoint, uint64_t info)
{
	register uint64_t a0 __asm__("a0") = endpoint;
	register uint64_t a1 __asm__("a1") = info;
	register uint64_t a2 __asm__("a2");
	register uint64_t a3 __asm__("a3");
	register uint64_t a4 __asm__("a4");
	register uint64_t a5 __asm__("a5");
	register uint64_t a6 __asm__("a6");
	register uint64_t a7 __asm__("a7") = TN_CALL_RECV;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1), "=r"(a2), "=r"(a3), "=r"(a4), "=r"(a5), "=r"(a6),
			   "+r"(a7)
			 :
			 : "t0", "t1", "t2", "t3", "t4", "t5", "t6", "memory");
	return (struct tn_message){(int64_t)a0, a1, {a2, a3, a4, a5, a6}, a7};
}

/* Waits for a message, or for a signal of the UTCB's signal_mask. endpoint: or TN_NONE. */
static inline struct tn_message tn_recv(uint64_t endpoint)
{
	return tn_recv_as(endpoint, 0);
}

/* The same, until the UTCB's deadline at the latest: then the code is -TN_ETIMEDOUT. */
static inline struct tn_message tn_recv_timed(uint64_t endpoint)
{
	return tn_recv_as(endpoint, TN_INFO_TIMED);
}

/* Answers the caller of the message received last. */
static inline struct tn_message tn_reply(uint64_t info, const uint64_t words[TN_MESSAGE_REGISTERS])
{
	return tn_message_call(TN_CALL_REPLY, 0, info, words);
}

/* Answers through a REPLY capability, which is used up. */
static inline struct tn_message tn_reply_to(uint64_t slot, uint64_t info,
					    const uint64_t words[TN_MESSAGE_REGISTERS])
{
	return tn_message_call(TN_CALL_REPLY_TO, slot, info, words);
}

/* reply, then recv. */
static inline struct tn_message tn_reply_recv(uint64_t endpoint, uint64_t info,
					      const uint64_t words[TN_MESSAGE_REGISTERS])
{
	return tn_message_call(TN_REPLY_RECV_SHORT, endpoint, info, words);
}
