/*
 * requests.c - sorts what arrives: requests by their label, faults, and threads that end.
 */
#include "requests.h"

#include <stdio.h>

#include "clients.h"
#include "paging.h"
#include "threads.h"

static request_handler *const handlers[] = {
	[TN_MM_ASK_VERSION] = request_version,
	[TN_MM_MAP] = request_map,
	[TN_MM_UNMAP] = request_unmap,
	[TN_MM_PROTECT] = request_protect,
	[TN_MM_OFFER] = request_offer,
	[TN_MM_ATTACH] = request_attach,
	[TN_MM_SPAWN] = request_spawn,
	[TN_MM_WAIT] = request_wait,
	[TN_MM_EXIT] = request_exit,
	[TN_MM_PRINT] = request_print,
	[TN_MM_STATISTICS] = request_statistics,
	[TN_MM_REFILL] = request_refill,
	[TN_MM_THREAD_CREATE] = request_thread_create,
	[TN_MM_THREAD_END] = request_thread_end,
	[TN_MM_ENDPOINT_CREATE] = request_endpoint_create,
	[TN_MM_ENDPOINT_DESTROY] = request_endpoint_destroy,
	[TN_MM_CONNECT] = request_connect,
	[TN_MM_STOP] = request_stop,
	[TN_MM_UNTYPED] = request_untyped,
	[TN_MM_UNTYPED_MAP] = request_untyped_map,
	[TN_MM_UNTYPED_RETURN] = request_untyped_return,
};
#define HANDLERS (sizeof(handlers) / sizeof(handlers[0]))

/* In words: what a thread did. */
static const char *deed(uint64_t kind)
{
	static const char *const deeds[] = {
		[TN_FAULT_FETCH] = "jumped to",
		[TN_FAULT_LOAD] = "read",
		[TN_FAULT_STORE] = "wrote",
	};

	return kind < TN_FAULT_ILLEGAL ? deeds[kind] : "failed at";
}

/* Whose the address is, for the line that a person reads. */
static const char *place_name(struct client *client, uint64_t va)
{
	if (va < TN_FRAME_SIZE)
		return "null";
	if (va >> 63)
		return "the kernel's half";
	if (va >= TN_CLIENT_END)
		return "no address of a program";
	if (regions_find(&client->regions, va))
		return "memory that does not allow it";
	if (mapping_frame(&client->process->mapping, va - va % TN_FRAME_SIZE) != STORE_NONE)
		return "a page of its own that does not allow it";
	return "nothing is mapped there";
}

static void end_for_fault(struct server *server, const struct request *request)
{
	struct client *client = request->client;
	unsigned long value = request->words[1], pc = request->words[2];
	char why[PROGRAM_WHY];

	if (request->words[0] == TN_FAULT_ILLEGAL)
		snprintf(why, sizeof(why), "illegal instruction 0x%lx at pc 0x%lx", value, pc);
	else
		snprintf(why, sizeof(why), "it %s 0x%lx (%s), at pc 0x%lx", deed(request->words[0]),
			 value, place_name(client, value), pc);
	client_fail(server, client, TN_MM_END_FAULT, (int64_t)request->words[0], why);
}

static void end_for_memory(struct server *server, const struct request *request)
{
	struct client *client = request->client;
	char why[PROGRAM_WHY];

	snprintf(why, sizeof(why),
		 "no memory for the page at 0x%lx: %lu of %lu user frames, %lu of %lu pool frames, "
		 "%lu idle",
		 (unsigned long)request->words[1], (unsigned long)client->mapped,
		 (unsigned long)client->user_quota,
		 (unsigned long)pool_frames(server->mm, client->pool),
		 (unsigned long)client->pool_quota, (unsigned long)server->mm->store.buddy.free);
	client_fail(server, client, TN_MM_END_MEMORY, 0, why);
}

static void serve_fault(struct server *server, struct request *request, struct answer *answer)
{
	struct client *client = request->client;
	uint64_t va = request->words[1];
	struct region *region = regions_find(&client->regions, va);
	bool there;

	client->faults++;
	client->program->faults++;
	server->faults++;
	there = region &&
		mapping_has(&client->process->mapping, va - va % TN_FRAME_SIZE, TN_FRAME_SIZE);
	if (!region || !region_allows(region, request->words[0]) || (region->attached && !there)) {
		answer->owed = false;
		end_for_fault(server, request);
		return;
	}
	answer->label = TN_RESUME;
	if (paging_fill(server, client, region, va))
		return;
	answer->owed = false;
	end_for_memory(server, request);
}

/* The first thread's end is the program's. */
static void serve_exit(struct server *server, struct request *request, struct answer *answer)
{
	answer->owed = false;
	if (request->thread == 0)
		client_exit(server, request->client, (int64_t)request->words[0]);
	else
		thread_drop(server, request->client, request->thread);
}

void request_serve(struct server *server, struct request *request, struct answer *answer)
{
	bool is_request = request->thread == SERVER_NOBODY;

	request->client->program->touched = true;
	if (!is_request && request->label == TN_LABEL_FAULT) {
		serve_fault(server, request, answer);
	} else if (!is_request && request->label == TN_LABEL_EXIT) {
		serve_exit(server, request, answer);
	} else if (is_request && request->label < HANDLERS && handlers[request->label]) {
		request->client->requests++;
		request->client->program->requests++;
		answer->label = handlers[request->label](server, request, answer);
	} else {
		answer->label = TN_ENOSYS;
	}
}
