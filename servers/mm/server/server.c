/*
 * server.c - mm as a server: comes up, starts the list's programs, answers until all have ended.
 */
#include "server.h"

#include <stdio.h>
#include <string.h>
#include <tenure/message.h>
#include <tenure/names.h>
#include <tenure/user.h>

#include "../audit.h"
#include "../objects.h"
#include "../require.h"
#include "../show.h"
#include "../supply.h"
#include "clients.h"
#include "options.h"
#include "requests.h"
#include "startlist.h"
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
	tn_utcb->signal_mask = TN_ANY; /* a bit a pool: supply_watch */
	tn_utcb->deadline = TN_ANY;
	tn_utcb->receive_slot = TN_NONE;
	mm->reserve = SERVER_RESERVE;
}

static bool start_one(struct server *server, const struct start_entry *entry)
{
	struct client *client;
	const char *why;

	if (client_begin(server, NULL, entry, &client, &why) != 0) {
		printf("%11s │ not started: %s\n", entry->name, why);
		return false;
	}
	return true;
}

static bool start_all(struct server *server, const struct options *options, const char *text,
		      size_t size)
{
	struct startlist list = {text, size, 0};
	enum startlist_answer answer;
	struct start_entry entry;
	const char *why;
	bool good = true;

	while ((answer = startlist_next(&list, &entry, &why)) != STARTLIST_END) {
		if (answer == STARTLIST_ENTRY) {
			if (options_select(options, &entry))
				good = start_one(server, &entry) && good;
			continue;
		}
		printf("         mm │ start list, line %u: %s\n", list.line, why);
		good = false;
	}
	return good;
}

/* --- at work --------------------------------------------------------------------------------- */

/* Out of registers and UTCB. False if nobody who lives sent it. */
static bool take_request(struct server *server, const struct tn_message *message,
			 struct request *request)
{
	uint64_t words = TN_INFO_WORDS(message->info);
	bool has_text;

	request->client = server_client(server, message->badge >> 6);
	request->thread = (unsigned)(message->badge & 63);
	request->label = TN_INFO_LABEL(message->info);
	memcpy(request->words, message->words, sizeof(request->words));
	has_text = words > TN_MM_TEXT_WORD && words <= TN_MESSAGE_WORDS;
	request->text_room = has_text ? (words - TN_MM_TEXT_WORD) * sizeof(uint64_t) : 0;
	memcpy(request->text, &tn_utcb->words[TN_MM_TEXT_WORD], request->text_room);
	return request->client != NULL;
}

static struct tn_message answer_and_receive(const struct server *server,
					    const struct answer *answer)
{
	struct tn_message message;

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
	server->messages++;
	return every == 0 || server->messages % every != 0 || audit_run(server->mm);
}

/* Until all clients have ended. False if an audit on the way did not agree. */
static bool serve(struct server *server, const struct options *options)
{
	static struct request request; /* too large for the stack */
	static struct answer answer;

	bool good = true;

	answer.owed = false;
	while (server->live > 0) {
		struct tn_message message = answer.owed ? answer_and_receive(server, &answer)
							: tn_recv(server->endpoint);

		answer.owed = false;
		if (message.code == -TN_EINTR)
			continue;
		require_done((struct tn_result){message.code, 0}, "recv");
		if (TN_INFO_LABEL(message.info) == TN_LABEL_SIGNALS) {
			supply_signalled(server->mm, message.words[0]);
			continue;
		}
		if (!take_request(server, &message, &request))
			continue;
		memset(&answer, 0, sizeof(answer));
		answer.owed = true;
		request_serve(server, &request, &answer);
		good = audit_now_and_then(server, options->audit) && good;
		view_tick(server);
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

static void show_summary(const struct server *server)
{
	printf("\n  %lu programs: %lu ended by themselves, %lu for a fault, %lu for lack of "
	       "memory, %lu by or with a parent\n",
	       (unsigned long)server->started, (unsigned long)server->exited,
	       (unsigned long)server->faulted, (unsigned long)server->starved,
	       (unsigned long)server->stopped);
	printf("  %lu frames went to pools, %lu came back\n",
	       (unsigned long)server->mm->frames_given, (unsigned long)server->mm->frames_taken);
}

bool server_run(struct server *server, const char *start, size_t size)
{
	struct mm *mm = server->mm;
	struct belongings before;
	struct options options;
	bool good = show_expect(options_read(mm->boot->args, &options),
				"workload= names a program and audit= is a number");

	open_server(server);
	before = count_belongings(server);
	show_phase(1, "programs");
	good = start_all(server, &options, start, size) && good;
	server->shown = tn_clock();
	view_show(server);
	good = serve(server, &options) && good;
	show_phase(2, "the end");
	show_summary(server);
	good = show_expect(server->started > 0, "at least one program was started") && good;
	good = show_expect(server->discontent == 0, "the list's programs were content") && good;
	good = is_clean(server, &before) && good;
	supply_trim(mm, &mm->pools[0]);
	return audit_run(mm) && good;
}
