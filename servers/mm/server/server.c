/*
 * server.c - mm as a server: comes up, starts the list's programs, answers until all have ended.
 */
#include "server.h"

#include <stdio.h>
#include <string.h>
#include <tenure/message.h>
#include <tenure/names.h>
#include <tenure/server.h>

#include "../audit.h"
#include "../objects.h"
#include "../require.h"
#include "../show.h"
#include "../supply.h"
#include "clients.h"
#include "meter.h"
#include "options.h"
#include "requests.h"
#include "scratch.h"
#include "startlist.h"
#include "ticker.h"
#include "view.h"

/* --- up -------------------------------------------------------------------------------------- */

static void open_server(struct server *server)
{
	struct mm *mm = server->mm;
	struct process *own = &mm->processes[0];

	while (mm->slot_pages < MM_SLOT_PAGES) {
		require(object_add_slots(mm, own, mm->slot_pages), "there are slots for mm");
		mm->slot_pages++;
	}
	server->endpoint = object_make(mm, own, TN_KIND_ENDPOINT);
	require(server->endpoint != 0, "there is an endpoint for mm");
	tn_utcb->signal_mask = TN_ANY; /* a bit a pool, supply_watch, and the ticker's */
	tn_utcb->receive_slot = TN_NONE;
	scratch_start(server);
	mm->reserve = SERVER_RESERVE;
}

static bool start_one(struct server *server, const struct start_entry *entry)
{
	struct program *program = program_new(server, entry);
	const char *why = "there are too many programs";
	struct client *client;

	if (program && client_begin(server, NULL, program, entry, &client, &why) == 0)
		return true;
	view_line(server, entry->name, "not started: %s", why);
	if (program) {
		snprintf(program->why, sizeof(program->why), "not started: %s", why);
		program->ends[TN_MM_END_STOP]++;
		program_end(program, TN_MM_END_STOP, 0);
	}
	return false;
}

static bool start_list(struct server *server, const struct options *options, const char *text,
		       size_t size)
{
	struct startlist list = {text, size, 0};
	enum startlist_answer answer;
	struct start_entry entry;
	const char *why;
	bool good = true;

	while ((answer = startlist_next(&list, &entry, &why)) != STARTLIST_END) {
		if (answer == STARTLIST_BAD) {
			view_line(server, "mm", "start list, line %u: %s", list.line, why);
			good = false;
		} else if (options_select(options, &entry)) {
			good = start_one(server, &entry) && good;
		}
	}
	return good;
}

/* A workload need not stand in the list. */
static bool start_all(struct server *server, const struct options *options, const char *text,
		      size_t size)
{
	bool good = start_list(server, options, text, size);
	struct start_entry entry;

	if (server->program_count > 0 || !options_workload(options, &entry))
		return good;
	return start_one(server, &entry) && good;
}

/* --- at work --------------------------------------------------------------------------------- */

/* Out of registers and UTCB. False if nobody who lives sent it. */
static bool take_request(struct server *server, const struct tn_message *message,
			 struct request *request)
{
	request->client = server_client(server, message->badge >> 6);
	request->thread = (unsigned)(message->badge & 63);
	request->label = TN_INFO_LABEL(message->info);
	memcpy(request->words, message->words, sizeof(request->words));
	request->text_room = tn_text_room(message->info);
	memcpy(request->text, &tn_utcb->words[TN_MM_TEXT_WORD], request->text_room);
	return request->client != NULL;
}

static struct tn_message answer_and_receive(const struct server *server,
					    const struct answer *answer)
{
	struct tn_message message;

	if (!answer->owed)
		return tn_recv(server->endpoint);
	if (answer->count > TN_MESSAGE_REGISTERS)
		memcpy(&tn_utcb->words[TN_MESSAGE_REGISTERS], &answer->words[TN_MESSAGE_REGISTERS],
		       (answer->count - TN_MESSAGE_REGISTERS) * sizeof(uint64_t));
	message = tn_reply_recv(server->endpoint, TN_INFO(answer->label, answer->count),
				answer->words);
	/* Whom we answered may have ended meanwhile. */
	if (message.code == -TN_EPEER)
		message = tn_recv(server->endpoint);
	return message;
}

/* All records against the kernel's, while clients live. */
static bool audit_now_and_then(struct server *server, uint64_t every)
{
	if (every == 0 || server->messages % every != 0)
		return true;
	view_clear(server);
	return audit_run(server->mm);
}

/* --- when nothing happens ---------------------------------------------------------------------- */

static void end_waiting(struct server *server, struct client *client)
{
	const char *what;
	char why[PROGRAM_WHY];

	(void)program_state(server, client->program, &what);
	snprintf(why, sizeof(why), "it %s, and nobody is left to end that", what);
	server->discontent++;
	client_fail(server, client, TN_MM_END_STOP, 0, why);
}

/* A thread that computes needs no mm: only if all wait, and have for so long, they will for ever. */
static void end_if_idle(struct server *server, uint64_t seconds)
{
	uint64_t now = tn_clock();

	if (server->counted != server->messages) {
		server->counted = server->messages;
		server->heard = now;
	}
	if (now - server->heard < seconds * server->mm->boot->timebase)
		return;
	server->heard = now;
	if (!programs_wait(server))
		return;
	view_line(server, "mm", "all programs wait, and nothing has happened for %lu s",
		  (unsigned long)seconds);
	for (unsigned i = 0; i < SERVER_CLIENTS; i++) {
		struct client *client = &server->clients[i];

		if (client->state == CLIENT_LIVE && client->parent == 0)
			end_waiting(server, client);
	}
}

/* --- the loop --------------------------------------------------------------------------------- */

static void serve_signals(struct server *server, const struct options *options, uint64_t bits)
{
	if (bits & ~TICKER_BIT) {
		supply_signalled(server->mm, bits & ~TICKER_BIT);
		meter_serve(&server->meter, NULL, server->live);
	}
	if (!(bits & TICKER_BIT))
		return;
	end_if_idle(server, options->idle);
	if (options->lab == 0)
		view_tick(server);
}

static void serve_request(struct server *server, const struct tn_message *message,
			  struct answer *answer)
{
	static struct request request; /* too large for the stack */

	require(message->badge != 0, "mm's own second thread does not fault");
	if (!take_request(server, message, &request))
		return;
	/* Of the words, those in registers: the others go only as far as they are counted. */
	memset(answer, 0, offsetof(struct answer, words) + sizeof(request.words));
	answer->owed = true;
	server->serving = request.client;
	request_serve(server, &request, answer);
	meter_serve(&server->meter, &request, server->live);
	server->messages++;
}

/* What the policy promises of every moment in which mm waits. */
static void check_promise(const struct mm *mm)
{
	if (mm_policy.keeps_nothing)
		require(pools_free(mm) == 0, "no pool keeps a free frame while mm waits");
}

/* Until all clients have ended. False if an audit on the way did not agree. */
static bool serve(struct server *server, const struct options *options)
{
	static struct answer answer; /* too large for the stack */
	bool good = true;

	answer.owed = false;
	while (server->live > 0) {
		struct tn_message message;

		check_promise(server->mm);
		meter_wait(&server->meter, server->mm);
		message = answer_and_receive(server, &answer);
		meter_receive(&server->meter, server->live);
		answer.owed = false;
		require_done((struct tn_result){message.code, 0}, "recv");
		if (TN_INFO_LABEL(message.info) == TN_LABEL_SIGNALS) {
			serve_signals(server, options, message.words[0]);
		} else {
			serve_request(server, &message, &answer);
			good = audit_now_and_then(server, options->audit) && good;
		}
		view_settle(server);
		server->serving = NULL;
	}
	return good;
}

/* --- down ------------------------------------------------------------------------------------ */

/* What mm has of its own, to be compared: before the first client, and after the last. */
struct belongings {
	uint64_t frames, slots, objects;
};

static struct belongings count_belongings(const struct server *server)
{
	const struct mm *mm = server->mm;
	struct belongings own = {.frames = mapping_frames(&mm->processes[0].mapping) -
					   server->extent_pages};

	for (unsigned i = 0; i < sizeof(mm->slots_taken) / sizeof(mm->slots_taken[0]); i++)
		for (uint64_t bits = mm->slots_taken[i]; bits != 0; bits &= bits - 1)
			own.slots++;
	/* Page tables come and go with mm's windows; the audit counts them. */
	own.objects = pool_used(&mm->pools[0]) - mm->pools[0].kinds[TN_KIND_TABLE];
	return own;
}

static bool is_clean(const struct server *server, const struct belongings *before)
{
	struct belongings after = count_belongings(server);
	bool good = show_expect(after.frames == before->frames, "mm has mapped what it had");

	good = show_expect(after.slots == before->slots, "mm's slots for clients are empty") &&
	       good;
	return show_expect(after.objects == before->objects, "no object of a client is left") &&
	       good;
}

static void show_ending(const struct server *server, const struct program *program)
{
	uint64_t tenths = (program->done - program->began) * 10 / server->mm->boot->timebase;
	char how[2 * PROGRAM_WHY];

	program_describe(program, how, sizeof(how));
	printf("  %-11s %4lu.%lu s %8lu %9lu  %s\n", program->name, (unsigned long)(tenths / 10),
	       (unsigned long)(tenths % 10), (unsigned long)program->faults,
	       (unsigned long)program->requests, how);
}

static void show_summary(const struct server *server)
{
	printf("\n  %-11s %8s %8s %9s  %s\n", "program", "lived", "faults", "requests", "ended");
	for (unsigned i = 0; i < server->program_count; i++)
		show_ending(server, &server->programs[i]);
	printf("\n  %lu process%s; %lu frames went to pools, %lu came back\n",
	       (unsigned long)server->started, server->started == 1 ? "" : "es",
	       (unsigned long)server->mm->frames_given, (unsigned long)server->mm->frames_taken);
	if (server->mm->refusals > 0)
		printf("  the policy: %lu answer%s could not be carried out\n",
		       (unsigned long)server->mm->refusals, server->mm->refusals == 1 ? "" : "s");
}

bool server_run(struct server *server, const struct options *options, const char *start,
		size_t size)
{
	struct mm *mm = server->mm;
	struct belongings before;
	bool good;

	open_server(server);
	ticker_start(server, view_period(server, options->live));
	before = count_belongings(server);
	show_phase(1, "programs");
	view_start(server, options->live);
	meter_start(&server->meter, mm, options->lab);
	good = start_all(server, options, start, size);
	server->heard = tn_clock();
	good = serve(server, options) && good;
	meter_settle(&server->meter, mm);
	view_stop(server);
	show_phase(2, "the end");
	show_summary(server);
	good = show_expect(server->started > 0, "at least one program was started") && good;
	good = show_expect(server->discontent == 0, "the list's programs were content") && good;
	good = is_clean(server, &before) && good;
	meter_print(&server->meter, mm);
	return audit_run(mm) && good;
}
