/*
 * programs.c - the programs of the start list: what each did and how it ended.
 */
#include "programs.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tenure/records.h>

#include "server.h"
#include "startlist.h"

struct program *program_new(struct server *server, const struct start_entry *entry)
{
	struct program *program;

	if (server->program_count == SERVER_PROGRAMS)
		return NULL;
	program = &server->programs[server->program_count++];
	*program = (struct program){
		.pool_quota = entry->pool_quota,
		.user_quota = entry->user_quota,
		.began = tn_clock(),
	};
	memcpy(program->name, entry->name, sizeof(program->name));
	return program;
}

void program_end(struct program *program, enum tn_mm_end reason, int64_t code)
{
	program->ended = true;
	program->reason = reason;
	program->code = code;
	program->done = tn_clock();
}

struct program_share program_share(const struct server *server, const struct program *program)
{
	struct program_share share = {0};

	for (unsigned i = 0; i < SERVER_CLIENTS; i++) {
		const struct client *client = &server->clients[i];

		if (client->state != CLIENT_LIVE || client->program != program)
			continue;
		share.processes++;
		share.used += pool_used(client->pool);
		share.free += pool_free(server->mm, client->pool);
		share.mapped += client->mapped;
	}
	return share;
}

/* --- states ---------------------------------------------------------------------------------- */

static uint64_t thread_state(const struct client_thread *thread)
{
	struct tn_thread_info info;

	return tn_thread_read(thread->slot, &info).code == 0 ? info.state : TN_THREAD_STOPPED;
}

/* A thread whose fault or request is being served, or waits to be, is as good as running. */
static bool is_running(const struct server *server, const struct client *client)
{
	if (server->serving == client)
		return true;
	for (unsigned i = 0; i < TN_CLIENT_THREADS; i++) {
		uint64_t state;

		if (!client->threads[i].slot)
			continue;
		state = thread_state(&client->threads[i]);
		if (state == TN_THREAD_RUNNING || state == TN_THREAD_FAULTED)
			return true;
	}
	return false;
}

/* What a client waits for whose threads all do: its first one speaks for it. */
static const char *wait_text(const struct client *client)
{
	if (client->wait_slot)
		return "waits for a child";
	switch (thread_state(&client->threads[0])) {
	case TN_THREAD_RECEIVES:
		return "waits for a message";
	case TN_THREAD_CALLS:
		return "waits for a receiver";
	case TN_THREAD_AWAITS:
		return "waits for an answer";
	default:
		return "stopped";
	}
}

enum program_state program_state(const struct server *server, const struct program *program,
				 const char **what)
{
	*what = "ended";
	if (program->ended)
		return PROGRAM_ENDED;
	*what = "starting";
	if (!program->touched)
		return PROGRAM_STARTING;
	for (unsigned i = 0; i < SERVER_CLIENTS; i++) {
		const struct client *client = &server->clients[i];

		if (client->state != CLIENT_LIVE || client->program != program)
			continue;
		if (is_running(server, client)) {
			*what = "running";
			return PROGRAM_RUNNING;
		}
		if (client->parent == 0)
			*what = wait_text(client);
	}
	return PROGRAM_WAITING;
}

/* It has built something of untyped memory: threads, perhaps, of which mm knows nothing. */
static bool has_built(const struct client *client)
{
	const struct tn_pool_info *info = (const void *)tn_utcb->words;

	return client->untyped_pool && tn_pool_info(client->untyped_pool->slot).code == 0 &&
	       info->used > 0;
}

bool programs_wait(const struct server *server)
{
	for (unsigned i = 0; i < SERVER_CLIENTS; i++)
		if (server->clients[i].state == CLIENT_LIVE &&
		    (is_running(server, &server->clients[i]) || has_built(&server->clients[i])))
			return false;
	return true;
}

/* --- ends ------------------------------------------------------------------------------------ */

/* Text that grows, cut where the room ends. */
struct writer {
	char *text;
	unsigned size, length;
};

static void __attribute__((format(printf, 2, 3)))
write_text(struct writer *writer, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(writer->text + writer->length, writer->size - writer->length, format,
			   arguments);
	va_end(arguments);
	writer->length += length > 0 ? (unsigned)length : 0;
	if (writer->length >= writer->size)
		writer->length = writer->size - 1;
}

/* The program's own process counts among the ends; what is left are children. */
static void write_children(struct writer *writer, const struct program *program)
{
	static const char *const words[PROGRAM_ENDS] = {
		[TN_MM_END_EXIT] = "by themselves",
		[TN_MM_END_FAULT] = "for a fault",
		[TN_MM_END_STOP] = "by a parent",
		[TN_MM_END_MEMORY] = "for lack of memory",
	};
	const char *separator = "; children: ";

	for (unsigned i = 0; i < PROGRAM_ENDS; i++) {
		uint64_t ends = program->ends[i] - (i == program->reason);

		if (ends == 0)
			continue;
		write_text(writer, "%s%lu %s", separator, (unsigned long)ends,
			   ends == 1 && i == TN_MM_END_EXIT ? "by itself" : words[i]);
		separator = ", ";
	}
}

void program_describe(const struct program *program, char *text, unsigned size)
{
	struct writer writer = {text, size, 0};

	if (program->why[0] != '\0')
		write_text(&writer, "%s", program->why);
	else if (program->code != 0)
		write_text(&writer, "by itself, with status %ld", (long)program->code);
	else
		write_text(&writer, "by itself");
	write_children(&writer, program);
}
