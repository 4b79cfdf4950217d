/*
 * trap.c - faults and ends of user threads: calls that the kernel makes on their behalf.
 */
#include "trap.h"

#include "asid.h"
#include "message.h"
#include "report.h"
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

void trap_call(uint64_t label, uint64_t w0, uint64_t w1, uint64_t w2)
{
	struct thread *t = current;
	struct endpoint *e = frame_memory(pfn(t->fault.frame));

	t->state = TN_THREAD_STOPPED;
	if (label == TN_LABEL_EXIT)
		message_drop_caller(t);
	if (SLOT_TYPE(t->fault.word) != TN_CAP_ENDPOINT || !slot_is_live(&t->fault) ||
	    e->open->dying) {
		message_drop_caller(t);
		return;
	}
	t->fault_message = (struct message){TN_INFO(label, 3), {w0, w1, w2}};
	t->state = TN_THREAD_FAULTED;
	t->direct = &process_none;
	t->badge = t->fault.badge;
	message_offer(t, e);
}

void trap_answer(struct thread *t)
{
	const struct message *m = message_of(current);
	uint32_t label = TN_INFO_LABEL(m->info);

	t->state = TN_THREAD_STOPPED;
	if (TN_INFO_LABEL(t->fault_message.info) == TN_LABEL_EXIT || label > TN_RESUME_AT) {
		message_drop_caller(t);
		return;
	}
	if (label == TN_RESUME_AT)
		t->registers[REGISTER_PC] = m->words[0];
	sched_ready_answered(t);
}

void trap_fault(const struct fault *f)
{
	if (fault_is_stale(current->process, f))
		return;
	if (current != thread_boot) {
		trap_call(TN_LABEL_FAULT, f->kind, f->address, f->pc);
		return;
	}
	report("tenure: the first server faulted: %s at 0x%x, pc 0x%x\n", f->name, f->address,
	       f->pc);
	port_shutdown(STATUS_FAULT);
}
