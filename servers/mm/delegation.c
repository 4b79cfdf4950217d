/*
 * delegation.c - what the kernel may say of a delegated frame.
 */
#include "delegation.h"

#include <tenure/abi.h>

static bool is_pool_below(const struct ledger *ledger, uint16_t pool, uint64_t frame,
			  delegation_look *look, void *context)
{
	struct ledger_frame what = ledger_frame(ledger, frame);

	return what.owner == LEDGER_DELEGATED && what.value == pool &&
	       TN_INFO_KIND(look(context, frame)) == TN_KIND_POOL;
}

enum delegation delegation_judge(const struct ledger *ledger, uint16_t pool, uint64_t own,
				 uint64_t word, delegation_look *look, void *context)
{
	switch (TN_INFO_KIND(word)) {
	case TN_KIND_USER:
		return DELEGATION_USER;
	case TN_KIND_POOL:
	case TN_KIND_PROCESS:
	case TN_KIND_THREAD:
	case TN_KIND_ENDPOINT:
		return DELEGATION_OBJECT;
	case TN_KIND_CAPS:
	case TN_KIND_TABLE:
	case TN_KIND_FREE:
		if (TN_INFO_LOW(word) == own)
			return DELEGATION_OWN;
		return is_pool_below(ledger, pool, TN_INFO_LOW(word), look, context)
			       ? DELEGATION_BELOW
			       : DELEGATION_WRONG;
	default:
		return DELEGATION_WRONG;
	}
}
