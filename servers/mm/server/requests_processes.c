/*
 * requests_processes.c - spawn, wait, exit, stop, statistics, refill, print, version.
 */
#include "requests.h"

#include <string.h>
#include <tenure/server.h>

#include "../supply.h"
#include "clients.h"
#include "view.h"

uint32_t request_version(struct server *server, struct request *request, struct answer *answer)
{
	(void)server;
	(void)request;
	answer->words[0] = TN_MM_VERSION;
	answer->count = 1;
	return 0;
}

uint32_t request_spawn(struct server *server, struct request *request, struct answer *answer)
{
	struct client *client = request->client, *child;
	struct start_entry entry = {
		.pool_quota = request->words[0],
		.user_quota = request->words[1],
		.priority = request->words[2],
	};
	const char *why;
	int refusal;

	if (request->words[4] > request->text_room ||
	    !startlist_split(request->text, request->words[4], &entry))
		return TN_EINVAL;
	if (entry.priority > client->priority)
		return TN_EPERM;
	refusal = client_begin(server, client, client->program, &entry, &child, &why);
	if (refusal != 0)
		return (uint32_t)-refusal;
	answer->words[0] = child->pid;
	answer->count = 1;
	return 0;
}

/* The thread that waited may have ended before its child did: then nobody waits. */
static bool somebody_waits(struct server *server, struct client *client)
{
	if (!client->wait_slot)
		return false;
	if (tn_cap_info(TN_SELF, client->wait_slot).value >> 16 & 1)
		return true;
	slot_put(server->mm, client->wait_slot);
	client->wait_slot = 0;
	return false;
}

uint32_t request_wait(struct server *server, struct request *request, struct answer *answer)
{
	struct client *client = request->client;
	struct client *child = client_child(server, client, request->words[0]);

	if (!child)
		return TN_ENOENT;
	if (child->state == CLIENT_ENDED) {
		answer->words[0] = child->pid;
		answer->words[1] = (uint64_t)child->code;
		answer->words[2] = child->reason;
		answer->count = 3;
		client_forget(child);
		return 0;
	}
	if (somebody_waits(server, client))
		return TN_EBUSY;
	client->wait_slot = slot_take(server->mm);
	if (!client->wait_slot)
		return TN_EAGAIN;
	if (tn_save_reply(client->wait_slot).code != 0) { /* it was sent, not called */
		slot_put(server->mm, client->wait_slot);
		client->wait_slot = 0;
		return TN_EPEER;
	}
	client->wait_pid = request->words[0];
	answer->owed = false;
	return 0;
}

uint32_t request_exit(struct server *server, struct request *request, struct answer *answer)
{
	answer->owed = false;
	client_exit(server, request->client, (int64_t)request->words[0]);
	return 0;
}

uint32_t request_stop(struct server *server, struct request *request, struct answer *answer)
{
	struct client *child = server_client(server, request->words[0]);

	(void)answer;
	if (!child || child->parent != request->client->pid)
		return TN_ENOENT;
	client_end(server, child, TN_MM_END_STOP, 0);
	return 0;
}

uint32_t request_statistics(struct server *server, struct request *request, struct answer *answer)
{
	const struct client *client = request->client;
	struct tn_mm_statistics statistics;

	if (request->words[0] != 0)
		client = server_client(server, request->words[0]);
	if (!client)
		return TN_ENOENT;
	statistics = (struct tn_mm_statistics){
		.pool_free = pool_free(server->mm, client->pool),
		.pool_used = pool_used(client->pool),
		.pool_quota = client->pool_quota,
		.user_frames = client->mapped,
		.user_quota = client->user_quota,
		.faults = client->faults,
		.requests = client->requests,
		.printed = client->printed,
		.idle = server->mm->store.buddy.free,
		.processes = server->live,
	};
	memcpy(answer->words, &statistics, sizeof(statistics));
	answer->count = sizeof(statistics) / sizeof(uint64_t);
	return 0;
}

uint32_t request_refill(struct server *server, struct request *request, struct answer *answer)
{
	struct client *client = request->client;
	uint64_t free = pool_free(server->mm, client->pool), wanted = request->words[0];

	if (wanted > client->pool_quota)
		return TN_ENOMEM;
	if (free < wanted &&
	    !supply_answer(server->mm, client->pool, (struct tn_result){-TN_ENOMEM, wanted - free}))
		return TN_ENOMEM;
	answer->words[0] = pool_free(server->mm, client->pool);
	answer->count = 1;
	if (mm_policy.keeps_nothing)
		supply_trim(server->mm, client->pool);
	return 0;
}

uint32_t request_print(struct server *server, struct request *request, struct answer *answer)
{
	uint64_t bytes = request->words[4];

	(void)answer;
	if (bytes > request->text_room)
		return TN_EINVAL;
	view_clear(server);
	tn_print_lines(request->client->name, request->text, bytes);
	request->client->printed += bytes;
	return 0;
}
