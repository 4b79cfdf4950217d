/*
 * options.c - the boot arguments that are mm's.
 */
#include "options.h"

#include <string.h>
#include <tenure/server.h>

#define NUMBER_MAX 999999999u /* in seconds or messages: more means nothing */

#define LAB_MAX 2u
#define PERCENT 100u
#define QUOTA_MAX 1000u /* percent */

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

/* NULL, or what is wrong with the value. */
static const char *read_value(struct text key, struct text value, struct options *o)
{
	if (is(key, "start") && !read_file(value, o))
		return "start= is no name of a file";
	if (is(key, "view") && !read_view(value, &o->live))
		return "view= is neither plain nor live";
	if (is(key, "idle") && !text_number(value, 1, NUMBER_MAX, &o->idle))
		return "idle= is no number of seconds";
	if (is(key, "workload") && !tn_workload_split(value, o->name, o->args))
		return "workload= does not name a program";
	if (is(key, "lab") && !text_number(value, 0, LAB_MAX, &o->lab))
		return "lab= is neither 0, 1 nor 2";
	if (is(key, "quota") && !text_number(value, 1, QUOTA_MAX, &o->quota))
		return "quota= is no number of percent from 1 to 1000";
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
		.quota = PERCENT,
		.policy = {.low = POLICY_DEFAULT, .high = POLICY_DEFAULT},
	};
	while (why == NULL && text_take_setting(&left, &key, &value))
		why = read_value(key, value, options);
	return why;
}

/* At least one frame, and never more than a pool can be told. */
static void scale_quota(const struct options *options, struct start_entry *entry)
{
	uint64_t quota = entry->pool_quota;

	/* Far above all there is a quota is no limit, and the product would not fit. */
	if (quota > UINT32_MAX)
		return;
	quota = quota * options->quota / PERCENT;
	entry->pool_quota = quota > 0 ? quota : 1;
}

bool options_select(const struct options *options, struct start_entry *entry)
{
	scale_quota(options, entry);
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
	scale_quota(options, entry);
	memcpy(entry->name, options->name, sizeof(entry->name));
	memcpy(entry->args, options->args, sizeof(entry->args));
	return options->name[0] != '\0';
}
