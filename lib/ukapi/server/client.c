/*
 * client.c - the objects of a program that is served, from the first one to its first instruction.
 */
#include <tenure/server.h>

#include <string.h>
#include <tenure/records.h>

bool tn_object_make(uint64_t kind, uint64_t payer, uint64_t of, uint64_t slot, uint64_t argument,
		    tn_payer *pay)
{
	return TN_PAID(pay, payer, tn_create(kind, of, TN_ANY, TN_NONE, slot, argument));
}

bool tn_client_make(const struct tn_client *client, tn_payer *pay)
{
	uint64_t pool = client->pool, process = client->process;

	return tn_object_make(TN_KIND_POOL, TN_SLOT_POOL, TN_SLOT_POOL, pool, 0, pay) &&
	       tn_object_make(TN_KIND_PROCESS, pool, pool, process, client->priority, pay) &&
	       tn_object_make(TN_KIND_CAPS, pool, process, 0, 0, pay) &&
	       tn_object_make(TN_KIND_THREAD, pool, process, client->thread, 0, pay);
}

bool tn_client_run(const struct tn_client *client, uint64_t entry, uint64_t utcb, tn_payer *pay)
{
	const struct tn_thread_config config = {
		.priority = client->priority,
		.pc = entry,
		.registers = {[TN_REGISTER_SP] = TN_CLIENT_STACK_TOP,
			      [TN_REGISTER_A0] = TN_CLIENT_START,
			      [TN_REGISTER_A1] = TN_CLIENT_UTCBS},
	};
	uint64_t process = client->process, thread = client->thread, mm = client->endpoint;

	return tn_sync_code(process).code == 0 &&
	       TN_PAID(pay, client->pool,
		       tn_thread_write(thread, &config, utcb, TN_CLIENT_UTCBS, mm)) &&
	       tn_cap_copy(mm, process, TN_CLIENT_MM, TN_ENDPOINT_SEND, 0, 0).code == 0 &&
	       tn_cap_copy(thread, process, TN_CLIENT_THREAD, TN_THREAD_SIGNAL, 0, 0).code == 0 &&
	       tn_thread_resume(thread).code == 0;
}

bool tn_page_write(const struct tn_page *page, uint64_t frame, uint64_t window, tn_payer *pay)
{
	uint64_t flags = TN_MAP_READ | TN_MAP_WRITE | TN_MAP_ZERO;

	if (!TN_PAID(pay, TN_SLOT_POOL,
		     tn_map(TN_SLOT_PROCESS, window, TN_SLOT_FRAMES, frame, 1, flags)))
		return false;
	memcpy((char *)window + page->offset, page->bytes, page->size);
	return tn_unmap(TN_SLOT_PROCESS, window, 1).code == 0;
}
