/*
 * scripts_random.c - random deeds in two worlds, which are built anew from time to time.
 */
#include "scripts.h"

#include <stdio.h>

#include "asids.h"
#include "stage.h"

#define DEEDS_A_STAGE 250u
#define BLOCKED_MOST 4u /* then somebody is suspended */

static uint64_t state;

static uint64_t random_below(uint64_t bound)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % bound;
}

static uint64_t random_slot(uint64_t base)
{
	uint64_t kind = random_below(20);

	if (kind == 0)
		return random_below(SLOT_REPLIES + 4);
	if (kind == 1)
		return SLOT_ALL;
	return base + random_below(kind < 14 ? 1 : ENDPOINTS);
}

static uint64_t random_info(void)
{
	static const uint64_t rare[] = {TN_INFO(0, 6),
					TN_INFO(1, 64),
					TN_INFO(1, 65),
					TN_INFO(0x80000001, 1),
					TN_INFO_WITH(3, 2, 0),
					TN_INFO_WITH(0, 7, 0),
					TN_INFO(1, 1) | TN_INFO_LOST};
	uint64_t info;

	if (random_below(5) != 0)
		return TN_INFO(random_below(3), random_below(6));
	info = rare[random_below(sizeof(rare) / sizeof(rare[0]))];
	return info & TN_INFO_CAP ? info | random_below(SLOT_REPLIES + 2) << 40 : info;
}

/* How often each deed is done, of those that random_deed() knows. */
static const struct {
	enum deed_kind kind;
	uint64_t weight;
} weights[] = {
	{DO_CALL, 300}, {DO_REPLY_RECV, 300}, {DO_RECV, 80},   {DO_SEND, 30},        {DO_REPLY, 30},
	{DO_SAVE, 15},  {DO_REPLY_TO, 20},    {DO_SIGNAL, 30}, {DO_YIELD, 10},       {DO_EXIT, 5},
	{DO_LOAD, 30},  {DO_STORE, 20},       {DO_FETCH, 10},  {DO_ILLEGAL, 10},     {SET_MASK, 15},
	{SET_PLACE, 5}, {SET_PRIORITY, 30},   {SET_FAULT, 25}, {SET_FLOAT, 20},      {SUSPEND, 15},
	{RESUME, 15},   {POST, 20},           {END_THREAD, 1}, {REVOKE_ENDPOINT, 1}, {DELETE, 15},
	{MAP, 5},       {UNMAP, 5},           {HOLD, 60},
};

static enum deed_kind random_kind(void)
{
	uint64_t sum = 0, at;
	unsigned i = 0;

	for (unsigned k = 0; k < sizeof(weights) / sizeof(weights[0]); k++)
		sum += weights[k].weight;
	for (at = random_below(sum); at >= weights[i].weight; i++)
		at -= weights[i].weight;
	return weights[i].kind;
}

static void random_access(enum deed_kind kind, unsigned actor)
{
	static const uint64_t pages[] = {0x70008000ul,   0x70009000ul,      0x70400000ul,
					 0x1000000000ul, (uint64_t)1 << 40, 0x70000000ul};

	stage_do(kind, actor, pages[random_below(kind == MAP || kind == UNMAP ? 2 : 6)],
		 kind == MAP ? TN_MAP_READ | random_below(2) * TN_MAP_WRITE : 0);
}

static void random_do(enum deed_kind kind, unsigned actor)
{
	uint64_t x = 0, y = 0;

	if (kind >= DO_LOAD && kind <= DO_FETCH) {
		random_access(kind, actor);
		return;
	}
	if (kind == DO_CALL || kind == DO_SEND)
		x = random_slot(SLOT_SEND);
	if (kind == DO_REPLY_RECV || kind == DO_RECV)
		x = random_slot(SLOT_RECEIVE);
	if (kind <= DO_REPLY_TO && kind != DO_RECV)
		y = random_info();
	if (kind == DO_SAVE || kind == DO_REPLY_TO)
		x = SLOT_REPLIES + random_below(3);
	if (kind == DO_SIGNAL) {
		x = SLOT_THREADS + random_below(ACTORS);
		y = random_below(256);
	}
	if (kind == SET_MASK || kind == POST)
		x = random_below(4) == 0 ? 0 : random_below(256);
	if (kind == SET_PLACE)
		x = random_below(4) == 0 ? SLOT_OUTSIDE : SLOT_PLACE + random_below(ACTORS);
	if (kind == SET_PRIORITY)
		x = ACTOR_PRIORITY - 2 + random_below(5);
	if (kind == SET_FLOAT)
		x = random_below(3) == 0;
	if (kind == SET_FAULT)
		x = random_below(4) < 3 ? random_below(2) : 2;
	stage_do(kind, actor, x, y);
}

/* A free actor; if most are not, one is made so. */
static unsigned random_free(void)
{
	unsigned first = (unsigned)random_below(ACTORS), blocked = 0, found = first;

	for (unsigned i = 0; i < ACTORS; i++) {
		unsigned actor = (first + i) % ACTORS;

		if (world_is_free(stage_world(), actor))
			found = actor;
		else
			blocked++;
	}
	if (blocked > BLOCKED_MOST)
		stage_do(SUSPEND, found, 0, 0);
	return found;
}

static void random_held(void)
{
	stage_do(HOLD, 0, 0, 0);
	for (uint64_t n = 2 + random_below(3); n > 0; n--) {
		enum deed_kind kind = random_kind();

		if (kind < SET_MASK)
			random_do(kind, random_free());
	}
	stage_do(GO, 0, 0, 0);
}

static void random_deed(void)
{
	enum deed_kind kind = random_kind();

	if (kind == HOLD)
		random_held();
	else if (kind < SET_MASK)
		random_do(kind, random_free());
	else if (kind == REVOKE_ENDPOINT)
		stage_do(kind, (unsigned)random_below(ENDPOINTS), 0, 0);
	else if (kind == DELETE)
		stage_do(kind, (unsigned)random_below(SIDES), SLOT_PLACE + random_below(20), 0);
	else if (kind == MAP || kind == UNMAP)
		random_access(kind, (unsigned)random_below(SIDES));
	else
		random_do(kind, (unsigned)random_below(ACTORS));
}

void scripts_random(uint64_t seed, uint64_t deeds, uint64_t asids)
{
	enum way way = WAY_FULL;

	printf("# seed=%lu\n", seed);
	state = seed * 0x9e3779b97f4a7c15ul + 1;
	for (uint64_t done = 0; done < deeds; done += DEEDS_A_STAGE) {
		stage_open(way);
		for (unsigned i = 0; i < DEEDS_A_STAGE && stage_is_good(); i++) {
			random_deed();
			asids_use(asids);
		}
		stage_close("random deeds from %lu on", done);
		way = way == WAY_FULL ? WAY_TIMED : WAY_FULL;
	}
}
