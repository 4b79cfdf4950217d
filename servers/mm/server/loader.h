/*
 * loader.h - a program of the boot image into a client's address space.
 */
#pragma once

#include <stdbool.h>

#include "server.h"

/*
 * Loads the program `client->name`: image, start page with `args`, stack. *entry: its first
 * instruction. Returns NULL, or in one line why it did not work.
 */
const char *loader_load(struct server *server, struct client *client, const char *args,
			uint64_t *entry);
