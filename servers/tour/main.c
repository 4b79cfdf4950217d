/*
 * main.c - the tour: a first server that shows, phase by phase, what the kernel's calls do with
 * frames, and audits after each.
 *
 * It is mm without programs: the same records, and the policy of watermarks. Ends the machine with
 * status 0 only if everything went as it should and every audit agreed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <tenure/user.h>

#include "../mm/audit.h"
#include "../mm/memory.h"
#include "../mm/mm.h"
#include "../mm/show.h"
#include "phases.h"

struct phase {
	const char *title;
	bool (*run)(struct mm *mm);
};

static const struct phase phases[] = {
	{"boot", phase_found},
	{"pools and processes, paid exactly", phase_exact},
	{"watermarks", phase_watermarks},
	{"page sizes", phase_large},
	{"refusals", phase_refusals},
	{"revoke", phase_revoke},
};
#define PHASES (sizeof(phases) / sizeof(phases[0]))

static struct mm the_mm;

static uint64_t milliseconds_since(uint64_t start)
{
	uint64_t rate = tn_boot->timebase ? tn_boot->timebase : 1;

	return (tn_clock() - start) * 1000 / rate;
}

static unsigned run_phases(void)
{
	unsigned good = 0;

	for (unsigned i = 0; i < PHASES; i++) {
		bool done;

		show_phase(i + 1, phases[i].title);
		done = phases[i].run(&the_mm);
		if (audit_run(&the_mm) && done)
			good++;
	}
	return good;
}

int main(void)
{
	uint64_t start = tn_clock();
	unsigned good;

	the_mm.options = (struct policy_options){POLICY_DEFAULT, POLICY_DEFAULT};
	show_start();
	memory_start(&the_mm, tn_boot);
	show_machine(&the_mm);
	good = run_phases();
	show_phase(PHASES + 1, "census and summary");
	if (!show_census())
		good = 0;
	printf("\n  %u of %u phases good, %lu audits agreed, %lu ms\n", good, (unsigned)PHASES,
	       (unsigned long)the_mm.audits, (unsigned long)milliseconds_since(start));
	if (good != PHASES)
		return EXIT_FAILURE;
	audit_show_last(&the_mm);
	return EXIT_SUCCESS;
}
