/*
 * options.c - the boot arguments that are mm's.
 */
#include "options.h"

#include <string.h>

/* Of a workload that no list gives its quotas, frames. */
#define WORKLOAD_POOL 600u
#define WORKLOAD_USER 4096u
#define WORKLOAD_PRIORITY 10u

#define NUMBER_DIGITS 9u /* at most, so that it cannot wrap */

/* The value of the last argument `key`, which ends in '=', up to its blank; NULL if there is none. */
static const char *find_value(const char *arguments, const char *key)
{
	const char *value = NULL;

	while (*(arguments += strspn(arguments, " ")) != '\0') {
		if (strncmp(arguments, key, strlen(key)) == 0)
			value = arguments + strlen(key);
		arguments += strcspn(arguments, " ");
	}
	return value;
}

static bool read_workload(const char *value, struct options *options)
{
	char text[TN_CLIENT_NAME + TN_CLIENT_ARGS];
	size_t size = strcspn(value, " ");
	struct start_entry entry;

	if (size > sizeof(text))
		return false;
	for (size_t i = 0; i < size; i++)
		text[i] = value[i] == ',' ? ' ' : value[i];
	if (!startlist_split(text, size, &entry))
		return false;
	memcpy(options->name, entry.name, sizeof(options->name));
	memcpy(options->args, entry.args, sizeof(options->args));
	return true;
}

static bool read_number(const char *value, uint64_t *number)
{
	size_t size = strcspn(value, " ");

	*number = 0;
	for (size_t i = 0; i < size; i++) {
		if (value[i] < '0' || value[i] > '9')
			return false;
		*number = *number * 10 + (uint64_t)(value[i] - '0');
	}
	return size > 0 && size <= NUMBER_DIGITS;
}

static bool read_word(const char *value, char *word, size_t room)
{
	size_t size = strcspn(value, " ");

	if (size == 0 || size >= room)
		return false;
	memset(word, 0, room);
	memcpy(word, value, size);
	return true;
}

static bool read_view(const char *value, bool *live)
{
	char word[8];

	if (!read_word(value, word, sizeof(word)))
		return false;
	*live = strcmp(word, "live") == 0;
	return *live || strcmp(word, "plain") == 0;
}

const char *options_read(const char *boot_arguments, struct options *options)
{
	const char *start = find_value(boot_arguments, "start=");
	const char *view = find_value(boot_arguments, "view=");
	const char *idle = find_value(boot_arguments, "idle=");
	const char *workload = find_value(boot_arguments, "workload=");
	const char *audit = find_value(boot_arguments, "audit=");

	*options =
		(struct options){.start = "start", .listed = start != NULL, .idle = OPTIONS_IDLE};
	if (start && !read_word(start, options->start, sizeof(options->start)))
		return "start= is no name of a file";
	if (view && !read_view(view, &options->live))
		return "view= is neither plain nor live";
	if (idle && (!read_number(idle, &options->idle) || options->idle == 0))
		return "idle= is no number of seconds";
	if (workload && !read_workload(workload, options))
		return "workload= does not name a program";
	if (audit && !read_number(audit, &options->audit))
		return "audit= is no number";
	return NULL;
}

bool options_select(const struct options *options, struct start_entry *entry)
{
	if (options->name[0] == '\0')
		return true;
	if (strcmp(options->name, entry->name) != 0)
		return false;
	if (options->args[0] != '\0')
		memcpy(entry->args, options->args, sizeof(entry->args));
	return true;
}

bool options_workload(const struct options *options, struct start_entry *entry)
{
	*entry = (struct start_entry){.pool_quota = WORKLOAD_POOL,
				      .user_quota = WORKLOAD_USER,
				      .priority = WORKLOAD_PRIORITY};
	memcpy(entry->name, options->name, sizeof(entry->name));
	memcpy(entry->args, options->args, sizeof(entry->args));
	return options->name[0] != '\0';
}
