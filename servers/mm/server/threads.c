/*
 * threads.c - threads and endpoints of clients.
 */
#include "threads.h"

#include <tenure/records.h>

#include "../objects.h"
#include "../pages.h"
#include "../require.h"
#include "../supply.h"
#include "../tables.h"
#include "paging.h"
#include "scratch.h"

void badge_copy(const struct server *server, const struct client *client, unsigned thread,
		uint64_t process, uint64_t slot)
{
	uint64_t badge = (uint64_t)client->pid << 6 | thread;

	require_done(tn_cap_copy(server->endpoint, process, slot, TN_ENDPOINT_SEND, badge, 0),
		     "cap_copy of mm's endpoint");
}

static uint64_t utcb_address(unsigned number)
{
	return TN_CLIENT_UTCBS + number * TN_CLIENT_UTCB_STRIDE;
}

bool thread_set_up(struct mm *mm, const struct thread_setup *setup)
{
	struct process *process = setup->process;
	struct tn_result result;

	if (!tables_ensure(mm, process, setup->address))
		return false;
	do {
		result = tn_thread_write(setup->slot, &setup->config, setup->utcb, setup->address,
					 setup->fault);
	} while (supply_answer(mm, &mm->pools[process->pool], result));
	if (result.code == -TN_ENOMEM)
		return false;
	require_done(result, "thread_configure");
	require(mapping_add(&process->mapping, setup->address, setup->utcb, 1, 1, true) &&
			ledger_map(&mm->store.ledger, setup->utcb, 1, 0),
		"a UTCB's frame was idle");
	process_count_tables(mm, process);
	return true;
}

static bool configure(struct server *server, struct client *client, unsigned number,
		      const struct thread_begin *begin, uint64_t fault)
{
	struct thread_setup setup = {
		.process = client->process,
		.slot = client->threads[number].slot,
		.utcb = client->threads[number].utcb,
		.address = utcb_address(number),
		.fault = fault,
		.config = {.priority = client->priority, .pc = begin->pc},
	};

	setup.config.registers[TN_REGISTER_SP] = begin->stack;
	setup.config.registers[TN_REGISTER_TP] = begin->locals;
	setup.config.registers[TN_REGISTER_A0] = begin->argument;
	setup.config.registers[TN_REGISTER_A1] = setup.address;
	if (!thread_set_up(server->mm, &setup))
		return false;
	client->mapped++;
	return true;
}

static bool set_up(struct server *server, struct client *client, unsigned number,
		   const struct thread_begin *begin)
{
	struct client_thread *thread = &client->threads[number];
	uint64_t fault = slot_take(server->mm);
	bool done;

	if (!fault)
		return false;
	badge_copy(server, client, number, TN_SELF, fault);
	done = scratch_clear(server, thread->utcb, 1) &&
	       configure(server, client, number, begin, fault);
	slot_put(server->mm, fault);
	return done;
}

bool thread_make(struct server *server, struct client *client, unsigned number,
		 const struct thread_begin *begin)
{
	struct client_thread *thread = &client->threads[number];
	struct mm *mm = server->mm;

	if (client->mapped >= client->user_quota || !extents_ready(server))
		return false;
	thread->slot = object_make(mm, client->process, TN_KIND_THREAD);
	if (!thread->slot)
		return false;
	thread->utcb = paging_take_lendable(server, 0);
	if (thread->utcb == STORE_NONE || !set_up(server, client, number, begin)) {
		if (thread->utcb != STORE_NONE)
			store_put_idle(&mm->store, thread->utcb, 1);
		object_end(mm, client->process, TN_KIND_THREAD, thread->slot);
		thread->slot = 0;
		return false;
	}
	thread->owned = begin->owned;
	require_done(tn_cap_copy(thread->slot, client->process->slot, begin->owned,
				 TN_THREAD_SIGNAL, 0, 0),
		     "cap_copy of a thread");
	require_done(tn_thread_resume(thread->slot), "thread_resume");
	return true;
}

/* The kernel's pin has ended with the thread. */
static void unpin(struct server *server, struct client_thread *thread)
{
	struct store *store = &server->mm->store;

	require(ledger_unmap(&store->ledger, thread->utcb, 1, 0), "a UTCB was pinned");
	store_put_idle(store, thread->utcb, 1);
	thread->slot = 0;
}

void thread_drop(struct server *server, struct client *client, unsigned number)
{
	struct client_thread *thread = &client->threads[number];

	object_end(server->mm, client->process, TN_KIND_THREAD, thread->slot);
	require(paging_drop(server, client, utcb_address(number), 1), "a UTCB is a small page");
	unpin(server, thread);
}

void threads_forget(struct server *server, struct client *client)
{
	for (unsigned i = 0; i < TN_CLIENT_THREADS; i++) {
		struct client_thread *thread = &client->threads[i];

		if (!thread->slot)
			continue;
		slot_put(server->mm, thread->slot);
		unpin(server, thread);
	}
	for (unsigned i = 0; i < TN_CLIENT_ENDPOINTS; i++)
		if (client->endpoints[i])
			slot_put(server->mm, client->endpoints[i]);
}
