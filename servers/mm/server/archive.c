/*
 * archive.c - the boot image, mapped into mm to be read.
 */
#include "archive.h"

#include "../boot_view.h"

bool archive_open(struct server *server)
{
	const struct tn_boot_info *boot = server->mm->boot;

	server->archive = boot_view_open(server->mm, SERVER_ARCHIVE, boot->initrd,
					 boot->initrd_bytes);
	server->archive_bytes = boot->initrd_bytes;
	return server->archive != NULL;
}

bool archive_find(const struct server *server, const char *name, struct cpio_file *file)
{
	const char *why;

	return cpio_find(server->archive, server->archive_bytes, name, file, &why) == 0;
}
