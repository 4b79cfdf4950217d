/*
 * main.c - retype: what a program for seL4 does with untyped memory, on Tenure.
 *
 * Gets 4 MiB of it, makes each kind of object from frames it names, and takes them back; then gives
 * half to a child, built from it, which builds a child of its own from half of that; revokes the
 * first, and has every frame again. docs/retype.md explains each line.
 */
#include <tenure/message.h>

#include "../check.h"
#include "build.h"
#include "child.h"
#include "lesson.h"
#include "own.h"
#include "show.h"

#define FRAMES 1024u

/* What a child says of its building. */
static void hear_deed(const struct tn_message *message)
{
	check(message->words[0] < OPERATION_COUNT, "a child knows its operations");
	check_done((int64_t)message->words[2], operations[message->words[0]].tenure);
	show_operation((enum operation)message->words[0], message->words[1]);
}

/* Answers what the children say until the last generation runs, which is left waiting. */
static void hear_children(uint64_t endpoint)
{
	const uint64_t nothing[TN_MESSAGE_REGISTERS] = {0};

	for (;;) {
		struct tn_message message = tn_recv(endpoint);

		check(message.code == 0, "a child says something");
		if (TN_INFO_LABEL(message.info) == CHILD_DID) {
			hear_deed(&message);
		} else if (message.words[0] == CHILD_GENERATIONS) {
			check(message.badge == CHILD_GENERATIONS,
			      "the grandchild has its own badge");
			printf("  the grandchild runs, and has %lu frames left\n",
			       (unsigned long)message.words[1]);
			return;
		} else {
			printf("  the child runs, and has %lu frames left; it builds:\n",
			       (unsigned long)message.words[1]);
		}
		check(tn_reply(TN_INFO(0, 0), nothing).code == 0, "a child is answered");
	}
}

/* Half of the range, and all that a child makes of it. Answers the child's pool. */
static uint64_t build_family(const struct tn_untyped *range)
{
	uint64_t half = range->count / 2, end = range->first + range->count, number;
	uint64_t endpoint = check_done(tn_endpoint_create(&number), "endpoint");
	const uint64_t arguments[3] = {1, half, tn_client->priority};
	struct builder builder = own_builder(range, end - half, end, true);
	struct built child;

	builder.talk = endpoint;
	show_head("A child of half the range, and its child of half of that");
	child = build_child(&builder, range->pool, child_build, arguments);
	hear_children(endpoint);
	return child.pool;
}

static void end_family(const struct tn_untyped *range, uint64_t pool)
{
	uint64_t done = 0, taken;

	show_head("The child is revoked, and with it what it built");
	check_done(tn_pool_revoke(pool, 0).code, "pool_revoke");
	show_operation(OPERATION_REVOKE_ALL, 0);
	check_done(tn_destroy(pool, 0).code, "destroy");
	show_operation(OPERATION_END, 0);
	do {
		taken = (uint32_t)tn_frame_reclaim(range->frames, range->pool, TN_ANY, TN_BATCH)
				.value;
		done += taken;
	} while (taken > 0);
	show_operation(OPERATION_RECLAIM, 0);
	printf("  %lu frames came back from the pool\n", (unsigned long)done);
}

int main(void)
{
	struct tn_untyped range;
	int64_t code = tn_untyped_get(FRAMES, &range);
	struct show_frames frames;
	uint64_t pool;

	if (code == -TN_ENOTSUP) {
		printf("this mm hands out no untyped memory\n");
		return 0;
	}
	check_done(code, "untyped");
	printf("untyped memory: %lu frames from 0x%lx on, and a pool for them\n",
	       (unsigned long)range.count, (unsigned long)range.first);
	printf("  . idle  u mapped  P pool  A process  T thread  E endpoint\n");
	printf("  C slots  t page table  _ free in a pool\n");
	frames = show_map("Before", &range);
	check(frames.idle == range.count, "every frame is idle to begin with");
	lesson_run(&range);
	pool = build_family(&range);
	frames = show_map("At the height", &range);
	check(frames.objects >= 14 && frames.used >= 8, "two processes are built");
	end_family(&range, pool);
	frames = show_map("After", &range);
	check(frames.idle == range.count, "every frame is idle again");
	check_done(tn_untyped_return(&range), "return of untyped memory");
	printf("\n%u operations; all %u frames came back\n", show_count(), FRAMES);
	return 0;
}
