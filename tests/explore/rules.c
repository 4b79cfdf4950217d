/*
 * rules.c - see rules.h.
 */
#include "rules.h"

#include <stdio.h>
#include <string.h>

#include "check/checker.h"
#include "object.h"
#include "stale.h"
#include "state.h"
#include "table.h"

#define ERRORS_MAX 256u
#define COUNTS_MAX 512u

static bool say(struct broken *b, const char *text)
{
	snprintf(b->text, sizeof(b->text), "%s", text);
	return false;
}

/* --- answers ---------------------------------------------------------------------------------- */

static struct {
	const char *name, *errors;
} rows[TN_CALL_COUNT] = {
#define ROW(number, NAME, name, argc, arguments, rights, value, errors) [number] = {#name, errors},
	TN_CALLS(ROW) TN_MESSAGE_CALLS(ROW)
#undef ROW
};

static const struct {
	int number;
	const char *name;
} errors[] = {
#define ROW(number, name, text) {number, #name},
	TN_ERRORS(ROW)
#undef ROW
};

static bool allowed[TN_CALL_COUNT][ERRORS_MAX];

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
		bool begins = at == text || strchr(" |,:", at[-1]) != NULL;
		bool ends = at[n] == '\0' || strchr(" |,:", at[n]) != NULL;

		if (begins && ends)
			return true;
	}
	return false;
}

/* Adds what a row names: errors, and `cap` for those of a lookup. */
static void errors_read(unsigned call, const char *text)
{
	static const char *const lookups[] = {"ERANGE", "ENOENT", "EBADF", "EPERM", "ESTALE"};

	for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		bool named = has_word(text, errors[i].name);

		for (unsigned k = 0; has_word(text, "cap") && k < 5; k++)
			named |= strcmp(lookups[k], errors[i].name) == 0;
		if (named)
			allowed[call][errors[i].number] = true;
	}
}

/* `as NAME`, `as in NAME`: the errors of that call, too. */
static void errors_follow(unsigned call)
{
	for (const char *as = rows[call].errors; (as = strstr(as, "as ")) != NULL;) {
		as += strncmp(as, "as in ", 6) == 0 ? 6 : 3;
		for (unsigned o = 0; o < TN_CALL_COUNT; o++)
			for (unsigned e = 0;
			     strncmp(as, rows[o].name, strlen(rows[o].name)) == 0 && e < ERRORS_MAX;
			     e++)
				allowed[call][e] |= allowed[o][e];
	}
}

void rules_begin(void)
{
	for (unsigned c = 0; c < TN_CALL_COUNT; c++)
		errors_read(c, rows[c].errors);
	for (unsigned c = 0; c < 2 * TN_CALL_COUNT; c++) /* one that is named may name others */
		errors_follow(c % TN_CALL_COUNT);
}

/* What a call passed over is some of what was asked for. */
static bool value_fits(const struct call *c, const struct outcome *o)
{
	uint64_t n = o->value % ((uint64_t)1 << 32);

	if (o->code == -TN_ENOMEM)
		return o->value >= 1 && o->value <= LEVELS_MAX;
	if (o->code != 0)
		return true;
	if (c->number == TN_CALL_MAP)
		return n >= 1 && n <= c->a[4];
	if (c->number == TN_CALL_UNMAP || c->number == TN_CALL_PROTECT)
		return n >= 1 && n <= c->a[2];
	return true;
}

bool rules_answer(const struct call *c, const struct outcome *o, struct broken *b)
{
	if (o->panic != NULL)
		return say(b, o->panic);
	if (c->number >= TN_CALL_COUNT)
		return true;
	if (o->code > 0 || -o->code >= (int64_t)ERRORS_MAX ||
	    (o->code < 0 && !allowed[c->number][-o->code])) {
		snprintf(b->text, sizeof(b->text), "the answer %lld is none of the call's",
			 (long long)o->code);
		return false;
	}
	if (!value_fits(c, o)) {
		snprintf(b->text, sizeof(b->text), "the second result 0x%llx cannot be",
			 (unsigned long long)o->value);
		return false;
	}
	return stale_fault() == NULL || say(b, stale_fault());
}

/* --- I9: refused calls ------------------------------------------------------------------------ */

/*
 * Makes what a refused call may change in `before` as it is now: blocks that it was the first to
 * touch, the table that a process keeps at hand, and pools' counts of ENOMEM answers.
 */
static void before_amend(struct image *before)
{
	for (uint64_t f = ram.first; f < ram.first + ram.count; f++) {
		uint64_t *word = &before->words[f], kind = FRAME_KIND(frame_get(pfn(f)));
		void *memory = before->memory + f * FRAME_BYTES, *now = live_frame(f);

		if (FRAME_KIND(*word) == KIND_UNTOUCHED)
			for (const struct region *r = live_layout->regions; r->count != 0; r++)
				if (f - r->first < r->count && kind == r->kind)
					*word = FRAME_WORD(kind, 0);
		if (kind == TN_KIND_POOL) {
			((struct pool *)memory)->enomem = ((struct pool *)now)->enomem;
		} else if (kind == TN_KIND_PROCESS) {
			((struct process *)memory)->top = ((struct process *)now)->top;
			((struct process *)memory)->top_tag = ((struct process *)now)->top_tag;
		}
	}
}

static bool refusal_check(const struct call *c, const struct image *before, struct broken *b)
{
	static struct image amended;

	(void)c;
	memcpy(&amended, before, sizeof(amended));
	before_amend(&amended);
	if (live_equals(&amended))
		return true;
	for (uint64_t f = ram.first; f < ram.first + ram.count; f++)
		if (frame_get(pfn(f)) != amended.words[f] ||
		    memcmp(amended.memory + f * FRAME_BYTES, live_frame(f), FRAME_BYTES) != 0) {
			snprintf(b->text, sizeof(b->text),
				 "I9: a refused call has changed frame %u", (unsigned)f);
			return false;
		}
	return say(b, "I9: a refused call has changed a counter");
}

/* --- I12: ids --------------------------------------------------------------------------------- */

static bool is_named(uint64_t word)
{
	return FRAME_KIND(word) >= TN_KIND_POOL && FRAME_KIND(word) <= TN_KIND_ENDPOINT;
}

static bool ids_check(const struct image *before, struct broken *b)
{
	for (uint64_t f = ram.first; f < ram.first + ram.count; f++) {
		uint64_t word = frame_get(pfn(f)), old = before->words[f];

		if (!is_named(word) || (is_named(old) && FRAME_KIND(old) == FRAME_KIND(word) &&
					FRAME_ID(old) == FRAME_ID(word)))
			continue;
		if (FRAME_ID(word) < before->next_id) {
			snprintf(b->text, sizeof(b->text),
				 "I12: the object in frame %u has an id that was given before",
				 (unsigned)f);
			return false;
		}
	}
	return true;
}

/* --- I11: bytes --------------------------------------------------------------------------------- */

/* Words from `at` on that are neither 0 nor `junk`. */
static bool has_others(const uint64_t *at, const uint64_t *end, uint64_t junk)
{
	uint64_t others = 0;

	for (; at < end; at++)
		others |= (uint64_t)(*at != 0) & (uint64_t)(*at != junk);
	return others != 0;
}

/* Nothing of the kernel's is left where it has no object, and what it calls clean is zero. */
static bool bytes_check(struct broken *b)
{
	for (uint64_t f = ram.first; f < ram.first + ram.count; f++) {
		uint64_t word = frame_get(pfn(f)), kind = FRAME_KIND(word), junk = JUNK;
		const uint64_t *words = live_frame(f);

		if (f == live_layout->utcb)
			continue;
		if (FRAME_IS_CLEAN(word) || kind == TN_KIND_CAPS || kind == TN_KIND_TABLE)
			junk = 0;
		if (!has_others(words + state_bytes_of(kind) / 8, words + FRAME_BYTES / 8, junk))
			continue;
		snprintf(b->text, sizeof(b->text), "I11: bytes that do not belong there, frame %u",
			 (unsigned)f);
		return false;
	}
	return true;
}

/* Only then are they all alike (state.h). */
static bool anonymous_check(struct broken *b)
{
	const struct layout *l = live_layout;

	for (uint64_t f = l->anonymous_first; f < l->anonymous_first + l->anonymous_count; f++)
		if (FRAME_KIND(frame_get(pfn(f))) == TN_KIND_USER)
			return say(b, "an anonymous frame has become user space's");
	return true;
}

/* --- all -------------------------------------------------------------------------------------- */

bool rules_invariants(struct broken *b)
{
	static uint32_t counts[COUNTS_MAX];
	struct checker_report r;

	if (checker_counts() > COUNTS_MAX)
		return say(b, "the checker needs more memory than it has");
	if (!checker_run(live_root, counts, &r)) {
		snprintf(b->text, sizeof(b->text), "I%u: %s, frame %u", r.invariant, r.what,
			 (unsigned)r.frame);
		return false;
	}
	return true;
}

bool rules_change(const struct call *c, const struct outcome *o, const struct image *before,
		  struct broken *b)
{
	if (rules_is_refused(o) && !refusal_check(c, before, b))
		return false;
	if (!rules_invariants(b))
		return false;
	if (current != before->current || live_hart.ready != 0)
		return say(b, "another thread is ready");
	return ids_check(before, b) && bytes_check(b) && anonymous_check(b);
}
