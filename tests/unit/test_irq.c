/*
 * test_irq.c - interrupts of devices: bound to a thread, taken as its signal, silent until they are
 * acknowledged; errors in their order.
 *
 * Bindings are the kernel's for ever and outlive the worlds of tests: each test has sources of its
 * own.
 */
#include "irq.h"

#include "cap.h"
#include "crew.h"
#include "hart.h"
#include "ipc_check.h"
#include "process.h"
#include "snapshot.h"

#define LINE 200u  /* slot of the boss: an interrupt */
#define OTHER 201u /* and another */
#define RANGE 202u /* what is no single source */
#define BITS 0x50u

static struct thread *s, *c;

static int setup(void **state)
{
	int result = crew_make(state);

	s = crew.server[0];
	c = crew.client[0];
	return result;
}

/* Interrupts come from the boot alone: so do their slots here. */
static void hand_out(uint64_t slot, uint64_t rights, uint32_t source)
{
	slot_set(crew_slot(crew.boss, slot), SLOT_WORD(TN_CAP_IRQ, rights, 0), source, 1);
}

static int64_t bind_to(uint64_t slot, uint64_t thread, uint64_t bits)
{
	return crew_do(crew.boss, TN_CALL_IRQ_BIND, slot, thread, bits, 0, 0, 0).code;
}

static int64_t ack(uint64_t slot)
{
	return crew_do(crew.boss, TN_CALL_IRQ_ACK, slot, 0, 0, 0, 0, 0).code;
}

static void interrupts(uint32_t source)
{
	host_irq_claimed = source;
	irq_take();
	assert_ipc_holds();
}

static void bound(uint32_t source, const struct thread *t)
{
	hand_out(LINE, TN_IRQ_BIND, source);
	assert_int_equal(bind_to(LINE, CREW_THREAD + crew_number(t), BITS), 0);
	assert_true(host_irq_enabled[source]);
}

static void assert_signalled(const struct thread *t, uint64_t bits)
{
	assert_state(t, TN_THREAD_RUNNING);
	assert_int_equal(t->registers[REGISTER_A0], 0);
	assert_int_equal(t->registers[REGISTER_INFO], TN_INFO(TN_LABEL_SIGNALS, 1));
	assert_int_equal(t->registers[REGISTER_INFO + 1], bits);
}

/* --- delivery -------------------------------------------------------------------------------- */

static void wakes_who_waits(void **state)
{
	(void)state;
	bound(1, s);
	s->utcb->signal_mask = 0x40;
	crew_say(s, TN_CALL_RECV, SLOT_E, 0, 0);
	interrupts(1);
	assert_signalled(s, 0x40);
	assert_int_equal(s->signals, 0x10);
	assert_null(crew.endpoint->receivers.first);
	crew_say(s, TN_CALL_RECV, TN_NONE, 0, 0);
	interrupts(1);
	assert_signalled(s, 0x40);
}

static void pends_for_who_runs(void **state)
{
	(void)state;
	bound(2, s);
	crew_become(s);
	interrupts(2);
	interrupts(2);
	assert_ptr_equal(current, s);
	assert_int_equal(s->signals, BITS);
	assert_state(s, TN_THREAD_RUNNING);
	s->utcb->signal_mask = TN_ANY;
	crew_say(s, TN_CALL_RECV, TN_NONE, 0, 0);
	assert_signalled(s, BITS);
}

static void ends_a_timed_wait(void **state)
{
	(void)state;
	bound(3, s);
	s->utcb->signal_mask = TN_ANY;
	s->utcb->deadline = 700;
	crew_say(s, TN_CALL_RECV, TN_NONE, TN_INFO_TIMED, 0);
	assert_int_equal(host_timer, 700);
	interrupts(3);
	assert_signalled(s, BITS);
	assert_null(current->hart->deadlines);
}

static void urgent_one_preempts(void **state)
{
	struct tn_thread_config *config = (void *)crew.boss->utcb->words;

	(void)state;
	config->priority = CREW_CEILING;
	assert_int_equal(crew_do(crew.boss, TN_CALL_THREAD_CONFIGURE, CREW_THREAD,
				 TN_CONFIGURE_PRIORITY, 0, 0, 0, 0)
				 .code,
			 0);
	bound(4, s);
	s->utcb->signal_mask = TN_ANY;
	crew_say(s, TN_CALL_RECV, TN_NONE, 0, 0);
	crew_become(c);
	host_preempted = false;
	interrupts(4);
	assert_true(host_preempted);
}

static void each_source_has_its_own(void **state)
{
	(void)state;
	bound(5, s);
	hand_out(OTHER, TN_IRQ_BIND, IRQ_SOURCES - 1);
	assert_int_equal(bind_to(OTHER, CREW_THREAD + crew_number(c), 2), 0);
	interrupts(IRQ_SOURCES - 1);
	assert_int_equal(c->signals, 2);
	assert_int_equal(s->signals, 0);
	interrupts(5);
	assert_int_equal(c->signals, 2);
	assert_int_equal(s->signals, BITS);
	assert_int_equal(ack(OTHER), 0);
	assert_int_equal(host_irq_completed, IRQ_SOURCES - 1);
	assert_int_equal(ack(LINE), 0);
	assert_int_equal(host_irq_completed, 5);
}

/* It is the device's driver who says when; the kernel completes nothing by itself. */
static void is_silent_until_ack(void **state)
{
	(void)state;
	bound(6, s);
	interrupts(6);
	assert_int_equal(host_irq_completed, 0);
	assert_true(host_irq_enabled[6]);
	assert_int_equal(ack(LINE), 0);
	assert_int_equal(host_irq_completed, 6);
	assert_true(host_irq_enabled[6]);
}

/* --- nobody is bound ------------------------------------------------------------------------- */

static void unbound_source_is_disabled(void **state)
{
	(void)state;
	host_irq_enabled[7] = host_irq_enabled[8] = true;
	interrupts(7);
	assert_false(host_irq_enabled[7]);
	assert_true(host_irq_enabled[8]);
	assert_int_equal(host_irq_completed, 0);
}

static void none_claimed(void **state)
{
	(void)state;
	host_irq_enabled[0] = true;
	interrupts(0);
	assert_true(host_irq_enabled[0]); /* there is no source 0: the controller is not told */
	assert_int_equal(host_irq_completed, 0);
}

/* The firmware may have left any source enabled. */
static void source_that_none_can_bind(void **state)
{
	static const uint32_t sources[] = {IRQ_SOURCES, IRQ_SOURCES + 1, HOST_IRQ_SOURCES - 1};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		host_irq_enabled[sources[i]] = true;
		interrupts(sources[i]);
		assert_false(host_irq_enabled[sources[i]]);
	}
	assert_int_equal(host_irq_completed, 0);
}

/* --- one after another ----------------------------------------------------------------------- */

static void is_busy_while_the_thread_lives(void **state)
{
	struct snapshot *before;

	(void)state;
	bound(9, s);
	host_irq_enabled[9] = false;
	before = snapshot_take();
	assert_int_equal(bind_to(LINE, CREW_THREAD + 1, 1), -TN_EBUSY);
	assert_int_equal(bind_to(LINE, CREW_THREAD, 1), -TN_EBUSY);
	assert_unchanged(before);
	snapshot_end(before);
	assert_false(host_irq_enabled[9]);
	assert_int_equal(
		crew_do(crew.boss, TN_CALL_THREAD_SUSPEND, CREW_THREAD, 0, 0, 0, 0, 0).code, 0);
	assert_int_equal(bind_to(LINE, CREW_THREAD + 1, 1), -TN_EBUSY);
	interrupts(9);
	assert_int_equal(s->signals, BITS);
	assert_int_equal(crew.server[1]->signals, 0);
}

/* After its thread the source falls silent, and may be bound again: then to another alone, and other bits. */
static void changes_hands(uint32_t source, uint64_t number, uint64_t end)
{
	struct thread *heir = crew.client[1];

	bound(source, s);
	assert_int_equal(crew_do(crew.boss, number, end, 0, 0, 0, 0, 0).code, 0);
	interrupts(source);
	assert_false(host_irq_enabled[source]);
	assert_int_equal(bind_to(LINE, CREW_THREAD + crew_number(heir), 8), 0);
	assert_true(host_irq_enabled[source]);
	interrupts(source);
	assert_int_equal(heir->signals, 8);
}

static void thread_ends(void **state)
{
	(void)state;
	changes_hands(10, TN_CALL_DESTROY, CREW_THREAD);
}

static void process_ends(void **state)
{
	(void)state;
	changes_hands(11, TN_CALL_DESTROY, CREW_SERVER);
}

static void pool_ends(void **state)
{
	(void)state;
	changes_hands(12, TN_CALL_POOL_REVOKE, CREW_SERVER_POOL);
}

/* The thread lives on, but the binding was weak. */
static void thread_is_revoked(void **state)
{
	(void)state;
	changes_hands(13, TN_CALL_CAP_REVOKE, CREW_THREAD);
	assert_int_equal(s->signals, 0);
}

/* Another thread in the same frame is another thread. */
static void frame_is_used_again(void **state)
{
	uint64_t frame = s->self;
	struct thread *heir;

	(void)state;
	bound(14, s);
	assert_int_equal(crew_do(crew.boss, TN_CALL_DESTROY, CREW_THREAD, 0, 0, 0, 0, 0).code, 0);
	assert_int_equal(crew_do(crew.boss, TN_CALL_CREATE, TN_KIND_THREAD, CREW_SERVER, frame,
				 TN_NONE, CREW_THREAD, 0)
				 .code,
			 0);
	heir = host_memory(frame);
	interrupts(14);
	assert_int_equal(heir->signals, 0);
	assert_false(host_irq_enabled[14]);
}

/* Deleting the capability through which it was bound is no end of the binding. */
static void slot_is_deleted(void **state)
{
	(void)state;
	bound(15, s);
	assert_int_equal(crew_do(crew.boss, TN_CALL_CAP_DELETE, TN_SELF, LINE, 0, 0, 0, 0).code, 0);
	assert_int_equal(
		crew_do(crew.boss, TN_CALL_CAP_DELETE, TN_SELF, CREW_THREAD, 0, 0, 0, 0).code, 0);
	interrupts(15);
	assert_int_equal(s->signals, BITS);
}

/* --- errors ---------------------------------------------------------------------------------- */

static void interrupt_slot(void **state)
{
	static const uint64_t numbers[] = {TN_CALL_IRQ_BIND, TN_CALL_IRQ_ACK};

	(void)state;
	hand_out(LINE, 0, 16);
	for (unsigned i = 0; i < 2; i++) {
		static const struct {
			uint64_t slot;
			int error;
		} bad[] = {{256, TN_ERANGE},           {8192, TN_ERANGE},
			   {TN_NONE, TN_ERANGE},       {OTHER, TN_ENOENT},
			   {TN_SLOT_SYSTEM, TN_EBADF}, {TN_SLOT_THREAD, TN_EBADF},
			   {TN_SLOT_FRAMES, TN_EBADF}, {LINE, TN_EPERM}};

		for (unsigned j = 0; j < sizeof(bad) / sizeof(bad[0]); j++)
			assert_int_equal(crew_do(crew.boss, numbers[i], bad[j].slot, TN_NONE, 1, 0,
						 0, 0)
						 .code,
					 -bad[j].error);
	}
	assert_int_equal(host_irq_completed, 0);
	assert_false(host_irq_enabled[16]);
}

/* The interrupt first, then the thread, then whether it dies, then whether the source is free. */
static void thread_slot(void **state)
{
	(void)state;
	bound(17, crew.client[2]);
	assert_int_equal(bind_to(LINE, 256, 1), -TN_ERANGE);
	assert_int_equal(bind_to(LINE, OTHER, 1), -TN_ENOENT);
	assert_int_equal(bind_to(LINE, CREW_ENDPOINT, 1), -TN_EBADF);
	crew_do(crew.boss, TN_CALL_CAP_COPY, CREW_THREAD, TN_SELF, OTHER,
		TN_RIGHTS_ALL - TN_THREAD_SIGNAL, 0, 0);
	assert_int_equal(bind_to(LINE, OTHER, 1), -TN_EPERM);
	crew_do(crew.boss, TN_CALL_CAP_COPY, CREW_THREAD + 1, TN_SELF, RANGE, TN_THREAD_SIGNAL, 0,
		0);
	assert_int_equal(bind_to(LINE, RANGE, 1), -TN_EBUSY);
	crew_do(crew.boss, TN_CALL_DESTROY, CREW_THREAD + 1, 0, 0, 0, 0, 0);
	assert_int_equal(bind_to(LINE, RANGE, 1), -TN_ESTALE);
	/* the youngest goes first: the two others are left in a process that dies */
	crew_do(crew.boss, TN_CALL_DESTROY, CREW_SERVER, TN_FLAG_STEP, 0, 0, 0, 0);
	assert_int_equal(bind_to(LINE, CREW_THREAD, 1), -TN_EDYING);
	assert_int_equal(bind_to(TN_SLOT_SYSTEM, CREW_THREAD, 1), -TN_EBADF);
}

/* What is wrong with the capabilities goes first, and whether the thread dies last. */
static void several_sources(void **state)
{
	(void)state;
	hand_out(LINE, TN_IRQ_BIND, 20);
	for (uint32_t count = 0; count < 5; count += 2) {
		crew_slot(crew.boss, LINE)->badge = count;
		assert_int_equal(bind_to(LINE, OTHER, 1), -TN_ENOENT);
		assert_int_equal(bind_to(LINE, CREW_THREAD, 1), -TN_EINVAL);
		assert_int_equal(ack(LINE), -TN_EINVAL);
	}
	crew_do(crew.boss, TN_CALL_DESTROY, CREW_SERVER, TN_FLAG_STEP, 0, 0, 0, 0);
	assert_int_equal(bind_to(LINE, CREW_THREAD, 1), -TN_EINVAL);
	assert_int_equal(host_irq_completed, 0);
	assert_false(host_irq_enabled[20]);
}

/* Any number of times, by whoever has the right, whether anything was taken or not. */
static void ack_needs_no_binding(void **state)
{
	(void)state;
	hand_out(LINE, TN_IRQ_BIND, 18);
	assert_int_equal(ack(LINE), 0);
	assert_int_equal(ack(LINE), 0);
	assert_int_equal(host_irq_completed, 18);
	assert_false(host_irq_enabled[18]);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, crew_end)
	const struct CMUnitTest tests[] = {
		T(wakes_who_waits),
		T(pends_for_who_runs),
		T(ends_a_timed_wait),
		T(urgent_one_preempts),
		T(each_source_has_its_own),
		T(is_silent_until_ack),
		T(unbound_source_is_disabled),
		T(none_claimed),
		T(source_that_none_can_bind),
		T(is_busy_while_the_thread_lives),
		T(thread_ends),
		T(process_ends),
		T(pool_ends),
		T(thread_is_revoked),
		T(frame_is_used_again),
		T(slot_is_deleted),
		T(interrupt_slot),
		T(thread_slot),
		T(several_sources),
		T(ack_needs_no_binding),
	};
#undef T

	return cmocka_run_group_tests_name("irq", tests, NULL, NULL);
}
