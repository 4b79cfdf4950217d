/*
 * holdings.c - see holdings.h. Each slot is in one list, by type and by whether its object lives;
 * a list is an array, from which the last one fills a gap.
 */
#include "holdings.h"

#include <tenure/records.h>

#include "randomness.h"
#include "slots.h"

#define WORK (SLOT_WORK_END - SLOT_WORK)
#define ANCHORS (SLOT_ANCHORS_END - SLOT_ANCHORS)
#define KNOWN (WORK + ANCHORS)
#define TYPES (TN_CAP_SYSTEM + 1u)
#define EMPTY_ANCHORS TYPES /* empty slots of work are those of type NONE */
#define LISTS (2 * TYPES)   /* live ones, and stale ones behind */
#define NOT_KNOWN KNOWN

static struct holding holdings[KNOWN];
static struct {
	uint16_t count, known[KNOWN];
} lists[LISTS];
static uint16_t places[KNOWN]; /* of each in its list */
static uint16_t payers[KNOWN];
static uint32_t looked;

static uint32_t known_of(uint64_t slot)
{
	if (slot - SLOT_WORK < WORK)
		return (uint32_t)(slot - SLOT_WORK);
	return slot_is_anchor(slot) ? (uint32_t)(slot - SLOT_ANCHORS + WORK) : NOT_KNOWN;
}

static uint64_t slot_of(uint32_t known)
{
	return known < WORK ? known + SLOT_WORK : known - WORK + SLOT_ANCHORS;
}

static uint32_t list_of(uint32_t known)
{
	const struct holding *h = &holdings[known];

	if (h->type == TN_CAP_NONE)
		return known < WORK ? TN_CAP_NONE : EMPTY_ANCHORS;
	return h->type + (h->stale ? TYPES : 0);
}

static void list_add(uint32_t known)
{
	uint32_t list = list_of(known);

	places[known] = lists[list].count;
	lists[list].known[lists[list].count++] = (uint16_t)known;
}

static void list_remove(uint32_t known)
{
	uint32_t list = list_of(known);
	uint16_t last = lists[list].known[--lists[list].count];

	lists[list].known[places[known]] = last;
	places[last] = places[known];
}

void holdings_start(void)
{
	for (uint32_t known = 0; known < KNOWN; known++)
		list_add(known);
}

struct holding holdings_at(uint64_t slot)
{
	static const uint8_t boot[] = {
		[TN_SLOT_PROCESS] = TN_CAP_PROCESS, [TN_SLOT_THREAD] = TN_CAP_THREAD,
		[TN_SLOT_POOL] = TN_CAP_POOL,       [TN_SLOT_FRAMES] = TN_CAP_FRAMES,
		[TN_SLOT_SYSTEM] = TN_CAP_SYSTEM,
	};
	uint32_t known = known_of(slot);

	if (known != NOT_KNOWN)
		return holdings[known];
	if (slot < sizeof(boot))
		return (struct holding){boot[slot], TN_RIGHTS_ALL, false};
	if (slot >= TN_SLOT_DEVICES && slot < TN_SLOT_IRQ)
		return (struct holding){TN_CAP_DEVICE, TN_FRAMES_READ | TN_FRAMES_WRITE, false};
	return (struct holding){TN_CAP_NONE, 0, false};
}

void holdings_set(uint64_t slot, uint8_t type, uint8_t rights, bool stale)
{
	uint32_t known = known_of(slot);

	if (known == NOT_KNOWN)
		return;
	list_remove(known);
	holdings[known] = (struct holding){type, rights, stale};
	list_add(known);
}

static uint64_t list_pick(uint32_t list)
{
	return slot_of(lists[list].known[below(lists[list].count)]);
}

uint64_t holdings_any(void)
{
	return SLOT_WORK + below(WORK);
}

uint64_t holdings_filled(void)
{
	uint64_t slot = holdings_any();

	return holdings_at(slot).type == TN_CAP_NONE ? holdings_any() : slot;
}

/* Of two, one that has rights. */
static uint64_t list_pick_useful(uint32_t list)
{
	uint64_t slot = list_pick(list);

	return holdings_at(slot).rights == 0 ? list_pick(list) : slot;
}

uint64_t holdings_pick(uint8_t type)
{
	uint32_t gone = type + TYPES;

	if (lists[gone].count > 0 && (lists[type].count == 0 || one_in(32)))
		return list_pick(gone);
	if (type == TN_CAP_ENDPOINT && lists[type].count > 0 && one_in(2))
		return slot_of(lists[type].known[0]); /* where threads meet */
	return lists[type].count > 0 ? list_pick_useful(type) : holdings_any();
}

uint64_t holdings_empty(void)
{
	return lists[TN_CAP_NONE].count > 0 ? list_pick(TN_CAP_NONE) : holdings_any();
}

uint64_t holdings_empty_anchor(void)
{
	return lists[EMPTY_ANCHORS].count > 0 ? list_pick(EMPTY_ANCHORS)
					      : SLOT_ANCHORS + below(ANCHORS);
}

uint64_t holdings_worn(void)
{
	uint32_t gone = TYPES + TN_CAP_POOL + (uint32_t)below(TN_CAP_REPLY);

	return lists[gone].count > 0 ? list_pick(gone) : holdings_any();
}

uint64_t holdings_next(void)
{
	looked = looked + 1 < KNOWN ? looked + 1 : 0;
	return slot_of(looked);
}

/* --- what answers say ------------------------------------------------------------------------- */

uint64_t holdings_payer(uint64_t process)
{
	uint32_t known = known_of(process);

	return known != NOT_KNOWN ? payers[known] : TN_SLOT_POOL;
}

static bool is_own(uint64_t process)
{
	return process == TN_SELF || process == TN_SLOT_PROCESS;
}

static void payer_set(uint64_t slot, uint64_t pool)
{
	uint32_t known = known_of(slot);

	if (known != NOT_KNOWN)
		payers[known] = (uint16_t)pool;
}

static void learn_copy(const uint64_t words[7])
{
	struct holding source = holdings_at(words[0]);

	if (!is_own(words[1]))
		return;
	holdings_set(words[2], source.type, (uint8_t)words[3], source.stale);
	payer_set(words[2], holdings_payer(words[0]));
}

static void learn_info(const uint64_t words[7], bool filled)
{
	const struct tn_cap_info *info = (const struct tn_cap_info *)tn_utcb->words;

	if (!is_own(words[0]))
		return;
	if (filled)
		holdings_set(words[1], (uint8_t)info->type, (uint8_t)info->rights, !info->live);
	else
		holdings_set(words[1], TN_CAP_NONE, 0, false);
}

void holdings_learn(uint64_t call, const uint64_t words[7], struct tn_result r)
{
	if (call == TN_CALL_CAP_INFO && (r.code == 0 || r.code == -TN_ENOENT)) {
		learn_info(words, r.code == 0);
		return;
	}
	if (r.code != 0)
		return;
	switch (call) {
	case TN_CALL_CREATE:
		if (words[0] == TN_KIND_CAPS)
			break;
		holdings_set(words[4], (uint8_t)words[0], TN_RIGHTS_ALL, false);
		payer_set(words[4], words[1]);
		break;
	case TN_CALL_DESTROY:
	case TN_CALL_REPLY_TO:
		holdings_set(words[0], TN_CAP_NONE, 0, false);
		break;
	case TN_CALL_SAVE_REPLY:
		holdings_set(words[0], TN_CAP_REPLY, 0, false);
		break;
	case TN_CALL_CAP_COPY:
		learn_copy(words);
		break;
	case TN_CALL_CAP_DELETE:
		if (is_own(words[0]))
			holdings_set(words[1], TN_CAP_NONE, 0, false);
		break;
	default:
		break;
	}
}
