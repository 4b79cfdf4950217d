/*
 * audit.c - mm's ledger against the kernel's table.
 *
 * The kernel's words stand in the UTCB, which printing would overwrite: disagreements are kept
 * and printed at the end.
 */
#include "audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <tenure/names.h>
#include <tenure/records.h>
#include <tenure/server.h>

#include "aside.h"
#include "delegation.h"

#define KEPT 8u

struct disagreement {
	uint64_t frame, word;
	struct ledger_frame ledger;
	bool large;
};

struct audit {
	const struct mm *mm;
	uint64_t frames, idle, aside;
	uint64_t kinds[TN_KIND_COUNT];
	uint64_t by_pool[MM_POOLS]
			[MM_OBJECT_KINDS]; /* FREE, CAPS, TABLE: their words name the pool */
	uint64_t held[MM_POOLS];           /* delegated frames in the pool or below it */
	uint64_t delegated_user;           /* delegated frames that are user space's */
	uint64_t looked, looked_word;      /* the frame asked for last, and its word */
	uint64_t wrong;
	struct disagreement kept[KEPT];
};

/* The kernel's word on a lent frame. Only some kinds say which pool they are in. */
static bool lent_agrees(struct audit *audit, struct ledger_frame ledger, uint64_t word)
{
	uint32_t kind = TN_INFO_KIND(word);

	if (kind < TN_KIND_POOL || kind > TN_KIND_FREE)
		return false;
	if (kind != TN_KIND_FREE && kind != TN_KIND_CAPS && kind != TN_KIND_TABLE)
		return true;
	audit->by_pool[ledger.value][kind]++;
	return TN_INFO_LOW(word) == audit->mm->pools[ledger.value].frame;
}

static bool user_agrees(struct audit *audit, struct ledger_frame ledger, bool large, uint64_t word)
{
	if (ledger.value == 0 && !large)
		audit->idle++;
	return TN_INFO_KIND(word) == TN_KIND_USER && TN_INFO_LOW(word) == ledger.value &&
	       ((word & TN_INFO_LARGE) != 0) == large;
}

/* Frames of one pool follow one another: it is asked for once. */
static uint64_t look(void *context, uint64_t frame)
{
	struct audit *audit = context;

	if (frame == audit->looked)
		return audit->looked_word;
	audit->looked = frame;
	audit->looked_word = tn_frame_info(TN_SLOT_FRAMES, frame, 1).code == 0 ? tn_utcb->words[0]
									       : 0;
	return audit->looked_word;
}

static bool delegated_agrees(struct audit *audit, struct ledger_frame ledger, uint64_t word)
{
	const struct pool *pool = &audit->mm->pools[ledger.value];
	enum delegation found = delegation_judge(&audit->mm->store.ledger, pool->index, pool->frame,
						 word, look, audit);

	if (found == DELEGATION_USER)
		audit->delegated_user++;
	else
		audit->held[pool->index]++;
	if (found == DELEGATION_OWN)
		audit->by_pool[pool->index][TN_INFO_KIND(word)]++;
	return found != DELEGATION_WRONG && pool->live && pool->delegated;
}

static bool frame_agrees(struct audit *audit, struct ledger_frame ledger, bool large, uint64_t word)
{
	switch ((enum ledger_owner)ledger.owner) {
	case LEDGER_HOLE:
		return TN_INFO_KIND(word) == TN_KIND_HOLE;
	case LEDGER_IMAGE:
		return TN_INFO_KIND(word) == TN_KIND_IMAGE;
	case LEDGER_BOOT:
		return TN_INFO_KIND(word) == TN_KIND_BOOT;
	case LEDGER_USER:
		return user_agrees(audit, ledger, large, word);
	case LEDGER_ASIDE:
		audit->aside++;
		return word == 0 && !large;
	case LEDGER_LENT:
		return lent_agrees(audit, ledger, word);
	case LEDGER_DELEGATED:
		return delegated_agrees(audit, ledger, word);
	case LEDGER_OWNERS:
		break;
	}
	return false;
}

static void compare_frame(struct audit *audit, uint64_t index, uint64_t frame, uint64_t word)
{
	const struct ledger *records = &audit->mm->store.ledger;
	struct ledger_frame ledger = records->frames[index];
	bool large = records->large[index / LEDGER_BLOCK] != 0;

	audit->frames++;
	if (word == 0 && !large && ledger.owner == LEDGER_USER && ledger.value == 0) {
		audit->idle++; /* by far the most frames: an idle user frame's word is 0 */
		audit->kinds[TN_KIND_USER]++;
		return;
	}
	if (TN_INFO_KIND(word) < TN_KIND_COUNT)
		audit->kinds[TN_INFO_KIND(word)]++;
	if (frame_agrees(audit, ledger, large, word))
		return;
	if (audit->wrong < KEPT)
		audit->kept[audit->wrong] = (struct disagreement){frame, word, ledger, large};
	audit->wrong++;
}

static void compare_frames(void *context, const struct tn_boot_range *range, uint64_t first,
			   uint64_t count, const uint64_t *words)
{
	struct audit *audit = context;
	uint64_t index = space_index(&audit->mm->store.space, first);

	(void)range;
	for (uint64_t i = 0; i < count; i++)
		compare_frame(audit, index + i, first + i, words[i]);
}

static void show_disagreements(const struct audit *audit)
{
	static const char *const owners[LEDGER_OWNERS] = {"hole", "image", "boot",     "user",
							  "lent", "aside", "delegated"};
	uint64_t shown = audit->wrong < KEPT ? audit->wrong : KEPT;

	for (uint64_t i = 0; i < shown; i++) {
		const struct disagreement *d = &audit->kept[i];

		printf("  audit: frame 0x%" PRIx64 ": ledger %s %u%s, kernel %s %u%s (0x%" PRIx64
		       ")\n",
		       d->frame, owners[d->ledger.owner], d->ledger.value, d->large ? " large" : "",
		       tn_kind_name(TN_INFO_KIND(d->word)), TN_INFO_LOW(d->word),
		       d->word & TN_INFO_LARGE ? " large" : "", d->word);
	}
	if (audit->wrong > 0)
		printf("  audit: %" PRIu64 " frames disagree\n", audit->wrong);
}

static bool same(const char *whose, uint64_t which, const char *what, uint64_t ledger,
		 uint64_t kernel)
{
	if (ledger == kernel)
		return true;
	printf("  audit: %s %" PRIu64 ", %s: ledger %" PRIu64 ", kernel %" PRIu64 "\n", whose,
	       which, what, ledger, kernel);
	return false;
}

/* What mm predicts of a pool, what the kernel counts for it, and what its frames say. */
static bool pool_agrees(const struct audit *audit, const struct pool *pool)
{
	const uint64_t *seen = audit->by_pool[pool->index];
	uint64_t free = pool_free(audit->mm, pool);
	struct tn_pool_info info;
	struct tn_result result = tn_pool_read(pool->slot, &info);
	bool good = true;

	if (result.code != 0)
		return same("pool", pool->index, "pool_info", 0, (uint64_t)-result.code);
	good = same("pool", pool->index, "free", free, info.free) && good;
	good = same("pool", pool->index, "used", pool_used(pool), info.used) && good;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_TABLE; kind++)
		good = same("pool", pool->index, tn_kind_name(kind), pool->kinds[kind],
			    info.kinds[kind]) &&
		       good;
	good = same("pool", pool->index, "free frames seen", free, seen[TN_KIND_FREE]) && good;
	good = same("pool", pool->index, "capability pages seen", pool->kinds[TN_KIND_CAPS],
		    seen[TN_KIND_CAPS]) &&
	       good;
	return same("pool", pool->index, "page tables seen", pool->kinds[TN_KIND_TABLE],
		    seen[TN_KIND_TABLE]) &&
	       good;
}

/*
 * A client fills the pool: what the kernel counts for it, and what its frames say. It alone has
 * what is in it if there is no pool below; those mm has no capability to.
 */
static bool delegated_pool_agrees(const struct audit *audit, const struct pool *pool)
{
	static const enum tn_kind named[] = {TN_KIND_CAPS, TN_KIND_TABLE};
	const uint64_t *seen = audit->by_pool[pool->index];
	uint64_t held = audit->held[pool->index];
	struct tn_pool_info info;
	struct tn_result result = tn_pool_read(pool->slot, &info);
	bool good = true;

	if (result.code != 0)
		return same("pool", pool->index, "pool_info", 0, (uint64_t)-result.code);
	if (info.kinds[TN_KIND_POOL] == 0 || held < info.free + info.used)
		good = same("pool", pool->index, "delegated frames seen", held,
			    info.free + info.used);
	for (unsigned i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		good = same("pool", pool->index, tn_kind_name(named[i]), seen[named[i]],
			    info.kinds[named[i]]) &&
		       good;
	good = same("pool", pool->index, "lent frames", pool_frames(audit->mm, pool), 0) && good;
	return same("pool", pool->index, "free frames seen", seen[TN_KIND_FREE], info.free) && good;
}

static bool pools_agree(const struct audit *audit)
{
	bool good = true;

	for (unsigned i = 0; i < MM_POOLS; i++) {
		const struct pool *pool = &audit->mm->pools[i];

		if (!pool->live)
			continue;
		good = (pool->delegated ? delegated_pool_agrees(audit, pool)
					: pool_agrees(audit, pool)) &&
		       good;
	}
	return good;
}

/* The census is the kernel's own sum; the walk above counted each frame. */
static bool census_agrees(const struct audit *audit)
{
	struct tn_census census;
	struct tn_result result = tn_census_read(TN_SLOT_SYSTEM, &census);
	bool good = true;

	if (result.code != 0)
		return same("census", 0, "call", 0, (uint64_t)-result.code);
	for (uint64_t kind = 0; kind < TN_KIND_COUNT; kind++)
		good = same("census", kind, tn_kind_name(kind), audit->kinds[kind],
			    census.kinds[kind]) &&
		       good;
	good = same("census", 0, "user frames",
		    ledger_user_frames(&audit->mm->store.ledger) + audit->delegated_user,
		    census.kinds[TN_KIND_USER]) &&
	       good;
	return same("census", 0, "all frames", audit->frames, census.frames) && good;
}

bool audit_run(struct mm *mm)
{
	static struct audit audit; /* too large for the stack */
	struct tn_result result;
	bool good;

	memset(&audit, 0, sizeof(audit));
	audit.mm = mm;
	audit.looked = TN_NONE;
	result = tn_frames_visit(compare_frames, &audit);
	show_disagreements(&audit);
	good = same("frame table", 0, "frame_info", 0, (uint64_t)-result.code) && audit.wrong == 0;
	good = pools_agree(&audit) && good;
	good = census_agrees(&audit) && good;
	good = same("user space", 0, "idle frames", mm->store.buddy.free, audit.idle) && good;
	good = same("user space", 0, "frames set aside", aside_sum(mm), audit.aside) && good;
	if (!good)
		return false;
	mm->audits++;
	mm->audited = audit.frames;
	audit_show_last(mm);
	return true;
}

void audit_show_last(const struct mm *mm)
{
	printf("audit: %" PRIu64 " frames agree\n", mm->audited);
}
