/*
 * view.h - how a running system looks to the person who watches. Prints to stdout.
 */
#ifndef MM_SERVER_VIEW_H
#define MM_SERVER_VIEW_H

#include "server.h"

/* Once a second at most: who runs, with what, and how much went to and came from pools. */
void view_tick(struct server *server);

/* The same at once. */
void view_show(struct server *server);

#endif
