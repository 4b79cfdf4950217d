/*
 * view.h - how a running system looks to the person who watches. Prints to stdout.
 *
 * A table of the programs, in one of two ways. Plain: lines, once a second, for logs. Live, for a
 * terminal: the table stays in its place below the text, which scrolls; it is drawn anew a few
 * times a second. Terminals that know "synchronized output" (mode 2026) show no half of it.
 */
#pragma once

#include "server.h"

/* The programs begin. */
void view_start(struct server *server, bool live);

/* One line of text, under the name of who says it; as printf, without a newline. */
void view_line(struct server *server, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Before anything else is printed: takes a live table off the screen until the next tick. */
void view_clear(struct server *server);

/* It is time: shows the table. */
void view_tick(struct server *server);

/* Text is over, for now: puts a live table back. */
void view_settle(struct server *server);

/* Ticks of the clock from one view to the next. */
uint64_t view_period(const struct server *server, bool live);

/* All programs have ended: a live table goes for good. */
void view_stop(struct server *server);
