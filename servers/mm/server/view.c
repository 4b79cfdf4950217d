/*
 * view.c - how a running system looks to the person who watches.
 */
#include "view.h"

#include <stdio.h>
#include <tenure/records.h>
#include <tenure/user.h>

static uint64_t rate_of(const struct server *server)
{
	return server->mm->boot->timebase ? server->mm->boot->timebase : 1;
}

static void show_client(const struct mm *mm, const struct client *client)
{
	printf("%11s │ pid %-6u %8lu/%-5lu %5lu free %6lu/%-6lu %7lu faults %7lu requests\n",
	       client->name, (unsigned)client->pid, (unsigned long)pool_used(client->pool),
	       (unsigned long)client->pool_quota, (unsigned long)pool_free(mm, client->pool),
	       (unsigned long)client->mapped, (unsigned long)client->user_quota,
	       (unsigned long)client->faults, (unsigned long)client->requests);
}

void view_show(struct server *server)
{
	const struct mm *mm = server->mm;
	uint64_t elapsed = tn_clock() - server->shown, rate = rate_of(server);
	uint64_t given = mm->frames_given - server->shown_given;
	uint64_t taken = mm->frames_taken - server->shown_taken;

	if (elapsed < rate) /* the first view, and the last */
		elapsed = rate;
	printf("         mm │ %lu programs, %lu frames idle, %lu lent; a second: %lu given, %lu "
	       "taken back\n",
	       (unsigned long)server->live, (unsigned long)mm->store.buddy.free,
	       (unsigned long)mm->store.ledger.owned[LEDGER_LENT],
	       (unsigned long)(given * rate / elapsed), (unsigned long)(taken * rate / elapsed));
	if (server->live > 0)
		printf("            │ %12s %13s %11s %13s\n", "", "kernel frames", "",
		       "user frames");
	for (unsigned i = 0; i < SERVER_CLIENTS; i++)
		if (server->clients[i].state == CLIENT_LIVE)
			show_client(mm, &server->clients[i]);
	server->shown = tn_clock();
	server->shown_given = mm->frames_given;
	server->shown_taken = mm->frames_taken;
}

void view_tick(struct server *server)
{
	if (tn_clock() - server->shown >= rate_of(server))
		view_show(server);
}
