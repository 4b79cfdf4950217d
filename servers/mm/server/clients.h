/*
 * clients.h - clients begin and end.
 */
#pragma once

#include <stdbool.h>

#include "server.h"
#include "startlist.h"

/*
 * Starts a program with what the entry says, which counts as part of `program`. parent: NULL for
 * the start list's, else the quotas leave it until the child ends. Returns 0 and the client in
 * *made; -TN_EAGAIN when there are too many clients, -TN_ENOMEM or -TN_ENOENT with a line in *why.
 */
int client_begin(struct server *server, struct client *parent, struct program *program,
		 const struct start_entry *entry, struct client **made, const char **why);

/* Ends a client and all that descend from it; takes every frame back; answers who waits. */
void client_end(struct server *server, struct client *client, enum tn_mm_end reason, int64_t code);

/* A client ends by itself. One of the start list that does so with a status not 0 is reported. */
void client_exit(struct server *server, struct client *client, int64_t code);

/* mm ends a client that did what it must not, with a line that says why: `why` in words. */
void client_fail(struct server *server, struct client *client, enum tn_mm_end reason, int64_t code,
		 const char *why);

/* A live or ended child of `parent`; pid 0: any, an ended one if there is one. Or NULL. */
struct client *client_child(struct server *server, const struct client *parent, uint64_t pid);

/* The parent has asked: nothing is left of the ended client. */
void client_forget(struct client *client);
