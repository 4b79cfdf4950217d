/*
 * requests_objects.c - threads and endpoints of clients, on request.
 */
#include "requests.h"

#include <tenure/user.h>

#include "../objects.h"
#include "../require.h"
#include "threads.h"

uint32_t request_slot_refusal(const struct client *client, uint64_t slot)
{
	if (slot < TN_CLIENT_FREE || slot >= TN_CLIENT_SLOTS)
		return TN_EINVAL;
	return tn_cap_info(client->process->slot, slot).code == -TN_ENOENT ? 0 : TN_EEXIST;
}

uint32_t request_thread_create(struct server *server, struct request *request,
			       struct answer *answer)
{
	struct client *client = request->client;
	uint32_t refusal = request_slot_refusal(client, request->words[4]);
	struct thread_begin begin = {
		.pc = request->words[0],
		.argument = request->words[1],
		.stack = request->words[2],
		.locals = request->words[3],
		.owned = request->words[4],
	};
	unsigned number = 0;

	if (refusal != 0)
		return refusal;
	while (number < TN_CLIENT_THREADS && client->threads[number].slot)
		number++;
	if (number == TN_CLIENT_THREADS)
		return TN_EAGAIN;
	if (begin.pc >= TN_CLIENT_END || begin.pc % 2 != 0)
		return TN_EINVAL;
	if (!thread_make(server, client, number, &begin))
		return TN_ENOMEM;
	answer->words[0] = number;
	answer->count = 1;
	return 0;
}

/* The request does not say which thread makes it; ending that one, it would not be answered. */
uint32_t request_thread_end(struct server *server, struct request *request, struct answer *answer)
{
	struct client *client = request->client;
	uint64_t number = request->words[0];

	(void)answer;
	if (number >= TN_CLIENT_THREADS || !client->threads[number].slot ||
	    client->threads[number].owned != request->words[1])
		return TN_ENOENT;
	if (number == 0)
		return TN_EBUSY;
	thread_drop(server, client, (unsigned)number);
	return 0;
}

uint32_t request_endpoint_create(struct server *server, struct request *request,
				 struct answer *answer)
{
	struct client *client = request->client;
	uint32_t refusal = request_slot_refusal(client, request->words[0]);
	unsigned number = 0;

	if (refusal != 0)
		return refusal;
	while (number < TN_CLIENT_ENDPOINTS && client->endpoints[number])
		number++;
	if (number == TN_CLIENT_ENDPOINTS)
		return TN_EAGAIN;
	client->endpoints[number] = object_make(server->mm, client->process, TN_KIND_ENDPOINT);
	if (!client->endpoints[number])
		return TN_ENOMEM;
	require_done(tn_cap_copy(client->endpoints[number], client->process->slot,
				 request->words[0],
				 TN_ENDPOINT_SEND | TN_ENDPOINT_RECEIVE | TN_ENDPOINT_GRANT, 0, 0),
		     "cap_copy of an endpoint");
	answer->words[0] = number;
	answer->count = 1;
	return 0;
}

uint32_t request_endpoint_destroy(struct server *server, struct request *request,
				  struct answer *answer)
{
	struct client *client = request->client;
	uint64_t number = request->words[0];

	(void)answer;
	if (number >= TN_CLIENT_ENDPOINTS || !client->endpoints[number])
		return TN_ENOENT;
	object_end(server->mm, client->process, TN_KIND_ENDPOINT, client->endpoints[number]);
	client->endpoints[number] = 0;
	return 0;
}

uint32_t request_connect(struct server *server, struct request *request, struct answer *answer)
{
	struct client *client = request->client;
	const struct client *other = server_client(server, request->words[0]);
	uint64_t number = request->words[1], slot = request->words[2];
	uint32_t refusal = request_slot_refusal(client, slot);

	(void)answer;
	if (refusal != 0)
		return refusal;
	if (!other || number >= TN_CLIENT_ENDPOINTS || !other->endpoints[number])
		return TN_ENOENT;
	require_done(tn_cap_copy(other->endpoints[number], client->process->slot, slot,
				 TN_ENDPOINT_SEND | TN_ENDPOINT_GRANT, client->pid, 0),
		     "cap_copy of an endpoint");
	return 0;
}
