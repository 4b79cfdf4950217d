/*
 * payment.h - the frame that one object is made of, as the policy names it.
 *
 *   do {
 *           payment = payment_choose(mm, pool, kind, &payment);
 *           result = tn_create(kind, target, payment.frame, payment.frames, place, argument);
 *   } while (payment_settle(mm, pool, &payment, result));
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/user.h>

#include "mm.h"

/* `frame` and `frames` are arguments of create and table_attach. */
struct payment {
	uint64_t frame;  /* an exact one, or TN_ANY: out of the pool's stock */
	uint64_t frames; /* capability slot that covers it, or TN_NONE */
	bool claimed;    /* it was idle, and is ours now */
	bool refused;    /* the policy named a frame that is not to be had: the stock pays */
};

/* A payment that nothing is known of yet. */
#define PAYMENT_NONE ((struct payment){TN_ANY, TN_NONE, false, false})

/* Asks the policy, after the last attempt, if there was one. */
struct payment payment_choose(struct mm *mm, struct pool *pool, enum tn_kind kind,
			      const struct payment *last);

/*
 * Writes down what came of the call. True if it is worth repeating: the pool was short and has been
 * filled, or the policy had named a wrong frame.
 */
bool payment_settle(struct mm *mm, struct pool *pool, struct payment *payment,
		    struct tn_result result);

/*
 * One of the frames is idle for the kernel, which cannot know that somebody has a claim to it: it is
 * set aside for a pool, or mm has it in hand to map it.
 */
bool payment_has_claims(const struct mm *mm, uint64_t first, uint64_t count);
