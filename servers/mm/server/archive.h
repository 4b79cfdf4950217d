/*
 * archive.h - the boot image, mapped into mm to be read.
 */
#pragma once

#include <stdbool.h>

#include "../../../lib/image/cpio.h"
#include "server.h"

/* Maps the boot image. False if there is none, or no memory for the page tables. */
bool archive_open(struct server *server);

/* Finds a file. False if it is not there. */
bool archive_find(const struct server *server, const char *name, struct cpio_file *file);
