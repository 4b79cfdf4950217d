/*
 * thread.c - see thread.h.
 */
#include "thread.h"

#include <port/string.h>

#include "cap.h"
#include "map.h"
#include "message.h"
#include "object.h"
#include "syscall.h"
#include "trap.h"
#include "walk.h"

struct thread *thread_boot;

void thread_init(struct thread *t, pfn_t self, struct process *p)
{
	t->self = (uint32_t)self.n;
	t->process = p;
	t->directory = p->directory;
	t->direct = p;
	t->state = TN_THREAD_STOPPED;
	sched_place(t, current->hart, 0);
	LIST_PUSH(p->threads, t);
}

void thread_pin_utcb(struct thread *t, pfn_t f)
{
	frame_set(f, frame_get(f) + 1);
	t->utcb = frame_memory(f);
}

static void thread_unpin_utcb(struct thread *t)
{
	pfn_t f = frame_of(t->utcb);

	frame_set(f, frame_get(f) - 1);
	t->utcb = NULL;
}

void thread_end(struct thread *t)
{
	struct process *p = t->process;

	message_abandon(t, TN_EPEER);
	if (t->utcb != NULL)
		thread_unpin_utcb(t);
	if (t == thread_boot)
		thread_boot = NULL;
	LIST_REMOVE(p->threads, t);
	object_free(p->pool, TN_KIND_THREAD, pfn(t->self), sizeof(*t) + port_float_forget(t));
}

struct thread *thread_of_slot(const struct slot *s)
{
	if (SLOT_TYPE(s->word) != TN_CAP_THREAD || !slot_is_live(s))
		return NULL;
	return frame_memory(pfn(s->frame));
}

/* The caller's thread capability with *control*, of a process that lives. */
static struct thread *control_find(uint64_t slot, int *error)
{
	struct thread *t = cap_find(slot, TN_CAP_THREAD, TN_THREAD_CONTROL, error);

	if (*error == 0 && t->process->dying)
		*error = TN_EDYING;
	return t;
}

cold result_t call_thread_info(uint64_t thread)
{
	struct tn_thread_info *info = (struct tn_thread_info *)current->utcb->words;
	int error = 0;
	struct thread *t = control_find(thread, &error);

	if (error != 0)
		return failure(error, 0);
	info->state = t->state;
	info->reason = TN_INFO_LABEL(t->fault_message.info);
	info->signals = t->signals;
	memcpy(&info->pc, t->registers, sizeof(t->registers));
	/* x5 to x7 and x28 to x31 come back as zero from inside a call */
	for (unsigned i = 5; !t->whole && i < 32; i = i == 7 ? 28 : i + 1)
		info->registers[i - 1] = 0;
	return success(t->state);
}

/* --- thread_configure ------------------------------------------------------------------------ */

#define CONFIGURE_ALL                                                                              \
	(TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB | TN_CONFIGURE_FAULT | TN_CONFIGURE_PRIORITY)

/* EINVAL, EFAULT. */
static int shape_refusal(uint64_t what, uint64_t va, const struct tn_thread_config *config)
{
	if ((what & ~(uint64_t)CONFIGURE_ALL) != 0 || va % FRAME_BYTES != 0 ||
	    ((what & TN_CONFIGURE_PRIORITY) && config->priority > TN_PRIORITY_MAX))
		return TN_EINVAL;
	return (what & TN_CONFIGURE_UTCB) && !walk_is_user(va, 1) ? TN_EFAULT : 0;
}

/* EDYING, EBUSY, EPERM, ENOTSUP. */
static int state_refusal(const struct thread *t, uint64_t what, uint64_t frame,
			 const struct tn_thread_config *config)
{
	if (t->process->dying)
		return TN_EDYING;
	if ((what & (TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB)) && t->state != TN_THREAD_STOPPED)
		return TN_EBUSY;
	if ((what & TN_CONFIGURE_PRIORITY) && config->priority > t->process->ceiling)
		return TN_EPERM;
	if ((what & TN_CONFIGURE_FAULT) && t == thread_boot) /* its fault ends the machine */
		return TN_EPERM;
	return (what & TN_CONFIGURE_UTCB) && !frame_in_window(pfn(frame)) ? TN_ENOTSUP : 0;
}

static void priority_set(struct thread *t, uint32_t priority)
{
	bool queued = t->state == TN_THREAD_RUNNING && t != current;

	if (queued)
		sched_unready(t);
	sched_place(t, current->hart, priority);
	if (queued)
		sched_ready(t);
	else if (t == current && (t->hart->ready & t->above) != 0)
		port_preempt();
}

static void registers_set(struct thread *t, const uint64_t *from)
{
#pragma GCC unroll 32
	for (unsigned i = 0; i < 32; i++)
		t->registers[i] = from[i];
	t->whole = 1;
}

result_t call_thread_configure(uint64_t thread, uint64_t what, uint64_t frames, uint64_t frame,
			       uint64_t va, uint64_t fault)
{
	const struct tn_thread_config *config = (const void *)current->utcb->words;
	int error = shape_refusal(what, va, config);
	struct thread *t = cap_find(thread, TN_CAP_THREAD, TN_THREAD_CONTROL, &error);
	const struct slot *range = NULL;
	struct slot handler = {0, 0, 0};
	result_t r;

	if (what & TN_CONFIGURE_UTCB)
		range = cap_find_slot(frames, TN_CAP_FRAMES, TN_FRAMES_READ | TN_FRAMES_WRITE,
				      &error);
	if ((what & TN_CONFIGURE_FAULT) && fault != TN_NONE) {
		cap_find(fault, TN_CAP_ENDPOINT, TN_ENDPOINT_SEND, &error);
		handler = *cap_slot(fault);
	}
	error = error ?: state_refusal(t, what, frame, config);
	if (error != 0)
		return failure(error, 0);
	if (what & TN_CONFIGURE_UTCB) {
		r = map_frame(t->process, va, range, frame);
		if (result_code(r) != 0)
			return r;
		if (t->utcb != NULL)
			thread_unpin_utcb(t);
		thread_pin_utcb(t, pfn(frame));
	}
	if (what & TN_CONFIGURE_REGISTERS)
		registers_set(t, &config->pc);
	if (what & TN_CONFIGURE_FAULT)
		t->fault = handler;
	if (what & TN_CONFIGURE_PRIORITY)
		priority_set(t, (uint32_t)config->priority);
	return success(0);
}

/* --- running and not ------------------------------------------------------------------------- */

result_t call_thread_resume(uint64_t thread)
{
	int error = 0;
	struct thread *t = control_find(thread, &error);

	if (error != 0 || t->utcb == NULL || t->process->root == NULL)
		return failure(error ?: TN_EINVAL, 0);
	if (t->state == TN_THREAD_STOPPED)
		sched_ready(t);
	return success(0);
}

cold result_t call_thread_suspend(uint64_t thread)
{
	int error = 0;
	struct thread *t = control_find(thread, &error);

	if (error != 0)
		return failure(error, 0);
	message_abandon(t, TN_EINTR);
	if (t != current)
		return success(0);
	thread_succeed(t);
	return port_switch();
}

cold result_t call_thread_exit(uint64_t code)
{
	if (current == thread_boot)
		port_shutdown(code);
	trap_call(TN_LABEL_EXIT, code, 0, 0);
	return port_switch();
}
