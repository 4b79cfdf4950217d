/*
 * untyped.c - a policy: each client has kernel memory of its own from its beginning to its end.
 *
 *   set aside, as many frames as its quota:   [ lent -> |         idle          ]
 *                                              objects    next
 *
 * Objects are made of these frames, one after the other; those that fall free serve again, and go
 * back only when the client is revoked as a whole. Clients may also ask for ranges that they build
 * objects from themselves. mm's own pool keeps nothing.
 */
#include "../policy.h"

static bool is_client(const struct policy_view *pool)
{
	return pool->depth > 0;
}

static struct policy_terms untyped_begin(const struct policy_view *pool,
					 const struct policy_options *options)
{
	(void)options;
	return (struct policy_terms){.aside = is_client(pool) ? pool->quota : 0};
}

static uint64_t untyped_object(const struct policy_view *pool, enum tn_kind kind)
{
	(void)kind;
	if (pool->free > 0)
		return POLICY_STOCK;
	return is_client(pool) ? POLICY_ASIDE : POLICY_FRESH;
}

static struct policy_gift untyped_refill(const struct policy_view *pool, uint64_t missing)
{
	return (struct policy_gift){pool->pool, missing,
				    is_client(pool) ? POLICY_ASIDE : POLICY_FRESH};
}

static uint64_t untyped_idle(const struct policy_view *pool)
{
	return is_client(pool) ? 0 : pool->free;
}

/* What is a client's stays a client's. */
static uint64_t untyped_press(const struct policy_view *pool, uint64_t wanted)
{
	(void)pool;
	(void)wanted;
	return 0;
}

const struct policy mm_policy = {
	.name = "untyped",
	.about = "each program's quota is set aside for it",
	.delegates = true,
	.begin = untyped_begin,
	.object = untyped_object,
	.refill = untyped_refill,
	.idle = untyped_idle,
	.press = untyped_press,
};
