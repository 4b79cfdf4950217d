/*
 * user.h - the calls of the kernel, as functions: tn_NAME, made from calls.h.
 *
 * Each stub takes its arguments in the order of its row in calls.h, all of them 64-bit words,
 * and is one `ecall`. Owns no state. For riscv64 user programs only; abi.h has the numbers and
 * layouts that the host's tests share.
 */
#pragma once

#include <stdint.h>
#include <tenure/abi.h>

/* What every call answers: a0 and a1. */
struct tn_result {
	int64_t code;   /* 0, or the negative of an enum tn_error */
	uint64_t value; /* the second result, whose meaning calls.h gives */
};

/* Set by the start code before main runs; both stay mapped for the program's whole life. */
extern const struct tn_boot_info *tn_boot;
extern struct tn_utcb *tn_utcb;

/*
 * A call returns its results in a0 and a1; the other argument registers and the temporaries come
 * back zero, so none of them may be thought to keep a value. ra, sp, gp, tp and s0-s11 are kept.
 * "memory": calls read and write the UTCB, and unmapping or mapping changes what pointers see.
 */
#define TN_CLOBBERS "t0", "t1", "t2", "t3", "t4", "t5", "t6", "memory"
#define TN_IN(reg, value) register uint64_t reg __asm__(#reg) = (value)
#define TN_OUT(reg) register uint64_t reg __asm__(#reg)
#define TN_RESULT ((struct tn_result){(int64_t)a0, a1})

#define TN_STUB_0(NAME, name)                                                                      \
	static inline struct tn_result tn_##name(void)                                             \
	{                                                                                          \
		TN_IN(a7, TN_CALL_##NAME);                                                         \
		TN_OUT(a0);                                                                        \
		TN_OUT(a1);                                                                        \
		__asm__ volatile("ecall"                                                           \
				 : "+r"(a7), "=r"(a0), "=r"(a1)                                    \
				 :                                                                 \
				 : "a2", "a3", "a4", "a5", "a6", TN_CLOBBERS);                     \
		return TN_RESULT;                                                                  \
	}

#define TN_STUB_1(NAME, name)                                                                      \
	static inline struct tn_result tn_##name(uint64_t x0)                                      \
	{                                                                                          \
		TN_IN(a7, TN_CALL_##NAME);                                                         \
		TN_IN(a0, x0);                                                                     \
		TN_OUT(a1);                                                                        \
		__asm__ volatile("ecall"                                                           \
				 : "+r"(a7), "+r"(a0), "=r"(a1)                                    \
				 :                                                                 \
				 : "a2", "a3", "a4", "a5", "a6", TN_CLOBBERS);                     \
		return TN_RESULT;                                                                  \
	}

#define TN_STUB_2(NAME, name)                                                                      \
	static inline struct tn_result tn_##name(uint64_t x0, uint64_t x1)                         \
	{                                                                                          \
		TN_IN(a7, TN_CALL_##NAME);                                                         \
		TN_IN(a0, x0);                                                                     \
		TN_IN(a1, x1);                                                                     \
		__asm__ volatile("ecall"                                                           \
				 : "+r"(a7), "+r"(a0), "+r"(a1)                                    \
				 :                                                                 \
				 : "a2", "a3", "a4", "a5", "a6", TN_CLOBBERS);                     \
		return TN_RESULT;                                                                  \
	}

#define TN_STUB_3(NAME, name)                                                                      \
	static inline struct tn_result tn_##name(uint64_t x0, uint64_t x1, uint64_t x2)            \
	{                                                                                          \
		TN_IN(a7, TN_CALL_##NAME);                                                         \
		TN_IN(a0, x0);                                                                     \
		TN_IN(a1, x1);                                                                     \
		TN_IN(a2, x2);                                                                     \
		__asm__ volatile("ecall"                                                           \
				 : "+r"(a7), "+r"(a0), "+r"(a1), "+r"(a2)                          \
				 :                                                                 \
				 : "a3", "a4", "a5", "a6", TN_CLOBBERS);                           \
		return TN_RESULT;                                                                  \
	}

#define TN_STUB_4(NAME, name)                                                                      \
	static inline struct tn_result tn_##name(uint64_t x0, uint64_t x1, uint64_t x2,            \
						 uint64_t x3)                                      \
	{                                                                                          \
		TN_IN(a7, TN_CALL_##NAME);                                                         \
		TN_IN(a0, x0);                                                                     \
		TN_IN(a1, x1);                                                                     \
		TN_IN(a2, x2);                                                                     \
		TN_IN(a3, x3);                                                                     \
		__asm__ volatile("ecall"                                                           \
				 : "+r"(a7), "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3)                \
				 :                                                                 \
				 : "a4", "a5", "a6", TN_CLOBBERS);                                 \
		return TN_RESULT;                                                                  \
	}

#define TN_STUB_5(NAME, name)                                                                      \
	static inline struct tn_result tn_##name(uint64_t x0, uint64_t x1, uint64_t x2,            \
						 uint64_t x3, uint64_t x4)                         \
	{                                                                                          \
		TN_IN(a7, TN_CALL_##NAME);                                                         \
		TN_IN(a0, x0);                                                                     \
		TN_IN(a1, x1);                                                                     \
		TN_IN(a2, x2);                                                                     \
		TN_IN(a3, x3);                                                                     \
		TN_IN(a4, x4);                                                                     \
		__asm__ volatile("ecall"                                                           \
				 : "+r"(a7), "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4)      \
				 :                                                                 \
				 : "a5", "a6", TN_CLOBBERS);                                       \
		return TN_RESULT;                                                                  \
	}

#define TN_STUB_6(NAME, name)                                                                      \
	static inline struct tn_result tn_##name(uint64_t x0, uint64_t x1, uint64_t x2,            \
						 uint64_t x3, uint64_t x4, uint64_t x5)            \
	{                                                                                          \
		TN_IN(a7, TN_CALL_##NAME);                                                         \
		TN_IN(a0, x0);                                                                     \
		TN_IN(a1, x1);                                                                     \
		TN_IN(a2, x2);                                                                     \
		TN_IN(a3, x3);                                                                     \
		TN_IN(a4, x4);                                                                     \
		TN_IN(a5, x5);                                                                     \
		__asm__ volatile("ecall"                                                           \
				 : "+r"(a7), "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4),     \
				   "+r"(a5)                                                        \
				 :                                                                 \
				 : "a6", TN_CLOBBERS);                                             \
		return TN_RESULT;                                                                  \
	}

#define TN_X(number, NAME, name, argc, ...) TN_STUB_##argc(NAME, name)
TN_CALLS(TN_X)
#undef TN_X

/*
 * Makes a call by its number with six arguments, for programs that try numbers and arguments
 * which no stub would pass.
 */
static inline struct tn_result tn_call_number(uint64_t number, const uint64_t arguments[6])
{
	TN_IN(a7, number);
	TN_IN(a0, arguments[0]);
	TN_IN(a1, arguments[1]);
	TN_IN(a2, arguments[2]);
	TN_IN(a3, arguments[3]);
	TN_IN(a4, arguments[4]);
	TN_IN(a5, arguments[5]);
	__asm__ volatile("ecall"
			 : "+r"(a7), "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
			 :
			 : "a6", TN_CLOBBERS);
	return TN_RESULT;
}

/* The clock: ticks of tn_boot->timebase a second. */
static inline uint64_t tn_clock(void)
{
	uint64_t ticks;

	__asm__ volatile(".option push\n\t.option arch, +zicsr\n\trdtime %0\n\t.option pop"
			 : "=r"(ticks));
	return ticks;
}
