/*
 * model_play.c - see model_play.h.
 */
#include "model_play.h"

#include <setjmp.h>
#include <stdio.h>

#include "asid.h"
#include "irq.h"
#include "trap.h"

#define NO_ANSWER 1 /* yet; no call answers this */

struct play play;

/* Answers with the status where the machine would have ended. */
static struct answer call_that_ends(const struct model_call *c)
{
	volatile struct answer a = {0, 0};
	jmp_buf exit;

	host_panic_rule = NULL;
	if (setjmp(exit) == 0) {
		host_exit = &exit;
		a = host_call(c->number, c->a[0], c->a[1], c->a[2], c->a[3], c->a[4], c->a[5]);
	} else {
		a.value = host_exit_status;
	}
	host_exit = NULL;
	if (host_panic_rule != NULL)
		model_complain("panic: %s", host_panic_rule);
	return a;
}

static struct answer call_kernel(const struct model_call *c)
{
	uint64_t i = play.count++ % PLAY_HISTORY;
	struct answer a;

	play.history[i] = *c;
	play.answers[i] = (struct answer){NO_ANSWER, 0};
	if (c->number == TN_CALL_SHUTDOWN || c->number == TN_CALL_THREAD_EXIT)
		a = call_that_ends(c);
	else
		a = host_call(c->number, c->a[0], c->a[1], c->a[2], c->a[3], c->a[4], c->a[5]);
	play.answers[i] = a;
	return a;
}

static void between(void)
{
	if (play.between != NULL)
		play.between();
}

static struct answer call_both(const struct model_call *c)
{
	struct answer a = call_kernel(c);

	/* what steps of a detach leave is nobody's promise but the invariants' */
	while (c->number == TN_CALL_TABLE_DETACH && a.code == -TN_EAGAIN) {
		between();
		a = call_kernel(c);
	}
	model_expect(c, a, ((struct tn_utcb *)host_memory(world.utcb))->words);
	play.outcomes[-a.code < 512 ? -a.code : 511]++;
	play.done[c->number] += a.code == 0;
	play.refused[c->number] += a.code != 0;
	play.utcbs_set += c->number == TN_CALL_THREAD_CONFIGURE && a.code == 0 &&
			  (c->a[1] & TN_CONFIGURE_UTCB) != 0;
	return a;
}

static void call_with_interrupts(void)
{
	struct model_call c = model_any_call(), probe;

	host_console_size = 0;
	host_interrupt_every = draw(4) == 0 ? 1 + (unsigned)draw(3) : 0;
	while (call_both(&c).code == -TN_EAGAIN && model_complaint[0] == '\0') {
		if (draw(4) == 0)
			between();
		if (draw(3) == 0) {
			probe = model_any_probe(c.a[0]);
			call_both(&probe);
		}
		if (draw(6) == 0)
			c.a[1] = 0;
	}
	host_interrupt_every = 0;
}

static void touch_memory(void)
{
	static const enum tn_fault kinds[] = {TN_FAULT_LOAD, TN_FAULT_STORE, TN_FAULT_FETCH};
	static const uint64_t rights[] = {TN_MAP_READ, TN_MAP_WRITE, TN_MAP_EXECUTE};
	unsigned i = (unsigned)draw(3);
	struct fault f = {kinds[i], "page fault", 0, model_any_va()};
	bool expected = model_touch(f.address, rights[i]);
	jmp_buf exit;

	host_console_size = 0;
	host_panic_rule = NULL;
	if (setjmp(exit) == 0) {
		host_exit = &exit;
		trap_fault(&f);
		if (!expected)
			model_complain("the fault at 0x%lx was mended", f.address);
	} else if (expected) {
		model_complain("the fault at 0x%lx was not mended", f.address);
	}
	host_exit = NULL;
	if (host_panic_rule != NULL)
		model_complain("panic: %s", host_panic_rule);
}

/* Most of them of a source that may well be bound. */
static void interrupt(void)
{
	host_irq_claimed = (uint32_t)(draw(4) == 0 ? draw(MODEL_IRQS) : draw(40));
	irq_take();
	model_interrupt(host_irq_claimed);
}

void play_call(void)
{
	uint64_t dice = draw(100);

	call_with_interrupts();
	if (dice < 2)
		touch_memory();
	else if (dice < 4)
		interrupt();
	else if (dice < 5 && world.process->root != NULL)
		asid_activate(world.thread->hart, world.process);
	else if (dice < 6)
		host_cache_ops = !host_cache_ops;
}

void play_tell(void)
{
	uint64_t first = play.count < PLAY_HISTORY ? 0 : play.count - PLAY_HISTORY;

	for (uint64_t i = first; i < play.count; i++) {
		const struct model_call *c = &play.history[i % PLAY_HISTORY];
		const struct answer *a = &play.answers[i % PLAY_HISTORY];

		fprintf(stderr, "# %lu: call %lu(0x%lx, 0x%lx, 0x%lx, 0x%lx, 0x%lx, 0x%lx)", i + 1,
			c->number, c->a[0], c->a[1], c->a[2], c->a[3], c->a[4], c->a[5]);
		if (a->code != NO_ANSWER)
			fprintf(stderr, " = %ld, 0x%lx", (long)a->code, a->value);
		fprintf(stderr, "\n");
	}
}

void play_begin(const struct world_options *o)
{
	world_make(o);
	model_begin(o, PLAY_DEVICES);
	play.count = 0;
}

void play_end(void)
{
	model_end();
	world_end();
}
