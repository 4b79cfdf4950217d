/*
 * harm.c - see harm.h. Owns the counts of what was spared and mended.
 */
#include "harm.h"

#include <stdio.h>
#include <tenure/user.h>

#include "ground.h"
#include "helpers.h"
#include "holdings.h"
#include "randomness.h"
#include "slots.h"

#define FIRST_PRIORITY 31u /* the main thread's, at boot */

enum verdict { ALLOWED, MENDED, SPARED };

#define BY_OWN (BY_MAIN | BY_HELPER) /* whoever uses the first server's slots */
#define BY_ALL (BY_OWN | BY_CHILD)

static bool is_self(uint64_t process)
{
	return process == TN_SELF || process == TN_SLOT_PROCESS;
}

static enum verdict spared_if(bool harmful)
{
	return harmful ? SPARED : ALLOWED;
}

static enum verdict mend(uint64_t *word, uint64_t to)
{
	if (*word == to)
		return ALLOWED;
	*word = to;
	return MENDED;
}

static enum verdict spare_all(struct deed *d, enum harm_by by)
{
	(void)d, (void)by;
	return SPARED;
}

/* Copies cannot do it (mend_copy). */
static enum verdict spare_system(struct deed *d, enum harm_by by)
{
	(void)by;
	return spared_if(d->words[0] == TN_SLOT_SYSTEM);
}

static enum verdict mend_text(struct deed *d, enum harm_by by)
{
	(void)by;
	return d->words[1] <= TN_WRITE_MAX ? mend(&d->words[1], 0) : ALLOWED;
}

static enum verdict spare_main_thread(struct deed *d, enum harm_by by)
{
	(void)by;
	return spared_if(d->words[0] == TN_SLOT_THREAD);
}

static enum verdict spare_boot_slots(struct deed *d, enum harm_by by)
{
	uint64_t slot = d->words[1];

	(void)by;
	return spared_if(is_self(d->words[0]) &&
			 (slot <= TN_SLOT_SYSTEM ||
			  slot - TN_SLOT_DEVICES <= TN_SLOT_IRQ - TN_SLOT_DEVICES));
}

static enum verdict spare_anchors(struct deed *d, enum harm_by by)
{
	struct holding h = holdings_at(d->words[1]);

	if (!is_self(d->words[0]) || !slot_is_anchor(d->words[1]))
		return ALLOWED;
	return spared_if(by != BY_MAIN || (h.type != TN_CAP_NONE && !h.stale));
}

/* What may be copied of the strong capabilities. */
static enum verdict mend_copy(struct deed *d, enum harm_by by)
{
	uint64_t source = d->words[0], rights = d->words[3];

	(void)by;
	if (source == TN_SLOT_PROCESS)
		return mend(&d->words[3], 0);
	if (source == TN_SLOT_THREAD)
		return mend(&d->words[3], rights & TN_THREAD_SIGNAL);
	if (source == TN_SLOT_POOL)
		return mend(&d->words[3], rights & (TN_POOL_GIVE | TN_POOL_RECLAIM));
	if (source == TN_SLOT_SYSTEM)
		return mend(&d->words[3], rights & TN_SYSTEM_CENSUS);
	if (slot_is_anchor(source))
		return mend(&d->words[3], rights & ~(uint64_t)TN_RIGHT_OWN);
	if (source >= TN_SLOT_DEVICES && source < TN_SLOT_IRQ)
		return mend(&d->words[3], rights & TN_FRAMES_READ);
	if (source != TN_SLOT_FRAMES)
		return ALLOWED;
	return spared_if(d->words[5] == 0 || ground_is_own(d->words[4], d->words[5]));
}

static enum verdict spare_revoke(struct deed *d, enum harm_by by)
{
	(void)by;
	return spared_if(d->words[0] <= TN_SLOT_SYSTEM);
}

/* Pages of slots are the exception: the reckoning knows of them. */
static enum verdict mend_root(struct deed *d, enum harm_by by)
{
	uint64_t root = d->words[0] <= TN_KIND_PROCESS ? TN_SLOT_POOL : TN_SLOT_PROCESS;

	if (d->words[1] != root || d->words[0] == TN_KIND_CAPS || slot_is_anchor(d->words[4]))
		return spared_if(d->words[1] == root && by == BY_HELPER);
	return by == BY_HELPER ? SPARED : mend(&d->words[4], holdings_empty_anchor());
}

static enum verdict mend_ceiling(struct deed *d, enum harm_by by)
{
	(void)by;
	if (d->words[0] != TN_KIND_PROCESS || d->words[5] > TN_PRIORITY_MAX ||
	    d->words[5] <= FIRST_PRIORITY)
		return ALLOWED;
	return mend(&d->words[5], FIRST_PRIORITY);
}

static enum verdict spare_pages(struct deed *d, enum harm_by by)
{
	uint64_t count = d->number == TN_CALL_MAP ? d->words[4] : d->words[2];
	uint64_t most = ground_user_top / TN_FRAME_SIZE;

	(void)by;
	if (d->words[0] != TN_SLOT_PROCESS)
		return ALLOWED;
	return spared_if(
		ground_is_kept(d->words[1], (count < most ? count : most) * TN_FRAME_SIZE));
}

static enum verdict spare_tables(struct deed *d, enum harm_by by)
{
	uint64_t span = (uint64_t)TN_FRAME_SIZE << (9 * ((d->words[2] & 7) + 1) % 64);

	(void)by;
	if (d->words[0] != TN_SLOT_PROCESS || d->words[2] > 4)
		return ALLOWED;
	return spared_if(ground_is_kept(d->words[1] & ~(span - 1), span));
}

static enum verdict spare_own_frames(struct deed *d, enum harm_by by)
{
	(void)by;
	return spared_if(d->number == TN_CALL_MAP ? ground_is_own(d->words[3], d->words[4])
						  : ground_is_own(d->words[1], d->words[2]));
}

/* Helpers' code and scripts are own frames that others may read. */
static enum verdict spare_helper_pages(struct deed *d, enum harm_by by)
{
	uint64_t most = ground_user_top / TN_FRAME_SIZE, count = d->words[2];

	(void)by;
	if (!(d->words[3] & TN_MAP_WRITE) || d->words[1] >= HELPER_END)
		return ALLOWED;
	return spared_if(count > most || d->words[1] + count * TN_FRAME_SIZE > HELPER_CODE);
}

static enum verdict mend_device(struct deed *d, enum harm_by by)
{
	bool map = d->number == TN_CALL_MAP;
	uint64_t slot = map ? d->words[2] : d->words[4], *flags = &d->words[map ? 5 : 3];

	(void)by;
	if (slot < TN_SLOT_DEVICES || slot >= TN_SLOT_IRQ)
		return ALLOWED;
	return mend(flags, *flags & ~(uint64_t)TN_MAP_WRITE);
}

static enum verdict spare_utcb(struct deed *d, enum harm_by by)
{
	(void)by;
	return spared_if(
		(d->words[1] & TN_CONFIGURE_UTCB) &&
		(ground_is_own(d->words[3], 1) || ground_is_kept(d->words[4], TN_FRAME_SIZE)));
}

static enum verdict mend_registers(struct deed *d, enum harm_by by)
{
	struct tn_thread_config *c = (struct tn_thread_config *)tn_utcb->words;

	if (!(d->words[1] & TN_CONFIGURE_REGISTERS))
		return ALLOWED;
	if (by == BY_HELPER)
		return SPARED;
	return helpers_may_begin(c) ? ALLOWED : mend(&c->pc, 0);
}

static enum verdict mend_priority(struct deed *d, enum harm_by by)
{
	struct tn_thread_config *c = (struct tn_thread_config *)tn_utcb->words;
	bool main = d->words[0] == TN_SLOT_THREAD;

	if (!(d->words[1] & TN_CONFIGURE_PRIORITY))
		return ALLOWED;
	if (by == BY_HELPER)
		return SPARED;
	if (c->priority > TN_PRIORITY_MAX ||
	    (main ? c->priority >= FIRST_PRIORITY : c->priority <= FIRST_PRIORITY))
		return ALLOWED;
	return mend(&c->priority, FIRST_PRIORITY);
}

static enum verdict mend_resume_at(struct deed *d, enum harm_by by)
{
	(void)by;
	return TN_INFO_LABEL(d->words[1]) == TN_RESUME_AT ? mend(&d->words[2], helpers_end())
							  : ALLOWED;
}

/* Whether an argument names such a slot, to use it or to fill it. */
static enum verdict spare_reserved(struct deed *d, enum harm_by by)
{
	bool named = slot_is_reserved(d->words[0]);

	(void)by;
	if (d->number < TN_CALL_SEND)
		named = named || slot_is_reserved(d->words[1]);
	else if (d->words[1] & TN_INFO_CAP)
		named = named || slot_is_reserved(TN_INFO_SLOT(d->words[1]));
	if (d->number == TN_CALL_CAP_COPY)
		named = named || slot_is_reserved(d->words[2]);
	if (d->number == TN_CALL_CREATE)
		named = named || slot_is_reserved(d->words[4]);
	if (d->number == TN_CALL_THREAD_CONFIGURE)
		named = named || slot_is_reserved(d->words[5]);
	return spared_if(named);
}

#define ANY_CALL TN_CALL_COUNT

/* The rules; an empty text stands for that above. A call may be in several. */
static const struct rule {
	uint64_t call;
	unsigned by;
	enum verdict (*judge)(struct deed *deed, enum harm_by by);
	const char *text;
} rules[] = {
	/* clang-format off */
	{ANY_CALL, BY_OWN, spare_reserved,
	 "the keeper, which wakes the main thread, and the graves, which are a check, are not named"},
	{TN_CALL_SHUTDOWN, BY_OWN, spare_system,
	 "no shutdown: it ends the run"},
	{TN_CALL_DEBUG_WRITE, BY_OWN, mend_text,
	 "debug_write prints no bytes: the console is for people"},
	{TN_CALL_THREAD_EXIT, BY_MAIN, spare_all,
	 "no thread_exit by the main thread: it is shutdown"},
	{TN_CALL_DESTROY, BY_HELPER, spare_main_thread,
	 "helpers do not destroy the main thread"},
	{TN_CALL_THREAD_CONFIGURE, BY_HELPER, spare_main_thread,
	 "nor give it another UTCB while it is stopped"},
	{TN_CALL_CAP_DELETE, BY_OWN, spare_boot_slots,
	 "what boot gave is not deleted: the reckoning needs it"},
	{TN_CALL_CAP_DELETE, BY_OWN, spare_anchors,
	 "nor is the last strong capability to what the root pool pays"},
	{TN_CALL_CAP_COPY, BY_OWN, mend_copy,
	 "copies of both are too weak to end, map or run the program itself"},
	{TN_CALL_CAP_REVOKE, BY_HELPER, spare_revoke,
	 "helpers do not revoke what the keeper holds as well"},
	{TN_CALL_CREATE, BY_OWN, mend_root,
	 "what the root pool pays gets a slot that is kept: nobody else could end it"},
	{TN_CALL_CREATE, BY_OWN, mend_ceiling,
	 "no process has a ceiling above the main thread: its threads could starve it"},
	{TN_CALL_THREAD_CONFIGURE, BY_OWN, mend_priority,
	 "and no thread is more urgent, nor does the main thread lower itself"},
	{TN_CALL_THREAD_CONFIGURE, BY_OWN, mend_registers,
	 "threads run the helpers' code alone: any other could be the program's own"},
	{TN_CALL_THREAD_CONFIGURE, BY_OWN, spare_utcb,
	 "no own frame becomes a UTCB: the kernel would write there"},
	{TN_CALL_MAP, BY_OWN, spare_own_frames,
	 "nor is it mapped anywhere: others could write there"},
	{TN_CALL_CACHE_OP, BY_OWN, spare_own_frames,
	 "nor is what the cache has of it thrown away"},
	{TN_CALL_PROTECT, BY_OWN, spare_helper_pages,
	 "the pages that helpers run, which are own frames, do not become writable"},
	{TN_CALL_MAP, BY_OWN, spare_pages,
	 "own code and stack stay mapped, and nothing else beside them"},
	{TN_CALL_UNMAP, BY_OWN, spare_pages, ""},
	{TN_CALL_PROTECT, BY_OWN, spare_pages, ""},
	{TN_CALL_TABLE_ATTACH, BY_OWN, spare_tables, ""},
	{TN_CALL_TABLE_DETACH, BY_OWN, spare_tables, ""},
	{TN_CALL_MAP, BY_OWN, mend_device,
	 "nobody writes to devices: that can end the machine, or write to any memory"},
	{TN_CALL_PROTECT, BY_OWN, mend_device, ""},
	{TN_CALL_REPLY, BY_ALL, mend_resume_at,
	 "who faulted goes on where it was, or at its end: elsewhere could be the program's own code"},
	{TN_CALL_REPLY_TO, BY_ALL, mend_resume_at, ""},
	{TN_CALL_REPLY_RECV, BY_ALL, mend_resume_at, ""},
	/* clang-format on */
};
#define RULES (sizeof(rules) / sizeof(rules[0]))

static struct {
	uint64_t mended, spared;
} counts[RULES];

/* True if the deed is not to be made. */
static bool rule_spares(unsigned i, struct deed *deed, enum harm_by by)
{
	enum verdict verdict = (rules[i].by & by) ? rules[i].judge(deed, by) : ALLOWED;

	counts[i].mended += verdict == MENDED;
	counts[i].spared += verdict == SPARED;
	return verdict == SPARED;
}

static uint64_t long_number(uint64_t number)
{
	if (number == TN_CALL_SHORT)
		return TN_CALL_CALL;
	return number == TN_REPLY_RECV_SHORT ? TN_CALL_REPLY_RECV : number;
}

/* The first rule of each call, and after each rule the next of its call; 0, which is for any call,
 * ends them. */
static uint8_t first_rule[TN_CALL_COUNT], next_rule[RULES];

static void rules_order(void)
{
	for (unsigned i = RULES - 1; i > 0; i--) {
		next_rule[i] = first_rule[rules[i].call];
		first_rule[rules[i].call] = (uint8_t)i;
	}
}

bool harm_spares(struct deed *deed, enum harm_by by)
{
	uint64_t number = long_number(deed->number), given = deed->number;
	bool spared;

	if (first_rule[TN_CALL_SHUTDOWN] == 0)
		rules_order();
	if (number >= TN_CALL_COUNT)
		return false;
	deed->number = number;
	spared = rule_spares(0, deed, by);
	for (unsigned i = first_rule[number]; !spared && i != 0; i = next_rule[i])
		spared = rule_spares(i, deed, by);
	deed->number = given;
	return spared;
}

uint64_t harm_spared(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < RULES; i++)
		sum += counts[i].spared;
	return sum;
}

void harm_show(void)
{
	printf("\n  %10s %9s\n", "spared", "mended");
	for (unsigned i = 0; i < RULES;) {
		uint64_t spared = counts[i].spared, mended = counts[i].mended;
		const char *text = rules[i].text;

		for (i++; i < RULES && rules[i].text[0] == '\0'; i++) {
			spared += counts[i].spared;
			mended += counts[i].mended;
		}
		printf("  %10lu %9lu  %s\n", (unsigned long)spared, (unsigned long)mended, text);
	}
}
