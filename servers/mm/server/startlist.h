/*
 * startlist.h - reads the text file `start`: which programs begin, and with what.
 *
 * A line is: name, pool frames, user frames, priority, then arguments, all separated by blanks.
 * Empty lines and lines that begin with # do not count. Pure functions; the text may be hostile.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tenure/protocol.h>

#define STARTLIST_PRIORITY_MAX 30u /* below mm's own: programs must not keep it from its work */

struct start_entry {
	char name[TN_CLIENT_NAME];
	char args[TN_CLIENT_ARGS];
	uint64_t pool_quota, user_quota; /* frames */
	uint64_t priority;
};

/* What is left of the text. */
struct startlist {
	const char *text;
	size_t size;
	unsigned line; /* of the entry taken last; the first is 1 */
};

enum startlist_answer { STARTLIST_END, STARTLIST_ENTRY, STARTLIST_BAD };

/* The next line that counts. BAD: it is malformed, *why says how; the next call goes on behind. */
enum startlist_answer startlist_next(struct startlist *list, struct start_entry *entry,
				     const char **why);

/*
 * Cuts "name arguments" at the first blank. False if the name is empty or either is too long.
 */
bool startlist_split(const char *text, size_t size, struct start_entry *entry);
