/*
 * options.c - the boot arguments that are mm's.
 */
#include "options.h"

#include <image/text.h>
#include <string.h>

#define NUMBER_MAX 999999999u /* in seconds or messages: more means nothing */

/* Of a workload that no list gives its quotas, frames. */
#define WORKLOAD_POOL 600u
#define WORKLOAD_USER 4096u
#define WORKLOAD_PRIORITY 10u

static bool is(struct text text, const char *constant)
{
	return text_is(text.bytes, text.length, constant);
}

static bool read_file(struct text value, struct options *options)
{
	text_copy(options->start, sizeof(options->start), value);
	return value.length > 0 && value.length < sizeof(options->start);
}

static bool read_view(struct text value, bool *live)
{
	*live = is(value, "live");
	return *live || is(value, "plain");
}

static bool read_workload(struct text value, struct options *options)
{
	char text[TN_CLIENT_NAME + TN_CLIENT_ARGS];
	struct start_entry entry;

	if (value.length > sizeof(text))
		return false;
	for (size_t i = 0; i < value.length; i++)
		text[i] = value.bytes[i] == ',' ? ' ' : value.bytes[i];
	if (!startlist_split(text, value.length, &entry))
		return false;
	memcpy(options->name, entry.name, sizeof(options->name));
	memcpy(options->args, entry.args, sizeof(options->args));
	return true;
}

/* NULL, or what is wrong with the value. */
static const char *read_value(struct text key, struct text value, struct options *o)
{
	if (is(key, "start") && !read_file(value, o))
		return "start= is no name of a file";
	if (is(key, "view") && !read_view(value, &o->live))
		return "view= is neither plain nor live";
	if (is(key, "idle") && !text_number(value, 1, NUMBER_MAX, &o->idle))
		return "idle= is no number of seconds";
	if (is(key, "workload") && !read_workload(value, o))
		return "workload= does not name a program";
	if (is(key, "low") && !text_number(value, 0, NUMBER_MAX, &o->policy.low))
		return "low= is no number of frames";
	if (is(key, "high") && !text_number(value, 0, NUMBER_MAX, &o->policy.high))
		return "high= is no number of frames";
	if (is(key, "audit") && !text_number(value, 0, NUMBER_MAX, &o->audit))
		return "audit= is no number";
	return NULL;
}

const char *options_read(const char *boot_arguments, struct options *options)
{
	struct text left = {boot_arguments, (uint32_t)strlen(boot_arguments)}, key, value;
	const char *why = NULL;

	*options = (struct options){
		.start = "start",
		.idle = OPTIONS_IDLE,
		.policy = {.low = POLICY_DEFAULT, .high = POLICY_DEFAULT},
	};
	while (why == NULL && text_take_setting(&left, &key, &value))
		why = read_value(key, value, options);
	return why;
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
