/*
 * trap.c - faults of user threads.
 */
#include "trap.h"

#include <port/machine.h>

#include "asid.h"
#include "message.h"
#include "report.h"
#include "thread.h"
#include "walk.h"

#define STATUS_FAULT 3u

/* Rights that an access needs; 0: no entry can mend the fault. */
static const uint8_t right_needed[] = {
	[TN_FAULT_FETCH] = TN_MAP_EXECUTE,
	[TN_FAULT_LOAD] = TN_MAP_READ,
	[TN_FAULT_STORE] = TN_MAP_WRITE,
	[TN_FAULT_OTHER] = 0,
};

/* Sets accessed (and dirty) and fences, if the entry allows what was tried. */
static bool fault_is_stale(const struct process *p, const struct fault *f)
{
	uint64_t needed = right_needed[f->kind];
	struct place at;
	pte_t e;

	if (needed == 0 || f->address >= user_top)
		return false;
	at = walk_down(p, f->address, 0);
	if (at.table == NULL)
		return false;
	e = pte_read(place_entry(&at));
	if (!pte_is_leaf(e) || (pte_rights(e) & needed) == 0)
		return false;
	pte_write(place_entry(&at), pte_touched(e, needed == TN_MAP_WRITE));
	asid_fence_page(current->hart, p, vaddr(f->address));
	return true;
}

void trap_fault(const struct fault *f)
{
	if (fault_is_stale(current->process, f))
		return;
	if (current != thread_boot) {
		message_fault(TN_LABEL_FAULT, f->kind, f->address, f->pc);
		return;
	}
	report("tenure: the first server faulted: %s at 0x%x, pc 0x%x\n", f->name, f->address,
	       f->pc);
	port_shutdown(STATUS_FAULT);
}
