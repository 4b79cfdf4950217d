/*
 * isolation.c - what a program cannot reach. Without arguments: its capabilities are an endpoint
 * and its own thread, and no call of the kernel takes any slot for more. `isolation read ADDRESS`,
 * `write`, `jump`, and `isolation machine`, `illegal` do what must end the program.
 */
#include <string.h>
#include <tenure/client.h>
#include <tenure/user.h>

#include "check.h"
#include "touch.h"

#define VA 0x200000ul
#define FRAME 0x80200u

static unsigned refusals;

/* A call that is given `slot` for each of its capabilities. */
#define CALLS(X)                                                                                   \
	X(debug_write, EBADF, EBADF, tn_debug_write(slot, 0))                                      \
	X(shutdown, EBADF, EBADF, tn_shutdown(slot, 0))                                            \
	X(census, EBADF, EBADF, tn_census(slot))                                                   \
	X(frame_give, EBADF, EBADF, tn_frame_give(slot, slot, FRAME, 1))                           \
	X(frame_reclaim, EBADF, EBADF, tn_frame_reclaim(slot, slot, TN_ANY, 1))                    \
	X(frame_move, EBADF, EBADF, tn_frame_move(slot, slot, 1))                                  \
	X(frame_info, EBADF, EBADF, tn_frame_info(slot, FRAME, 1))                                 \
	X(pool_watch, EBADF, EBADF, tn_pool_watch(slot, 1, slot, 1))                               \
	X(pool_info, EBADF, EBADF, tn_pool_info(slot))                                             \
	X(pool_revoke, EBADF, EBADF, tn_pool_revoke(slot, 0))                                      \
	X(create_pool, EBADF, EBADF, tn_create(TN_KIND_POOL, slot, TN_ANY, TN_NONE, 99, 0))        \
	X(create_process, EBADF, EBADF, tn_create(TN_KIND_PROCESS, slot, TN_ANY, TN_NONE, 99, 0))  \
	X(create_thread, EBADF, EBADF, tn_create(TN_KIND_THREAD, slot, TN_ANY, TN_NONE, 99, 0))    \
	X(create_caps, EBADF, EBADF, tn_create(TN_KIND_CAPS, slot, TN_ANY, TN_NONE, 1, 0))         \
	X(destroy, EPERM, EPERM, tn_destroy(slot, 0))                                              \
	X(cap_revoke, EPERM, EPERM, tn_cap_revoke(slot))                                           \
	X(cap_info, EBADF, EBADF, tn_cap_info(slot, 0))                                            \
	X(cap_delete, EBADF, EBADF, tn_cap_delete(slot, 0))                                        \
	X(map, EBADF, EBADF, tn_map(slot, VA, slot, FRAME, 1, TN_MAP_READ))                        \
	X(unmap, EBADF, EBADF, tn_unmap(slot, VA, 1))                                              \
	X(protect, EBADF, EBADF, tn_protect(slot, VA, 1, TN_MAP_READ, TN_NONE))                    \
	X(table_attach, EBADF, EBADF, tn_table_attach(slot, VA, 0, TN_ANY, TN_NONE))               \
	X(table_detach, EBADF, EBADF, tn_table_detach(slot, VA, 0, 0))                             \
	X(resolve, EBADF, EBADF, tn_resolve(slot, VA))                                             \
	X(sync_code, EBADF, EBADF, tn_sync_code(slot))                                             \
	X(cache_op, EBADF, EBADF, tn_cache_op(slot, FRAME, 1, TN_CACHE_CLEAN))                     \
	X(thread_info, EBADF, EPERM, tn_thread_info(slot))                                         \
	X(thread_configure, EBADF, EPERM,                                                          \
	  tn_thread_configure(slot, TN_CONFIGURE_FAULT, TN_NONE, 0, 0, TN_NONE))                   \
	X(thread_resume, EBADF, EPERM, tn_thread_resume(slot))                                     \
	X(thread_suspend, EBADF, EPERM, tn_thread_suspend(slot))                                   \
	X(irq_bind, EBADF, EBADF, tn_irq_bind(slot, slot, 1))                                      \
	X(irq_ack, EBADF, EBADF, tn_irq_ack(slot))

/* What the slots hold decides what a call of any slot is answered. */
static int64_t wanted(uint64_t slot, int64_t endpoint, int64_t thread)
{
	if (slot == TN_CLIENT_MM)
		return endpoint;
	if (slot == TN_CLIENT_THREAD)
		return thread;
	return slot < TN_CLIENT_SLOTS ? TN_ENOENT : TN_ERANGE;
}

static void refused(const char *call, uint64_t slot, int64_t got, int64_t error)
{
	refusals++;
	if (got == -error)
		return;
	printf("FAILED: %s with slot %lu answered %s, should be %s\n", call, (unsigned long)slot,
	       tn_error_name(got), tn_error_name(error));
	exit(EXIT_FAILURE);
}

static void try_slot(uint64_t slot)
{
#define X(name, endpoint, thread, call)                                                            \
	refused(#name, slot, (call).code, wanted(slot, TN_##endpoint, TN_##thread));
	CALLS(X)
#undef X
}

static void check_slot(uint64_t slot)
{
	struct tn_result info = tn_cap_info(TN_SELF, slot);
	uint64_t type = info.value & 255, rights = info.value >> 8 & 255;

	if (info.code != 0)
		return;
	check(type == TN_CAP_ENDPOINT || type == TN_CAP_THREAD,
	      "no capability is for frames, pools, processes, devices, interrupts or the machine");
	check(rights == (type == TN_CAP_ENDPOINT ? TN_ENDPOINT_SEND : TN_THREAD_SIGNAL),
	      "an endpoint is to send to, a thread to signal");
}

/* More rights than one has are refused; copies with the same go into the own table alone. */
static void try_copies(void)
{
	refused("cap_copy", 1, tn_cap_copy(TN_CLIENT_MM, TN_SELF, 99, TN_RIGHTS_ALL, 0, 0).code,
		TN_EPERM);
	refused("cap_copy", 2,
		tn_cap_copy(TN_CLIENT_THREAD, TN_SELF, 99, TN_THREAD_CONTROL, 0, 0).code, TN_EPERM);
	refused("cap_copy", 1, tn_cap_copy(TN_CLIENT_MM, TN_CLIENT_MM, 99, 0, 0, 0).code, TN_EBADF);
}

static int do_deed(const char *deed, uint64_t address)
{
	printf("about to %s 0x%lx\n", deed, (unsigned long)address);
	if (strcmp(deed, "read") == 0)
		read_at(address);
	else if (strcmp(deed, "write") == 0)
		write_at(address);
	else if (strcmp(deed, "jump") == 0)
		jump_to(address);
	else if (strcmp(deed, "illegal") == 0)
		__asm__ volatile(".word 0");
	else
		__asm__ volatile(
			".option push\n.option arch, +zicsr\ncsrw satp, zero\n.option pop");
	printf("FAILED: still alive\n");
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return do_deed(argv[1], argc > 2 ? strtoul(argv[2], NULL, 0) : 0);
	for (uint64_t slot = 0; slot < TN_CAPS_PAGES * TN_CAPS_SLOTS; slot++)
		check_slot(slot);
	for (uint64_t slot = 0; slot < TN_CLIENT_SLOTS + 8; slot++)
		try_slot(slot);
	try_slot(TN_CAPS_PAGES * TN_CAPS_SLOTS);
	try_slot(TN_ANY - 1);
	try_copies();
	printf("%u calls were refused as documented\n", refusals);
	return 0;
}
