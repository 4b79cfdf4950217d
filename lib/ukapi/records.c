/*
 * records.c - the calls whose answer, or argument, is a record in the UTCB: copied out, or in.
 */
#include <tenure/records.h>

#include <string.h>

#define COPIED(type) _Static_assert(sizeof(type) <= TN_UTCB_WORDS * 8, #type " fits the UTCB")
COPIED(struct tn_pool_info);
COPIED(struct tn_census);
COPIED(struct tn_resolved);
COPIED(struct tn_cap_info);
COPIED(struct tn_thread_info);
COPIED(struct tn_thread_config);

static struct tn_result copy_out(struct tn_result result, void *record, size_t size)
{
	if (result.code == 0)
		memcpy(record, tn_utcb->words, size);
	return result;
}

struct tn_result tn_pool_read(uint64_t pool, struct tn_pool_info *info)
{
	return copy_out(tn_pool_info(pool), info, sizeof(*info));
}

struct tn_result tn_census_read(uint64_t system, struct tn_census *census)
{
	return copy_out(tn_census(system), census, sizeof(*census));
}

struct tn_result tn_resolve_read(uint64_t process, uint64_t va, struct tn_resolved *page)
{
	return copy_out(tn_resolve(process, va), page, sizeof(*page));
}

struct tn_result tn_cap_read(uint64_t process, uint64_t slot, struct tn_cap_info *info)
{
	return copy_out(tn_cap_info(process, slot), info, sizeof(*info));
}

struct tn_result tn_thread_read(uint64_t thread, struct tn_thread_info *info)
{
	return copy_out(tn_thread_info(thread), info, sizeof(*info));
}

struct tn_result tn_thread_write(uint64_t thread, const struct tn_thread_config *config,
				 uint64_t utcb, uint64_t va, uint64_t fault)
{
	uint64_t all = TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB | TN_CONFIGURE_FAULT |
		       TN_CONFIGURE_PRIORITY;

	memcpy(tn_utcb->words, config, sizeof(*config));
	return tn_thread_configure(thread, all, TN_SLOT_FRAMES, utcb, va, fault);
}
