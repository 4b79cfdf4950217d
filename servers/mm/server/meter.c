/*
 * meter.c - what a run costs and how much kernel memory it holds.
 */
#include "meter.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <tenure/records.h>
#include <tenure/user.h>

#include "../policy.h"
#include "../require.h"
#include "../supply.h"
#include "requests.h"

#define MEDIAN 500u /* thousandths */
#define P99 990u

/* --- levels ------------------------------------------------------------------------------------ */

/* From `ticks` ago until now it was the former value. */
static void level_set(struct meter_level *level, uint64_t value, uint64_t ticks)
{
	level->integral += level->now * ticks;
	level->now = value;
	if (value < level->least)
		level->least = value;
	if (value > level->peak)
		level->peak = value;
}

static void level_start(struct meter_level *level, uint64_t value)
{
	*level = (struct meter_level){value, value, value, value, 0};
}

static struct trace_point look_at(const struct mm *mm)
{
	uint64_t held = mm->store.ledger.owned[LEDGER_LENT];

	return (struct trace_point){
		.held = (uint32_t)held,
		.used = (uint32_t)(held - pools_free(mm)),
		.aside = (uint32_t)mm->store.ledger.owned[LEDGER_ASIDE],
	};
}

static void set_levels(struct meter *meter, const struct mm *mm)
{
	struct trace_point point = look_at(mm);
	uint64_t now = tn_clock(), ticks = now - meter->looked;

	meter->looked = now;
	level_set(&meter->held, point.held, ticks);
	level_set(&meter->used, point.used, ticks);
	level_set(&meter->idle, point.held - point.used, ticks);
	level_set(&meter->aside, point.aside, ticks);
	trace_change(&meter->trace, now - meter->began, point);
}

static void check_levels(struct meter *meter)
{
	struct tn_census census;
	uint64_t objects = 0;

	require_done(tn_census_read(TN_SLOT_SYSTEM, &census), "census");
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_TABLE; kind++)
		objects += census.kinds[kind];
	meter->checked++;
	if (census.kinds[TN_KIND_FREE] != meter->idle.now || objects != meter->used.now)
		meter->wrong++;
}

void meter_start(struct meter *meter, const struct mm *mm, uint64_t mode)
{
	struct trace_point point = look_at(mm);

	meter->mode = mode; /* all else is 0 */
	if (mode == METER_OFF)
		return;
	meter->given = mm->frames_given;
	meter->taken = mm->frames_taken;
	level_start(&meter->held, point.held);
	level_start(&meter->used, point.used);
	level_start(&meter->idle, point.held - point.used);
	level_start(&meter->aside, point.aside);
	trace_start(&meter->trace, point);
	meter->began = tn_clock();
	meter->looked = meter->began;
	meter->began_instret = meter_instret();
}

void meter_look(struct meter *meter, const struct mm *mm)
{
	uint64_t start = meter_instret();

	meter->waits++;
	set_levels(meter, mm);
	if (meter->mode == METER_CHECK)
		check_levels(meter);
	meter->own += meter_instret() - start;
}

/* --- messages ---------------------------------------------------------------------------------- */

static enum meter_kind kind_of(const struct request *request, bool ended)
{
	if (ended)
		return METER_END;
	if (request->thread != SERVER_NOBODY)
		return request->label == TN_LABEL_FAULT ? METER_FAULT : METER_KINDS;
	if (request->label == TN_MM_SPAWN)
		return METER_SPAWN;
	return request->label == TN_MM_MAP ? METER_MAP : METER_KINDS;
}

void meter_count(struct meter *meter, const struct request *request, uint64_t live)
{
	uint64_t now = meter_instret();
	enum meter_kind kind;

	meter->last = now - meter->received;
	meter->work += meter->last;
	if (!request) {
		meter->signals++;
		return;
	}
	kind = kind_of(request, live < meter->live);
	if (request->thread != SERVER_NOBODY && request->label == TN_LABEL_FAULT)
		meter->faults++;
	else
		meter->requests++;
	if (kind < METER_KINDS)
		histogram_add(&meter->latencies[kind], meter->last);
	meter->own += meter_instret() - now;
}

void meter_pool_end(struct meter *meter, const struct pool *pool)
{
	meter->shortages += pool->shortages;
	meter->paid += pool->paid;
	meter->top_ups += pool->top_ups;
	meter->stocked += pool->stocked;
	meter->trims += pool->trims;
	meter->returned += pool->returned;
}

void meter_settle(struct meter *meter, struct mm *mm)
{
	uint64_t start = meter_instret();

	supply_trim(mm, &mm->pools[0]);
	if (meter->mode == METER_OFF)
		return;
	meter->settled = meter->last + meter_instret() - start;
	set_levels(meter, mm);
	meter->ticks = meter->looked - meter->began;
	meter->instructions = meter_instret() - meter->began_instret - meter->own;
	for (unsigned i = 0; i < MM_POOLS; i++)
		if (mm->pools[i].live)
			meter_pool_end(meter, &mm->pools[i]);
}

/* --- the lines --------------------------------------------------------------------------------- */

static void print_number(const char *key, uint64_t value)
{
	printf("lab: %s %" PRIu64 "\n", key, value);
}

static void print_level(const char *name, const struct meter_level *level)
{
	printf("lab: %s-at-start %" PRIu64 "\n", name, level->at_start);
	printf("lab: %s-least %" PRIu64 "\n", name, level->least);
	printf("lab: %s-peak %" PRIu64 "\n", name, level->peak);
	printf("lab: %s-integral %" PRIu64 "\n", name, level->integral);
	printf("lab: %s-at-end %" PRIu64 "\n", name, level->now);
}

static void print_latencies(const struct meter *meter)
{
	static const char *const names[METER_KINDS] = {"spawn", "map", "fault", "end"};

	for (unsigned i = 0; i < METER_KINDS; i++) {
		const struct histogram *histogram = &meter->latencies[i];

		printf("lab: %s-count %" PRIu64 "\n", names[i], histogram->count);
		printf("lab: %s-sum %" PRIu64 "\n", names[i], histogram->sum);
		printf("lab: %s-median %" PRIu64 "\n", names[i],
		       histogram_quantile(histogram, MEDIAN));
		printf("lab: %s-p99 %" PRIu64 "\n", names[i], histogram_quantile(histogram, P99));
		printf("lab: %s-worst %" PRIu64 "\n", names[i], histogram->worst);
	}
}

/* A point only where it differs from the one before. */
static void print_trace(const struct trace *trace)
{
	print_number("trace-step", trace->step);
	for (unsigned i = 0; i < trace->count; i++) {
		const struct trace_point *point = &trace->points[i];

		if (i > 0 && memcmp(point, &point[-1], sizeof(*point)) == 0)
			continue;
		printf("lab: at %" PRIu64 " %u %u %u\n", i * trace->step, (unsigned)point->held,
		       (unsigned)point->used, (unsigned)point->aside);
	}
}

void meter_print(const struct meter *meter, const struct mm *mm)
{
	if (meter->mode == METER_OFF)
		return;
	printf("\n  idle kernel frames while mm waited: at most %" PRIu64 ", in %" PRIu64
	       " waits\n",
	       meter->idle.peak, meter->waits);
	if (meter->checked > 0)
		printf("  the kernel's own count of them: %" PRIu64 " of %" PRIu64 " agree\n",
		       meter->checked - meter->wrong, meter->checked);
	printf("lab: policy %s\n", mm_policy.name);
	print_number("timebase", mm->boot->timebase);
	print_number("ticks", meter->ticks);
	print_number("instructions", meter->instructions);
	print_number("work", meter->work);
	print_number("requests", meter->requests);
	print_number("faults", meter->faults);
	print_number("signals", meter->signals);
	print_level("held", &meter->held);
	print_level("used", &meter->used);
	print_level("idle", &meter->idle);
	print_level("aside", &meter->aside);
	print_number("refusals", mm->refusals);
	print_number("shortages", meter->shortages);
	print_number("paid", meter->paid);
	print_number("refills", meter->top_ups);
	print_number("stocked", meter->stocked);
	print_number("reclaims", meter->trims);
	print_number("returned", meter->returned);
	print_number("given", mm->frames_given - meter->given);
	print_number("taken", mm->frames_taken - meter->taken);
	print_latencies(meter);
	print_number("settled", meter->settled);
	print_number("waits", meter->waits);
	print_number("waits-checked", meter->checked);
	print_number("waits-wrong", meter->wrong);
	print_trace(&meter->trace);
	printf("lab: end\n");
}
