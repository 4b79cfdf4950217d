/*
 * graves.c - see graves.h.
 */
#include "graves.h"

#include <tenure/records.h>

#include "holdings.h"
#include "keeper.h"
#include "randomness.h"
#include "slots.h"

#define GRAVES (SLOT_GRAVES_END - SLOT_GRAVES)
#define LOOKS 64u /* at one that is dead, before the slot is used again */

static struct {
	bool filled, dead;
	unsigned looks;
} graves[GRAVES];

bool graves_look(struct tn_result (*make)(uint64_t number, const uint64_t words[7]))
{
	static unsigned next;
	unsigned i = next++ % GRAVES;
	uint64_t slot = SLOT_GRAVES + i;
	struct tn_result r;

	if (!graves[i].filled) {
		uint64_t source = holdings_pick((uint8_t)(TN_CAP_POOL + below(4)));

		r = make(TN_CALL_CAP_COPY, (const uint64_t[7]){source, TN_SELF, slot, 0});
		graves[i].filled = r.code == 0;
		graves[i].dead = false;
		graves[i].looks = 0;
		return true;
	}
	r = make(TN_CALL_CAP_INFO, (const uint64_t[7]){TN_SELF, slot});
	if (r.code != 0 || (graves[i].dead && r.value >> 16 != 0)) {
		keeper_print("chaos: a dead capability lives again: slot %lu, 0x%lx\n",
			     (unsigned long)slot, (unsigned long)r.value);
		return false;
	}
	graves[i].dead = r.value >> 16 == 0;
	if (graves[i].dead && graves[i].looks++ == LOOKS)
		graves[i].filled =
			make(TN_CALL_CAP_DELETE, (const uint64_t[7]){TN_SELF, slot}).code != 0;
	return true;
}
