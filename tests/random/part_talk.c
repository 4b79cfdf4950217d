/*
 * part_talk.c - threads and messages: a server, a client, and the thread that made them. See part.h.
 */
#include "crew.h"
#include "part.h"
#include "talk_play.h"
#include "world_check.h"

#define EPISODE 800u

static void begin(unsigned world_number)
{
	(void)world_number;
	talk.scene = "talk";
	talk.seldom = true;
	talk_play_begin();
}

static void compare(void)
{
	talk_compare();
	assert_world_holds();
}

static void end(void)
{
	crew_end(NULL);
}

const struct part part_talk = {
	.name = "talk",
	.worlds = 1,
	.episode = EPISODE,
	.begin = begin,
	.call = talk_play_call,
	.compare = compare,
	.finish = talk_play_end,
	.end = end,
	.tell = talk_play_tell,
	.count = &talk_play.count,
	.done = talk_play.done,
	.refused = talk_play.refused,
};
