/*
 * workload.c - the boot argument that names the program to start.
 */
#include <tenure/server.h>

#include <string.h>

bool tn_workload_split(struct text value, char *name, char *args)
{
	struct text first = text_take(&value, ',');

	if (first.length == 0 || first.length >= TN_CLIENT_NAME || value.length >= TN_CLIENT_ARGS)
		return false;
	memset(name, 0, TN_CLIENT_NAME);
	memcpy(name, first.bytes, first.length);
	memset(args, 0, TN_CLIENT_ARGS);
	for (uint32_t i = 0; i < value.length; i++)
		args[i] = value.bytes[i] == ',' ? ' ' : value.bytes[i];
	return true;
}

bool tn_workload_read(const char *boot_arguments, char *name, char *args)
{
	struct text left = {boot_arguments, (uint32_t)strlen(boot_arguments)}, key, value;
	struct text last = {NULL, 0};

	while (text_take_setting(&left, &key, &value))
		if (text_is(key.bytes, key.length, "workload"))
			last = value;
	return last.length > 0 && tn_workload_split(last, name, args);
}
