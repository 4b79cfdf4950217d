/*
 * clients.c - clients begin and end.
 */
#include "clients.h"

#include <stdio.h>
#include <string.h>
#include <tenure/message.h>
#include <tenure/user.h>

#include "../aside.h"
#include "../objects.h"
#include "../require.h"
#include "../supply.h"
#include "archive.h"
#include "loader.h"
#include "threads.h"
#include "untyped.h"
#include "view.h"

#define GENERATIONS ((uint32_t)1 << 20)

struct client *server_client(struct server *server, uint64_t pid)
{
	struct client *client = pid % 64 < SERVER_CLIENTS ? &server->clients[pid % 64] : NULL;

	return client && client->state == CLIENT_LIVE && client->pid == pid ? client : NULL;
}

/* Clients that descend from one line of the start list, those not asked for yet among them. */
static unsigned family_size(const struct server *server, const struct program *program)
{
	unsigned size = 0;

	for (unsigned i = 0; i < SERVER_CLIENTS; i++)
		if (server->clients[i].state != CLIENT_NONE &&
		    server->clients[i].program == program)
			size++;
	return size;
}

/* A fresh record, live from here on; NULL when all are used. */
static struct client *new_client(struct server *server, const struct client *parent,
				 struct program *program, const struct start_entry *entry)
{
	uint32_t index = 0;
	struct client *client;

	while (index < SERVER_CLIENTS && server->clients[index].state != CLIENT_NONE)
		index++;
	if (index == SERVER_CLIENTS || (parent && family_size(server, program) >= TN_MM_FAMILY))
		return NULL;
	client = &server->clients[index];
	memset(client, 0, sizeof(*client));
	server->generation = server->generation % (GENERATIONS - 1) + 1;
	client->state = CLIENT_LIVE;
	client->pid = server->generation << 6 | index;
	client->parent = parent ? parent->pid : 0;
	client->program = program;
	client->priority = entry->priority;
	client->pool_quota = entry->pool_quota;
	client->user_quota = entry->user_quota;
	memcpy(client->name, entry->name, sizeof(client->name));
	server->live++;
	return client;
}

static bool make_objects(struct server *server, struct client *client)
{
	struct mm *mm = server->mm;

	client->pool = object_make_pool(mm, &mm->pools[0], client->pool_quota, NULL);
	if (!client->pool)
		return false;
	supply_watch(client->pool);
	/* Its own priority is the most, should it build threads from untyped memory. */
	client->process = object_make_process_below(mm, client->pool, client->priority);
	return client->process && object_add_slots(mm, client->process, 0);
}

static const char *build(struct server *server, struct client *client, const char *args)
{
	struct thread_begin begin = {
		.stack = TN_CLIENT_STACK_TOP,
		.argument = TN_CLIENT_START,
		.owned = TN_CLIENT_THREAD,
	};
	const char *why = "memory for its kernel objects is short";

	if (!make_objects(server, client))
		return why;
	badge_copy(server, client, SERVER_NOBODY, client->process->slot, TN_CLIENT_MM);
	why = loader_load(server, client, args, &begin.pc);
	if (!why && !thread_make(server, client, 0, &begin))
		why = "memory for its thread is short";
	return why;
}

/* What a client had goes back, in whatever state it is. */
static void take_all(struct server *server, struct client *client)
{
	struct mm *mm = server->mm;
	uint64_t free;

	if (client->wait_slot)
		slot_put(mm, client->wait_slot);
	if (!client->pool)
		return;
	untyped_end(server, client);
	object_revoke_pool(mm, client->pool);
	threads_forget(server, client);
	free = pool_free(mm, client->pool);
	require(supply_reclaim(mm, client->pool, free) == free,
		"a revoked pool's frames can be taken back");
	meter_pool_end(&server->meter, client->pool);
	object_end_pool(mm, client->pool);
	client->pool = NULL;
	client->process = NULL;
}

/* What is free beyond the quota goes back; what is set aside follows it. */
static void set_pool_quota(struct mm *mm, struct client *client, uint64_t quota)
{
	struct pool *pool = client->pool;
	uint64_t frames = pool_frames(mm, pool);

	client->pool_quota = quota;
	pool->quota = quota;
	if (frames > quota)
		supply_reclaim(mm, pool, frames - quota);
	/* If mm has gone below its reserve meanwhile, some are set aside when the pool needs them. */
	(void)aside_renew(mm, pool);
}

static void close_client(struct server *server, struct client *client)
{
	struct client *parent = server_client(server, client->parent);

	take_all(server, client);
	if (parent) {
		parent->user_quota += client->user_quota;
		set_pool_quota(server->mm, parent, parent->pool_quota + client->pool_quota);
	}
	server->live--;
	client->state = CLIENT_NONE;
}

static void lend_quotas(struct mm *mm, struct client *parent, const struct client *client)
{
	parent->user_quota -= client->user_quota;
	set_pool_quota(mm, parent, parent->pool_quota - client->pool_quota);
}

/* The parent keeps what it uses already, and at least one frame of each. */
static bool can_lend(const struct mm *mm, const struct client *parent,
		     const struct start_entry *entry)
{
	return entry->pool_quota > 0 && entry->user_quota > 0 &&
	       entry->pool_quota < parent->pool_quota && entry->user_quota < parent->user_quota &&
	       pool_used(parent->pool) <= parent->pool_quota - entry->pool_quota &&
	       parent->mapped <= parent->user_quota - entry->user_quota &&
	       pool_frames(mm, parent->pool) > 0;
}

int client_begin(struct server *server, struct client *parent, struct program *program,
		 const struct start_entry *entry, struct client **made, const char **why)
{
	struct client *client;
	struct cpio_file file;

	*why = "there is no such program";
	if (!archive_find(server, entry->name, &file))
		return -TN_ENOENT;
	*why = "its quotas are more than its parent has left";
	if (parent && !can_lend(server->mm, parent, entry))
		return -TN_ENOMEM;
	*why = "there are too many processes";
	client = new_client(server, parent, program, entry);
	if (!client)
		return -TN_EAGAIN;
	if (parent)
		lend_quotas(server->mm, parent, client);
	*why = build(server, client, entry->args);
	if (!*why) {
		server->started++;
		*made = client;
		return 0;
	}
	close_client(server, client);
	return -TN_ENOMEM;
}

static void answer_waiter(struct server *server, struct client *parent, struct client *client)
{
	const uint64_t words[TN_MESSAGE_REGISTERS] = {client->pid, (uint64_t)client->code,
						      client->reason};

	/* The thread that waited may have ended: then the next one that asks is told. */
	if (tn_reply_to(parent->wait_slot, TN_INFO(0, 3), words).code == 0)
		client_forget(client);
	slot_put(server->mm, parent->wait_slot);
	parent->wait_slot = 0;
}

static void end_one(struct server *server, struct client *client, enum tn_mm_end reason,
		    int64_t code)
{
	struct client *parent = server_client(server, client->parent);

	close_client(server, client);
	client->reason = reason;
	client->code = code;
	client->program->ends[reason]++;
	if (client->parent == 0)
		program_end(client->program, reason, code);
	if (!parent)
		return;
	client->state = CLIENT_ENDED;
	if (parent->wait_slot && (parent->wait_pid == 0 || parent->wait_pid == client->pid))
		answer_waiter(server, parent, client);
}

static struct client *live_child(struct server *server, const struct client *parent)
{
	for (unsigned i = 0; i < SERVER_CLIENTS; i++) {
		struct client *client = &server->clients[i];

		if (client->state == CLIENT_LIVE && client->parent == parent->pid)
			return client;
	}
	return NULL;
}

/* A client without children that descends from this one; itself, if it has none. */
static struct client *last_descendant(struct server *server, struct client *client)
{
	struct client *child;

	while ((child = live_child(server, client)))
		client = child;
	return client;
}

/* Nobody will ask for those that ended before their parent. */
static void forget_children(struct server *server, uint32_t parent)
{
	for (unsigned i = 0; i < SERVER_CLIENTS; i++)
		if (server->clients[i].state == CLIENT_ENDED && server->clients[i].parent == parent)
			client_forget(&server->clients[i]);
}

/* Children before parents, so that quotas go back the way they came. */
void client_end(struct server *server, struct client *client, enum tn_mm_end reason, int64_t code)
{
	struct client *last;

	while ((last = last_descendant(server, client)) != client) {
		forget_children(server, last->pid);
		end_one(server, last, TN_MM_END_STOP, 0);
	}
	forget_children(server, client->pid);
	end_one(server, client, reason, code);
}

void client_exit(struct server *server, struct client *client, int64_t code)
{
	if (client->parent == 0 && code != 0) {
		view_line(server, client->name, "ended with status %ld", (long)code);
		server->discontent++;
	}
	client_end(server, client, TN_MM_END_EXIT, code);
}

void client_fail(struct server *server, struct client *client, enum tn_mm_end reason, int64_t code,
		 const char *why)
{
	view_line(server, client->name, "%sended: %s", client->parent ? "a child " : "", why);
	if (client->parent == 0)
		snprintf(client->program->why, sizeof(client->program->why), "%s", why);
	client_end(server, client, reason, code);
}

struct client *client_child(struct server *server, const struct client *parent, uint64_t pid)
{
	struct client *found = NULL;

	for (unsigned i = 0; i < SERVER_CLIENTS; i++) {
		struct client *client = &server->clients[i];

		if (client->state == CLIENT_NONE || client->parent != parent->pid ||
		    (pid != 0 && client->pid != pid))
			continue;
		if (client->state == CLIENT_ENDED)
			return client;
		found = client;
	}
	return found;
}

void client_forget(struct client *client)
{
	client->state = CLIENT_NONE;
}
